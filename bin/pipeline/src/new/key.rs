//! Which columns tell rows apart: a guess from the rows that there are.

use super::sample::Rows;
use csv::ByteRecord;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use strata_state::wish::{Column, Type};

/// Columns that are tried in pairs and in threes; of more there would be too many.
const IN_PAIRS: usize = 12;
const IN_THREES: usize = 8;

/// The columns of the file at `path` whose values together differ between any two rows and are never missing. The first
/// single one, before it those whose names say so; else the first two or three. None where no such columns are found, or
/// where there is only one row, which says nothing.
pub(super) fn guess(path: &Path, columns: &[&Column]) -> Result<Vec<String>, String> {
    let fit = |column: &Column| {
        let of_a_name = matches!(column.kind, Type::String | Type::Int | Type::Bigint | Type::Date);
        of_a_name && !column.nullable
    };
    let mut singles: Vec<usize> = (0..columns.len()).filter(|at| fit(columns[*at])).collect();
    singles.sort_by_key(|at| !is_named_so(&columns[*at].name));
    // In a set a point in time may count, too: one of a sensor's readings.
    let in_sets = |at: &usize| fit(columns[*at]) || (columns[*at].kind == Type::Timestamp && !columns[*at].nullable);
    let parts: Vec<usize> = (0..columns.len()).filter(in_sets).collect();
    let first = |many: usize| &parts[..parts.len().min(many)];
    let pairs = || sets(first(IN_PAIRS), 2);
    let threes = || sets(first(IN_THREES), 3);
    let tries: [&dyn Fn() -> Vec<Vec<usize>>; 3] = [&|| singles.iter().map(|at| vec![*at]).collect(), &pairs, &threes];
    for sets in tries {
        if let Some(found) = distinct(path, sets())? {
            return Ok(found.into_iter().map(|at| columns[at].name.clone()).collect());
        }
    }
    Ok(Vec::new())
}

/// Whether a column's name says that it tells rows apart.
fn is_named_so(name: &str) -> bool {
    ["id", "key", "uuid", "guid"].iter().any(|word| name == *word || name.ends_with(&format!("_{word}")))
}

/// All sets of `size` of these, in their order.
fn sets(of: &[usize], size: usize) -> Vec<Vec<usize>> {
    match size {
        0 => vec![Vec::new()],
        _ => (0..of.len())
            .flat_map(|at| sets(&of[at + 1..], size - 1).into_iter().map(move |rest| [vec![of[at]], rest].concat()))
            .collect(),
    }
}

/// The first of these sets of columns whose values together differ between any two rows.
fn distinct(path: &Path, sets: Vec<Vec<usize>>) -> Result<Option<Vec<usize>>, String> {
    let mut left: Vec<(Vec<usize>, HashSet<u64>)> = sets.into_iter().map(|set| (set, HashSet::new())).collect();
    if left.is_empty() {
        return Ok(None);
    }
    let mut rows = Rows::open(path)?;
    while let Some(record) = rows.next()? {
        left.retain_mut(|(set, seen)| seen.insert(hash(record, set)));
        if left.is_empty() {
            return Ok(None);
        }
    }
    let is_told = rows.count > 1;
    Ok(left.into_iter().next().filter(|_| is_told).map(|(set, _)| set))
}

/// Two values in one place of 2^64 would only hide a key.
fn hash(record: &ByteRecord, set: &[usize]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for at in set {
        record.get(*at).unwrap_or_default().hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::new::sample::Sample;
    use std::io::Write;

    fn key(text: &str) -> Vec<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        Sample::read(file.path()).unwrap().key
    }

    #[test]
    fn the_first_columns_that_tell_rows_apart() {
        assert_eq!(key("name,n\nann,1\nbob,1\n"), ["name"]);
        // A name that says so comes first, however far behind.
        assert_eq!(key("name,amount,order_id\nann,1.5,7\nbob,2.5,8\n"), ["order_id"]);
        // Neither amounts nor points in time name a row by themselves.
        assert_eq!(key("amount,at,name\n1.5,2024-09-15 07:00:00,a\n2.5,2024-09-15 08:00:00,b\n"), ["name"]);
        assert_eq!(
            key("sensor,at,v\na,2024-09-15 07:00:00,1\na,2024-09-15 08:00:00,1\nb,2024-09-15 07:00:00,1\n"),
            ["sensor", "at"]
        );
        assert_eq!(key("a,b,c\n1,1,1\n1,1,2\n1,2,1\n2,1,1\n"), ["a", "b", "c"]);
    }

    #[test]
    fn none_where_rows_repeat_values_are_missing_or_one_row_says_nothing() {
        assert!(key("a,b\n1,x\n1,x\n").is_empty());
        assert!(key("id,b\n1,x\n,x\n").is_empty());
        assert!(key("id\n1\n").is_empty());
    }
}
