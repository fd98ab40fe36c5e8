//! Tests of rewards.
