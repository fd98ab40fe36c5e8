//! The trading as people watch it in a terminal: what is being waited for, then each slot.

mod slots;
mod terminal;
mod words;

pub use slots::{Names, SimulatedTime, Street};
pub use terminal::Stream;

use crate::{SlotReport, Watcher};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use terminal::{Line, Style, Terminal};

/// Where no line can be written over, a wait is mentioned again after this time.
const REMIND: Duration = Duration::from_secs(10);

/// Shows everything to people, on one stream.
#[derive(Debug)]
pub struct View {
    terminal: Terminal,
    reminded: Mutex<(String, Duration)>,
}

impl View {
    /// A view on this stream.
    pub fn new(stream: Stream) -> Self {
        Self { terminal: Terminal::new(stream), reminded: Mutex::default() }
    }

    /// A plain line.
    pub fn say(&self, text: impl Into<String>) {
        self.terminal.line(Line::default().and(Style::Plain, text));
    }

    /// A line of what is going on, written over by the next.
    pub fn now(&self, text: impl Into<String>) {
        self.terminal.status(Line::default().and(Style::Faint, text));
    }

    /// A slot that is settled and finalised.
    pub fn slot(&self, report: &SlotReport, names: &Names) {
        for line in slots::lines(report, names) {
            self.terminal.line(line);
        }
    }
}

impl Watcher for View {
    fn waiting(&self, what: &str, since: Duration) {
        let text = format!("waiting for {what} … {} s", since.as_secs());
        if self.terminal.is_terminal() {
            return self.now(text);
        }
        let mut reminded = self.reminded.lock().unwrap_or_else(PoisonError::into_inner);
        if reminded.0 != what {
            *reminded = (what.to_owned(), Duration::ZERO);
        }
        if since >= reminded.1 + REMIND {
            reminded.1 = since;
            self.say(text);
        }
    }

    fn done(&self, what: &str, after: Duration) {
        let line = Line::default().and(Style::Green, "✓ ").and(Style::Plain, what);
        let seconds = format!(" ({}.{} s)", after.as_secs(), after.subsec_millis() / 100);
        self.terminal.line(line.and(Style::Faint, seconds));
    }
}
