//! Crawlers: what they are told. What they do is in `crawl`.

use crate::store::{Glue, PRINCIPAL, Place, Shelf};
use crate::{check, page::page, role, tag};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use strata_local_cloud::{Word, word};
use strata_local_wire::{Answer, AwsError};
use tokio::sync::watch;

/// The fields of a crawler that a request sets.
const FIELDS: [&str; 12] = [
    "Role",
    "DatabaseName",
    "Description",
    "Targets",
    "Schedule",
    "Classifiers",
    "TablePrefix",
    "SchemaChangePolicy",
    "RecrawlPolicy",
    "LineageConfiguration",
    "Configuration",
    "CrawlerSecurityConfiguration",
];

/// A crawler and what it is doing.
#[derive(Serialize, Deserialize)]
pub(crate) struct Crawler {
    pub(crate) wish: Map<String, Value>,
    #[serde(deserialize_with = "word")]
    pub(crate) state: Word,
    pub(crate) last: Option<Value>,
    /// Stops the crawl that is under way when it says true or is dropped.
    #[serde(skip)]
    pub(crate) switch: Option<watch::Sender<bool>>,
    pub(crate) started: f64,
    pub(crate) metrics: Metrics,
    /// Folders that were crawled, for crawls of new ones only.
    pub(crate) seen: BTreeSet<String>,
    created: Value,
    updated: Value,
    version: i64,
}

/// What the last crawl did.
#[derive(Default, Clone, Serialize, Deserialize)]
pub(crate) struct Metrics {
    pub(crate) seconds: f64,
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) deleted: u64,
}

impl Crawler {
    fn show(&self, name: &str) -> Value {
        let mut value = self.wish.clone();
        value.insert("Name".into(), name.into());
        value.insert("State".into(), self.state.into());
        value.insert("Version".into(), self.version.into());
        value.insert("CreationTime".into(), self.created.clone());
        value.insert("LastUpdated".into(), self.updated.clone());
        let running = if self.state == "READY" { 0.0 } else { now_seconds() - self.started };
        value.insert("CrawlElapsedTime".into(), ((running * 1000.0) as i64).into());
        if let Some(last) = &self.last {
            value.insert("LastCrawl".into(), last.clone());
        }
        Value::Object(value)
    }
}

pub(crate) fn now_seconds() -> f64 {
    check::now().as_f64().unwrap_or_default()
}

pub(crate) fn absent(name: &str) -> AwsError {
    check::missing(format!("Crawler entry with name {name} does not exist"))
}

fn running(name: &str) -> AwsError {
    AwsError::new("CrawlerRunningException", format!("Crawler with name {name} is currently running"))
}

/// The fields of a request, completed with AWS's defaults.
fn wish(body: &Value) -> Map<String, Value> {
    let mut wish = Map::new();
    for field in FIELDS {
        if let Some(value) = body.get(field).filter(|value| !value.is_null()) {
            wish.insert(field.into(), value.clone());
        }
    }
    if let Some(text) = wish.get("Schedule").and_then(Value::as_str).map(str::to_owned) {
        wish.insert("Schedule".into(), json!({ "ScheduleExpression": text, "State": "SCHEDULED" }));
    }
    wish
}

/// What a new crawler has where the request is silent.
fn complete(wish: &mut Map<String, Value>) {
    let policy = wish.entry("SchemaChangePolicy").or_insert_with(|| json!({}));
    for (key, value) in [("UpdateBehavior", "UPDATE_IN_DATABASE"), ("DeleteBehavior", "DEPRECATE_IN_DATABASE")] {
        if policy[key].is_null() {
            policy[key] = value.into();
        }
    }
    wish.entry("RecrawlPolicy").or_insert_with(|| json!({ "RecrawlBehavior": "CRAWL_EVERYTHING" }));
    wish.entry("LineageConfiguration").or_insert_with(|| json!({ "CrawlerLineageSettings": "DISABLE" }));
    wish.entry("Classifiers").or_insert_with(|| json!([]));
    let targets = wish.entry("Targets").or_insert_with(|| json!({}));
    let kinds = [
        "S3Targets",
        "JdbcTargets",
        "MongoDBTargets",
        "DynamoDBTargets",
        "CatalogTargets",
        "DeltaTargets",
        "IcebergTargets",
        "HudiTargets",
    ];
    for kind in kinds {
        if targets[kind].is_null() {
            targets[kind] = json!([]);
        }
    }
    for target in targets["S3Targets"].as_array_mut().into_iter().flatten() {
        if target["Exclusions"].is_null() {
            target["Exclusions"] = json!([]);
        }
    }
}

fn check_wish(wish: &Map<String, Value>) -> Result<(), AwsError> {
    let value = |key: &str| wish.get(key).cloned().unwrap_or_default();
    let policy = value("SchemaChangePolicy");
    check::one_of(&policy, "UpdateBehavior", &["LOG", "UPDATE_IN_DATABASE"])?;
    check::one_of(&policy, "DeleteBehavior", &["LOG", "DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE"])?;
    let recrawl = value("RecrawlPolicy");
    let behaviors = ["CRAWL_EVERYTHING", "CRAWL_NEW_FOLDERS_ONLY", "CRAWL_EVENT_MODE"];
    check::one_of(&recrawl, "RecrawlBehavior", &behaviors)?;
    if recrawl["RecrawlBehavior"] == "CRAWL_NEW_FOLDERS_ONLY"
        && (policy["UpdateBehavior"] != "LOG" || policy["DeleteBehavior"] != "LOG")
    {
        return Err(check::invalid(
            "The SchemaChangePolicy for \"Crawl new folders only\" Amazon S3 target can have only LOG DeleteBehavior value and LOG UpdateBehavior value.",
        ));
    }
    if value("DatabaseName").as_str().is_none_or(str::is_empty) {
        return Err(check::invalid("Database name must be specified for the crawler targets"));
    }
    if value("TablePrefix").as_str().is_some_and(|prefix| prefix.chars().count() > 128) {
        return Err(check::invalid("Table prefix must have length less than or equal to 128"));
    }
    let targets = value("Targets");
    if targets.as_object().is_none_or(|kinds| kinds.values().all(|list| list.as_array().is_none_or(Vec::is_empty))) {
        return Err(check::invalid("Crawler targets must not be empty"));
    }
    for target in targets["S3Targets"].as_array().into_iter().flatten() {
        let path = check::text(target, "Path")?;
        if path.trim_start_matches("s3://").split('/').next().is_none_or(str::is_empty) {
            return Err(check::invalid(format!("Invalid S3 path: {path}")));
        }
        if target["SampleSize"].as_i64().is_some_and(|size| !(1..=249).contains(&size)) {
            return Err(check::invalid("Sample size must be between 1 and 249"));
        }
    }
    if let Some(text) = value("Configuration").as_str() {
        let config: Value = serde_json::from_str(text)
            .map_err(|error| check::invalid(format!("Crawler configuration is not valid JSON: {error}")))?;
        if config["Version"].as_f64() != Some(1.0) {
            return Err(check::invalid("Crawler configuration must have \"Version\": 1.0"));
        }
    }
    let schedule = value("Schedule");
    if schedule["ScheduleExpression"].as_str().is_some_and(|text| !text.is_empty() && !text.starts_with("cron(")) {
        return Err(check::invalid("Schedule expression must be a cron expression: cron(...)"));
    }
    Ok(())
}

fn check_classifiers(shelf: &Shelf, wish: &Map<String, Value>) -> Result<(), AwsError> {
    let names = wish.get("Classifiers").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    match names.into_iter().find(|name| !shelf.classifiers.contains_key(*name)) {
        Some(name) => Err(check::missing(format!("Classifier entry with name {name} does not exist"))),
        None => Ok(()),
    }
}

pub(crate) async fn create(glue: &Glue, place: &Place, body: &Value) -> Answer {
    let name = check::name(body, "Name")?.to_owned();
    let role = check::text(body, "Role")?;
    let exists = || AwsError::new("AlreadyExistsException", format!("Crawler with name {name} already exists"));
    glue.with(place, |shelf| if shelf.crawlers.contains_key(&name) { Err(exists()) } else { Ok(()) })?;
    let mut wish = wish(body);
    complete(&mut wish);
    check_wish(&wish)?;
    role::check_trust(&glue.cloud, PRINCIPAL, role).await?;
    glue.with(place, |shelf| {
        check_classifiers(shelf, &wish)?;
        if shelf.crawlers.contains_key(&name) {
            return Err(exists());
        }
        shelf.tags.insert(format!("crawler/{name}"), tag::map(&body["Tags"]));
        let crawler = Crawler {
            wish,
            state: "READY",
            last: None,
            switch: None,
            started: 0.0,
            metrics: Metrics::default(),
            seen: BTreeSet::new(),
            created: check::now(),
            updated: check::now(),
            version: 1,
        };
        shelf.crawlers.insert(name.clone(), crawler);
        Ok(json!({}))
    })
}

pub(crate) async fn update(glue: &Glue, place: &Place, body: &Value) -> Answer {
    let name = check::name(body, "Name")?;
    let ready = |shelf: &mut Shelf| {
        let crawler = shelf.crawlers.get(name).ok_or_else(|| absent(name))?;
        if crawler.state == "READY" { Ok(crawler.wish.clone()) } else { Err(running(name)) }
    };
    let mut merged = glue.with(place, ready)?;
    // What the request leaves out stays as it is.
    merged.extend(wish(body));
    complete(&mut merged);
    check_wish(&merged)?;
    role::check_trust(&glue.cloud, PRINCIPAL, merged.get("Role").and_then(Value::as_str).unwrap_or_default()).await?;
    glue.with(place, |shelf| {
        check_classifiers(shelf, &merged)?;
        ready(shelf)?;
        let crawler = shelf.crawlers.get_mut(name).ok_or_else(|| absent(name))?;
        crawler.wish = merged;
        crawler.version += 1;
        crawler.updated = check::now();
        Ok(json!({}))
    })
}

pub(crate) fn delete(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "Name")?;
    if shelf.crawlers.get(name).ok_or_else(|| absent(name))?.state != "READY" {
        return Err(running(name));
    }
    shelf.crawlers.remove(name);
    shelf.tags.remove(&format!("crawler/{name}"));
    Ok(json!({}))
}

pub(crate) fn get(shelf: &mut Shelf, body: &Value) -> Answer {
    let name = check::name(body, "Name")?;
    shelf.crawlers.get(name).map(|crawler| json!({ "Crawler": crawler.show(name) })).ok_or_else(|| absent(name))
}

pub(crate) fn get_all(shelf: &mut Shelf, body: &Value) -> Answer {
    page(body, "Crawlers", shelf.crawlers.iter().map(|(name, crawler)| crawler.show(name)).collect())
}

pub(crate) fn batch_get(shelf: &mut Shelf, body: &Value) -> Answer {
    let names = body["CrawlerNames"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let (found, missing): (Vec<_>, Vec<_>) = names.partition(|name| shelf.crawlers.contains_key(*name));
    let shown: Vec<Value> = found.iter().map(|name| shelf.crawlers[*name].show(name)).collect();
    Ok(json!({ "Crawlers": shown, "CrawlersNotFound": missing }))
}

pub(crate) fn list(shelf: &mut Shelf, body: &Value) -> Answer {
    let wanted = |name: &&String| tag::matches(shelf, &format!("crawler/{name}"), &body["Tags"]);
    page(body, "CrawlerNames", shelf.crawlers.keys().filter(wanted).cloned().collect())
}

pub(crate) fn metrics(shelf: &mut Shelf, body: &Value) -> Answer {
    let names: Vec<&str> = body["CrawlerNameList"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let wanted = shelf.crawlers.iter().filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()));
    let rows = wanted.map(|(name, crawler)| {
        let running = crawler.state == "RUNNING";
        json!({
            "CrawlerName": name,
            "TimeLeftSeconds": if running { crawler.metrics.seconds } else { 0.0 },
            "StillEstimating": running && crawler.last.is_none(),
            "LastRuntimeSeconds": crawler.metrics.seconds,
            "MedianRuntimeSeconds": crawler.metrics.seconds,
            "TablesCreated": crawler.metrics.created,
            "TablesUpdated": crawler.metrics.updated,
            "TablesDeleted": crawler.metrics.deleted,
        })
    });
    page(body, "CrawlerMetricsList", rows.collect())
}
