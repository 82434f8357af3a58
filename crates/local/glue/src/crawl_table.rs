//! From a target's objects to tables: which files are one table, and what its partitions are.

use crate::{crawl::Crawl, crawl_sample::Samples, infer_csv, infer_parquet};
use futures::{StreamExt, TryStreamExt, stream};
use regex::Regex;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use strata_local_cloud::Cloud;
use strata_local_s3::Listed;

/// Files that are read at once.
const READERS: usize = 16;

/// A column: name and Glue type.
pub(crate) type Column = (String, String);

/// What one file is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Schema {
    /// `csv`, `parquet` or `UNKNOWN`.
    pub(crate) classification: &'static str,
    pub(crate) columns: Vec<Column>,
    /// How a CSV is read.
    pub(crate) csv: Option<infer_csv::Dialect>,
    /// Rows that were seen, or that the file says it has.
    pub(crate) rows: u64,
}

impl Schema {
    /// What no classifier knows.
    pub(crate) fn unknown() -> Self {
        Self { classification: "UNKNOWN", columns: Vec::new(), csv: None, rows: 0 }
    }
}

/// A table as the crawler sees it.
pub(crate) struct Table {
    pub(crate) name: String,
    /// `s3://bucket/path/`.
    pub(crate) location: String,
    pub(crate) schema: Schema,
    pub(crate) keys: Vec<String>,
    pub(crate) partitions: Vec<Partition>,
    pub(crate) exclusions: Vec<String>,
    pub(crate) total: Total,
}

/// One partition of a table.
pub(crate) struct Partition {
    pub(crate) values: Vec<String>,
    pub(crate) location: String,
    pub(crate) total: Total,
}

/// Sums over files.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Total {
    pub(crate) objects: u64,
    pub(crate) bytes: u64,
    pub(crate) rows: u64,
}

impl Total {
    fn add(&mut self, file: &File) {
        self.objects += 1;
        self.bytes += file.size;
        self.rows += file.schema.rows;
    }
}

struct File {
    /// Folders below the include path.
    folders: Vec<String>,
    name: String,
    size: u64,
    schema: Schema,
}

/// `bucket` and `prefix` of a target's path, with or without a scheme; the prefix ends with a slash.
fn split(path: &str) -> (String, String) {
    let path = path.strip_prefix("s3://").unwrap_or(path);
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    let prefix = if prefix.is_empty() || prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") };
    (bucket.to_owned(), prefix)
}

/// The tables below one S3 target.
pub(crate) async fn find(
    cloud: &Cloud,
    crawl: &Crawl,
    target: &Value,
    seen: &mut BTreeSet<String>,
) -> Result<Vec<Table>, String> {
    let path = target["Path"].as_str().unwrap_or_default();
    let (bucket, prefix) = split(path);
    let objects = cloud.s3.list(&bucket, &prefix).map_err(|error| match error.code {
        "NoSuchBucket" => format!(
            "The specified bucket does not exist: {bucket} (Service: S3, Status Code: 404, Error Code: NoSuchBucket)"
        ),
        _ => format!("{path} could not be listed: {}: {}", error.code, error.message),
    })?;
    let exclusions: Vec<String> =
        target["Exclusions"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let globs = exclusions.iter().map(|text| glob(text)).collect::<Result<Vec<_>, _>>()?;
    let mut chosen = Vec::new();
    for object in objects {
        let below = &object.key[prefix.len()..];
        let hidden = below.split('/').any(|part| part.starts_with('_') || part.starts_with('.'));
        if object.size == 0 || hidden || globs.iter().any(|glob| glob.is_match(below)) {
            continue;
        }
        let mut folders: Vec<String> = below.split('/').map(str::to_owned).collect();
        let name = folders.pop().unwrap_or_default();
        let folder = format!("s3://{bucket}/{}", &object.key[..object.key.len() - name.len()]);
        if !(crawl.only_new() && crawl.seen.contains(&folder)) {
            seen.insert(folder);
            chosen.push((folders, name, object));
        }
    }
    // The last file of a folder comes first: where a few are a sample of all, they are the newest.
    chosen.reverse();
    let mut samples = Samples::new(target["SampleSize"].as_u64());
    let read = stream::iter(chosen).map(|(folders, name, object)| {
        let (wanted, bucket) = (samples.wants(&folders), &bucket);
        async move {
            let schema = if wanted { Some(classify(cloud, crawl, bucket, &object).await?) } else { None };
            Ok::<_, String>((folders, name, object.size, schema))
        }
    });
    let read: Vec<_> = read.buffered(READERS).try_collect().await?;
    let mut files = Vec::new();
    for (folders, name, size, schema) in read {
        if let Some(schema) = &schema {
            samples.keep(&folders, size, schema);
        }
        let schema = schema.unwrap_or_else(|| samples.guess(&folders, size));
        files.push(File { folders, name, size, schema });
    }
    files.reverse();
    let mut tables = Vec::new();
    group(&bucket, &prefix, files, &exclusions, &mut tables);
    for table in &mut tables {
        table.name = format!("{}{}", crawl.text("TablePrefix"), table.name).to_lowercase();
    }
    // Two tables of one name get a suffix each, as AWS gives them a hash.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for table in &mut tables {
        let count = seen.entry(table.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            table.name = format!("{}_{:08x}", table.name, fnv(&table.location));
        }
    }
    Ok(tables)
}

/// A short hash that is the same on every run.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Files with one format and alike columns at one depth are one table; otherwise each folder is looked at by itself.
fn group(bucket: &str, prefix: &str, files: Vec<File>, exclusions: &[String], tables: &mut Vec<Table>) {
    let Some(first) = files.first() else { return };
    let alike =
        files.iter().all(|file| file.folders.len() == first.folders.len() && similar(&file.schema, &first.schema));
    if alike {
        tables.push(table(bucket, prefix, files, exclusions));
        return;
    }
    let mut folders: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for mut file in files {
        if file.folders.is_empty() {
            let location = format!("{prefix}{}", file.name);
            let mut single = table(bucket, prefix, vec![file], exclusions);
            single.name = clean(location.rsplit('/').next().unwrap_or_default());
            single.location = format!("s3://{bucket}/{location}");
            tables.push(single);
        } else {
            let folder = file.folders.remove(0);
            folders.entry(folder).or_default().push(file);
        }
    }
    for (folder, files) in folders {
        group(bucket, &format!("{prefix}{folder}/"), files, exclusions, tables);
    }
}

/// At least seven in ten columns in common.
fn similar(one: &Schema, other: &Schema) -> bool {
    one.classification == other.classification && alike(&one.columns, &other.columns)
}

pub(crate) fn alike(one: &[Column], other: &[Column]) -> bool {
    let common = one.iter().filter(|(name, _)| other.iter().any(|(known, _)| known == name)).count();
    common * 10 >= one.len().max(other.len()) * 7
}

fn table(bucket: &str, prefix: &str, files: Vec<File>, exclusions: &[String]) -> Table {
    let mut schema = files[0].schema.clone();
    let mut total = Total::default();
    let mut partitions: BTreeMap<Vec<String>, Total> = BTreeMap::new();
    for file in &files {
        total.add(file);
        partitions.entry(file.folders.clone()).or_default().add(file);
        for (name, kind) in &file.schema.columns {
            match schema.columns.iter_mut().find(|(known, _)| known == name) {
                None => schema.columns.push((name.clone(), kind.clone())),
                Some((_, known)) if known != kind => *known = infer_csv::wider(known, kind),
                Some(_) => {}
            }
        }
    }
    let keys: Vec<String> = files[0]
        .folders
        .iter()
        .enumerate()
        .map(|(level, folder)| match folder.split_once('=') {
            Some((key, _)) if !key.is_empty() => clean(key),
            _ => format!("partition_{level}"),
        })
        .collect();
    let partitions = if keys.is_empty() { BTreeMap::new() } else { partitions };
    let partitions = partitions.into_iter().map(|(folders, total)| Partition {
        location: format!("s3://{bucket}/{prefix}{}/", folders.join("/")),
        values: folders.iter().map(|folder| value(folder)).collect(),
        total,
    });
    let last = prefix.trim_end_matches('/').rsplit('/').next().filter(|last| !last.is_empty()).unwrap_or(bucket);
    Table {
        name: clean(last),
        location: format!("s3://{bucket}/{prefix}"),
        partitions: partitions.collect(),
        schema,
        keys,
        exclusions: exclusions.to_vec(),
        total,
    }
}

/// The value in `key=value`, or the folder itself.
fn value(folder: &str) -> String {
    match folder.split_once('=') {
        Some((key, value)) if !key.is_empty() => value.to_owned(),
        _ => folder.to_owned(),
    }
}

/// A name as the catalog has it.
pub(crate) fn clean(name: &str) -> String {
    let legal = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '_' };
    name.to_lowercase().chars().map(legal).collect()
}

async fn classify(cloud: &Cloud, crawl: &Crawl, bucket: &str, object: &Listed) -> Result<Schema, String> {
    let file = cloud
        .fetch(bucket, object)
        .await
        .map_err(|error| format!("s3://{bucket}/{} could not be read: {error}", object.key))?;
    let classifiers = crawl.classifiers.clone();
    // Reading and parsing block, and other calls must go on meanwhile.
    let work = tokio::task::spawn_blocking(move || match infer_parquet::infer(&file) {
        Some(schema) => Some(schema),
        None => infer_csv::infer(&file, &classifiers),
    });
    let schema = work.await.map_err(|error| format!("s3://{bucket}/{} could not be read: {error}", object.key))?;
    Ok(schema.unwrap_or_else(Schema::unknown))
}

/// Glue's exclude patterns: `*` and `?` stay within a folder, `**` crosses folders, `{a,b}` and `[a-z]` choose.
fn glob(text: &str) -> Result<Regex, String> {
    let mut out = String::from("^");
    let mut letters = text.chars().peekable();
    let mut braces = 0;
    while let Some(letter) = letters.next() {
        match letter {
            '*' if letters.peek() == Some(&'*') => {
                letters.next();
                out.push_str(".*");
            }
            '*' => out.push_str("[^/]*"),
            '?' => out.push_str("[^/]"),
            '{' => {
                braces += 1;
                out.push_str("(?:");
            }
            '}' if braces > 0 => {
                braces -= 1;
                out.push(')');
            }
            ',' if braces > 0 => out.push('|'),
            '[' | ']' | '-' => out.push(letter),
            '!' => out.push('^'),
            other => out.push_str(&regex::escape(&other.to_string())),
        }
    }
    out.push('$');
    Regex::new(&out).map_err(|error| format!("the exclude pattern {text} cannot be read: {error}"))
}
