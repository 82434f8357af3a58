//! What a DAG file uses of the world: Glue's jobs and crawlers, buckets, Variables, connections, and rights.

use crate::python::{Call, Value, read};
use regex::Regex;

/// One use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Use {
    Job(String),
    Crawler(String),
    Bucket(String),
    /// An Airflow Variable that is read without a default.
    Variable {
        name: String,
        at_import: bool,
    },
    Connection(String),
    Right(Need),
    /// Something of these that only shows when the file runs.
    Unreadable {
        what: String,
    },
}

/// A right that Airflow's role needs for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) action: &'static str,
    /// In the pipeline's bucket; none for what is not in a bucket.
    pub(super) key: Option<String>,
    /// Whether the key goes on.
    pub(super) is_beginning: bool,
}

impl Need {
    pub(super) fn remedy(&self) -> String {
        match self.key {
            Some(_) => "write into the path of an input table, which the role may; or let a job do it".into(),
            None => format!("let policies/roles/airflow.permissions.json have {}, and run `iam up`", self.action),
        }
    }
}

/// Operators by what their names begin with, and the first right that they ask for. Glue's and S3's are looked at closely.
const OPERATORS: [(&str, &str); 14] = [
    ("Athena", "athena:StartQueryExecution"),
    ("Batch", "batch:SubmitJob"),
    ("Bedrock", "bedrock:InvokeModel"),
    ("Dms", "dms:DescribeReplicationTasks"),
    ("Ecs", "ecs:RunTask"),
    ("Eks", "eks:DescribeCluster"),
    ("EmrServerless", "emr-serverless:StartJobRun"),
    ("Emr", "elasticmapreduce:DescribeCluster"),
    ("Lambda", "lambda:InvokeFunction"),
    ("Redshift", "redshift-data:ExecuteStatement"),
    ("SageMaker", "sagemaker:DescribeTrainingJob"),
    ("Sns", "sns:Publish"),
    ("Sqs", "sqs:ReceiveMessage"),
    ("StepFunction", "states:StartExecution"),
];

/// What writes, removes and reads in S3: the call, its right, and where its key is: by these names, or at this place.
const KEYS: [(&str, &str, &[&str], Option<usize>); 15] = [
    ("load_string", "s3:PutObject", &["key"], Some(1)),
    ("load_bytes", "s3:PutObject", &["key"], Some(1)),
    ("load_file", "s3:PutObject", &["key"], Some(1)),
    ("load_file_obj", "s3:PutObject", &["key"], Some(1)),
    ("upload_file", "s3:PutObject", &["Key"], Some(2)),
    ("upload_fileobj", "s3:PutObject", &["Key"], Some(2)),
    ("put_object", "s3:PutObject", &["Key"], None),
    ("S3CreateObjectOperator", "s3:PutObject", &["s3_key"], None),
    ("LocalFilesystemToS3Operator", "s3:PutObject", &["dest_key"], None),
    ("S3CopyObjectOperator", "s3:PutObject", &["dest_bucket_key"], None),
    ("delete_object", "s3:DeleteObject", &["Key"], None),
    ("delete_objects", "s3:DeleteObject", &["keys", "Key"], Some(1)),
    ("S3DeleteObjectsOperator", "s3:DeleteObject", &["keys", "prefix"], None),
    ("read_key", "s3:GetObject", &["key"], Some(0)),
    ("S3KeySensor", "s3:GetObject", &["bucket_key"], None),
];

/// Arguments that name a bucket.
const BUCKETS: [&str; 6] = ["bucket", "bucket_name", "Bucket", "s3_bucket", "dest_bucket", "source_bucket_name"];

/// All uses of a file with their lines, in the order in which they stand there.
pub(super) fn uses(source: &str) -> Vec<(usize, Use)> {
    let (calls, texts) = read(source);
    let mut found: Vec<(usize, Use)> = Vec::new();
    for call in &calls {
        found.extend(of(call).into_iter().map(|used| (call.line, used)));
    }
    for (line, text) in &texts {
        found.extend(in_text(text).into_iter().map(|used| (*line, used)));
    }
    found.sort_by_key(|(line, _)| *line);
    found.dedup();
    found
}

fn of(call: &Call) -> Vec<Use> {
    let mut found = Vec::new();
    let short = call.short();
    let field = |dictionary: Option<&Value>, name: &str| match dictionary {
        Some(Value::Fields(fields)) => fields.get(name).cloned(),
        other => other.cloned(),
    };
    let is_glue = short.contains("Glue");
    let is_crawler = short.contains("Crawler") || short.ends_with("_crawler");
    let job = call.named.get("job_name").filter(|_| is_glue || call.name.contains("glue"));
    let job = job.or_else(|| call.named.get("JobName"));
    add(&mut found, job, "the job's name", Use::Job);
    let crawler = call.named.get("crawler_name").cloned();
    let crawler = crawler.or_else(|| field(call.named.get("config").filter(|_| is_crawler), "Name"));
    let crawler = crawler.or_else(|| call.named.get("Name").filter(|_| is_crawler).cloned());
    add(&mut found, crawler.as_ref(), "the crawler's name", Use::Crawler);
    for name in BUCKETS {
        let texts = call.named.get(name).map(Value::texts).unwrap_or_default().iter();
        found.extend(texts.filter(|text| !text.contains("{{")).cloned().map(Use::Bucket));
    }
    if call.name == "Variable.get" || call.name.ends_with(".Variable.get") {
        let has_default = ["default_var", "default"].iter().any(|name| call.named.contains_key(*name));
        if !has_default && call.positional.len() < 2 {
            let at_import = call.at_import;
            add(&mut found, call.argument("key", Some(0)), "the Variable's name", |name| Use::Variable {
                name,
                at_import,
            });
        }
    }
    let connection = call.named.iter().filter(|(name, _)| name.ends_with("conn_id")).map(|(_, value)| value);
    let by_hook = call.argument("conn_id", Some(0)).filter(|_| short == "get_connection");
    for value in connection.chain(by_hook) {
        found.extend(value.texts().iter().cloned().map(Use::Connection));
    }
    found.extend(rights(call));
    found
}

/// The texts of an argument; where there is one that is not known, that is a use, too.
fn add(found: &mut Vec<Use>, value: Option<&Value>, what: &str, used: impl Fn(String) -> Use) {
    match value {
        Some(Value::Texts(texts)) => {
            let (templates, plain): (Vec<&String>, Vec<&String>) = texts.iter().partition(|text| text.contains("{{"));
            found.extend(plain.into_iter().cloned().map(used));
            found.extend(templates.into_iter().map(|text| Use::Unreadable { what: format!("{what} ({text})") }));
        }
        Some(Value::Unknown | Value::Begins(_)) => found.push(Use::Unreadable { what: what.to_owned() }),
        _ => {}
    }
}

fn rights(call: &Call) -> Vec<Use> {
    let short = call.short();
    if let Some((_, action, names, place)) = KEYS.iter().find(|(name, ..)| *name == short) {
        let key = names.iter().find_map(|name| call.argument(name, None)).or_else(|| call.argument("", *place));
        let whole: Vec<String> = key.map(Value::texts).unwrap_or_default().to_vec();
        let need = |key: String| {
            // A whole address names its bucket, which is looked at by itself.
            let key = key
                .strip_prefix("s3://")
                .and_then(|rest| rest.split_once('/'))
                .map_or(key.clone(), |(_, key)| key.into());
            let is_beginning = !whole.contains(&key);
            let key = key.split('*').next().unwrap_or_default().to_owned();
            Use::Right(Need { action, key: Some(key), is_beginning })
        };
        return match key.map(Value::beginnings).unwrap_or_default() {
            keys if keys.is_empty() => vec![Use::Unreadable { what: format!("the key of {short}") }],
            keys => keys.into_iter().map(need).collect(),
        };
    }
    let is_operator = short.ends_with("Operator") || short.ends_with("Sensor");
    let action = OPERATORS.iter().find(|(begin, _)| is_operator && short.starts_with(begin)).map(|(_, action)| *action);
    action.map(|action| Use::Right(Need { action, key: None, is_beginning: false })).into_iter().collect()
}

/// Addresses, and Jinja's ways to Variables and connections.
fn in_text(text: &str) -> Vec<Use> {
    // Never empty: the patterns are fixed, and a test uses each.
    let find = |pattern: &str| Regex::new(pattern).ok();
    let every = |pattern: &str| -> Vec<String> {
        let found = find(pattern).map(|pattern| {
            let all = pattern.captures_iter(text);
            all.filter_map(|found| found.iter().skip(1).flatten().next().map(|part| part.as_str().to_owned())).collect()
        });
        found.unwrap_or_default()
    };
    let buckets = every(r"\bs3a?://([a-z0-9][a-z0-9.-]{2,62})(?:/|$)").into_iter().map(Use::Bucket);
    // With `var.value.get` a default may be given.
    let variables = every(r#"\{\{[^}]*\bvar\.(?:value|json)\.(?:get\(\s*["']([^"']+)["']\s*\)|([A-Za-z_]\w*)\b)"#);
    let variables = variables.into_iter().filter(|name| name != "get");
    let connections = every(r"\{\{[^}]*\bconn\.([A-Za-z_]\w*)").into_iter().map(Use::Connection);
    buckets.chain(variables.map(|name| Use::Variable { name, at_import: false })).chain(connections).collect()
}

#[cfg(test)]
#[path = "own_uses_tests.rs"]
mod tests;
