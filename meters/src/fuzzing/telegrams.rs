//! Telegrams that meters push: as they are, and with the CRCs that fit, which random bytes hardly ever have.

use crate::{families::speedwire::telegram, p1, sml};

/// P1.
pub fn p1(data: &[u8]) {
    const CODES: [&str; 5] = ["1-0:1.8.0", "1-0:1.8.1", "1-0:2.8.0", "1-0:1.7.0", "0-0:96.1.1"];
    let read = |bytes: &[u8]| {
        let Ok(telegram) = p1::Telegram::parse(bytes, "fuzz") else { return };
        for code in CODES {
            let _ = telegram.quantity(code);
            let _ = telegram.value(code).map(p1::serial_text);
        }
    };
    read(data);
    let mut finder = p1::Finder::default();
    for found in data.iter().filter_map(|byte| finder.push(*byte)).flatten() {
        assert!(found.len() <= p1::MAX_BYTES);
        read(&found);
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let (header, lines) = text.split_once('\n').unwrap_or((text, ""));
        let pairs = lines.lines().filter_map(|line| line.split_once('('));
        let pairs: Vec<(String, String)> =
            pairs.map(|(code, value)| (code.into(), value.trim_end_matches(')').into())).collect();
        read(p1::write(header, &pairs).as_bytes());
    }
}

/// SML: a stream, the messages of a telegram, and a list of values within one.
pub fn sml(data: &[u8]) {
    const GET_LIST_RESPONSE: u16 = 0x0701;
    let mut finder = sml::Finder::default();
    for found in data.iter().filter_map(|byte| finder.push(*byte)).flatten() {
        assert!(found.len() <= sml::MAX_BYTES);
        let _ = sml::decode(&found, "fuzz");
    }
    let _ = sml::decode(data, "fuzz");
    let _ = sml::decode(&sml::message(1, GET_LIST_RESPONSE, 7, data), "fuzz");
}

/// A Speedwire datagram. What says who sent it is one of a meter, or refused.
pub fn speedwire(data: &[u8]) {
    let read = telegram::decode(data, "fuzz");
    assert!(read.is_err() || telegram::sender(data).is_some());
}
