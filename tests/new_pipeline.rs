//! `pipeline new`: from a CSV file to a pipeline that runs at once, also where the file is nasty.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use strata_testkit::world::differences;
use strata_testkit::{Endpoint, Output, World, bin, repository, run, run_in};
use strata_tests::{Checkout, Said, json as parse};
use tempfile::TempDir;

const DAY: &str = "2024-09-15";

/// A folder outside of the checkout with one CSV file in it.
fn folder(csv: &[u8]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("orders.csv"), csv).unwrap();
    folder
}

fn new(folder: &Path, words: &[&str]) -> Output {
    run_in(folder, bin("pipeline"), &[&["new"], words].concat(), "", &[])
}

fn shop(folder: &TempDir) -> Output {
    let output = new(folder.path(), &["shop", "--input", "orders.csv"]);
    assert_eq!((output.status, output.stdout.as_str()), (Some(0), ""), "{}", output.stderr);
    output
}

fn text(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn tables(folder: &TempDir) -> Value {
    parse(&text(folder, "pipeline.json"))["pipeline"]["tables"].clone()
}

/// One program in the pipeline's folder, which has to succeed.
fn step(folder: &TempDir, name: &str, words: &[&str], document: &str, env: &[(&str, &str)]) -> Output {
    let output = run_in(folder.path(), bin(name), words, document, env);
    assert_eq!(output.status, Some(0), "{name} {words:?}: {}", output.stderr);
    output
}

/// up, run and query of the pipeline in `folder`: the rows of the table that it makes, and what was said while it ran.
fn rows(folder: &TempDir, endpoint: &Endpoint, order: &str) -> (Vec<Value>, String) {
    let env = endpoint.env();
    let mut document = text(folder, "pipeline.json");
    let layers = step(folder, "pipeline", &["layers"], &document, &[]).stdout;
    for layer in layers.split_whitespace() {
        document = step(folder, layer, &["up"], &document, &env).stdout;
    }
    document = step(folder, "datagen", &["load", "--input", "orders.csv", "--date", DAY], &document, &env).stdout;
    let ran = step(folder, "jobs", &["run", "--date", DAY], &document, &env);
    let sql = format!("SELECT * FROM stg_orders ORDER BY {order}");
    let answer = step(folder, "catalog", &["query", "--format", "json", &sql], &document, &env);
    (parse(&answer.stdout).as_array().unwrap().clone(), ran.stderr)
}

#[test]
fn a_nasty_file_is_a_pipeline_that_runs_at_once() {
    let csv = "\u{feff}order_id,zip,\"date\",at,amount,paid,note,order,2024\r\n\
        1,00420,2024-02-29,2024-02-29 07:00:00,12.50,true,\"a, \"\"b\"\"\nand more\",x,1.5e3\r\n\
        2,01000,2024-03-01,2024-02-29 07:00:00.25,-0.05,false,,ș€,2.25e0\r\n\
        3,99999,,2024-02-29 07:00:01,1000000,true,5\" disk,y,-1e-2\r\n";
    let folder = folder(csv.as_bytes());
    let said = shop(&folder).stderr;
    for part in [
        "new: shop with the table orders, from all 3 rows of orders.csv",
        "zip string (only text keeps zeros in front)",
        "key: order_id, a guess",
        "next: just up run input=orders.csv query",
    ] {
        assert!(said.contains(part), "`{part}` is not in: {said}");
    }
    let columns = json!([
        "order_id int",
        "zip string",
        "date date null",
        "at timestamp",
        "amount decimal(18,2)",
        "paid boolean",
        "note string null",
        "order string",
        "2024 double"
    ]);
    let document = parse(&text(&folder, "pipeline.json"));
    let comment = document["$comment"].as_str().unwrap();
    assert!(comment.contains("all 3 rows of orders.csv") && comment.contains("(order_id) is a guess"), "{comment}");
    let pipeline = &document["pipeline"];
    assert_eq!((pipeline.get("net"), pipeline.get("airflow")), (None, None));
    assert_eq!(pipeline["tables"]["orders"]["columns"], columns);
    assert_eq!(pipeline["tables"]["orders"]["key"], json!(["order_id"]));
    assert_eq!(pipeline["tables"]["orders"].get("crawler"), None);

    let endpoint = Endpoint::start();
    let (rows, ran) = rows(&folder, &endpoint, "order_id");
    assert!(ran.contains("3 rows in, 3 out"), "{ran}");
    assert_eq!(rows.len(), 3);
    let first = &rows[0];
    assert_eq!(first["zip"], "00420");
    assert_eq!(first["note"], "a, \"b\"\nand more");
    assert_eq!(first["amount"], "12.50");
    assert_eq!((&rows[1]["note"], &rows[1]["order"]), (&Value::Null, &json!("ș€")));
    assert_eq!((&rows[2]["date"], &rows[2]["note"]), (&Value::Null, &json!("5\" disk")));
    assert_eq!(rows[2]["batch_date"], DAY);
}

#[test]
fn one_column_with_a_missing_value() {
    let folder = folder(b"name\nann\n\"\"\nbob\nann\n");
    let said = shop(&folder).stderr;
    assert!(said.contains("key: none"), "{said}");
    assert_eq!(tables(&folder)["orders"]["columns"], json!(["name string null"]));
    let (rows, ran) = rows(&folder, &Endpoint::start(), "name");
    assert!(ran.contains("4 rows in, 4 out"), "{ran}");
    let mut names: Vec<Option<&str>> = rows.iter().map(|row| row["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, [None, Some("ann"), Some("ann"), Some("bob")]);
}

#[test]
fn two_hundred_columns_one_of_them_called_as_the_day() {
    let names: Vec<String> = (0..199).map(|at| format!("c{at}")).chain(["batch_date".to_owned()]).collect();
    let row = |shift: usize| (0..200).map(|at| (at * 7 + shift).to_string()).collect::<Vec<_>>().join(",");
    let csv = format!("{}\n{}\n{}\n", names.join(","), row(0), row(1));
    let folder = folder(csv.as_bytes());
    shop(&folder);
    let tables = tables(&folder);
    assert_eq!(tables["orders"]["columns"].as_array().unwrap().len(), 200);
    assert_eq!(tables["stg_orders"]["partition"], "load_date");
    let (rows, _) = rows(&folder, &Endpoint::start(), "c0");
    assert_eq!((&rows[1]["c198"], &rows[1]["batch_date"]), (&json!(198 * 7 + 1), &json!(199 * 7 + 1)));
}

#[test]
fn a_large_file_is_read_in_part_and_says_so() {
    let line = format!("7,{}\n", "x".repeat(1 << 20));
    let folder = folder(format!("id,text\n{}", line.repeat(70)).as_bytes());
    let said = shop(&folder).stderr;
    assert!(
        said.contains("the first 64 rows of orders.csv") || said.contains("the first 65 rows of orders.csv"),
        "{said}"
    );
    let document = parse(&text(&folder, "pipeline.json"));
    assert!(document["$comment"].as_str().unwrap().contains("the first 6"), "{document}");
    assert!(document["pipeline"].get("jobs").is_none());
}

#[test]
fn files_that_cannot_be_loaded_are_refused_and_nothing_is_written() {
    let cases: [(&[u8], &[&str]); 9] = [
        (b"", &["it is empty"]),
        (b"id,amount\n", &["it has no rows"]),
        (b"Order ID,amount\n1,2\n", &["column 1 is `Order ID`", "Write this line in its place:\norder_id,amount"]),
        (b"id,id\n1,2\n", &["column 2, `id`, is there twice", "\nid,id_2"]),
        (b"id;amount\n1;2\n", &["separated by `;`"]),
        (b"id,amount\n1\n2,3\n", &["1 of 2 rows do not fit: line 2, 1 field instead of 2; correct them first"]),
        (b"id,name\n1,a\xff\n", &["line 2, column name: `a\u{fffd}` is not UTF-8"]),
        (b"id,name\n1,\"x\n", &["line 2: a quote is never closed"]),
        (b"id,name\n1,\"x\"y\n", &["line 2: text follows a closing quote"]),
    ];
    for (csv, says) in cases {
        let folder = folder(csv);
        let output = new(folder.path(), &["shop", "--input", "orders.csv"]);
        assert_eq!(output.status, Some(2), "{}", output.stderr);
        for word in says {
            assert!(output.stderr.contains(word), "`{word}` is not in: {}", output.stderr);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{says:?}");
    }
    let folder = folder(b"id\n1\n2\n");
    for (words, says) in [
        (vec!["Shop", "--input", "orders.csv"], "pipeline.name: `Shop`"),
        (vec!["shop", "--input", "orders.csv", "--table", "Big Table"], "`Big Table`"),
        (vec!["shop", "--input", "nowhere.csv"], "reading nowhere.csv"),
        (vec!["shop", "--input", "."], "it is not a file"),
    ] {
        let output = new(folder.path(), &words);
        assert!(output.status == Some(2) && output.stderr.contains(says), "{words:?}: {}", output.stderr);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn no_file_is_ever_replaced() {
    let folder = folder(b"id\n1\n2\n");
    fs::write(folder.path().join(".gitignore"), "mine\n").unwrap();
    let said = shop(&folder).stderr;
    assert!(said.contains(".gitignore is there already and stays as it is; it may need:\n.strata/"), "{said}");
    assert_eq!(text(&folder, ".gitignore"), "mine\n");
    let before = text(&folder, "pipeline.json");
    let output = new(folder.path(), &["other", "--input", "orders.csv"]);
    assert_eq!(output.status, Some(2), "{}", output.stderr);
    assert!(output.stderr.contains("pipeline.json") && output.stderr.contains("not replaced"), "{}", output.stderr);
    assert_eq!(text(&folder, "pipeline.json"), before);
}

#[test]
fn in_the_checkout_it_goes_below_pipelines_and_elsewhere_where_one_stands_or_says() {
    let folder = folder(b"id\n1\n2\n");
    let csv = folder.path().join("orders.csv");
    let input = ["shop", "--input", csv.to_str().unwrap()];
    // A checkout of our own: nothing is written into the real one.
    let checkout = tempfile::tempdir().unwrap();
    for file in ["scripts/strata", "crates/state/document.schema.json"] {
        let file = checkout.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    let strata = [("STRATA", checkout.path().to_str().unwrap())];
    let words = [&["new"][..], &input].concat();
    let output = run_in(checkout.path(), bin("pipeline"), &words, "", &strata);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let shop = checkout.path().join("pipelines/shop");
    assert!(shop.join("sql/stg_orders.sql").is_file());
    let document = parse(&fs::read_to_string(shop.join("pipeline.json")).unwrap());
    assert_eq!(document["$schema"], "../../crates/state/document.schema.json");
    let justfile = fs::read_to_string(shop.join("Justfile")).unwrap();
    assert!(justfile.contains("justfile_directory() / \"../..\""), "{justfile}");
    let next = format!("cd {} && just up", shop.canonicalize().unwrap().display());
    assert!(output.stderr.contains(&next), "{}", output.stderr);

    let empty = tempfile::tempdir_in(checkout.path()).unwrap();
    assert_eq!(run_in(empty.path(), bin("pipeline"), &words, "", &strata).status, Some(0));
    assert!(empty.path().join("pipeline.json").is_file());

    let words = [&words[..], &["--folder", "deep/below", "--table", "sales"]].concat();
    let output = run_in(folder.path(), bin("pipeline"), &words, "", &strata);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    let sql = fs::read_to_string(folder.path().join("deep/below/sql/stg_sales.sql")).unwrap();
    assert!(sql.ends_with("SELECT\n  id\nFROM sales\n"), "{sql}");
    let document = fs::read_to_string(folder.path().join("deep/below/pipeline.json")).unwrap();
    assert!(!document.contains("$schema") && !document.contains(checkout.path().to_str().unwrap()), "{document}");
}

#[test]
fn the_justfile_hands_every_word_to_stratas_entry() {
    let folder = folder(b"id\n1\n2\n");
    shop(&folder);
    let justfile = text(&folder, "Justfile");
    assert!(justfile.contains(&format!("env(\"STRATA\", '{}')", repository().display())), "{justfile}");
    // An entry that says what it got.
    let strata = tempfile::tempdir().unwrap();
    fs::create_dir(strata.path().join("scripts")).unwrap();
    let entry = strata.path().join("scripts/strata");
    fs::write(&entry, "#!/bin/sh\npwd\nprintf '<%s>' \"$STRATA_AS\" \"$@\"\n").unwrap();
    let executable = run("chmod", &["+x", entry.to_str().unwrap()], "", &[]);
    assert_eq!(executable.status, Some(0));
    let env = [("STRATA", strata.path().to_str().unwrap())];
    let listed = run_in(folder.path(), "just", &[], "", &env);
    assert!(listed.stdout.contains("\n    up *words ") && !listed.stdout.contains("<just>"), "{}", listed.stdout);
    let here = folder.path().canonicalize().unwrap();
    for words in [vec!["up", "run", "query"], vec!["query", "SELECT 'a  b', \"c\" FROM t", "env=prod"], vec!["down"]] {
        let output = run_in(folder.path(), "just", &words, "", &env);
        let said: String = words.iter().map(|word| format!("<{word}>")).collect();
        assert_eq!(output.stdout, format!("{}\n<just>{said}", here.display()), "{}", output.stderr);
    }
}

#[test]
fn new_up_run_query_and_down_in_an_empty_folder_outside_of_the_checkout() {
    let checkout = Checkout::new();
    let world = World::of(&checkout.endpoint);
    let nothing = world.snapshot();
    let folder = folder(b"order_id,product,price\n1,pen,1.50\n2,ink,12.25\n");
    let here = |program: &Path, words: &[&str]| -> Said {
        let said: Said = checkout.command(program, folder.path()).args(words).output().unwrap().into();
        assert_eq!(said.code, Some(0), "{words:?}: {}", said.err);
        said
    };
    here(&checkout.path("scripts/strata"), &["new", "shop", "input=orders.csv"]);
    let just = Path::new("just");
    let said = here(just, &["up", "run", "input=orders.csv", "query"]);
    assert!(said.out.contains("stg_orders  ") && said.out.contains("12.25"), "{}", said.out);
    assert!(folder.path().join(".strata/shop-dev-local.json").is_file());
    let said = here(just, &["query", "SELECT sum(price) AS total FROM stg_orders WHERE product <> 'x y'"]);
    assert!(said.out.contains("13.75"), "{}", said.out);
    here(just, &["down"]);
    let mut left = differences(&nothing, &world.snapshot());
    // Glue's own log groups are the account's, for all jobs of all pipelines.
    left.retain(|line| !line.starts_with("log-group./aws-glue/"));
    assert_eq!(left, Vec::<String>::new());
}
