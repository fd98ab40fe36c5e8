//! Follows the chain into the database.
