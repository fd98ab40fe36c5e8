//! Every command that the documents have somebody type is one that the program knows, with its options.

use std::{collections::BTreeSet, fs, process::Command};

const DOCUMENTS: &[&str] = &[
    "README.md",
    "packaging/gateway.toml",
    "packaging/deren-gateway.1",
    "../README.md",
    "../docs/contribute/add-a-meter.md",
    "../docs/operate/backup-and-recovery.md",
    "../docs/operate/watch.md",
    "../docs/start/install-a-gateway.md",
    "../meters/README.md",
];

/// What stands after `deren-gateway `, up to the end of the line or of the code.
fn commands(text: &str) -> BTreeSet<Vec<&str>> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        for (at, name) in line.match_indices("deren-gateway ") {
            // Not a path, nor part of another name.
            let before = line[..at].chars().next_back();
            if before.is_some_and(|before| !before.is_whitespace() && before != '`') {
                continue;
            }
            let rest = line[at + name.len()..].split(['`', '|', '#']).next().unwrap_or_default();
            let words: Vec<&str> = rest.split_whitespace().map(|word| word.trim_matches(['[', ']'])).collect();
            // As a service's or a user's name, something else follows.
            if words.first().is_some_and(|word| word.starts_with(char::is_alphabetic) && *word != "deren-gateway") {
                found.insert(words);
            }
        }
    }
    found
}

/// The help of that command; none if it is unknown.
fn help(command: &[&str]) -> Option<String> {
    let asked = Command::new(env!("CARGO_BIN_EXE_deren-gateway")).args(command).arg("--help").output().unwrap();
    asked.status.success().then(|| String::from_utf8(asked.stdout).unwrap())
}

#[test]
fn every_command_that_a_document_names_exists_with_its_options() {
    let mut seen = 0;
    for document in DOCUMENTS {
        let text = fs::read_to_string(format!("{}/{document}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        for words in commands(&text) {
            let (known, rest) = words.split_at(1);
            let mut known = known.to_vec();
            let mut said = help(&known).unwrap_or_else(|| panic!("{document}: deren-gateway {}", words.join(" ")));
            for word in rest {
                if let Some(option) = word.strip_prefix("--") {
                    let option = option.split('=').next().unwrap_or_default();
                    let listed = said.split_whitespace().any(|told| told == format!("--{option}"));
                    assert!(listed, "{document}: deren-gateway {}: no --{option}", words.join(" "));
                } else if said.lines().any(|line| line.trim_start().starts_with(&format!("{word} "))) {
                    known.push(word);
                    said = help(&known).unwrap();
                }
            }
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}: they are found");
}
