//! Input that attacks: documents, names, paths, CSV, SQL, requests of web pages. Property tests with figures.
//!
//! PROPTEST_CASES scales the number of cases: 256 is the usual number, 2560 ten times as many.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "attacks/csv.rs"]
mod csv;
#[path = "attacks/document.rs"]
mod document;
#[path = "attacks/folder.rs"]
mod folder;
#[path = "attacks/kit.rs"]
mod kit;
#[path = "attacks/numbers.rs"]
mod numbers;
#[path = "attacks/page.rs"]
mod page;
#[path = "attacks/programs.rs"]
mod programs;
#[path = "attacks/scripts.rs"]
mod scripts;
#[path = "attacks/sql.rs"]
mod sql;
#[path = "attacks/words.rs"]
mod words;
