//! One field of a cron expression as the list of its values.

use std::collections::BTreeSet;

/// Whose rules a cron expression follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// croniter's.
    Airflow,
    /// EventBridge's.
    EventBridge,
}

/// The values that a field may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    pub(crate) dialect: Dialect,
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// Names of the values, from the first one.
    pub(crate) names: &'static [&'static str],
    /// Another number for the first value: Sunday as 7.
    pub(crate) alias: Option<u32>,
    /// Whether a range may wrap around, as FRI-MON does.
    pub(crate) is_circle: bool,
}

impl Field {
    /// A field of plain numbers.
    pub(crate) fn numbers(dialect: Dialect, first: u32, last: u32) -> Self {
        Self { dialect, first, last, names: &[], alias: None, is_circle: true }
    }

    /// All values of a list such as `5,10-20/2`. The error is the rest of a sentence about the schedule.
    pub(crate) fn read(&self, text: &str) -> Result<BTreeSet<u32>, String> {
        let mut all = BTreeSet::new();
        for part in text.split(',') {
            all.extend(self.part(part).ok_or_else(|| self.wrong(text))?);
        }
        Ok(all)
    }

    /// What is said of a field that is not understood.
    pub(crate) fn wrong(&self, text: &str) -> String {
        let (first, last) = (self.first, self.alias.unwrap_or(self.last));
        format!("has a field '{text}' that is not understood: numbers from {first} to {last}, *, a-b, /n")
    }

    /// One value, by its number or its name.
    pub(crate) fn value(&self, word: &str) -> Option<u32> {
        if let Some(at) = self.names.iter().position(|name| *name == word) {
            return Some(self.first + u32::try_from(at).ok()?);
        }
        let number = number(word)?;
        let number = if self.alias == Some(number) { self.first } else { number };
        (self.first..=self.last).contains(&number).then_some(number)
    }

    fn part(&self, part: &str) -> Option<Vec<u32>> {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(number(step).filter(|step| self.takes_step(*step))?)),
            None => (part, None),
        };
        // The first value, and how many follow; after the last one comes the first.
        let (from, more) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last - self.first),
            Some((from, to)) => self.range(self.value(from)?, self.value(to)?)?,
            // `5/10` goes on to the last value.
            None => self.value(range).map(|from| (from, if step.is_some() { self.last - from } else { 0 }))?,
        };
        let size = self.last - self.first + 1;
        let values = (0..=more).step_by(usize::try_from(step.unwrap_or(1)).ok()?);
        Some(values.map(|further| self.first + (from - self.first + further) % size).collect())
    }

    /// Where a range begins, and how many values follow.
    fn range(&self, from: u32, to: u32) -> Option<(u32, u32)> {
        let size = self.last - self.first + 1;
        match self.dialect {
            Dialect::Airflow if from == to => Some((self.first, size - 1)),
            _ if from > to && !self.is_circle => None,
            _ => Some((from, (to + size - from) % size)),
        }
    }

    fn takes_step(&self, step: u32) -> bool {
        step > 0 && (self.dialect == Dialect::Airflow || step <= self.last)
    }
}

/// A number of ASCII digits, without a sign.
pub(crate) fn number(word: &str) -> Option<u32> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok())?
}
