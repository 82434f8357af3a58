//! Progress for people, on stderr: one live line per resource on a terminal, plain lines or JSON lines elsewhere.

use crate::cli::{Global, LogFormat};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use strata_aws::{Error, Exit};

/// Where progress goes.
#[derive(Debug, Clone)]
pub struct Report {
    layer: &'static str,
    mode: Mode,
}

#[derive(Debug, Clone)]
enum Mode {
    Live(MultiProgress),
    Plain,
    Json,
    Quiet,
}

/// One resource that is being worked on.
pub struct Step {
    report: Report,
    what: String,
    start: Instant,
    bar: Option<ProgressBar>,
    /// What was said last: the same line is not printed again.
    last: Mutex<String>,
}

impl Report {
    pub(crate) fn new(layer: &'static str, global: &Global) -> Self {
        let mode = match global.log_format {
            _ if global.quiet => Mode::Quiet,
            LogFormat::Json => Mode::Json,
            LogFormat::Auto if std::io::stderr().is_terminal() => Mode::Live(MultiProgress::new()),
            _ => Mode::Plain,
        };
        Self { layer, mode }
    }

    /// Start a line for `what`, saying what is happening to it.
    #[must_use]
    pub fn step(&self, what: impl Into<String>, happening: &str) -> Step {
        let what = what.into();
        let bar = match &self.mode {
            Mode::Live(lines) => {
                let style = ProgressStyle::with_template("{spinner} {msg} {elapsed:.dim}").ok();
                let bar = lines.add(ProgressBar::new_spinner());
                if let Some(style) = style {
                    bar.set_style(style);
                }
                bar.enable_steady_tick(Duration::from_millis(120));
                bar.set_message(format!("{} {what}: {happening}", self.layer));
                Some(bar)
            }
            _ => {
                self.event(&what, happening, None);
                None
            }
        };
        Step { report: self.clone(), what, start: Instant::now(), bar, last: Mutex::new(happening.to_owned()) }
    }

    /// A line of its own.
    pub fn say(&self, text: &str) {
        match &self.mode {
            Mode::Live(lines) => {
                // A closed terminal is no reason to stop working.
                let _ = lines.println(plain(text));
            }
            Mode::Plain => line(text),
            Mode::Json => self.json("", "note", text, None),
            Mode::Quiet => {}
        }
    }

    fn event(&self, what: &str, happening: &str, seconds: Option<f64>) {
        match &self.mode {
            Mode::Plain => match seconds {
                Some(seconds) => line(&format!("{} {what}: {happening} ({seconds:.1} s)", self.layer)),
                None => line(&format!("{} {what}: {happening}", self.layer)),
            },
            Mode::Json => self.json(what, "progress", happening, seconds),
            _ => {}
        }
    }

    fn json(&self, what: &str, event: &str, message: &str, seconds: Option<f64>) {
        let time = chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let layer = self.layer;
        line(&serde_json::json!({ "time": time, "layer": layer, "resource": what, "event": event, "message": message, "seconds": seconds }).to_string());
    }
}

impl Step {
    /// What is happening to it now.
    pub fn status(&self, happening: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == happening {
            return;
        }
        happening.clone_into(&mut last);
        match &self.bar {
            Some(bar) => bar.set_message(format!("{} {}: {happening}", self.report.layer, self.what)),
            None => self.report.event(&self.what, happening, None),
        }
    }

    /// It is done; the line stays. It becomes a line of the terminal like any other: a bar that has ended would go with the
    /// next line that is said.
    pub fn done(self, result: &str) {
        let seconds = self.start.elapsed().as_secs_f64();
        match (&self.bar, &self.report.mode) {
            (Some(bar), Mode::Live(lines)) => {
                bar.finish_and_clear();
                let _ = lines.println(format!("  {} {}: {result} ({seconds:.1} s)", self.report.layer, self.what));
            }
            _ => self.report.event(&self.what, result, Some(seconds)),
        }
    }
}

/// How a call went, in one clause.
pub(crate) fn outcome(result: &Result<(), Error>, done: &str) -> String {
    match result {
        Ok(()) => done.to_owned(),
        Err(error) if error.exit == Exit::Again => format!("retrying after: {}", error.message),
        Err(error) => format!("failed: {}", error.message),
    }
}

/// One line to stderr, in one piece: another program may write there, too. A closed stderr is no reason to stop working.
pub(crate) fn line(text: &str) {
    let _ = std::io::stderr().write_all((plain(text) + "\n").as_bytes());
}

/// Text that a terminal only shows: documents and AWS may hold characters that move its cursor or turn its direction.
fn plain(text: &str) -> String {
    let acts = |c: char| {
        (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if acts(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}
