//! The output on the terminal: the table and the alerts.

use std::collections::VecDeque;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::alerts::{Alert, AlertKind};
use super::history::History;
use super::reading::Reading;
use super::table;
use super::units::time_of_day;

/// The number of last alerts below the table.
const ALERTS: usize = 3;

/// Moves to the upper left corner, and makes the line bold.
const HOME: &str = "\x1b[H\x1b[1m";
/// Clears the rest of the line, and ends bold and coloured text.
const END_OF_LINE: &str = "\x1b[0m\x1b[K";
/// Clears the rest of the screen.
const END_OF_SCREEN: &str = "\x1b[J";

/// The style in which the table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Each table overwrites the one before it.
    Terminal,
    /// Each table follows the one before it, for a file or another program.
    Text,
    /// One line of JSON instead of each table.
    Json,
}

impl Style {
    /// The style for the standard output.
    pub fn of_stdout(json: bool) -> Self {
        match json {
            true => Self::Json,
            false if io::stdout().is_terminal() => Self::Terminal,
            false => Self::Text,
        }
    }
}

/// The content of the screen. It may be shared among threads.
#[derive(Debug)]
pub struct Screen {
    style: Style,
    content: Mutex<Content>,
}

/// The content of the next table.
#[derive(Debug)]
struct Content {
    history: History,
    alerts: VecDeque<Alert>,
}

impl Screen {
    /// An empty screen.
    pub fn new(style: Style) -> Self {
        let content = Mutex::new(Content {
            history: History::new(),
            alerts: VecDeque::new(),
        });
        Self { style, content }
    }

    /// Adds a reading for the next table.
    pub fn show(&self, reading: Reading) {
        self.content().history.push(reading);
    }

    /// Adds an alert. On a terminal it is shown below the table; otherwise it is printed at once, to the standard error.
    pub fn alarm(&self, alert: Alert) {
        if self.style != Style::Terminal {
            eprintln!("alert: {alert}");
        }
        let alerts = &mut self.content().alerts;
        alerts.push_front(alert);
        alerts.truncate(ALERTS);
    }

    /// Prints the table.
    pub fn draw(&self, out: &mut impl Write) -> io::Result<()> {
        let content = self.content();
        match self.style {
            Style::Terminal => write_in_place(out, &content)?,
            Style::Text => writeln!(out, "{}", table::render(&content.history))?,
            Style::Json => {
                if let Some(reading) = content.history.latest() {
                    writeln!(out, "{}", reading.to_json()?)?;
                }
            }
        }
        out.flush()
    }

    /// The content, which is intact even after a panic.
    fn content(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the table over the one before it. No part is cleared before it is overwritten, so the screen does not flicker.
fn write_in_place(out: &mut impl Write, content: &Content) -> io::Result<()> {
    let table = table::render(&content.history);
    let gap = (!content.alerts.is_empty()).then(String::new);
    let alerts = gap.into_iter().chain(content.alerts.iter().map(alert_line));
    write!(out, "{HOME}")?;
    for line in table.lines().map(str::to_owned).chain(alerts) {
        writeln!(out, "{line}{END_OF_LINE}")?;
    }
    write!(out, "{END_OF_SCREEN}")
}

/// An alert, with its time and in its colour.
fn alert_line(alert: &Alert) -> String {
    let colour = match alert.kind {
        AlertKind::Raised => "\x1b[31m",
        AlertKind::Cleared => "\x1b[32m",
    };
    format!("{colour}{:>10} {alert}", time_of_day(alert.taken_at_ms))
}

#[cfg(test)]
mod tests {
    use super::super::metric::Metric;
    use super::*;

    /// The output of a screen with one reading and five alerts.
    fn printed(style: Style) -> String {
        let screen = Screen::new(style);
        screen.show(Reading::default());
        for second in 0..5 {
            screen.alarm(Alert {
                taken_at_ms: second * 1_000,
                metric: Metric::Cpu,
                value: 99.0,
                threshold: 90.0,
                kind: AlertKind::Raised,
            });
        }
        let mut out = Vec::new();
        screen.draw(&mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn the_table_on_a_terminal_replaces_the_last_one() {
        let text = printed(Style::Terminal);
        assert!(text.starts_with(HOME) && text.ends_with(END_OF_SCREEN));
        assert!(text.contains("cpu"));
        let alerts: Vec<_> = text.lines().filter(|line| line.contains("above")).collect();
        assert_eq!(alerts.len(), ALERTS);
        assert!(alerts[0].contains("00:00:04"), "the newest comes first");
    }

    #[test]
    fn the_table_outside_a_terminal_has_no_control_characters() {
        let text = printed(Style::Text);
        assert!(text.contains("cpu") && !text.contains('\x1b'));
        assert!(text.ends_with("\n\n"));
    }

    #[test]
    fn json_output_is_one_line_and_empty_before_the_first_reading() {
        let text = printed(Style::Json);
        assert_eq!(text.lines().count(), 1);
        assert!(text.starts_with('{'));
        let mut out = Vec::new();
        Screen::new(Style::Json).draw(&mut out).expect("written");
        assert!(out.is_empty());
    }
}
