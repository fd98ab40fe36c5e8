//! What may stand in a value template: everything else is refused by its name before the engine sees it.
//!
//! The engine alone would notice an unknown filter only in the branch that it walks. And a text multiplied by a number,
//! or joined to itself, would take as much memory as its writer likes. So texts stand only where a key or an argument
//! does.

/// Filters that are read.
pub(super) const FILTERS: [&str; 19] = [
    "abs",
    "add",
    "d",
    "default",
    "first",
    "float",
    "from_json",
    "int",
    "is_defined",
    "last",
    "length",
    "max",
    "min",
    "multiply",
    "replace",
    "round",
    "string",
    "sum",
    "trim",
];
/// Tests after `is` that are read.
pub(super) const TESTS: [&str; 8] =
    ["defined", "undefined", "none", "number", "is_number", "string", "mapping", "sequence"];
/// Functions that are read.
pub(super) const FUNCTIONS: [&str; 5] = ["float", "int", "is_number", "max", "min"];
/// Methods of texts and objects that are read.
pub(super) const METHODS: [&str; 7] = ["get", "split", "replace", "strip", "lstrip", "rstrip", "lower"];
/// Words of the language, which are no names.
const KEYWORDS: [&str; 14] =
    ["if", "elif", "else", "endif", "and", "or", "not", "in", "is", "true", "false", "none", "True", "False"];
/// Statements that are read.
const STATEMENTS: [&str; 4] = ["if", "elif", "else", "endif"];
/// What the payload is called.
const NAMES: [&str; 2] = ["value", "value_json"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// Begins an expression.
    Expression,
    /// Begins a statement.
    Statement,
    /// Ends either.
    End,
    Word(&'a str),
    Number(&'a str),
    Text(&'a str),
    Sign(char),
}

/// Refuses what is not understood.
///
/// # Errors
/// Its name.
pub(super) fn check(source: &str) -> Result<(), String> {
    let tokens = tokens(source)?;
    let at = |index: usize, back: usize| index.checked_sub(back).and_then(|index| tokens.get(index)).copied();
    let mut names_payload = false;
    // What each open parenthesis or bracket is: of a call or a subscript, or neither.
    let mut open: Vec<(char, bool)> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let (before, next) = (at(index, 1), tokens.get(index + 1).copied());
        let is_call = next == Some(Token::Sign('('));
        match *token {
            Token::Word(word) => {
                names_payload |= NAMES.contains(&word) && before != Some(Token::Sign('.'));
                check_word(word, before, at(index, 2), is_call, &open)?;
            }
            Token::Text(text) => {
                let is_argument = open.last().is_some_and(|(_, belongs)| *belongs);
                if !is_argument || !matches!(before, Some(Token::Sign('(' | ',' | '[' | '='))) {
                    return Err(format!("the text `{text}` is no key and no argument"));
                }
                if !matches!(next, Some(Token::Sign(')' | ',' | ']'))) {
                    return Err(format!("the text `{text}` takes part in a computation"));
                }
            }
            Token::Number(number) => {
                let stands_in = matches!(before, Some(Token::Word("else" | "or")));
                if stands_in || (before == Some(Token::Expression) && next == Some(Token::End)) {
                    return Err(format!("it puts the number `{number}` where the payload has none"));
                }
            }
            Token::Sign(sign @ ('(' | '[')) => {
                let follows = match before {
                    Some(Token::Word(word)) => !KEYWORDS.contains(&word),
                    Some(Token::Sign(')' | ']')) => true,
                    _ => false,
                };
                if sign == '[' && !follows {
                    return Err("it has a list of its own".into());
                }
                open.push((sign, follows));
            }
            Token::Sign(')' | ']') => drop(open.pop()),
            Token::Sign(sign @ ('~' | '{' | '}' | ':')) => return Err(format!("it has `{sign}`")),
            Token::Statement => match next {
                Some(Token::Word(word)) if STATEMENTS.contains(&word) => {}
                Some(Token::Word(word)) => return Err(format!("the statement `{word}` is not known")),
                _ => return Err("it has a statement without a name".into()),
            },
            Token::Sign(_) | Token::Expression | Token::End => {}
        }
    }
    if names_payload { Ok(()) } else { Err("it names neither `value` nor `value_json`".into()) }
}

fn check_word(
    word: &str,
    before: Option<Token<'_>>,
    before_that: Option<Token<'_>>,
    is_call: bool,
    open: &[(char, bool)],
) -> Result<(), String> {
    let known = |what: &str, names: &[&str]| {
        if names.contains(&word) { Ok(()) } else { Err(format!("the {what} `{word}` is not known")) }
    };
    let negated = before == Some(Token::Word("not")) && before_that == Some(Token::Word("is"));
    match before {
        Some(Token::Sign('|')) => known("filter", &FILTERS),
        // `not` is a word of its own in `is not defined`.
        Some(Token::Word("is")) if word == "not" => Ok(()),
        Some(Token::Word("is")) => known("test", &TESTS),
        _ if negated => known("test", &TESTS),
        Some(Token::Sign('.')) if is_call => known("method", &METHODS),
        Some(Token::Sign('.')) | Some(Token::Statement) => Ok(()),
        _ if KEYWORDS.contains(&word) => Ok(()),
        // An argument's name, as in `default=0`.
        Some(Token::Sign('(' | ',')) if matches!(word, "default" | "precision" | "method") && !open.is_empty() => {
            Ok(())
        }
        _ if is_call => known("function", &FUNCTIONS),
        _ => known("name", &NAMES),
    }
}

/// The tokens of all tags.
fn tokens(source: &str) -> Result<Vec<Token<'_>>, String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    loop {
        let Some(at) = ["{{", "{%", "{#"].iter().filter_map(|mark| rest.find(mark)).min() else {
            outside(rest)?;
            return Ok(tokens);
        };
        let (before, tag) = rest.split_at(at);
        outside(before)?;
        let (mark, inner) = tag.split_at(2);
        if mark == "{#" {
            rest = inner.split_once("#}").ok_or("a comment has no end")?.1;
            continue;
        }
        let (first, end) = if mark == "{{" { (Token::Expression, "}}") } else { (Token::Statement, "%}") };
        tokens.push(first);
        rest = inside(inner.strip_prefix(['-', '+']).unwrap_or(inner), end, &mut tokens)?;
        tokens.push(Token::End);
    }
}

/// Refuses text that stands beside the number.
fn outside(text: &str) -> Result<(), String> {
    match text.trim() {
        "" => Ok(()),
        text => Err(format!("it writes `{text}` beside the number")),
    }
}

/// The tokens of one tag; what follows it.
fn inside<'a>(mut rest: &'a str, end: &str, tokens: &mut Vec<Token<'a>>) -> Result<&'a str, String> {
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(end).or_else(|| rest.strip_prefix('-')?.strip_prefix(end)) {
            return Ok(after);
        }
        let first = rest.chars().next().ok_or_else(|| format!("it has no end `{end}`"))?;
        let length = match first {
            '\'' | '"' => {
                let inner = rest.get(1..).unwrap_or_default();
                let length = inner.find([first, '\\']).ok_or("a text has no end")?;
                let text = inner.get(..length).unwrap_or_default();
                if inner.get(length..).is_some_and(|rest| rest.starts_with('\\')) {
                    return Err(format!("the text `{text}` has a `\\`"));
                }
                tokens.push(Token::Text(text));
                length + 2
            }
            _ if first.is_ascii_digit() => {
                let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
                tokens.push(Token::Number(rest.get(..length).unwrap_or_default()));
                length
            }
            _ if first.is_alphabetic() || first == '_' => {
                let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                tokens.push(Token::Word(rest.get(..length).unwrap_or_default()));
                length
            }
            _ => {
                tokens.push(Token::Sign(first));
                first.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
}
