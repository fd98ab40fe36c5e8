//! Rules that hold for every built-in template, most of them for those of Modbus devices. Each stands for a kind of
//! wrong number that devices gave in the field. It was a pattern for "not available" read as a number, or another scale
//! behind the same fingerprint. Or a part of a sum was left out, or what a battery gave was booked as production.

use super::{image, is_known, modbus_templates, texts};
use crate::template::{
    Template,
    registers::{Mark, ModbusTemplate, Production, Sum, decode::Field},
};
use deren_primitives::DeviceRole;
use std::collections::BTreeSet;

/// Every two templates, each once.
fn pairs() -> impl Iterator<Item = [(&'static str, &'static ModbusTemplate); 2]> {
    let all = modbus_templates();
    let others = all.clone();
    all.into_iter()
        .enumerate()
        .flat_map(move |(index, one)| others.clone().into_iter().skip(index + 1).map(move |other| [one, other]))
}

/// True if what lasts of the one's fingerprint cannot be shown along with what lasts of the other's.
fn exclude(one: &ModbusTemplate, other: &ModbusTemplate) -> bool {
    let lasts = |mark: &&Mark| !mark.passing;
    one.fingerprint
        .iter()
        .filter(lasts)
        .any(|ours| other.fingerprint.iter().filter(lasts).any(|theirs| ours.excludes(theirs)))
}

#[test]
fn every_fixture_says_whether_a_device_was_recorded_and_where_it_is_published() {
    for (name, text) in &texts() {
        let (device, fixture) = text.split_once("\n[fixture]\n").unwrap_or_else(|| panic!("{name} has a fixture"));
        for key in ["origin", "source"] {
            let lines = fixture.lines().filter(|line| !line.starts_with(&format!("{key} = ")));
            let without = format!("{device}\n[fixture]\n{}", lines.collect::<Vec<_>>().join("\n"));
            let error = Template::from_toml(name, &without).expect_err(name).to_string();
            assert!(error.contains(&format!("missing field `{key}`")), "{name} without its {key}: {error}");
        }
    }
}

#[test]
fn every_number_says_which_patterns_are_not_available() {
    for (name, template) in modbus_templates() {
        assert_eq!(template.number_without_none(), None, "{name}");
    }
}

#[test]
fn a_number_that_does_not_say_which_patterns_are_not_available_is_told() {
    let good = include_str!("../../../templates/bge-tech-ds100.toml");
    for with in ["none = []", ""] {
        let text = good.replacen("none = [\"all-ones\"]", with, 1);
        assert_ne!(text, good);
        let told = Template::from_toml("changed", &text).expect(with).keeps_rules().expect_err(with);
        assert!(told.contains("has no `none`"), "{with}: {told}");
    }
    assert_eq!(Template::from_toml("good", good).expect("good").keeps_rules(), Ok(()));
}

#[test]
fn every_fingerprint_has_something_that_lasts() {
    for (name, template) in modbus_templates() {
        assert!(template.fingerprint.iter().any(|mark| !mark.passing), "{name}: a new connection asks for nothing");
    }
}

/// How a field is read, without where it is.
fn reading(field: &Field) -> Field {
    Field { address: 0, none: None, optional: false, ..field.clone() }
}

#[test]
fn templates_that_read_the_same_registers_otherwise_exclude_each_other() {
    for [(name, template), (other_name, other)] in pairs() {
        if template.vendor != other.vendor {
            continue;
        }
        let energies =
            |template: &'static ModbusTemplate| template.import.iter().chain(&template.export).flat_map(Sum::parts);
        let clash = energies(template).any(|ours| {
            energies(other).any(|theirs| {
                (ours.function, ours.address) == (theirs.function, theirs.address) && reading(ours) != reading(theirs)
            })
        });
        assert!(!clash || exclude(template, other), "{name} and {other_name} may take the same device");
    }
}

#[test]
fn of_one_box_no_device_is_two_of_the_same_kind() {
    for [(name, template), (other_name, other)] in pairs() {
        if template.box_name(name) != other.box_name(other_name) || template.roles != other.roles {
            continue;
        }
        for (device, taken_by) in [(template, other), (other, template)] {
            let image = image(device);
            let fits = is_known(taken_by, |function, address| image.get(&(function, address)).copied());
            assert!(!fits, "{name} and {other_name} are the same to discovery");
        }
        assert!(exclude(template, other), "{name} and {other_name} may take the same device");
    }
}

#[test]
fn nothing_is_counted_as_production_and_as_what_a_battery_gave() {
    let all = modbus_templates();
    for (name, template) in &all {
        let Some(production) = template.production else { continue };
        let batteries = all.iter().filter(|(other, part)| {
            part.roles == [DeviceRole::Storage] && part.box_name(other) == template.box_name(name)
        });
        for (battery, part) in batteries {
            let apart = match production {
                Production::Panels => true,
                // What makes a battery certain is what the template asks to be absent.
                Production::OutputUnlessBattery => true,
                Production::OutputWithoutBattery => exclude(template, part),
                Production::Through => false,
            };
            assert!(apart, "{name} may count what {battery} gave");
        }
    }
}

#[test]
fn a_sum_has_all_phases_or_tariffs_or_none() {
    const ORDINALS: [&str; 4] = ["first", "second", "third", "fourth"];
    for (name, text) in texts().iter().filter(|(_, text)| text.contains("kind = \"modbus\"")) {
        let mut parts: Vec<(&str, &str)> = Vec::new();
        for line in text.lines().filter(|line| line.starts_with("[[import]]") || line.starts_with("[[export]]")) {
            let (key, comment) = line.split_once('#').unwrap_or((line, ""));
            parts.push((key.trim(), comment.trim()));
        }
        for key in ["[[import]]", "[[export]]"] {
            let of_key: Vec<&str> =
                parts.iter().filter(|(part, _)| *part == key).map(|(_, comment)| *comment).collect();
            for (what, least) in [("phase", 3), ("tariff", 2)] {
                let named: BTreeSet<usize> = of_key
                    .iter()
                    .filter(|comment| comment.contains(what))
                    .filter_map(|comment| {
                        let by_word = ORDINALS.iter().position(|word| comment.contains(word)).map(|index| index + 1);
                        by_word.or_else(|| {
                            comment.chars().filter_map(|c| c.to_digit(10)).next().map(|digit| digit as usize)
                        })
                    })
                    .collect();
                let complete = named.is_empty() || named == (1..=named.len().max(least)).collect();
                assert!(complete, "{name}: {key} has {what}s {named:?}");
            }
        }
        let alone = text.lines().next().is_some_and(|head| head.contains("of tariff") || head.contains("of phase"));
        assert!(!alone, "{name} says that it leaves a part out");
    }
}

#[test]
fn a_meter_counts_both_directions_or_says_that_it_counts_them_as_one() {
    for (name, template) in modbus_templates() {
        if template.roles.contains(&DeviceRole::Grid) {
            let both = template.import.is_some() && template.export.is_some();
            assert!(both || template.both_ways, "{name} may take feed-in for consumption");
        }
    }
}
