//! Checks a transform's SQL file before anything is touched: that it parses, that it is one query, and that it reads
//! only the tables that the transform names. The parser is the one that runs the query later.
//!
//! Errors say where: `pipelines/driven-data/sql/staging/dim_date.sql:3:14: ...`.

mod bounded;
mod error;
mod shape;
mod walk;
mod wide;

pub use bounded::{LATE, bounded};
pub use error::Error;
pub use shape::Shape;
pub use wide::Wide;

use sqlparser::ast::Statement;
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token, Tokenizer};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

/// As much as Athena takes of a query, in bytes.
const LONGEST: u64 = 262_144;

/// A SQL file that holds exactly one query.
#[derive(Debug, Clone)]
pub struct Query {
    path: String,
    text: String,
    tables: Vec<walk::Table>,
    words: BTreeSet<String>,
    all_columns: bool,
    groups: bool,
    ordered: bool,
    shape: Shape,
    wide: Option<Wide>,
    /// Of a query over one table: as [`Wide::columns`].
    columns: Option<Vec<(String, bool)>>,
}

/// Read and check the file `sql` of the pipeline's `folder`. It has to be in there, also where links lead elsewhere.
///
/// # Errors
/// When it is missing, unreadable, elsewhere or no file, or [`parse`] refuses it.
pub fn load(folder: &Path, sql: &str) -> Result<Query, Error> {
    let path = folder.join(sql);
    match text(folder, &path) {
        Ok(text) => parse(&path.display().to_string(), &text),
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => Err(Error::Missing(path)),
        Err(source) => Err(Error::Unreadable { path, source }),
    }
}

fn text(folder: &Path, path: &Path) -> std::io::Result<String> {
    let wrong = std::io::Error::other;
    let real = path.canonicalize()?;
    if !real.starts_with(folder.canonicalize()?) {
        return Err(wrong(format!("it leads out of the pipeline's folder, to {}; copy the file", real.display())));
    }
    // Opening a pipe would wait for a writer.
    if !real.metadata()?.is_file() {
        return Err(wrong("it is not a file".to_owned()));
    }
    let mut text = String::new();
    let read = std::fs::File::open(real)?.take(LONGEST + 1).read_to_string(&mut text)?;
    if read as u64 > LONGEST {
        return Err(wrong(format!("it has more than {LONGEST} bytes, which is too long for a query")));
    }
    Ok(text)
}

/// Check `text`; `path` is only what errors call it.
///
/// # Errors
/// When it does not parse, or is anything but one `SELECT` or `WITH` query.
pub fn parse(path: &str, text: &str) -> Result<Query, Error> {
    let (name, owned) = (path.to_owned(), text.to_owned());
    let fail = |reason: &str| Error::At { path: path.to_owned(), line: 1, column: 1, reason: reason.to_owned() };
    if text.len() as u64 > LONGEST {
        return Err(fail("it is too long for a query"));
    }
    match bounded(move || parse_here(&name, &owned)) {
        Ok(Some(query)) => query,
        Ok(None) => Err(fail(LATE)),
        Err(error) => Err(fail(&format!("starting the parser: {error}"))),
    }
}

fn parse_here(path: &str, text: &str) -> Result<Query, Error> {
    let at = |(line, column): (u64, u64), reason: String| Error::At { path: path.to_owned(), line, column, reason };
    let tokens = Tokenizer::new(&GenericDialect {}, text)
        .tokenize_with_location()
        .map_err(|error| at(place(error.location), error.message))?;
    let words = tokens.iter().filter_map(|token| match &token.token {
        Token::Word(word) => Some(word.value.clone()),
        _ => None,
    });
    let words = words.collect();
    let starts: Vec<(u64, u64)> = tokens
        .iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_) | Token::SemiColon | Token::EOF))
        .map(|token| place(token.span.start))
        .collect();
    let first = starts.first().copied().unwrap_or((1, 1));
    let statements = Parser::new(&GenericDialect {})
        .with_tokens_with_locations(tokens)
        .parse_statements()
        .map_err(|error| located(error, first, &at))?;
    match statements.as_slice() {
        [] => Err(at(first, "there is no statement; write one SELECT".to_owned())),
        [Statement::Query(query)] => {
            let seen = walk::walk(query);
            let shape = shape::shape(query);
            let joined = matches!(shape, Shape::Joined { .. });
            Ok(Query {
                path: path.to_owned(),
                text: text.to_owned(),
                tables: seen.tables,
                words,
                all_columns: seen.all_columns,
                groups: seen.groups,
                ordered: query.order_by.is_some(),
                wide: joined.then(|| wide::wide(query)).flatten(),
                columns: if joined { None } else { wide::columns(query) },
                shape,
            })
        }
        [_] => Err(at(first, "this is not a query; a transform is one SELECT or WITH query".to_owned())),
        more => Err(at(first, format!("there are {} statements; a transform is one SELECT or WITH query", more.len()))),
    }
}

fn place(location: Location) -> (u64, u64) {
    (location.line.max(1), location.column.max(1))
}

/// The parser puts the place at the end of its sentence; people look for it at the start.
fn located(error: ParserError, first: (u64, u64), at: &impl Fn((u64, u64), String) -> Error) -> Error {
    let reason = match error {
        ParserError::TokenizerError(reason) | ParserError::ParserError(reason) => reason,
        ParserError::RecursionLimitExceeded => "it is nested too deeply".to_owned(),
    };
    let found = reason.rsplit_once(" at Line: ").and_then(|(before, after)| {
        let (line, column) = after.split_once(", Column: ")?;
        Some((before.to_owned(), line.trim().parse().ok()?, column.trim().parse().ok()?))
    });
    match found {
        Some((before, line, column)) => at((line, column), before),
        None => at(first, reason),
    }
}

impl Query {
    /// The text of the file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the tables that it reads. Names that a `WITH` defines are not among them.
    #[must_use]
    pub fn tables(&self) -> BTreeSet<&str> {
        self.tables.iter().map(|table| table.name.as_str()).collect()
    }

    /// Whether it can be run piece by piece.
    #[must_use]
    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Whether several rows may become one, or some are left out on purpose: by groups, aggregates, DISTINCT or LIMIT.
    #[must_use]
    pub fn groups(&self) -> bool {
        self.groups
    }

    /// Whether it says in which order its rows come.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// The same query over one table that has the columns of all that it joins, called as the first of them: for tables
    /// that hold the same keys in the same order, each key once. Only for [`Shape::Joined`], and only where each column's
    /// name alone tells which one is meant, if no two tables have one of the same name besides the key.
    #[must_use]
    pub fn wide(&self) -> Option<&Wide> {
        self.wide.as_ref()
    }

    /// Whether the answer's column of this name is surely that of the one table that is read, row by row. Only for
    /// [`Shape::Rows`].
    #[must_use]
    pub fn passes_on(&self, column: &str) -> bool {
        let rows = matches!(self.shape, Shape::Rows(_));
        rows && self.columns.iter().flatten().any(|(name, same)| *same && name == column)
    }

    /// Whether the query may need this column: false only when it surely does not.
    #[must_use]
    pub fn mentions(&self, column: &str) -> bool {
        self.all_columns || self.words.iter().any(|word| word.eq_ignore_ascii_case(column))
    }

    /// Refuse a table that is not among `reads`.
    ///
    /// # Errors
    /// Where the first such table is, with the nearest name in `reads`.
    pub fn check(&self, reads: &[&str]) -> Result<(), Error> {
        let Some(table) = self.tables.iter().find(|table| !reads.contains(&table.name.as_str())) else {
            return Ok(());
        };
        let near = reads.iter().map(|name| (strsim::jaro_winkler(name, &table.name), name));
        let near = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score > 0.7);
        let hint = match near {
            Some((_, name)) => format!("did you mean `{name}`?"),
            None => format!("the transform reads {}", reads.join(", ")),
        };
        let reason = format!("there is no table `{}` in `reads` of the transform; {hint}", table.name);
        Err(Error::At { path: self.path.clone(), line: table.line, column: table.column, reason })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
