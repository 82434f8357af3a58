//! `catalog` against the local endpoint, seen through boto3.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "catalog/world.rs"]
mod world;

use serde_json::{Value, json};
use strata_tests::{changed, json as parse, pipeline};
use world::{BUCKET, World, day, raw, sorted};

const BELOW: [&str; 2] = ["iam", "storage"];
const DATABASE: &str = "driven_data_db";
const CRAWLERS: [&str; 6] = [
    "raw_driven_data",
    "staging_dim_address",
    "staging_dim_date",
    "staging_dim_finance",
    "staging_dim_person",
    "staging_fact_network_usage",
];

fn with_catalog(wish: &Value) -> (World, String) {
    let world = World::new();
    let document = world.up(&["iam", "storage", "catalog"], &wish.to_string());
    (world, document)
}

#[test]
fn d01_crawlers_have_the_names_the_dag_uses() {
    let (world, document) = with_catalog(&pipeline());
    assert_eq!(sorted(&world.boto("glue", "list_crawlers", json!({}))["CrawlerNames"]), CRAWLERS);
    let section = &parse(&document)["catalog"];
    assert_eq!(section["database"], DATABASE);
    assert_eq!(section["crawlers"]["fact_network_usage"], "staging_fact_network_usage");
    assert_eq!(section["tables"], json!(["non_pii_data", "payment_data", "pii_data", "technical_data"]));
    assert_eq!(section["workgroup"], "driven-data-dev-athena");
    assert_eq!(section["classifier"], "driven-data-dev-raw");

    // Another env next to it takes nothing of the first one's.
    let other = world.up(&["iam", "storage", "catalog"], &changed("/env", "test").to_string());
    assert_eq!(parse(&other)["catalog"]["database"], "driven_data_db_test");
    let names = world.boto("glue", "list_crawlers", json!({}));
    assert_eq!(sorted(&names["CrawlerNames"]).len(), 12);
    assert!(sorted(&names["CrawlerNames"]).contains(&"raw_driven_data_test"));
    world.done("catalog", &["down", "--yes"], &other);
    assert_eq!(sorted(&world.boto("glue", "list_crawlers", json!({}))["CrawlerNames"]), CRAWLERS);
    assert_eq!(world.run("catalog", &["status"], &document).status, Some(0));
}

#[test]
fn things_are_as_wished_and_carry_the_tags() {
    let (world, _) = with_catalog(&pipeline());
    let crawler = &world.boto("glue", "get_crawler", json!({ "Name": "raw_driven_data" }))["Crawler"];
    assert_eq!(crawler["Targets"]["S3Targets"][0]["Path"], format!("s3://{BUCKET}/data/raw/"));
    assert_eq!(
        (&crawler["DatabaseName"], &crawler["Classifiers"]),
        (&json!(DATABASE), &json!(["driven-data-dev-raw"]))
    );
    let policy = json!({ "UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE" });
    assert_eq!(crawler["SchemaChangePolicy"], policy);
    let other = &world.boto("glue", "get_crawler", json!({ "Name": "staging_dim_date" }))["Crawler"];
    assert_eq!(other["Classifiers"], json!([]));
    for (resource, id) in [("crawler/raw_driven_data", "crawler.raw"), ("database/driven_data_db", "database.main")] {
        let arn = format!("arn:aws:glue:eu-central-1:123456789012:{resource}");
        let tags = &world.boto("glue", "get_tags", json!({ "ResourceArn": arn }))["Tags"];
        assert_eq!(
            (&tags["strata:pipeline"], &tags["strata:env"]),
            (&json!("driven-data"), &json!("dev")),
            "{resource}"
        );
        assert_eq!((&tags["strata:id"], &tags["Project"]), (&json!(id), &json!("driven-data")));
    }
    let group = &world.boto("athena", "get_work_group", json!({ "WorkGroup": "driven-data-dev-athena" }))["WorkGroup"];
    let configuration = &group["Configuration"];
    assert_eq!(configuration["BytesScannedCutoffPerQuery"], 10_000_000_000_i64);
    assert_eq!(configuration["EnforceWorkGroupConfiguration"], true);
    let result = &configuration["ResultConfiguration"];
    assert_eq!(result["OutputLocation"], format!("s3://{BUCKET}/athena-results/"));
    assert_eq!(result["EncryptionConfiguration"]["EncryptionOption"], "SSE_S3");
    let table = &world.boto("glue", "get_table", json!({ "DatabaseName": DATABASE, "Name": "payment_data" }))["Table"];
    let columns = table["StorageDescriptor"]["Columns"].as_array().unwrap();
    assert_eq!(columns[6], json!({ "Name": "payment_amount", "Type": "decimal(18,2)" }));
    assert_eq!(table["PartitionKeys"], json!([{ "Name": "batch_date", "Type": "string" }]));
    let template = format!("s3://{BUCKET}/data/trusted/payment_data/batch_date=${{batch_date}}");
    assert_eq!(table["Parameters"]["storage.location.template"], template);
    let classifier = world.boto("glue", "get_classifier", json!({ "Name": "driven-data-dev-raw" }));
    let csv = &classifier["Classifier"]["CsvClassifier"];
    assert_eq!((&csv["QuoteSymbol"], &csv["ContainsHeader"]), (&json!("\""), &json!("PRESENT")));
    assert_eq!((&csv["CustomDatatypes"][10], &csv["CustomDatatypes"][11]), (&json!("STRING"), &json!("INT")));
}

#[test]
fn a_second_up_changes_nothing_with_and_without_its_document() {
    let (world, document) = with_catalog(&pipeline());
    let below = world.up(&BELOW, &pipeline().to_string());
    let calls = world.calls(|| {
        assert_eq!(world.done("catalog", &["up"], &document), document);
        assert_eq!(world.done("catalog", &["up"], &below), document);
        world.done("catalog", &["plan", "--detailed-exitcode"], &document);
        world.done("catalog", &["status"], &document);
    });
    assert_eq!(calls, [""; 0]);
}

#[test]
fn one_changed_setting_is_one_call() {
    let (world, document) = with_catalog(&pipeline());
    let tables = "/pipeline/tables";
    let changes: [(String, Value, &str); 4] = [
        ("/pipeline/catalog/scan_limit_bytes".into(), json!(20_000_000), "athena:UpdateWorkGroup"),
        (format!("{tables}/payment_data/columns/1"), json!("iban string null"), ""),
        (format!("{tables}/payment_data/columns/2"), json!("download_speed bigint"), "glue:UpdateTable"),
        (format!("{tables}/raw/columns/11"), json!("session_duration bigint"), "glue:UpdateClassifier"),
    ];
    for (pointer, value, call) in changes {
        let mut wish = parse(&document);
        *wish.pointer_mut(&pointer).unwrap() = value;
        let wish = wish.to_string();
        let planned = parse(&world.done("catalog", &["plan"], &wish))["changes"].as_array().unwrap().len();
        let calls = world.calls(|| drop(world.done("catalog", &["up"], &wish)));
        let expected: &[&str] = if call.is_empty() { &[] } else { &[call] };
        assert_eq!(
            (calls, planned),
            (expected.iter().map(|call| (*call).to_owned()).collect(), expected.len()),
            "{pointer}"
        );
        world.done("catalog", &["up"], &document);
    }
}

#[test]
fn what_drifted_is_told_and_put_right() {
    let (world, document) = with_catalog(&pipeline());
    world.boto("glue", "update_crawler", json!({ "Name": "staging_dim_date", "DatabaseName": "elsewhere" }));
    let arn = "arn:aws:glue:eu-central-1:123456789012:crawler/raw_driven_data";
    world.boto("glue", "untag_resource", json!({ "ResourceArn": arn, "TagsToRemove": ["Project"] }));
    world.boto("glue", "delete_table", json!({ "DatabaseName": DATABASE, "Name": "pii_data" }));
    let status = world.run("catalog", &["status"], &document);
    assert_eq!(status.status, Some(4));
    assert_eq!(parse(&status.stdout)["missing"], json!(["table.pii_data"]));
    let mut calls = world.calls(|| drop(world.done("catalog", &["up"], &document)));
    calls.sort();
    // Making a table takes the lock, and gives it back.
    let lock = ["logs:CreateLogGroup", "logs:DeleteLogGroup"];
    assert_eq!(calls, [&["glue:CreateTable", "glue:TagResource", "glue:UpdateCrawler"][..], &lock].concat());
}

#[test]
fn what_belongs_to_others_is_refused_and_not_touched() {
    let world = World::new();
    let below = world.up(&BELOW, &pipeline().to_string());
    let role = parse(&below)["iam"]["role_arns"]["glue"].clone();
    let targets = json!({ "S3Targets": [{ "Path": "s3://elsewhere/" }] });
    let crawler = json!({ "Name": "staging_dim_date", "Role": role, "DatabaseName": "x", "Targets": targets });
    let output = json!({ "ResultConfiguration": { "OutputLocation": "s3://elsewhere/" } });
    let cases = [
        ("glue", "create_crawler", crawler, "delete_crawler", json!({ "Name": "staging_dim_date" })),
        (
            "glue",
            "create_database",
            json!({ "DatabaseInput": { "Name": DATABASE }, "Tags": { "strata:pipeline": "other", "strata:env": "dev" } }),
            "delete_database",
            json!({ "Name": DATABASE }),
        ),
        (
            "athena",
            "create_work_group",
            json!({ "Name": "driven-data-dev-athena", "Configuration": output }),
            "delete_work_group",
            json!({ "WorkGroup": "driven-data-dev-athena" }),
        ),
    ];
    for (service, create, arguments, delete, name) in cases {
        world.boto(service, create, arguments);
        if create == "create_database" {
            // What is in another owner's database is theirs, too, whatever it is called.
            world.boto(
                "glue",
                "create_table",
                json!({ "DatabaseName": DATABASE, "TableInput": { "Name": "pii_data" } }),
            );
        }
        let calls = world.calls(|| {
            let output = world.run("catalog", &["up"], &below);
            assert_eq!(output.status, Some(1), "{create}: {}", output.stderr);
            assert!(output.stderr.contains("it exists and belongs to"), "{}", output.stderr);
            let down = world.run("catalog", &["down", "--yes"], &below);
            assert_eq!(down.status, Some(0), "{create}: {}", down.stderr);
        });
        assert_eq!(calls, [""; 0], "{create}");
        world.boto(service, delete, name);
    }
}

#[test]
fn d17_quoted_commas_do_not_shift_columns() {
    let (world, document) = with_catalog(&pipeline());
    world.put(&raw("2024-09-15"), &day());
    world.done("catalog", &["crawl", "raw"], &document);
    let sql = "SELECT count(*) AS n, count(DISTINCT unique_id) AS ids, sum(session_duration) AS seconds FROM raw WHERE address LIKE '%,%,%' AND mac_address LIKE '__:__:__:__:__:__'";
    let seconds: i64 = day().lines().skip(1).map(|line| line.rsplit(',').nth(4).unwrap().parse::<i64>().unwrap()).sum();
    assert_eq!(world.query(&document, sql), json!([{ "n": 189, "ids": 189, "seconds": seconds }]));
}

#[test]
fn d18_a_table_of_texts_keeps_its_header() {
    let mut wish = pipeline();
    wish["pipeline"]["tables"] = json!({ "names": {
        "format": "csv", "path": "data/names/", "file": "{date}.csv", "crawler": "names", "columns": ["first string", "last string"]
    } });
    wish["pipeline"]["transforms"] = json!([]);
    wish["pipeline"].as_object_mut().unwrap().remove("generate");
    let (world, document) = with_catalog(&wish);
    world.put("data/names/2024-09-15.csv", "first,last\nAna,Pop\nIon,\"Pop, jr.\"\n");
    world.done("catalog", &["crawl"], &document);
    let rows = json!([{ "first": "Ana", "last": "Pop" }, { "first": "Ion", "last": "Pop, jr." }]);
    assert_eq!(world.query(&document, "SELECT first, last FROM names ORDER BY first"), rows);
}

#[test]
fn crawl_sees_the_files_that_were_there_when_it_was_called() {
    let (world, document) = with_catalog(&pipeline());
    let text = day();
    let header = text.lines().next().unwrap();
    for (count, line) in text.lines().skip(1).take(3).enumerate() {
        world.put(&raw(&format!("2024-09-0{}", count + 1)), &format!("{header}\n{line}\n"));
        assert_eq!(world.done("catalog", &["crawl", "raw"], &document), document);
        let crawler = &world.boto("glue", "get_crawler", json!({ "Name": "raw_driven_data" }))["Crawler"];
        assert_eq!((&crawler["State"], &crawler["LastCrawl"]["Status"]), (&json!("READY"), &json!("SUCCEEDED")));
        let table = world.boto("glue", "get_table", json!({ "DatabaseName": DATABASE, "Name": "raw" }));
        assert_eq!(table["Table"]["Parameters"]["objectCount"], (count + 1).to_string());
    }
}

#[test]
fn crawl_joins_the_one_that_is_under_way() {
    let world = World::slow();
    let document = world.up(&["iam", "storage", "catalog"], &pipeline().to_string());
    world.put(&raw("2024-09-15"), &day());
    world.boto("glue", "start_crawler", json!({ "Name": "raw_driven_data" }));
    let mut output = None;
    let calls = world.calls(|| output = Some(world.run("catalog", &["crawl", "raw"], &document)));
    let output = output.unwrap();
    assert_eq!(output.status, Some(0), "{}", output.stderr);
    assert!(output.stderr.contains("joining the crawl that is under way"), "{}", output.stderr);
    assert!(output.stderr.contains("table raw, 16 columns"), "{}", output.stderr);
    assert!(!calls.contains(&"glue:StartCrawler".to_owned()), "{calls:?}");
}

#[test]
fn a_crawl_that_fails_says_why_and_stops_the_pipe() {
    let (world, document) = with_catalog(&pipeline());
    let targets = json!({ "S3Targets": [{ "Path": "s3://no-such-bucket/raw/" }] });
    world.boto("glue", "update_crawler", json!({ "Name": "raw_driven_data", "Targets": targets }));
    let output = world.run("catalog", &["crawl", "raw"], &document);
    assert_eq!(output.status, Some(1), "{}", output.stderr);
    assert!(output.stderr.contains("stream raw_driven_data of log group /aws-glue/crawlers"), "{}", output.stderr);
    let printed = parse(&output.stdout);
    assert_eq!(printed["failed"]["layer"], "catalog");
    assert!(printed["failed"]["message"].as_str().unwrap().contains("no-such-bucket"), "{printed}");
    let unknown = world.run("catalog", &["crawl", "pii_data"], &document);
    assert_eq!(unknown.status, Some(2));
    assert!(unknown.stderr.contains("it is declared, so it needs no crawl"), "{}", unknown.stderr);
}

#[test]
fn queries_that_fail_tell_athenas_reason() {
    let (world, document) = with_catalog(&pipeline());
    for (sql, reason) in [
        ("SELECT nothing FROM payment_data", "COLUMN_NOT_FOUND"),
        ("SELECT * FROM nowhere", "TABLE_NOT_FOUND"),
        ("SELEC 1", "mismatched input"),
    ] {
        let output = world.run("catalog", &["query", sql], &document);
        assert_eq!((output.status, output.stdout.as_str()), (Some(1), ""), "{sql}: {}", output.stderr);
        assert!(output.stderr.contains(reason), "{sql}: {}", output.stderr);
    }
    let output = world.run("catalog", &["query", "SELECT 1 AS one, 'a,b' AS two", "--format", "csv"], &document);
    assert_eq!(output.stdout, "one,two\n1,\"a,b\"\n");
    assert!(output.stderr.contains("1 row, "), "{}", output.stderr);
}

#[test]
fn a_crawler_that_runs_is_stopped_before_it_goes() {
    let world = World { endpoint: strata_testkit::Endpoint::start_with(&["--pace", "8000"]) };
    let document = world.up(&["iam", "storage", "catalog"], &pipeline().to_string());
    world.put(&raw("2024-09-15"), &day());
    world.boto("glue", "start_crawler", json!({ "Name": "raw_driven_data" }));
    let calls = world.calls(|| drop(world.done("catalog", &["down", "--yes"], &document)));
    assert!(calls.contains(&"glue:StopCrawler".to_owned()), "{calls:?}");
    assert_eq!(world.boto("glue", "get_crawlers", json!({}))["Crawlers"], json!([]));
}

#[test]
fn a_query_that_nobody_waits_for_is_stopped() {
    let world = World::slow();
    let document = world.up(&["iam", "storage", "catalog"], &pipeline().to_string());
    let mut child = std::process::Command::new(strata_testkit::bin("catalog"))
        .args(["query", "SELECT 1"])
        .envs(world.endpoint.env())
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), document.as_bytes()).unwrap();
    let called = |operation: &str| world.endpoint.mutating_since(0).iter().any(|call| call == operation);
    strata_testkit::eventually("the query has begun", std::time::Duration::from_secs(20), || {
        called("athena:StartQueryExecution").then_some(())
    });
    assert!(std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let group = json!({ "WorkGroup": "driven-data-dev-athena" });
    let ids = world.boto("athena", "list_query_executions", group)["QueryExecutionIds"].clone();
    assert_eq!(ids.as_array().unwrap().len(), 1);
    let query = world.boto("athena", "get_query_execution", json!({ "QueryExecutionId": ids[0] }));
    assert_eq!(query["QueryExecution"]["Status"]["State"], "CANCELLED");
}

#[test]
fn down_leaves_nothing_with_and_without_a_document() {
    let (world, document) = with_catalog(&pipeline());
    for by_name in [false, true] {
        world.up(&["catalog"], &document);
        world.put(&raw("2024-09-15"), &day());
        world.done("catalog", &["crawl", "raw"], &document);
        let streams = json!({ "logGroupName": "/aws-glue/crawlers" });
        assert_eq!(
            world.boto("logs", "describe_log_streams", streams.clone())["logStreams"].as_array().unwrap().len(),
            1
        );
        world.boto("glue", "start_crawler", json!({ "Name": "staging_dim_date" }));
        // Crawlers and databases are found by their tags, whatever they are called.
        let words: &[&str] =
            if by_name { &["down", "--yes", "--pipeline", "driven-data", "--env", "dev"] } else { &["down", "--yes"] };
        let output = world.run("catalog", words, if by_name { "" } else { &document });
        assert_eq!(output.status, Some(0), "{words:?}: {}", output.stderr);
        assert!(output.stderr.contains("nothing left of Glue databases"), "{}", output.stderr);
        assert_eq!(world.boto("glue", "get_crawlers", json!({}))["Crawlers"], json!([]));
        assert_eq!(world.boto("glue", "get_databases", json!({}))["DatabaseList"], json!([]));
        assert_eq!(world.boto("glue", "get_classifiers", json!({}))["Classifiers"], json!([]));
        let groups = world.boto("athena", "list_work_groups", json!({}));
        assert_eq!(groups["WorkGroups"].as_array().unwrap().len(), 1, "only primary stays");
        assert_eq!(world.boto("logs", "describe_log_streams", streams)["logStreams"], json!([]));
    }
}
