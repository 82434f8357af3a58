//! A transform's SQL file: hostile text, and text that is nested so deeply that a parser falls off its stack.

use crate::folder::Place;
use crate::kit::{figures, holds};
use crate::programs::{Trap, fed};
use proptest::prelude::*;
use std::time::{Duration, Instant};
use strata_sql::parse;

#[test]
fn any_text_is_one_query_or_refused_with_its_place() {
    let word = vec![
        "SELECT", "a", "FROM", "raw", "(", ")", ",", "WITH", "AS", "'", "\"", "--", "/*", "*/", ";", "UNION", "ALL",
        "*", "CASE", "WHEN", "NOT", "-", "::", "[", "]", "{", "}", "\0", "\\", "$$", "$1", "1e999", "INTERVAL",
        "\u{202e}", "DROP", "TABLE", "COPY", "x'", "E'", "U&'", "`", "=", "OVER", "\n",
    ];
    let words = prop::collection::vec(prop::sample::select(word), 0..30).prop_map(|words| words.join(" "));
    let text = prop_oneof![3 => words.clone(), 2 => words.prop_map(|rest| format!("SELECT a FROM raw {rest}")), 1 => any::<String>()];
    holds("any text as SQL", 8_000, text, |text| {
        match parse("x.sql", &text) {
            Ok(query) => prop_assert_eq!(query.text(), text),
            Err(why) => {
                let why = why.to_string();
                let mut parts = why.splitn(4, ':');
                prop_assert_eq!(parts.next(), Some("x.sql"));
                prop_assert!(
                    parts.next().is_some_and(|line| line.parse::<u64>().is_ok_and(|line| line > 0)),
                    "{}",
                    why
                );
                prop_assert!(
                    parts.next().is_some_and(|column| column.parse::<u64>().is_ok_and(|column| column > 0)),
                    "{}",
                    why
                );
            }
        }
        Ok(())
    });
}

#[test]
fn deep_and_long_queries_end_in_time_and_not_in_a_crash() {
    let begun = Instant::now();
    let shapes: [(&str, &str, &str); 17] = [
        ("SELECT a", " + a", " FROM raw"),
        ("SELECT a FROM raw WHERE a", " AND a", ""),
        ("SELECT a", " || a", " FROM raw"),
        ("SELECT a FROM raw", " UNION ALL SELECT a FROM raw", ""),
        ("SELECT ", "(", "a"),
        ("SELECT ", "NOT ", "a FROM raw"),
        ("SELECT ", "- ", "a FROM raw"),
        ("SELECT a", "::int", " FROM raw"),
        ("SELECT a", "[1]", " FROM raw"),
        ("SELECT a", ".a", " FROM raw"),
        ("SELECT ", "f(", "a"),
        ("SELECT ", "[", "a"),
        ("SELECT a FROM ", "(SELECT a FROM ", "raw"),
        ("SELECT a FROM raw", " JOIN raw ON a", ""),
        ("SELECT a FROM raw", " -- x\n", ""),
        ("SELECT a FROM raw ", "/*", ""),
        ("SELECT a FROM raw WHERE a IN (1", ", 1", ")"),
    ];
    let mut cases = 0;
    for count in [10, 100, 1_000, 10_000, 60_000, 1_000_000] {
        for (head, piece, tail) in shapes {
            let text = format!("{head}{}{tail}", piece.repeat(count));
            let started = Instant::now();
            // A crash would end the test's process; an error is fine.
            let _ = parse("x.sql", &text);
            assert!(started.elapsed() < Duration::from_secs(4), "{piece:?} {count} times took {:?}", started.elapsed());
            cases += 1;
        }
    }
    // Long, and yet a query.
    let list = vec!["a + 1 AS b"; 5_000].join(", ");
    assert!(parse("x.sql", &format!("SELECT {list} FROM raw")).is_ok());
    figures("deep and long SQL", cases, begun);
}

#[test]
fn a_query_that_no_parser_ends_with_is_refused() {
    // Each level doubles or triples the time that the parser takes: 25 of them are 37 s, 40 are two weeks.
    let begun = Instant::now();
    let shapes = ["CASE WHEN a THEN ", "POSITION(", "CAST("];
    std::thread::scope(|scope| {
        for piece in shapes {
            scope.spawn(move || {
                let folder = Place::new();
                folder.sql(|path| std::fs::write(path, format!("SELECT {}a FROM raw", piece.repeat(40))).unwrap());
                // As a process, since the parser goes on until the process ends.
                let trap = Trap::start();
                let output = fed(trap.command("storage").arg("plan"), folder.document.to_string().as_bytes());
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                assert_eq!((output.status.code(), trap.calls()), (Some(2), 0), "{said}");
                assert!(said.contains("cannot be parsed in reasonable time"), "{said}");
            });
        }
    });
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    figures("SQL that takes for ever", shapes.len(), begun);
}
