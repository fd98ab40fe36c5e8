//! What each cheat of an adversary's report yields a day, by the first rules and by those of now. Before is arithmetic,
//! after is computed by the runtime; docs/design/threat-model.md shows both, and must show the same.
//!
//! Transaction fees, below a cent each, are left out.

mod before;
mod energy;
mod halts;
mod identities;
mod keys;
mod money;
mod options;
mod rewards;
mod space;
mod table;
mod world;

use table::{euros, table_says};
