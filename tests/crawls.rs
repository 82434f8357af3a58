//! Crawls of new folders only, and when everything has to be crawled after all: a lost table, other columns, a rebuild.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "catalog/world.rs"]
mod world;

use serde_json::{Value, json};
use strata_tests::{json as parse, pipeline};
use world::{World, day, raw};

const LAYERS: [&str; 4] = ["iam", "storage", "catalog", "jobs"];
const DATABASE: &str = "driven_data_db";
const DAYS: [&str; 3] = ["2024-09-13", "2024-09-14", "2024-09-15"];

impl World {
    /// One day as `just run` brings it; what the programs said.
    fn daily(&self, document: &str, date: &str) -> String {
        self.put(&raw(date), &day());
        let steps: [(&str, &[&str]); 3] = [
            ("catalog", &["crawl", "--inputs"]),
            ("jobs", &["run", "--date", date]),
            ("catalog", &["crawl", "--outputs"]),
        ];
        steps.into_iter().fold(String::new(), |said, (program, words)| {
            let output = self.run(program, words, document);
            assert_eq!(output.status, Some(0), "{program} {words:?}: {}", output.stderr);
            said + &output.stderr
        })
    }

    fn table(&self, name: &str) -> Value {
        self.boto("glue", "get_table", json!({ "DatabaseName": DATABASE, "Name": name }))["Table"].clone()
    }

    fn partitions(&self, name: &str) -> Vec<String> {
        let found = self.boto("glue", "get_partitions", json!({ "DatabaseName": DATABASE, "TableName": name }));
        let partitions = found["Partitions"].as_array().unwrap().iter();
        let mut days: Vec<String> = partitions.map(|one| one["Values"][0].as_str().unwrap().to_owned()).collect();
        days.sort();
        days
    }
}

#[test]
fn a_daily_crawl_adds_the_new_day_and_makes_as_many_calls_on_the_third_day_as_on_the_second() {
    let world = World::new();
    let document = world.up(&LAYERS, &pipeline().to_string());
    let mut calls = Vec::new();
    for (count, date) in DAYS.into_iter().enumerate() {
        let before = world.endpoint.count();
        let said = world.daily(&document, date);
        assert!(said.contains("table dim_date, 2 columns, by batch_date"), "{said}");
        assert!(!said.contains("crawling every folder"), "{said}");
        calls.push(world.endpoint.requests(before).len());
        assert_eq!(world.partitions("dim_date"), DAYS[..=count]);
    }
    // The first day makes tables. Polling may see a state more or less.
    assert!(calls[2] <= calls[1] + 20, "{calls:?}");
    let rows = world.query(&document, "SELECT count(*) AS n FROM dim_date");
    assert_eq!(rows, json!([{ "n": 3 * 189 }]));
}

#[test]
fn a_table_that_was_dropped_comes_back_with_all_its_days() {
    let world = World::new();
    let document = world.up(&LAYERS, &pipeline().to_string());
    world.daily(&document, DAYS[0]);
    world.daily(&document, DAYS[1]);
    world.boto("glue", "delete_table", json!({ "DatabaseName": DATABASE, "Name": "dim_person" }));
    let output = world.run("catalog", &["crawl", "dim_person"], &document);
    assert!(output.stderr.contains("crawling every folder, since its table no longer exists"), "{}", output.stderr);
    assert_eq!(world.partitions("dim_person"), DAYS[..2]);
    // It crawls new folders only, as before.
    assert_eq!(world.run("catalog", &["status"], &document).status, Some(0));
}

#[test]
fn changed_columns_are_taken_over_by_up_and_the_days_by_a_rebuild() {
    let world = World::new();
    let document = world.up(&LAYERS, &pipeline().to_string());
    world.daily(&document, DAYS[0]);
    assert_eq!(world.calls(|| drop(world.done("catalog", &["up"], &document))), [""; 0]);
    let mut wish = parse(&document);
    let columns = wish["pipeline"]["tables"]["fact_network_usage"]["columns"].as_array_mut().unwrap();
    let at = columns.iter().position(|column| column == "consumed_traffic int").unwrap();
    columns[at] = json!("consumed_traffic bigint");
    let changed = wish.to_string();
    let plan = parse(&world.done("catalog", &["plan"], &changed));
    let changes: Vec<&Value> = plan["changes"].as_array().unwrap().iter().map(|change| &change["resource"]).collect();
    assert_eq!(changes, ["crawler.fact_network_usage"], "{plan}");
    assert_eq!(world.calls(|| drop(world.done("catalog", &["up"], &changed))), ["glue:UpdateTable"]);
    assert_eq!(world.calls(|| drop(world.done("catalog", &["up"], &changed))), [""; 0]);
    let last = |table: &Value| table["StorageDescriptor"]["Columns"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last(&world.table("fact_network_usage"))["Type"], "bigint");
    // The day is rebuilt by one flag, and its folder crawled again: then its partition has the type, too.
    let document = world.up(&["storage", "jobs"], &changed);
    let output = world.run("jobs", &["run", "staging_fact_network_usage", "--rebuild"], &document);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    world.done("catalog", &["crawl", "--all", "fact_network_usage"], &document);
    let key = json!({ "DatabaseName": DATABASE, "TableName": "fact_network_usage", "PartitionValues": [DAYS[0]] });
    assert_eq!(last(&world.boto("glue", "get_partition", key)["Partition"])["Type"], "bigint");
    let most = "SELECT max(consumed_traffic) AS most FROM fact_network_usage";
    assert_eq!(world.query(&document, most), json!([{ "most": 1_993_369 }]));
    assert_eq!(world.run("catalog", &["status"], &document).status, Some(0));
}

#[test]
fn a_run_wants_a_day_or_the_word_for_all_of_them() {
    let world = World::new();
    let document = world.up(&LAYERS, &pipeline().to_string());
    for date in DAYS {
        world.put(&raw(date), &day());
    }
    let output = world.run("jobs", &["run"], &document);
    assert_eq!(output.status, Some(2));
    assert!(output.stderr.contains("--date") && output.stderr.contains("--rebuild"), "{}", output.stderr);
    let output = world.run("jobs", &["run", "--rebuild", "staging_dim_date"], &document);
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(output.stderr.contains("567 out, 0 rejected over 3 days"), "{}", output.stderr);
}

#[test]
fn the_engine_and_its_reason_are_told() {
    let world = World::new();
    let mut wish = pipeline();
    wish["pipeline"]["transforms"][0]["engine"] = json!("spark");
    let document = world.up(&["iam", "storage", "catalog"], &wish.to_string());
    for verb in ["plan", "up"] {
        let said = world.run("jobs", &[verb], &document).stderr;
        assert!(said.contains("staging_dim_address: spark on 2 G.1X workers, as its `engine` says"), "{verb}: {said}");
        assert!(said.contains("payment_data"), "{verb}: {said}");
        assert!(said.contains(": native with 1/16 DPU, since jobs.day_gb 0.03 is not above 0.1"), "{verb}: {said}");
    }
    let mut large = parse(&document);
    large["pipeline"]["jobs"]["day_gb"] = json!(12);
    let said = world.run("jobs", &["plan"], &large.to_string()).stderr;
    assert!(said.contains("spark on 2 G.1X workers, since jobs.day_gb 12 is above 4"), "{said}");
}
