//! Reads one file: its stretches in parallel where counting quotes tells where records end, else in one go.

use super::layout::{Layout, layout};
use super::part::{Part, Stop, part};
use super::reject::Rejects;
use super::{key, scan};
use polars::prelude::{BooleanChunked, DataFrame, NewChunkedArray};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use strata_state::spec::Place;

/// Stretches below this size are not worth a thread of their own.
const STRETCH: usize = 1 << 20;

/// What a file holds.
#[derive(Debug)]
pub(crate) struct Table {
    /// The rows that are right, with the columns that are used.
    pub(crate) frame: DataFrame,
    /// Rows of the file, right or not.
    pub(crate) rows: u64,
    /// The rows that are not.
    pub(crate) rejects: Rejects,
}

/// Read the file `bytes` of the table `place`; the frame has only columns that are `used`.
pub(crate) fn read(bytes: &[u8], place: &Place, used: &dyn Fn(&str) -> bool) -> Result<Table, String> {
    let most = rayon::current_num_threads().min(bytes.len() / STRETCH).max(1);
    read_in(bytes, place, used, most)
}

/// As [`read`], in `count` stretches.
pub(super) fn read_in(bytes: &[u8], place: &Place, used: &dyn Fn(&str) -> bool, count: usize) -> Result<Table, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count();
        format!("line {line} is not UTF-8; convert the file")
    })?;
    if memchr::memchr(0, bytes).is_some() {
        return Err("it has a zero byte, so it is not text".to_owned());
    }
    let from = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let layout = layout(text, from, place, used)?;
    let parts = match counted(text, &layout, count) {
        Err(Stop::Unsure) => part(text, &layout, layout.body..text.len(), false).map(|part| vec![part]),
        done => done,
    };
    match parts {
        Ok(parts) => join(text, &layout, parts),
        Err(Stop::Engine(reason)) => Err(reason),
        Err(Stop::Unsure) => Err("its records cannot be told apart".to_owned()),
    }
}

fn counted(text: &str, layout: &Layout<'_>, count: usize) -> Result<Vec<Part>, Stop> {
    let stretches = scan::stretches(text.as_bytes(), layout.body, count);
    stretches.into_par_iter().map(|range| part(text, layout, range, true)).collect()
}

fn join(text: &str, layout: &Layout<'_>, parts: Vec<Part>) -> Result<Table, String> {
    let engine = |error: polars::error::PolarsError| error.to_string();
    let mut frame: Option<DataFrame> = None;
    let mut keys = Vec::new();
    let mut aside = Vec::new();
    for part in parts {
        keys.extend(part.keys);
        aside.extend(part.aside);
        match &mut frame {
            None => frame = Some(part.frame),
            Some(frame) => {
                frame.vstack_mut_owned(part.frame).map_err(engine)?;
            }
        }
    }
    let mut frame = frame.unwrap_or_else(DataFrame::empty);
    let rows = (frame.height() + aside.len()) as u64;
    if let Some(stays) = key::decide(text, layout, &keys, &mut aside) {
        let stays = BooleanChunked::from_slice("stays".into(), &stays);
        frame = frame.filter(&stays).map_err(engine)?;
    }
    let rejects = Rejects::new(text, aside);
    if rows > 0 && frame.height() == 0 {
        let most = rejects.reasons().into_iter().max_by_key(|(_, count)| *count);
        let most = most.map(|(reason, count)| format!("{count} times {reason}")).unwrap_or_default();
        return Err(format!("none of its {rows} rows fits the declared columns: {most}; is it the right file?"));
    }
    Ok(Table { frame, rows, rejects })
}
