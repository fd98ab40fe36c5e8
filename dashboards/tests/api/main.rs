//! The API over a real PostgreSQL: each test has a port and a database of its own.

mod helpers;

mod accounts;
mod balances;
mod database;
mod fixture;
mod limits;
mod login;
mod markets;
mod names;
mod openapi;
mod other_origins;
mod pages;
mod peer;
mod privacy;
mod problems;
mod settlement;
mod shards;
mod sites;
mod status;
mod stream;
mod street_of_homes;
mod timescaledb;
