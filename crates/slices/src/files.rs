//! Which files of a table are of which slice.

use crate::newest::{Named, date_in, newest};
use crate::{Grain, Input, Layout, Slice};
use std::collections::BTreeMap;

/// The files of each slice.
#[derive(Debug, Clone)]
pub struct Found<T> {
    /// In the order in which they came.
    pub slices: BTreeMap<Slice, Vec<T>>,
    /// Files that are no candidates for the newest, each with the reason; a person should know.
    pub ignored: Vec<String>,
}

/// Why files cannot be told apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A file of no slice.
    #[error("{name} is not named like `{pattern}`, so {}; rename or remove it", unknown(*.grain))]
    Stray {
        /// Its name below the table's path.
        name: String,
        /// What names look like.
        pattern: String,
        /// How large slices are.
        grain: Grain,
    },
    /// Two newest files.
    #[error(
        "{first} and {second} are both of {date}, the latest date, so neither of them is the newest: remove or rename one"
    )]
    Tie {
        /// The name of one.
        first: String,
        /// The name of the other.
        second: String,
        /// Their date.
        date: chrono::NaiveDate,
    },
}

impl Error {
    /// The same with names as they are seen from outside of the table's path.
    #[must_use]
    pub fn below(mut self, path: &str) -> Self {
        let names = match &mut self {
            Self::Stray { name, .. } => vec![name],
            Self::Tie { first, second, .. } => vec![first, second],
        };
        names.into_iter().for_each(|name| name.insert_str(0, path));
        self
    }
}

fn unknown(grain: Grain) -> &'static str {
    match grain {
        Grain::Day => "its day is unknown",
        Grain::Month => "its month is unknown",
        Grain::Whole => "it is no file of the table",
    }
}

/// Whether a key below a table's path is data at all. As in Hive: what begins with a dot or an underscore is not, and a key
/// with a slash at its end is a folder.
fn is_data(name: &str) -> bool {
    !name.is_empty() && !name.ends_with('/') && !name.split('/').any(|part| part.starts_with(['.', '_']))
}

/// Which slice each file is of. `files` are names below the table's path, each with a value for the file; with
/// `wanted`, only slices that have a part in common with it are looked for.
///
/// # Errors
/// [`Error`], where a file is of no slice, or two are the newest.
pub fn assign<T>(
    layout: &Layout<'_>,
    wanted: Option<Slice>,
    files: impl IntoIterator<Item = (String, T)>,
) -> Result<Found<T>, Error> {
    let names = layout.names();
    let is_wanted = |slice: Slice| wanted.is_none_or(|wanted| wanted.overlaps(slice));
    let picks = layout.file.is_some() && layout.input == Input::Newest;
    let mut found = Found { slices: BTreeMap::new(), ignored: Vec::new() };
    let mut candidates: BTreeMap<Slice, Vec<_>> = BTreeMap::new();
    for (name, file) in files.into_iter().filter(|(name, _)| is_data(name)) {
        if !picks {
            let Some(slice) = names.slice(&name) else {
                return Err(Error::Stray { name, pattern: layout.pattern(), grain: layout.grain });
            };
            if is_wanted(slice) {
                found.slices.entry(slice).or_insert_with(Vec::new).push(file);
            }
            continue;
        }
        match date_in(&name) {
            _ if !names.fits(&name) => {
                found.ignored.push(format!("{name} is not named like `{}`", layout.pattern()));
            }
            Named::Undated => found.ignored.push(format!("the name of {name} does not begin with a date, YYYYMMDD")),
            Named::Impossible => {
                found.ignored.push(format!("the name of {name} begins with a date that the calendar does not have"));
            }
            Named::Of(date) if is_wanted(layout.grain.slice(date)) => {
                candidates.entry(layout.grain.slice(date)).or_default().push((date, (name, file)));
            }
            Named::Of(_) => {}
        }
    }
    for (slice, all) in candidates {
        let newest = newest(all).map_err(|(date, (first, _), (second, _))| Error::Tie { first, second, date })?;
        found.slices.extend(newest.map(|(_, file)| (slice, vec![file])));
    }
    Ok(found)
}

#[cfg(test)]
#[path = "files_tests.rs"]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
