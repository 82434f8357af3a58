//! How the files of a table are named, seen from the table's path.

use crate::{Grain, Input, Slice};
use regex::Regex;

/// Where the slices of a table are below its path.
#[derive(Debug, Clone, Copy)]
pub struct Layout<'a> {
    /// How large a slice is.
    pub grain: Grain,
    /// How files are found, where `file` names them.
    pub input: Input,
    /// The names of its files, with the grain's placeholder and, for some rules, `*`.
    pub file: Option<&'a str>,
    /// The column whose values are folders, one for each slice.
    pub partition: Option<&'a str>,
}

impl Layout<'_> {
    /// What its files or folders are named like, for people: `raw_{date}.csv`, `batch_date={date}/`.
    #[must_use]
    pub fn pattern(&self) -> String {
        match (self.file, self.partition, self.grain.placeholder()) {
            (Some(file), ..) => file.to_owned(),
            (None, Some(partition), Some(placeholder)) => format!("{partition}={placeholder}/"),
            (None, ..) => String::new(),
        }
    }

    /// The file of a slice, or its folder with a slash at the end: what a run writes, and what a sentence names. With `*` it is
    /// still a pattern. A table that is one slice has no folder of its own for it.
    #[must_use]
    pub fn name(&self, slice: Slice) -> String {
        let (pattern, slice) = (self.pattern(), slice.within(self.grain));
        self.grain.placeholder().map_or_else(|| pattern.clone(), |word| pattern.replace(word, &slice.to_string()))
    }

    /// What a listing has to begin with to find all that belongs to a slice. Files in one folder are always listed all: one
    /// without a slice must not hide there.
    #[must_use]
    pub fn prefix(&self, slice: Slice) -> String {
        match (self.partition, self.grain, slice.grain()) {
            (None, ..) | (_, _, Grain::Whole) => String::new(),
            (Some(partition), Grain::Day, Grain::Month) => format!("{partition}={slice}-"),
            _ => self.name(slice),
        }
    }

    /// What finds out of which slice a file is, by its name.
    pub(crate) fn names(&self) -> Names {
        let literal = |text: &str| text.split('*').map(regex::escape).collect::<Vec<_>>().join("[^/]*");
        let pattern = self.pattern();
        // A newest file has its date at the start of its name, and not where a placeholder is.
        let placeholder = self.grain.placeholder().filter(|_| self.input != Input::Newest || self.file.is_none());
        let text = match placeholder.and_then(|word| pattern.split_once(word)) {
            Some((before, after)) => {
                let digits = if self.grain == Grain::Day { "[0-9]{4}-[0-9]{2}-[0-9]{2}" } else { "[0-9]{4}-[0-9]{2}" };
                format!("{}({digits}){}", literal(before), literal(after))
            }
            None => literal(&pattern),
        };
        let end = if self.file.is_some() { "$" } else { "" };
        Names { form: Regex::new(&format!("^{text}{end}")).ok(), grain: self.grain }
    }
}

/// Names of one table's files.
pub(crate) struct Names {
    form: Option<Regex>,
    grain: Grain,
}

impl Names {
    /// The slice that a name says; where the grain needs no word for it, that of every name that fits.
    pub(crate) fn slice(&self, name: &str) -> Option<Slice> {
        let found = self.form.as_ref()?.captures(name)?;
        match found.get(1) {
            Some(text) => self.grain.read(text.as_str()),
            None => Grain::Whole.read(Grain::Whole.as_str()).filter(|_| self.grain == Grain::Whole),
        }
    }

    /// Whether a name fits, whatever its slice.
    pub(crate) fn fits(&self, name: &str) -> bool {
        self.form.as_ref().is_some_and(|form| form.is_match(name))
    }
}
