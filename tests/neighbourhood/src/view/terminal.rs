//! Where lines go: colours and a line that is written over only where a terminal shows them, lines cut to its width.

use std::{
    io::{IsTerminal, Write},
    sync::{Mutex, PoisonError},
};

/// How a word is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As it is.
    Plain,
    /// A heading.
    Bold,
    /// Of less weight.
    Faint,
    /// Good news.
    Green,
    /// Something to notice.
    Yellow,
    /// A price.
    Cyan,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "\x1b[1m",
            Self::Faint => "\x1b[2m",
            Self::Green => "\x1b[32m",
            Self::Yellow => "\x1b[33m",
            Self::Cyan => "\x1b[36m",
        }
    }
}

/// A line in the making.
#[derive(Clone, Debug, Default)]
pub struct Line(Vec<(Style, String)>);

impl Line {
    /// Adds words.
    #[must_use]
    pub fn and(mut self, style: Style, text: impl Into<String>) -> Self {
        self.0.push((style, text.into()));
        self
    }

    /// All of it, without colours.
    #[cfg(test)]
    pub(super) fn plain(&self) -> String {
        self.render(false, usize::MAX)
    }

    /// The line as characters, at most `width` of them.
    fn render(&self, colours: bool, width: usize) -> String {
        let mut left = width;
        let mut out = String::new();
        for (style, text) in &self.0 {
            let cut: String = text.chars().take(left).collect();
            left -= cut.chars().count();
            if colours && *style != Style::Plain && !cut.is_empty() {
                out.push_str(style.code());
                out.push_str(&cut);
                out.push_str("\x1b[0m");
            } else {
                out.push_str(&cut);
            }
        }
        out
    }
}

/// Standard output or standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// For people, where no program reads.
    Out,
    /// For people, where a program reads the output.
    Err,
}

/// One stream to people.
#[derive(Debug)]
pub struct Terminal {
    stream: Stream,
    is_terminal: bool,
    colours: bool,
    /// True while the last line is one that will be written over.
    open: Mutex<bool>,
}

impl Terminal {
    /// Looks whether the stream is a terminal. `NO_COLOR` is heeded.
    pub fn new(stream: Stream) -> Self {
        let is_terminal = match stream {
            Stream::Out => std::io::stdout().is_terminal(),
            Stream::Err => std::io::stderr().is_terminal(),
        };
        let colours = is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { stream, is_terminal, colours, open: Mutex::new(false) }
    }

    /// True if lines can be written over.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Writes a line that stays.
    pub fn line(&self, line: Line) {
        self.write(&line, true);
    }

    /// Writes a line over the one that was last written so; nothing where there is no terminal.
    pub fn status(&self, line: Line) {
        if self.is_terminal {
            self.write(&line, false);
        }
    }

    fn write(&self, line: &Line, stays: bool) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let text = line.render(self.colours, self.width());
        let start = if *open { "\r\x1b[K" } else { "" };
        let end = if stays { "\n" } else { "" };
        let text = format!("{start}{text}{end}");
        // Nobody can be told that a stream to people is closed.
        let _ = match self.stream {
            Stream::Out => {
                let mut out = std::io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            }
            Stream::Err => std::io::stderr().lock().write_all(text.as_bytes()),
        };
        *open = !stays;
    }

    /// How many characters a line may have. One less than the terminal's, so that it never wraps.
    fn width(&self) -> usize {
        if !self.is_terminal {
            return usize::MAX;
        }
        let size = match self.stream {
            Stream::Out => rustix::termios::tcgetwinsize(std::io::stdout()),
            Stream::Err => rustix::termios::tcgetwinsize(std::io::stderr()),
        };
        match size {
            Ok(size) if size.ws_col > 1 => usize::from(size.ws_col) - 1,
            _ => usize::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_to_the_terminal_and_colours_do_not_count() {
        let line = Line::default().and(Style::Green, "sold ").and(Style::Plain, "1.042 kWh");
        assert_eq!(line.render(false, 80), "sold 1.042 kWh");
        assert_eq!(line.render(true, 80), "\x1b[32msold \x1b[0m1.042 kWh");
        assert_eq!(line.render(false, 7), "sold 1.");
        assert_eq!(line.render(true, 3), "\x1b[32msol\x1b[0m");
    }

    #[test]
    fn cutting_counts_characters_and_not_bytes() {
        assert_eq!(Line::default().and(Style::Plain, "€€€").render(false, 2), "€€");
    }
}
