//! To whom the page answers. A page on this machine answers to this machine's names only; one for the home's network to
//! its addresses and this machine's name only. So no web site can read it through a visitor's browser, not even one
//! whose name was made to point here.

use axum::http::{HeaderMap, header};
pub(super) use deren_meters::discover::is_private as is_of_a_home;
use std::net::IpAddr;

/// Endings that home networks give their machines' names.
const HOME_ENDINGS: [&str; 7] = ["local", "lan", "home", "home.arpa", "fritz.box", "internal", "localdomain"];

/// The names under which the page may be asked for.
#[derive(Clone, Debug)]
pub(super) struct Names {
    this_machine_only: bool,
    /// How this machine is called in its network, in small letters.
    machine: Option<String>,
}

impl Names {
    /// Of a page that listens on this address.
    pub(super) fn of(listen: IpAddr) -> Self {
        let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let machine = machine.map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty());
        Self { this_machine_only: listen.is_loopback(), machine }
    }

    /// True if a request with this `Host` was meant for this page.
    pub(super) fn is_own(&self, host: &str) -> bool {
        let name = name_of(host);
        if name.eq_ignore_ascii_case("localhost") {
            return true;
        }
        match name.parse::<IpAddr>() {
            Ok(address) if self.this_machine_only => address.is_loopback(),
            Ok(address) => is_of_a_home(address),
            Err(_) => !self.this_machine_only && self.is_this_machine(&name.to_lowercase()),
        }
    }

    fn is_this_machine(&self, name: &str) -> bool {
        let Some(rest) = self.machine.as_deref().and_then(|machine| name.strip_prefix(machine)) else { return false };
        rest.is_empty() || rest.strip_prefix('.').is_some_and(|ending| HOME_ENDINGS.contains(&ending))
    }
}

/// The name in a `Host`, without port and brackets.
fn name_of(host: &str) -> &str {
    match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

/// True unless a browser says that another site makes this request.
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?"));
    let host = text(header::HOST).unwrap_or_default();
    let origin_fits = text(header::ORIGIN).is_none_or(|origin| origin.strip_prefix("http://") == Some(host));
    let site = text(header::HeaderName::from_static("sec-fetch-site"));
    origin_fits && site.is_none_or(|site| site == "same-origin" || site == "none")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(listen: &str) -> Names {
        Names { machine: Some("raspberrypi".into()), ..Names::of(listen.parse().expect("an address")) }
    }

    #[test]
    fn a_page_of_this_machine_answers_to_its_names_only() {
        let names = names("127.0.0.1");
        for own in ["localhost", "LOCALHOST:8640", "127.0.0.1:8640", "127.0.0.2", "[::1]:8640"] {
            assert!(names.is_own(own), "{own}");
        }
        for other in ["example.org", "192.168.1.4:8640", "localhost.example.org:8640", "[::2]:1", "", "raspberrypi"] {
            assert!(!names.is_own(other), "{other}");
        }
    }

    #[test]
    fn a_page_for_the_network_answers_to_private_addresses_and_its_machines_name() {
        let names = names("0.0.0.0");
        for own in [
            "192.168.1.4:8640",
            "10.0.0.5",
            "[fe80::1]:8640",
            "RaspberryPi:8640",
            "raspberrypi.local",
            "raspberrypi.fritz.box:8640",
        ] {
            assert!(names.is_own(own), "{own}");
        }
        for other in ["example.org", "8.8.8.8", "raspberrypi.example.org", "raspberrypi2.local", "other.local", ""] {
            assert!(!names.is_own(other), "{other}");
        }
    }

    #[test]
    fn only_addresses_of_a_home_may_connect() {
        for own in
            ["127.0.0.1", "192.168.0.9", "172.16.3.4", "169.254.1.1", "::1", "fd00::1", "fe80::1", "::ffff:10.0.0.1"]
        {
            assert!(is_of_a_home(own.parse().expect("an address")), "{own}");
        }
        for other in ["8.8.8.8", "172.32.0.1", "100.64.0.1", "2001:db8::1", "::ffff:8.8.8.8"] {
            assert!(!is_of_a_home(other.parse().expect("an address")), "{other}");
        }
    }

    #[test]
    fn another_sites_requests_are_known() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
        };
        let host = ("host", "127.0.0.1:8640");
        assert!(is_same_origin(&headers(&[host])));
        assert!(is_same_origin(&headers(&[
            host,
            ("origin", "http://127.0.0.1:8640"),
            ("sec-fetch-site", "same-origin")
        ])));
        for (name, value) in [
            ("origin", "http://127.0.0.1:9"),
            ("origin", "null"),
            ("origin", "https://example.org"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert!(!is_same_origin(&headers(&[host, (name, value)])), "{name}: {value}");
        }
    }
}
