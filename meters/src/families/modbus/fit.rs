//! Whether the device at the other end is one that a template describes, asked anew at every connection. Firmware
//! changes scales, settings turn byte orders, and a variant of another register map may stand where a known device was.

use crate::{
    MeterError,
    template::registers::{Mark, ModbusTemplate, Span, decode::Function},
};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

/// Most templates of the same manufacturer that are tried on a device that its own does not fit.
const MAX_BROTHERS: usize = 24;

/// Templates that may fit where the one that was named does not: name and template.
pub(crate) type Brothers = Vec<(String, Arc<crate::Template>)>;

/// What a device answered to the questions of fingerprints. `None`: an exception.
#[derive(Default)]
pub(super) struct Shown(HashMap<Span, Option<Vec<u16>>>);

impl Shown {
    /// The mark's registers, asked once.
    ///
    /// # Errors
    /// What `ask` gives but for exceptions that say that there are no such registers.
    pub(super) async fn words<F>(
        &mut self,
        mark: &Mark,
        ask: impl FnOnce(Span) -> F,
    ) -> Result<Option<&[u16]>, MeterError>
    where
        F: Future<Output = Result<Vec<u16>, MeterError>>,
    {
        let span = Span::of(&mark.at);
        let Self(known) = self;
        match known.entry(span) {
            Entry::Occupied(answer) => Ok(answer.into_mut().as_deref()),
            Entry::Vacant(place) => {
                let words = match ask(span).await {
                    Ok(words) => Some(words),
                    // Busy (5, 6) or out of order is another matter than registers that are not there.
                    Err(MeterError::Exception { code: 1..=4, .. }) => None,
                    Err(error) => return Err(error),
                };
                Ok(place.insert(words).as_deref())
            }
        }
    }
}

/// What the device shows there instead, and what that makes it.
pub(super) fn difference(mark: &Mark, words: Option<&[u16]>) -> String {
    let kind = match mark.at.function {
        Function::Holding => "holding",
        Function::Input => "input",
    };
    let place = format!("{kind} register {}", mark.at.address);
    let told = format!("{place} shows {} where its devices show {}", mark.shown(words), mark.shows);
    match &mark.otherwise {
        Some(otherwise) => format!("{told} ({otherwise})"),
        None => told,
    }
}

/// The templates of the same manufacturer that may stand for the same.
pub(crate) fn brothers<'l>(
    template: &ModbusTemplate,
    library: impl Iterator<Item = (&'l str, &'l Arc<crate::Template>)>,
) -> Brothers {
    let may = |other: &crate::Template| match other {
        crate::Template::Modbus(other) => {
            other != template && other.vendor == template.vendor && other.roles == template.roles
        }
        crate::Template::Mqtt(_) => false,
    };
    let all = library.filter(|(_, other)| may(other)).take(MAX_BROTHERS);
    all.map(|(name, other)| (name.to_owned(), other.clone())).collect()
}

/// What to do with a device that fits these templates instead.
pub(super) fn meant(likely: &[&str]) -> String {
    match likely {
        [] => "run `discover` on it to see whether another template fits".into(),
        names => format!("it looks like template `{}`: name that one instead", names.join("` or `")),
    }
}
