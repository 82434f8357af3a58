//! One scan of a raw file for all transforms that read it row by row: each stretch of it is read and checked once, and every
//! query is run over its rows.

use crate::answer::{Answer, Made, Maker, Piece};
use crate::csv::Seen;
use crate::progress::{Log, Progress};
use crate::work::{Outcome, Work};
use crate::{Error, Object, parquet};
use polars::prelude::DataFrame;
use std::collections::BTreeMap;

/// The scan for one transform.
pub(crate) fn alone<'a>(
    work: &Work<'a>,
    table: &str,
    object: &Object,
    log: Log<'_>,
) -> Result<Option<Outcome<'a>>, Error> {
    let (mut made, seen) = scan(std::slice::from_ref(work), table, object, log)?;
    let rows_in = BTreeMap::from([(table.to_owned(), seen.rows)]);
    Ok(made.pop().map(|made| Outcome { made, rejects: seen.rejects, rows_in }))
}

/// What each of `works` makes of the raw file of `table`, in their order, and what was seen of the file.
pub(crate) fn scan<'a>(
    works: &[Work<'a>],
    table: &str,
    object: &Object,
    log: Log<'_>,
) -> Result<(Vec<Made<'a>>, Seen), Error> {
    let mut makers = works.iter().map(|work| maker(work, table)).collect::<Result<Vec<_>, _>>()?;
    let (answers, seen) = once(works, &makers, table, object, log)?;
    let mut made = Vec::new();
    for ((work, maker), answer) in works.iter().zip(&mut makers).zip(answers) {
        let (one, twice) = answer.finish()?;
        if !twice.is_empty() {
            maker.look_for(twice);
            let (again, _) = once(std::slice::from_ref(work), std::slice::from_ref(maker), table, object, log)?;
            again.into_iter().try_for_each(Answer::different)?;
        }
        made.push(one);
    }
    Ok((made, seen))
}

fn maker<'a>(work: &Work<'a>, table: &str) -> Result<Maker<'a>, Error> {
    // Of rows of a raw file that share a key, none or one is read.
    let (key, read) = (&work.spec.writes.key, &work.place(table)?.key);
    let distinct = !key.is_empty() && key == read && key.iter().all(|column| work.query.passes_on(column));
    Ok(work.maker()?.distinct(distinct))
}

fn once<'a>(
    works: &[Work<'a>],
    makers: &[Maker<'a>],
    table: &str,
    object: &Object,
    log: Log<'_>,
) -> Result<(Vec<Answer<'a>>, Seen), Error> {
    let Some(first) = works.first() else {
        return Err(Error::Input { url: object.url.clone(), reason: "no transform reads it".to_owned() });
    };
    let name = works.iter().map(|work| work.spec.name.as_str()).collect::<Vec<_>>().join(", ");
    let used = |column: &str| works.iter().any(|work| work.query.mentions(column));
    let make = |frame: DataFrame| -> Result<Vec<Piece>, Error> {
        makers.iter().map(|maker| maker.make(BTreeMap::from([(table.to_owned(), frame.clone())]))).collect()
    };
    let add = |answers: &mut Vec<Answer<'a>>, pieces: Vec<Piece>| {
        answers.iter_mut().zip(pieces).try_for_each(|(answer, piece)| answer.add(piece))
    };
    first.raw(table, object, &used, |raw| {
        let mut answers = makers.iter().map(Maker::start).collect::<Result<Vec<_>, _>>()?;
        let mut progress = Progress::new(log, format!("{name} {}", first.slice), object.size);
        let seen = raw.each(
            |part| make(part.frame),
            |pieces, rows, bytes| {
                progress.add(rows, bytes);
                add(&mut answers, pieces)
            },
        )?;
        if seen.rows == 0 {
            add(&mut answers, make(parquet::empty(&first.place(table)?.columns))?)?;
        }
        Ok((answers, seen))
    })
}
