//! What the names of a sensor say of it, in the languages of the field. They say which way the energy flows, and
//! whether it counts anew each day, month or year. They say whether it is a part of what its meter counts. A word that
//! says nothing of a direction (solar, inverter) decides only where no other one does.

/// Which way energy flows, by a sensor's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// It is consumed, or taken from the grid.
    Import,
    /// It is produced, or fed in.
    Export,
    /// The names say both.
    Unclear,
}

/// Stems of what is fed in, produced, sold or discharged. Looked for first, since some have a stem of import within.
const EXPORT: &str = "export esport eksport return sold sell feed inject surplus produc produk yield generat harvest \
    reverse negative discharg einspeis eingespeist ruckspeis rueckspeis \
    rucklieferung ruecklieferung lieferung abgabe erzeug ertrag verkauf entlad teruglever teruggelever retour \
    opwek opgewekt opbrengst injectie ontlad verkocht revend vendu vente restitu decharg immess immiss cedut \
    vendid venta prodott scaric inyec vertid excedent descarg oddan wyprodukow sprzeda inmat solgt";
/// Whole words of the same.
const EXPORT_WORDS: &str = "fed_in to_grid total_out e_out energy_out 2_8_0 obis_280";
/// Stems of what is consumed, bought or charged.
const IMPORT: &str = "import consum bought purchas buy usage used drawn delivered forward positive charg \
    bezug bezogen verbrauch gekauft einkauf aufnahme gelad ladung afname afgenomen \
    verbruik levering geleverd inkoop ingekocht oplad soutir consomm achet achat prelev preliev acquist assorb \
    compra absorb carga carica pobran pobor zuzyci zakup forbruk forbrug uttag";
/// Whole words of the same.
const IMPORT_WORDS: &str = "from_grid total_in e_in energy_in 1_8_0 obis_180";
/// Stems of Nordic words that are too short to stand anywhere in a word.
const NORDIC: [(&str, Direction); 8] = [
    ("kopt", Direction::Import),
    ("kob", Direction::Import),
    ("kobt", Direction::Import),
    ("inkop", Direction::Import),
    ("sald", Direction::Export),
    ("salt", Direction::Export),
    ("salg", Direction::Export),
    ("utmatning", Direction::Export),
];
/// Words of what produces, which say nothing of a direction by themselves.
const PRODUCER: &str =
    "solar photovolt inverter wechselrichter omvormer onduleur falownik vaxelriktare zonnepane balkonkraftwerk";
/// Words of a time after which a counter begins anew: those that may be part of a word, and whole ones.
const PERIOD_STEMS: &str = "today daily yesterday yieldday weekly monthly yearly annual heute gestern tages monats jahres vandaag gisteren \
    dagelijks maandelijks jaarlijks aujourd journalier mensuel annuel giornalier mensil dzienn miesieczn roczn \
    daglig arlig";
const PERIOD_WORDS: &str = "day week month year tag woche monat jahr dag maand jaar jour semaine mois annee oggi ieri giorno settimana \
    mese anno hoy ayer dia diaria diario semana mes mensual anual dzis dzisiaj dzien miesiac rok idag dygn manad \
    maned uge";
/// Stems and words of a tariff, of a phase, and of a balance of both directions.
const PART_STEMS: &str = "tarif tarief taryf offpeak off_peak heures_creuses heures_pleines hochtarif niedertarif netto saldo saldiert \
    balance bilanz net_energy net_total net_consumption net_import";
const PART_WORDS: &str = "t1 t2 t3 t4 ht nt hp hc peak dal normaal piek punta llano valle f1 f2 f3 l1 l2 l3 night rate";
/// Words of a phase, and what names one of them.
const PHASE: &str = "phase fase faza fas ph";
const PHASE_NAMES: &str = "a b c 1 2 3 r s t";

fn words_of(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_whitespace()
}

fn is_one_of(list: &'static str, word: &str) -> bool {
    words_of(list).any(|known| known == word)
}

/// Which way energy flows. `names` come in the order in which they are believed: the first that says something decides.
pub(crate) fn direction<'a>(names: impl IntoIterator<Item = &'a str>) -> Direction {
    let mut produces = false;
    for name in names {
        let name = plain(name);
        if let Some(direction) = said(&name) {
            return direction;
        }
        produces |= words_of(PRODUCER).any(|word| name.contains(word)) || name.split('_').any(|word| word == "pv");
    }
    if produces { Direction::Export } else { Direction::Import }
}

fn said(name: &str) -> Option<Direction> {
    let whole = format!("_{name}_");
    let has = |list: &'static str| words_of(list).any(|words| whole.contains(&format!("_{words}_")));
    let mut rest = name.to_owned();
    for stem in words_of(EXPORT) {
        rest = rest.replace(stem, " ");
    }
    let words = || name.split('_').filter_map(|word| NORDIC.iter().find(|(nordic, _)| *nordic == word));
    let exports = rest != name || has(EXPORT_WORDS) || words().any(|(_, direction)| *direction == Direction::Export);
    let imports = words_of(IMPORT).any(|stem| rest.contains(stem))
        || has(IMPORT_WORDS)
        || words().any(|(_, direction)| *direction == Direction::Import);
    match (imports, exports) {
        (true, true) => Some(Direction::Unclear),
        (true, false) => Some(Direction::Import),
        (false, true) => Some(Direction::Export),
        (false, false) => None,
    }
}

/// The word by which a sensor says that it counts anew each day, month or year.
pub(crate) fn period(name: &str) -> Option<String> {
    let name = plain(name);
    // Of a day's tariff and a night's, each counts its whole life.
    if part_of(&name).is_some() {
        return words_of(PERIOD_STEMS).find(|stem| name.contains(stem)).map(str::to_owned);
    }
    let stem = words_of(PERIOD_STEMS).find(|stem| name.contains(stem)).map(str::to_owned);
    stem.or_else(|| name.split('_').find(|word| is_one_of(PERIOD_WORDS, word)).map(str::to_owned))
}

/// The word by which a sensor says that it counts one tariff or one phase of several, or one direction less the other.
pub(crate) fn part(name: &str) -> Option<String> {
    part_of(&plain(name))
}

fn part_of(name: &str) -> Option<String> {
    let words: Vec<&str> = name.split('_').collect();
    let stem = words_of(PART_STEMS).find(|stem| name.contains(stem)).map(str::to_owned);
    let word = || words.iter().find(|word| is_one_of(PART_WORDS, word)).map(|word| (*word).to_owned());
    let phase = || {
        let pairs = words.iter().zip(words.iter().skip(1));
        pairs
            .into_iter()
            .find(|(word, name)| is_one_of(PHASE, word) && is_one_of(PHASE_NAMES, name))
            .map(|(word, name)| format!("{word} {name}"))
    };
    // OBIS codes of one tariff, such as 1.8.2.
    let register = || {
        let codes = words.windows(3).find(|codes| {
            matches!(codes, [kind, "8", tariff] if matches!(*kind, "1" | "2") && tariff.len() == 1 && *tariff != "0")
        });
        codes.map(|codes| codes.join("."))
    };
    stem.or_else(word).or_else(phase).or_else(register)
}

/// Lower-case letters without their accents; words in capitals within a word, and all that is no letter or digit, apart
/// by one `_`.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    let mut was_lower = false;
    for letter in name.chars().take(512) {
        if letter.is_uppercase() && was_lower {
            plain.push('_');
        }
        was_lower = letter.is_lowercase();
        for letter in letter.to_lowercase() {
            match letter {
                'à' | 'á' | 'â' | 'ä' | 'å' | 'ã' | 'ą' => plain.push('a'),
                'è' | 'é' | 'ê' | 'ë' | 'ę' => plain.push('e'),
                'ì' | 'í' | 'î' | 'ï' => plain.push('i'),
                'ò' | 'ó' | 'ô' | 'ö' | 'õ' | 'ø' => plain.push('o'),
                'ù' | 'ú' | 'û' | 'ü' => plain.push('u'),
                'ç' | 'ć' => plain.push('c'),
                'ł' => plain.push('l'),
                'ñ' | 'ń' => plain.push('n'),
                'ś' => plain.push('s'),
                'ź' | 'ż' => plain.push('z'),
                'ß' => plain.push_str("ss"),
                'æ' => plain.push_str("ae"),
                letter if letter.is_alphanumeric() => plain.push(letter),
                _ if plain.ends_with('_') => {}
                _ => plain.push('_'),
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_is_known_in_the_languages_of_the_field() {
        for (name, expected) in [
            ("Energy imported", Direction::Import),
            ("Grid energy bought", Direction::Import),
            ("House consumption", Direction::Import),
            ("Energy to grid", Direction::Export),
            ("Feed-in energy", Direction::Export),
            ("Energy sold", Direction::Export),
            ("YieldTotal", Direction::Export),
            ("Zaehler Einspeisung", Direction::Export),
            ("Zähler Netzbezug", Direction::Import),
            ("Stromverbrauch gesamt", Direction::Import),
            ("Rückspeisung", Direction::Export),
            ("Ertrag gesamt", Direction::Export),
            ("Levering", Direction::Import),
            ("Teruglevering", Direction::Export),
            ("Totaal teruggeleverd", Direction::Export),
            ("Afname van het net", Direction::Import),
            ("Opgewekte energie", Direction::Export),
            ("Énergie soutirée", Direction::Import),
            ("Énergie injectée", Direction::Export),
            ("Production solaire", Direction::Export),
            ("Consommation", Direction::Import),
            ("Energia prelevata", Direction::Import),
            ("Energia immessa in rete", Direction::Export),
            ("Energia acquistata", Direction::Import),
            ("Energía consumida", Direction::Import),
            ("Energía vertida", Direction::Export),
            ("Excedentes", Direction::Export),
            ("Energia pobrana", Direction::Import),
            ("Energia oddana", Direction::Export),
            ("Zużycie energii", Direction::Import),
            ("Förbrukning", Direction::Import),
            ("Såld energi", Direction::Export),
            ("Inmatad energi", Direction::Export),
            ("Forbrug", Direction::Import),
            ("Solgt strøm", Direction::Export),
            ("Købt strøm", Direction::Import),
            ("Battery charge", Direction::Import),
            ("Battery discharge", Direction::Export),
            ("1-0:1.8.0", Direction::Import),
            ("1-0:2.8.0", Direction::Export),
            ("Import and export", Direction::Unclear),
            ("Washer", Direction::Import),
        ] {
            assert_eq!(direction([name]), expected, "{name}");
        }
    }

    #[test]
    fn a_word_that_says_nothing_of_direction_decides_only_alone() {
        assert_eq!(direction(["Bought", "solax_inverter"]), Direction::Import);
        assert_eq!(direction(["PV Bezug"]), Direction::Import);
        assert_eq!(direction(["Energy total", "solax_inverter"]), Direction::Export);
        assert_eq!(direction(["state inverter"]), Direction::Export, "no `e_in`");
        assert_eq!(direction(["MT691 E_in"]), Direction::Import);
        assert_eq!(direction(["MT691 E_out", "inverter"]), Direction::Export);
        assert_eq!(direction(["Total", "pv_roof"]), Direction::Export);
        assert_eq!(
            direction(["Energy consumed", "production_meter"]),
            Direction::Import,
            "the first that says something"
        );
    }

    #[test]
    fn counters_that_begin_anew_are_known_by_name() {
        for name in [
            "Energy today",
            "YieldDay",
            "yieldday",
            "Daily energy",
            "Tagesertrag",
            "Verbrauch heute",
            "Monatsverbrauch",
            "Energy this year",
            "Jahresertrag",
            "Verbruik vandaag",
            "Consommation du jour",
            "Energia oggi",
            "Energía hoy",
            "Energia dzisiaj",
            "Förbrukning idag",
            "month_energy",
            "eToday",
            "Energy Yesterday",
        ] {
            assert!(period(name).is_some(), "{name}");
        }
        for name in [
            "Energy total",
            "YieldTotal",
            "Day tariff energy",
            "Energy day rate",
            "Dagtarief",
            "Lifetime energy",
            "Holiday home",
        ] {
            assert_eq!(period(name), None, "{name}");
        }
    }

    #[test]
    fn parts_are_known_by_name() {
        for name in [
            "Energy consumed tariff 1",
            "Tarif 2",
            "energy_import_t1",
            "HT",
            "Off-peak",
            "Phase A energy",
            "Fase 1",
            "L1 energy",
            "1.8.2",
            "Heures creuses",
            "Saldo",
            "Net energy",
        ] {
            assert!(part(name).is_some(), "{name}");
        }
        for name in ["Energy total", "1-0:1.8.0", "Three phase meter", "3-Phasen-Zähler", "Washer"] {
            assert_eq!(part(name), None, "{name}");
        }
    }
}
