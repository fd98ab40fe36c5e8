//! Names that people give to sites and zones: plain text, short, and never markup.

use super::problem::{Problem, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many characters a name has at most.
const MAX_CHARACTERS: usize = 60;

/// A name as it is sent and answered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameBody {
    /// 1 to 60 characters, none of them a control character. Plain text: `<b>` stays `<b>`.
    #[schema(min_length = 1, max_length = 60)]
    pub name: String,
}

/// A name that can be shown anywhere as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Reads a name; spaces around it go.
    pub fn parse(text: &str) -> Result<Self> {
        let name = text.trim();
        let count = name.chars().count();
        if !(1..=MAX_CHARACTERS).contains(&count) {
            return Err(Problem::bad_request(format!(
                "A name has 1 to {MAX_CHARACTERS} characters; this has {count}."
            )));
        }
        if name.chars().any(|character| character.is_control() || is_invisible(character)) {
            return Err(Problem::bad_request("A name has no control or direction characters: remove them."));
        }
        Ok(Self(name.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What turns the direction of text around, breaks lines, or is not there at all.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_is_text_like_any_other() {
        let name = Name::parse(" <img src=x onerror=alert(1)> & Söhne ").expect("a name");
        assert_eq!(name.as_str(), "<img src=x onerror=alert(1)> & Söhne");
    }

    #[test]
    fn empty_long_and_invisible_names_are_refused() {
        for wrong in ["", "   ", &"x".repeat(61), "a\nb", "a\0b", "a\u{202E}b", "\u{200B}"] {
            assert!(Name::parse(wrong).is_err(), "{wrong:?}");
        }
        assert!(Name::parse(&"ü".repeat(60)).is_ok());
    }

    proptest! {
        #[test]
        fn a_name_fits_its_column(text in ".{0,80}") {
            if let Ok(name) = Name::parse(&text) {
                prop_assert!((1..=MAX_CHARACTERS).contains(&name.as_str().chars().count()));
                prop_assert!(!name.as_str().chars().any(char::is_control));
            }
        }
    }
}
