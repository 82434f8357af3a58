//! The header of a CSV file: names that columns can have. `datagen load` and the transforms find columns by these names, so
//! none is changed in silence.

use csv::ByteRecord;
use std::collections::BTreeSet;

/// The longest name of a column.
const LONGEST: usize = 100;

/// The names, or a sentence that says what is wrong with them and which line to write in their place.
pub(super) fn names(header: &ByteRecord) -> Result<Vec<String>, String> {
    let mut names = Vec::new();
    for (at, field) in header.iter().enumerate() {
        match std::str::from_utf8(field) {
            Ok(name) => names.push(name.to_owned()),
            Err(_) => return Err(format!("the name of column {} is not UTF-8; convert the file", at + 1)),
        }
    }
    if names.iter().all(String::is_empty) {
        return Err("it is empty; its first line has to name the columns".into());
    }
    if let [only] = names.as_slice()
        && let Some(separator) = [';', '\t', '|'].into_iter().find(|separator| only.contains(*separator))
    {
        let called = if separator == '\t' { "tabs".to_owned() } else { format!("`{separator}`") };
        return Err(format!("its columns are separated by {called}, and strata reads commas; convert the file"));
    }
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let number = at + 1;
        if name.is_empty() {
            problems.push(format!("column {number} has no name"));
        } else if !is_name(name) {
            problems.push(format!("column {number} is `{name}`"));
        } else if !seen.insert(name) {
            problems.push(format!("column {number}, `{name}`, is there twice"));
        }
    }
    if problems.is_empty() {
        return Ok(names);
    }
    let more = problems.len().saturating_sub(5);
    problems.truncate(5);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Err(format!(
        "its first line has names that no column can have: {}{more}. A name has 1 to {LONGEST} lower-case letters, digits and \
         underscores, and is there once. Write this line in its place:\n{}",
        problems.join("; "),
        better(&names).join(",")
    ))
}

/// Whether a column can have this name.
fn is_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (1..=LONGEST).contains(&name.len()) && name.chars().all(legal)
}

/// A word as a name: `Order ID` becomes `order_id`, and `orderId` `order_id`. Empty where nothing of it is left.
pub(super) fn name_of(text: &str) -> String {
    let mut name = String::new();
    let mut before = ' ';
    for c in text.chars() {
        let starts_a_word = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        let ends_a_word = !c.is_ascii_alphanumeric() || starts_a_word;
        if ends_a_word && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    name.truncate(LONGEST - 4);
    name.trim_end_matches('_').to_owned()
}

/// Names that columns can have, as near to these as they can be, all different.
fn better(names: &[String]) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut all = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let plain = if is_name(name) { name.clone() } else { name_of(name) };
        let plain = if plain.is_empty() { format!("column_{}", at + 1) } else { plain };
        let free = |name: &String| !taken.contains(name);
        let name = std::iter::once(plain.clone())
            .chain((2..=names.len() + 1).map(|number| format!("{plain}_{number}")))
            .find(free)
            .unwrap_or(plain);
        taken.insert(name.clone());
        all.push(name);
    }
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn said(header: &[&str]) -> Result<Vec<String>, String> {
        names(&ByteRecord::from(header.to_vec()))
    }

    #[test]
    fn names_that_columns_can_have_stay_as_they_are() {
        assert_eq!(said(&["id", "_x", "2024", "a_b"]).unwrap(), ["id", "_x", "2024", "a_b"]);
    }

    #[test]
    fn other_names_are_refused_with_a_line_to_write_in_their_place() {
        let cases: [(&[&str], &str, &str); 7] = [
            (&["Order ID", "amount"], "column 1 is `Order ID`", "order_id,amount"),
            (&["orderId", "HTTPCode", "ID"], "column 2 is `HTTPCode`", "order_id,httpcode,id"),
            (&["a", "a", "A"], "column 2, `a`, is there twice; column 3 is `A`", "a,a_2,a_3"),
            (&["a", "", "ț"], "column 2 has no name", "a,column_2,column_3"),
            (&["Total (EUR)", " x "], "column 2 is ` x `", "total_eur,x"),
            (&["a-b", "a_b"], "column 1 is `a-b`", "a_b,a_b_2"),
            (&["a,b", "c\nd"], "column 1 is `a,b`", "a_b,c_d"),
        ];
        for (header, problem, line) in cases {
            let error = said(header).unwrap_err();
            assert!(error.contains(problem) && error.ends_with(&format!(":\n{line}")), "{header:?}: {error}");
            let line: Vec<&str> = line.split(',').collect();
            assert!(said(&line).is_ok(), "{line:?}");
        }
    }

    #[test]
    fn a_file_without_header_or_with_another_separator_is_told() {
        assert!(said(&[""]).unwrap_err().contains("it is empty"));
        assert!(said(&["id;amount"]).unwrap_err().contains("separated by `;`"));
        assert!(said(&["id\tamount"]).unwrap_err().contains("separated by tabs"));
    }
}
