//! The indexer and the books over real databases. The API's tests are a program of their own, because one of them
//! measures the memory of its process.

mod books;
#[path = "../history/mod.rs"]
mod history;
mod indexer;
