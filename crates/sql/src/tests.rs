//! Queries that hold and queries that are refused, with their places.

use crate::{Shape, load, parse};

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

fn shape(text: &str) -> Shape {
    parse("x.sql", text).unwrap().shape().clone()
}

#[test]
fn projections_and_filters_of_one_table_go_row_by_row() {
    for text in [
        "SELECT a FROM raw",
        "SELECT * FROM raw",
        "SELECT ALL a, 'x' AS b FROM raw AS r WHERE r.a > 1 AND b IS NOT NULL",
        "SELECT UPPER(SUBSTR(a, 1, CASE WHEN LENGTH(a) > 3 THEN 2 ELSE 0 END)) || '*' AS a FROM raw",
        "SELECT CAST(b AS DECIMAL(18, 2)) AS a FROM (SELECT a * 2 AS b FROM raw WHERE a IN (1, 2)) AS inner",
        "SELECT a FROM raw WHERE a LIKE 'x%' AND b BETWEEN 1 AND 2;",
    ] {
        assert_eq!(shape(text), Shape::Rows("raw".to_owned()), "{text}");
    }
}

#[test]
fn joins_by_one_column_go_row_by_row() {
    let joined = |tables: &[&str]| Shape::Joined {
        tables: tables.iter().map(|table| (*table).to_owned()).collect(),
        key: "k".to_owned(),
    };
    assert_eq!(shape("SELECT x FROM a JOIN b USING (k)"), joined(&["a", "b"]));
    assert_eq!(
        shape("SELECT a.k FROM a INNER JOIN b ON b.k = a.k LEFT JOIN c AS d ON d.k = b.k"),
        joined(&["a", "b", "c"])
    );
    assert_eq!(shape("SELECT x + 1 AS y FROM (SELECT x FROM a JOIN b ON a.k = b.k) AS t"), joined(&["a", "b"]));
}

#[test]
fn a_join_is_asked_of_one_wide_table_where_names_alone_tell_the_columns() {
    let wide = |text: &str| parse("x.sql", text).unwrap().wide().map(|wide| wide.text.clone());
    let found = wide("SELECT a.k, d.x, -c.y AS z FROM a JOIN b AS d ON d.k = a.k LEFT JOIN c USING (k) WHERE d.x > 1");
    assert_eq!(found.as_deref(), Some("SELECT k, x, -y AS z FROM a WHERE x > 1"));
    let nested = wide("SELECT t.x FROM (SELECT b.x FROM a AS l JOIN b ON l.k = b.k) AS t WHERE t.x = 'a.x'");
    assert_eq!(nested.as_deref(), Some("SELECT t.x FROM (SELECT x FROM a AS l) AS t WHERE t.x = 'a.x'"));
    for text in [
        "SELECT x FROM a",
        "SELECT * FROM a JOIN b USING (k)",
        "SELECT b.* FROM a JOIN b USING (k)",
        "SELECT c.x FROM a JOIN b USING (k)",
        "SELECT s.a.x FROM a JOIN b USING (k)",
        "SELECT count(b.x) AS x FROM a JOIN b USING (k)",
    ] {
        assert_eq!(wide(text), None, "{text}");
    }
}

#[test]
fn a_column_is_passed_on_where_it_surely_is_the_tables_own() {
    let passed = |text: &str| {
        let query = parse("x.sql", text).unwrap();
        ["k", "x", "y"].into_iter().filter(|column| query.passes_on(column)).collect::<String>()
    };
    assert_eq!(passed("SELECT k, x AS y, x + 1 AS x FROM raw"), "k");
    assert_eq!(passed("SELECT t.k, y FROM (SELECT k, x AS y FROM raw) AS t"), "k");
    for text in [
        "SELECT * FROM raw",
        "SELECT x AS k FROM raw",
        "SELECT k FROM raw GROUP BY k",
        "SELECT k FROM a JOIN b USING (k)",
    ] {
        assert_eq!(passed(text), "", "{text}");
    }
}

#[test]
fn columns_that_are_the_tables_own_are_told_from_those_that_are_made() {
    let split = |text: &str| {
        let query = parse("x.sql", text).unwrap();
        let wide = query.wide().unwrap();
        let columns = wide.columns.as_ref()?;
        let same: Vec<String> = columns.iter().filter(|(_, same)| *same).map(|(name, _)| name.clone()).collect();
        Some((same.join(" "), wide.rest.clone().unwrap_or_default()))
    };
    let told = |same: &str, rest: &str| Some((same.to_owned(), rest.to_owned()));
    assert_eq!(split("SELECT a.k, b.x FROM a JOIN b USING (k)"), told("k x", ""));
    assert_eq!(
        split("SELECT a.k, b.x AS y, 1 AS z, -x AS x FROM a JOIN b USING (k)"),
        told("k", "SELECT x AS y, 1 AS z, -x AS x FROM a")
    );
    assert_eq!(
        split("SELECT t.k, x, t.y + 1 AS y, z FROM (SELECT a.k, b.x, b.v AS z, b.w AS y FROM a JOIN b USING (k)) AS t"),
        told("k x", "SELECT t.y + 1 AS y, z FROM (SELECT k, x, v AS z, w AS y FROM a) AS t")
    );
    for text in [
        // Rows are left out.
        "SELECT a.k, b.x FROM a JOIN b USING (k) WHERE b.x > 1",
        "SELECT k FROM (SELECT a.k FROM a JOIN b USING (k) WHERE b.x > 1) AS t",
        // One row would come of the rest.
        "SELECT a.k, 1 AS z FROM a JOIN b USING (k)",
        // No such table.
        "SELECT t.k, u.x FROM (SELECT a.k, b.x FROM a JOIN b USING (k)) AS t",
        // Nothing is as it was, or has no name, or one that is there twice.
        "SELECT a.k AS l FROM a JOIN b USING (k)",
        "SELECT a.k, b.x + 1 FROM a JOIN b USING (k)",
        "SELECT a.k, b.x, b.y AS x FROM a JOIN b USING (k)",
    ] {
        assert_eq!(split(text), None, "{text}");
    }
}

#[test]
fn whatever_looks_at_more_than_one_row_is_run_whole() {
    for text in [
        "SELECT count(*) FROM raw",
        "SELECT a, sum(b) AS b FROM raw GROUP BY a",
        "SELECT max(a) AS a FROM raw",
        "SELECT first(a) AS a FROM raw",
        "SELECT some_new_function(a) AS a FROM raw",
        "SELECT DISTINCT a FROM raw",
        "SELECT DISTINCT ON (a) a FROM raw",
        "SELECT a FROM raw ORDER BY a",
        "SELECT a FROM raw LIMIT 3",
        "SELECT a FROM raw OFFSET 3",
        "SELECT a FROM raw FETCH FIRST 3 ROWS ONLY",
        "SELECT a, row_number() OVER (ORDER BY a) AS b FROM raw",
        "SELECT a, abs(b) OVER (PARTITION BY a) AS b FROM raw",
        "SELECT a FROM raw QUALIFY row_number() OVER (ORDER BY a) = 1",
        "SELECT a FROM raw UNION ALL SELECT a FROM raw",
        "SELECT a FROM raw WHERE a IN (SELECT a FROM other)",
        "SELECT a FROM raw WHERE EXISTS (SELECT 1 FROM other)",
        "SELECT a, (SELECT max(a) FROM raw) AS b FROM raw",
        "WITH t AS (SELECT a FROM raw) SELECT a FROM t",
        "SELECT 'only' AS a, 1 AS b FROM raw",
        "SELECT x FROM (SELECT 1 AS x FROM raw) AS t",
        "SELECT a FROM (SELECT DISTINCT a FROM raw) AS t",
        "SELECT a FROM raw TABLESAMPLE BERNOULLI (3)",
        "SELECT a FROM raw, other",
        "SELECT a FROM raw CROSS JOIN other",
        "SELECT a FROM raw NATURAL JOIN other",
        "SELECT a FROM raw JOIN other ON raw.k < other.k",
        "SELECT a FROM raw JOIN other ON raw.k = other.l",
        "SELECT a FROM raw JOIN other ON raw.k = raw.k",
        "SELECT a FROM raw JOIN other ON raw.k = other.k AND raw.l = other.l",
        "SELECT a FROM raw JOIN other USING (k, l)",
        "SELECT a FROM raw JOIN other USING (k) JOIN third USING (l)",
        "SELECT a FROM raw JOIN raw AS again USING (k)",
        "SELECT a FROM raw FULL JOIN other USING (k)",
        "SELECT a FROM raw RIGHT JOIN other USING (k)",
        "SELECT a FROM raw LEFT ANTI JOIN other USING (k)",
        "SELECT a FROM raw JOIN (SELECT k FROM other) AS o USING (k)",
    ] {
        assert_eq!(shape(text), Shape::Whole, "{text}");
    }
}

#[test]
fn the_nine_published_transforms_go_row_by_row() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pipelines/driven-data");
    for layer in ["sql/staging", "sql/trusted"] {
        for file in std::fs::read_dir(folder.join(layer)).unwrap() {
            let name = format!("{layer}/{}", file.unwrap().file_name().to_str().unwrap());
            let query = load(&folder, &name).unwrap();
            assert_eq!(query.wide().is_some(), layer == "sql/trusted", "{name}");
            let shape = query.shape().clone();
            match layer {
                "sql/staging" => assert_eq!(shape, Shape::Rows("raw".to_owned()), "{name}"),
                _ => assert!(matches!(shape, Shape::Joined { key, .. } if key == "unique_id"), "{name}"),
            }
        }
    }
}

#[test]
fn what_makes_fewer_rows_on_purpose_is_known() {
    let groups = |text: &str| parse("x.sql", text).unwrap().groups();
    for text in [
        "SELECT a FROM t GROUP BY a",
        "SELECT DISTINCT a FROM t",
        "SELECT COUNT(*) AS n FROM t",
        "SELECT a FROM t LIMIT 5",
        "WITH c AS (SELECT a, max(b) AS b FROM t GROUP BY a) SELECT a FROM c",
    ] {
        assert!(groups(text), "{text}");
    }
    for text in [
        "SELECT a FROM t WHERE b > 1",
        "SELECT t.a FROM t JOIN u ON t.a = u.b",
        "SELECT sum(a) OVER (ORDER BY b) AS s FROM t",
    ] {
        assert!(!groups(text), "{text}");
    }
}
