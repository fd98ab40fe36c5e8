//! The demo: twelve homes trade, live in the terminal.

fn main() {}
