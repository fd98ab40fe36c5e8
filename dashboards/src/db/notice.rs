//! What the indexer tells those who listen on the database's channel: that there are new rows, never what they say.

use serde::{Deserialize, Serialize};

/// The channel of `LISTEN` and `NOTIFY`.
pub const CHANNEL: &str = "deren";

/// New rows are there to be read. It is sent when they are: PostgreSQL delivers a notification at commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    /// Blocks `first` to `number` are finalised now, and their rows are in the tables without `tail_`.
    Finalized {
        /// The first of them.
        first: u32,
        /// The last of them.
        number: u32,
        /// The last one's hash, as `0x…`.
        hash: String,
    },
    /// A new block is the best one; its rows are in the tables with `tail_`.
    Best {
        /// Its number.
        number: u32,
        /// Its hash, as `0x…`.
        hash: String,
        /// If there was a fork: the first block that was replaced. What was said of it and its successors is void.
        forked_at: Option<u32>,
    },
    /// Everything was made again: whoever remembers something of rows should forget it.
    Rebuilt,
}

impl Notice {
    /// As it is sent; a few hundred bytes at most (PostgreSQL takes 8 000).
    pub fn payload(&self) -> String {
        // A struct of numbers and strings always becomes JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what was sent; `None` for anything else that someone wrote into the channel.
    pub fn parse(payload: &str) -> Option<Self> {
        serde_json::from_str(payload).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_reads_what_it_prints() {
        for notice in [
            Notice::Finalized { first: 1, number: 9, hash: "0x12".into() },
            Notice::Best { number: 10, hash: "0x34".into(), forked_at: Some(8) },
            Notice::Rebuilt,
        ] {
            assert_eq!(Notice::parse(&notice.payload()), Some(notice));
        }
    }

    #[test]
    fn what_others_write_into_the_channel_is_no_notice() {
        for payload in ["", "hello", "{}", "{\"kind\":\"other\"}", "[1]"] {
            assert_eq!(Notice::parse(payload), None, "{payload}");
        }
    }
}
