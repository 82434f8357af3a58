//! Queries that hold and queries that are refused, with their places.

use crate::{load, parse};

fn error(text: &str) -> String {
    parse("sql/x.sql", text).expect_err("it has to be refused").to_string()
}

#[test]
fn tables_are_those_of_from_and_join_and_not_those_of_with() {
    let text = "WITH big AS (SELECT a FROM raw) SELECT b.a FROM big AS b JOIN other o ON b.a = o.a \
                WHERE b.a IN (SELECT a FROM third)";
    let query = parse("x.sql", text).unwrap();
    assert_eq!(query.tables().into_iter().collect::<Vec<_>>(), ["other", "raw", "third"]);
}

#[test]
fn a_mistake_is_reported_where_it_stands() {
    assert!(
        error("SELECT a\nFROM raw\nWHERE a = = 1").starts_with("sql/x.sql:3:11: "),
        "{}",
        error("SELECT a\nFROM raw\nWHERE a = = 1")
    );
    let open = error("SELECT a,\n  'open\nFROM raw");
    assert!(open.starts_with("sql/x.sql:2:3: "), "{open}");
}

#[test]
fn anything_but_one_query_is_refused() {
    assert!(error("").contains("no statement"));
    assert!(error("-- only a comment\n").contains("no statement"));
    assert!(error("\n  DROP TABLE raw").starts_with("sql/x.sql:2:3: this is not a query"));
    assert!(error("SELECT 1; SELECT 2").contains("2 statements"));
    assert!(parse("x.sql", "SELECT a FROM raw;\n").is_ok());
}

#[test]
fn an_unknown_table_is_reported_with_its_place_and_the_nearest_name() {
    let query = parse("sql/x.sql", "SELECT a\nFROM dim_adress").unwrap();
    let text = query.check(&["raw", "dim_address"]).unwrap_err().to_string();
    assert_eq!(
        text,
        "sql/x.sql:2:6: there is no table `dim_adress` in `reads` of the transform; did you mean `dim_address`?"
    );
    assert!(query.check(&["dim_adress", "raw"]).is_ok());
}

#[test]
fn a_missing_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let text = load(folder.path(), "gone.sql").unwrap_err().to_string();
    assert!(text.contains("gone.sql") && text.contains("no such file"), "{text}");
}

#[test]
fn a_column_counts_as_needed_unless_it_surely_is_not() {
    let query = parse("x.sql", "SELECT a, count(*) FROM raw GROUP BY a").unwrap();
    assert!(query.mentions("a") && !query.mentions("b"));
    assert!(parse("x.sql", "SELECT * FROM raw").unwrap().mentions("b"));
    assert!(parse("x.sql", "SELECT r.* FROM raw AS r").unwrap().mentions("b"));
    assert!(parse("x.sql", "SELECT a FROM (SELECT * FROM raw) AS r").unwrap().mentions("b"));
}
