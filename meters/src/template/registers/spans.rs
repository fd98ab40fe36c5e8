//! Which requests read which fields, and which part of the answers is whose. Knows no wire.

use super::decode::{Field, Function};

/// Registers that one request reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The function that reads them.
    pub function: Function,
    /// Address of the first.
    pub address: u16,
    /// How many.
    pub count: u16,
}

impl Span {
    /// All registers of a field.
    #[must_use]
    pub fn of(field: &Field) -> Self {
        Self { function: field.function, address: field.address, count: field.word_count() }
    }

    /// Both in one request, if no more than `bridge` registers lie between them and all are no more than `most`.
    fn with(self, next: Self, bridge: u16, most: u16) -> Option<Self> {
        let end = u32::from(self.address) + u32::from(self.count);
        let next_end = u32::from(next.address) + u32::from(next.count);
        let near = self.function == next.function && u32::from(next.address) <= end + u32::from(bridge);
        let count = u16::try_from(end.max(next_end).checked_sub(self.address.into())?).ok()?;
        (near && count <= most).then_some(Self { count, ..self })
    }
}

/// The requests that read `fields`, as few as there can be, by function and address.
#[must_use]
pub fn spans<'a>(fields: impl Iterator<Item = &'a Field>, bridge_words: u16, max_words: u16) -> Vec<Span> {
    let mut wanted: Vec<Span> = fields.map(Span::of).collect();
    wanted.sort_unstable_by_key(|span| (span.function, span.address, span.count));
    let mut spans: Vec<Span> = Vec::with_capacity(wanted.len());
    for next in wanted {
        match spans.last_mut().and_then(|last| Some((last.with(next, bridge_words, max_words)?, last))) {
            Some((both, last)) => *last = both,
            None => spans.push(next),
        }
    }
    spans
}

/// What a device answered to some requests.
#[derive(Clone, Debug, Default)]
pub struct Answers(Vec<(Span, Vec<u16>)>);

impl Answers {
    /// Takes an answer.
    pub fn put(&mut self, span: Span, words: Vec<u16>) {
        self.0.push((span, words));
    }

    /// The registers of a field; `None` if no answer has all of them.
    #[must_use]
    pub fn words(&self, field: &Field) -> Option<&[u16]> {
        self.0.iter().find_map(|(span, words)| {
            let start = usize::from(field.address.checked_sub(span.address)?);
            words.get(start..start + usize::from(field.word_count())).filter(|_| span.function == field.function)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn field(function: u8, address: u16, layout: &str) -> Field {
        toml::from_str(&format!("function = {function}\naddress = {address}\ntype = \"{layout}\"")).expect("a field")
    }

    #[test]
    fn what_is_close_comes_together_and_the_rest_alone() {
        let fields =
            [field(3, 10, "u32"), field(4, 12, "u32"), field(3, 12, "u16"), field(3, 15, "u64"), field(3, 300, "u16")];
        let all = |bridge, most| -> Vec<(u8, u16, u16)> {
            let spans = spans(fields.iter(), bridge, most);
            spans.iter().map(|span| (span.function.into(), span.address, span.count)).collect()
        };
        assert_eq!(all(0, 125), [(3, 10, 3), (3, 15, 4), (3, 300, 1), (4, 12, 2)]);
        assert_eq!(all(2, 125), [(3, 10, 9), (3, 300, 1), (4, 12, 2)]);
        assert_eq!(all(500, 8), [(3, 10, 3), (3, 15, 4), (3, 300, 1), (4, 12, 2)]);
    }

    proptest! {
        #[test]
        fn every_field_is_in_one_of_the_requests(
            places in prop::collection::vec((3u8..5, 0u16..300, 0usize..3), 1..12), bridge in 0u16..40, most in 4u16..=125,
        ) {
            let fields: Vec<Field> =
                places.iter().map(|(function, address, kind)| field(*function, *address, ["u16", "f32", "u64"][*kind])).collect();
            let mut answers = Answers::default();
            for span in spans(fields.iter(), bridge, most) {
                prop_assert!(span.count <= most);
                answers.put(span, (0..span.count).map(|offset| span.address + offset).collect());
            }
            for field in &fields {
                let words = answers.words(field).expect("its words");
                prop_assert_eq!((words[0], words.len()), (field.address, usize::from(field.word_count())));
            }
        }
    }
}
