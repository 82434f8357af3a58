//! Names, tags, patterns and paths of the wish: taken only where AWS's own rules take them, otherwise refused by name.

use crate::kit::{HOSTILE, holds, hostile};
use proptest::prelude::*;
use regex::{Regex, RegexBuilder};
use serde_json::{Value, json};
use strata_state::{Kind, read};
use strata_tests::pipeline;

/// A path below the folder or bucket that it starts from, without what a shell, a terminal or XML takes for more.
const PATH: &str = r"^[^/\\\p{Cc}]+(/[^/\\\p{Cc}]+)*$";
/// Part of an S3 key, of a policy and of names in Glue.
const KEY: &str = r"^([A-Za-z0-9][A-Za-z0-9_.=-]*/)+$";
/// Job, DAG task (Airflow), and part of an S3 key.
const WORD: &str = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$";

/// Where a string is, the form that AWS takes (its API reference, or the service's naming rules), and what the
/// error has to name.
const RULES: [(&str, &str, &str); 25] = [
    ("/name", "^[a-z][a-z0-9-]{0,22}[a-z0-9]$", "pipeline.name"),
    ("/env", "^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$", "pipeline.env"),
    ("/region", "^[a-z]{2}(-[a-z]+)+-[0-9]$", "pipeline.region"),
    ("/folder", PATH, "pipeline.folder"),
    ("/tags/Project", r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$", "pipeline.tags"),
    ("/names/job", r"^[A-Za-z0-9{][A-Za-z0-9_.{}-]*$", "pipeline.names.job"),
    ("/net/cidr", "^[0-9.]+/[0-9]+$", "pipeline.net.cidr"),
    ("/net/private_subnets/0", "^[0-9.]+/[0-9]+$", "pipeline.net.private_subnets[0]"),
    ("/net/ingress/0/cidr", "^[0-9.]+/[0-9]+$", "pipeline.net.ingress[0].cidr"),
    (
        "/net/ingress/0/description",
        r"^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}$",
        "pipeline.net.ingress[0].description",
    ),
    ("/catalog/database", "^[A-Za-z0-9][A-Za-z0-9_-]*$", "pipeline.catalog.database"),
    ("/jobs/glue_version", r"^[0-9]+\.[0-9]+$", "pipeline.jobs.glue_version"),
    ("/jobs/worker_type", r"^[GR]\.[0-9]+X$", "pipeline.jobs.worker_type"),
    ("/airflow/version", r"^[0-9]+\.[0-9]+\.[0-9]+$", "pipeline.airflow.version"),
    ("/airflow/class", r"^mw1\.", "airflow.class"),
    (
        "/airflow/maintenance",
        r"^(MON|TUE|WED|THU|FRI|SAT|SUN):([01]\d|2[0-3]):(00|30)$",
        "pipeline.airflow.maintenance",
    ),
    ("/airflow/schedule", r"^[0-9A-Za-z*/,#-]+(\s+[0-9A-Za-z*/,#-]+){4}$", "pipeline.airflow.schedule"),
    ("/airflow/ready_by", "^[0-2][0-9]:[0-5][0-9]$", "pipeline.airflow.ready_by"),
    ("/airflow/start_date", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "pipeline.airflow.start_date"),
    ("/tables/raw/path", KEY, "pipeline.tables.raw"),
    ("/tables/raw/file", r"^[A-Za-z0-9{][A-Za-z0-9_.=-]*\{?date\}[A-Za-z0-9_.=-]*$", "pipeline.tables.raw"),
    ("/tables/raw/crawler", WORD, "pipeline.tables.raw.crawler"),
    ("/tables/dim_date/partition", "^[a-z0-9][a-z0-9_]*$", "pipeline.tables.dim_date.partition"),
    ("/transforms/0/name", WORD, "pipeline.transforms"),
    ("/transforms/0/sql", PATH, "pipeline.transforms"),
];

fn with(pointer: &str, value: Value) -> Value {
    let mut document = pipeline();
    *document.pointer_mut(&format!("/pipeline{pointer}")).unwrap() = value;
    document
}

#[test]
fn words_are_taken_where_aws_takes_them_and_refused_by_name_elsewhere() {
    let rules: Vec<_> = RULES
        .iter()
        .map(|(place, form, says)| (*place, RegexBuilder::new(form).size_limit(1 << 28).build().unwrap(), *says))
        .collect();
    holds("hostile words in every field", 20_000, (0..rules.len(), hostile()), |(which, text)| {
        let (place, form, says) = &rules[which];
        match read(&with(place, json!(text)).to_string()) {
            Ok(_) => {
                prop_assert!(form.is_match(&text), "{} takes {:?}", place, text);
                let is_path = ["/folder", "/sql", "/path"].iter().any(|end| place.ends_with(end));
                prop_assert!(!is_path || !text.split('/').any(|part| part == ".."), "{} takes {:?}", place, text);
                let is_tag = place.starts_with("/tags/");
                prop_assert!(!is_tag || !text.to_lowercase().starts_with("aws:"), "{} takes {:?}", place, text);
            }
            Err(why) => prop_assert!(why.to_string().contains(says), "{} is not named: {}", says, why),
        }
        Ok(())
    });
}

#[test]
fn good_words_are_taken() {
    // Without this, a check that refuses everything would pass.
    for (place, good) in [
        ("/name", "my-2nd-pipeline"),
        ("/env", "x"),
        ("/folder", "pipelines/Ünï cödé"),
        ("/tags/Project", "Société générale / équipe 1: a=b+c-d@e_f.g"),
        ("/tags/Project", ""),
        ("/net/ingress/0/description", "HTTPS (from: inside) #1, a/b & c;"),
        ("/jobs/glue_version", "4.0"),
        ("/jobs/worker_type", "G.025X"),
        ("/airflow/schedule", "15,45 7-9 1 jan,feb mon-fri"),
        ("/tables/raw/path", "in-1.x/y=z/raw/"),
        ("/tables/raw/crawler", "Raw.crawler-1"),
        ("/transforms/0/name", "Staging.dim-address_2"),
        ("/transforms/0/sql", "sql/my query (2).sql"),
        ("/names/job", "{pipeline}.{env}-{name}{_env}"),
    ] {
        read(&with(place, json!(good)).to_string()).unwrap_or_else(|why| panic!("{place} {good}: {why}"));
    }
}

#[test]
fn tags_are_held_to_aws_rules() {
    let form = Regex::new(r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$").unwrap();
    holds("hostile tags", 4_000, (hostile(), hostile()), |(key, value)| {
        let fits = |text: &str| form.is_match(text) && !text.to_lowercase().starts_with("aws:");
        if read(&with("/tags", json!({ key.as_str(): value })).to_string()).is_ok() {
            prop_assert!(fits(&key) && fits(&value), "{:?} = {:?}", key, value);
            prop_assert!((1..=128).contains(&key.chars().count()) && value.chars().count() <= 256);
            prop_assert!(!key.starts_with("strata:") && key != "Name");
        }
        Ok(())
    });
    let many: serde_json::Map<String, Value> = (0..50).map(|n| (format!("k{n}"), json!("v"))).collect();
    let said = read(&with("/tags", Value::Object(many)).to_string()).unwrap_err().to_string();
    assert!(said.contains("pipeline.tags: 50 of them"), "{said}");
}

#[test]
fn whatever_is_taken_gives_names_that_aws_takes() {
    let pattern = || {
        let piece = prop::sample::select(vec![
            "{name}",
            "{pipeline}",
            "{env}",
            "{_env}",
            "{account}",
            "{region}",
            "-",
            ".",
            "_",
            "x",
            "9",
        ]);
        let long = prop_oneof![9 => Just(String::new()), 1 => "[a-z]{20,200}"];
        prop_oneof![
            3 => (prop::collection::vec(piece, 1..7), long).prop_map(|(pieces, long)| pieces.concat() + &long),
            1 => hostile().prop_map(|text| format!("{text}{{name}}")),
        ]
    };
    let forms = [
        (Kind::Bucket, r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),
        (Kind::Database, r"^[a-z0-9_]{1,255}$"),
        (Kind::Crawler, r"^[A-Za-z0-9_.-]{1,255}$"),
        (Kind::Classifier, r"^[A-Za-z0-9_.-]{1,255}$"),
        (Kind::Job, r"^[A-Za-z0-9_.-]{1,255}$"),
        (Kind::Workgroup, r"^[a-zA-Z0-9._-]{1,128}$"),
        (Kind::Environment, r"^[a-zA-Z][0-9a-zA-Z_-]{0,79}$"),
        (Kind::Role, r"^[\w+=,.@-]{1,64}$"),
        (Kind::Network, r"^[A-Za-z0-9_.-]{1,255}$"),
    ]
    .map(|(kind, form)| (kind, Regex::new(form).unwrap()));
    let words = ("[a-z][a-z0-9-]{0,22}[a-z0-9]", "[a-z]([a-z0-9-]{0,10}[a-z0-9])?", "[A-Za-z0-9][A-Za-z0-9_.-]{0,120}");
    holds("patterns of names", 4_000, (0..forms.len(), pattern(), words), |(which, pattern, (name, env, word))| {
        let (kind, form) = &forms[which];
        let mut document = with("/names", json!({ kind.key(): pattern }));
        document["pipeline"]["name"] = json!(name);
        document["pipeline"]["env"] = json!(env);
        document["pipeline"]["tables"]["raw"]["crawler"] = json!(word);
        document["pipeline"]["transforms"][0]["name"] = json!(word);
        let Ok(document) = read(&document.to_string()) else { return Ok(()) };
        let pipeline = document.pipeline;
        let named: Vec<&str> = match kind {
            Kind::Bucket => vec!["data"],
            Kind::Database => vec![&pipeline.catalog().database],
            Kind::Crawler => pipeline.tables.values().filter_map(|table| table.crawler.as_deref()).collect(),
            Kind::Job => pipeline.transforms.iter().map(|transform| transform.name.as_str()).collect(),
            Kind::Workgroup => vec!["athena"],
            Kind::Environment => vec!["airflow"],
            Kind::Role => vec!["airflow", "glue"],
            _ => vec!["main"],
        };
        for name in named {
            let physical = pipeline.physical(*kind, name, "123456789012", "eu-central-1");
            prop_assert!(form.is_match(&physical), "{} of {:?} is {:?}", kind.key(), pattern, physical);
        }
        Ok(())
    });
}

#[test]
fn other_lists_of_words_are_checked_too() {
    let bad = |pointer: &str, value: Value, says: &str| {
        let mut document = pipeline();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        document.pointer_mut(&format!("/pipeline{parent}")).unwrap()[key] = value.clone();
        let said = match read(&document.to_string()) {
            Ok(_) => panic!("{pointer} takes {value}"),
            Err(why) => why.to_string(),
        };
        assert!(said.contains(says), "{said}");
    };
    for text in HOSTILE.iter().filter(|text| !text.is_empty() && !text.chars().all(|c| c.is_ascii_digit())) {
        bad("/net/zones", json!([text, "eu-central-1a"]), "pipeline.net.zones");
        bad("/airflow/config", json!({ *text: "x" }), "pipeline.airflow.config");
        bad("/tables/raw/columns", json!([format!("{text} string")]), "tables.raw");
        if text.chars().any(char::is_control) {
            bad("/airflow/requirements", json!([text]), "pipeline.airflow.requirements");
        }
        if !text.chars().all(|c| (' '..='~').contains(&c)) {
            bad("/airflow/config", json!({ "core.x": text }), "pipeline.airflow.config");
        }
    }
    let mut taken = pipeline();
    taken["pipeline"]["airflow"]["config"] = json!({ "core.default_task_retries": "3", "smtp.smtp_host": "a b" });
    taken["pipeline"]["airflow"]["requirements"] = json!(["polars==1.2", "--constraint x", "# é"]);
    taken["pipeline"]["net"]["zones"] = json!(["eu-central-1a", "eu-central-1b"]);
    read(&taken.to_string()).unwrap();
}
