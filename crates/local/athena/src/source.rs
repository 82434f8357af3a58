//! From a catalog table to files on disk: what the child process reads.

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use strata_local_engine_query::{File, Format, Source, statement::Reference, translate};
use strata_local_s3::Listed;

use crate::store::{Athena, CALLER};

fn columns(list: &Value) -> Vec<(String, String)> {
    let text = |column: &Value, key: &str| column[key].as_str().unwrap_or_default().to_lowercase();
    list.as_array().into_iter().flatten().map(|column| (text(column, "Name"), text(column, "Type"))).collect()
}

fn format(table: &Value) -> Result<Format, String> {
    let serde = &table["StorageDescriptor"]["SerdeInfo"];
    let library = serde["SerializationLibrary"].as_str().unwrap_or_default();
    let letter = |key: &str| serde["Parameters"][key].as_str().and_then(|text| text.chars().next());
    let skip = table["Parameters"]["skip.header.line.count"].as_str().and_then(|count| count.parse().ok()).unwrap_or(0);
    match library.rsplit('.').next().unwrap_or_default() {
        "ParquetHiveSerDe" => Ok(Format::Parquet),
        "OpenCSVSerde" => Ok(Format::Csv {
            delimiter: letter("separatorChar").unwrap_or(','),
            quote: Some(letter("quoteChar").unwrap_or('"')),
            skip,
        }),
        "LazySimpleSerDe" => {
            let delimiter = letter("field.delim").or_else(|| letter("serialization.format"));
            Ok(Format::Csv { delimiter: delimiter.unwrap_or('\u{1}'), quote: None, skip })
        }
        _ => Err(format!(
            "HIVE_UNSUPPORTED_FORMAT: Unable to create input format: the local endpoint reads Parquet and CSV (OpenCSVSerDe, LazySimpleSerDe), not {library:?}"
        )),
    }
}

/// Look a table up. The error is Athena's.
pub(crate) async fn table(
    athena: &Athena,
    region: &str,
    database: &str,
    name: &str,
    at: &str,
) -> Result<Value, String> {
    let body = json!({ "DatabaseName": database, "Name": name });
    match athena.cloud.json(&CALLER, region, "glue", "AWSGlue.GetTable", body).await {
        Ok(answer) => Ok(answer["Table"].clone()),
        Err(error) if error.code == "EntityNotFoundException" => {
            let known =
                athena.cloud.json(&CALLER, region, "glue", "AWSGlue.GetDatabase", json!({ "Name": database })).await;
            Err(match known {
                Ok(_) => format!("TABLE_NOT_FOUND: line {at}: Table 'awsdatacatalog.{database}.{name}' does not exist"),
                Err(_) => format!("SCHEMA_NOT_FOUND: line {at}: Schema '{database}' does not exist"),
            })
        }
        Err(error) => Err(format!("GENERIC_INTERNAL_ERROR: {}: {}", error.code, error.message)),
    }
}

fn split(location: &str) -> (String, String) {
    let path = location.trim_start_matches("s3://").trim_start_matches("s3a://");
    let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
    let prefix = if prefix.is_empty() || prefix.ends_with('/') { prefix.to_owned() } else { format!("{prefix}/") };
    (bucket.to_owned(), prefix)
}

/// The objects below a location that Athena reads: not empty, and no part hidden.
fn objects(athena: &Athena, location: &str) -> Result<(String, Vec<(String, Listed)>), String> {
    let (bucket, prefix) = split(location);
    let all = athena.cloud.s3.list(&bucket, &prefix).map_err(|error| {
        format!("HIVE_FILESYSTEM_ERROR: Failed to list directory: {location}: {} ({})", error.message, error.code)
    })?;
    let shown = all.into_iter().filter_map(|object| {
        let below = object.key[prefix.len()..].to_owned();
        let hidden = below.split('/').any(|part| part.starts_with('_') || part.starts_with('.'));
        (object.size > 0 && !hidden).then_some((below, object))
    });
    Ok((bucket, shown.collect()))
}

/// Partitions as Athena finds them: by projection when the table says so, else only those in the catalog.
async fn partitions(
    athena: &Athena,
    region: &str,
    table: &Value,
) -> Result<Vec<(Option<Vec<String>>, String)>, String> {
    let location = table["StorageDescriptor"]["Location"].as_str().unwrap_or_default().to_owned();
    let keys = table["PartitionKeys"].as_array().is_some_and(|keys| !keys.is_empty());
    if !keys {
        return Ok(vec![(Some(Vec::new()), location)]);
    }
    if table["Parameters"]["projection.enabled"] == "true" {
        return Ok(vec![(None, location)]);
    }
    let body = json!({ "DatabaseName": table["DatabaseName"], "TableName": table["Name"] });
    let answer = athena.cloud.json(&CALLER, region, "glue", "AWSGlue.GetPartitions", body).await;
    let answer = answer.map_err(|error| format!("GENERIC_INTERNAL_ERROR: {}: {}", error.code, error.message))?;
    let found = answer["Partitions"].as_array().into_iter().flatten().map(|partition| {
        let values = partition["Values"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let place = partition["StorageDescriptor"]["Location"].as_str().unwrap_or_default();
        (Some(values.map(str::to_owned).collect()), place.to_owned())
    });
    Ok(found.collect())
}

/// The values in the folders of a projected table, or None when they are not the table's keys.
fn folder_values(below: &str, keys: &[(String, String)]) -> Option<Vec<String>> {
    let mut folders: Vec<&str> = below.split('/').collect();
    folders.pop();
    let value = |(folder, (key, _)): (&&str, &(String, String))| {
        let (name, value) = folder.split_once('=')?;
        name.eq_ignore_ascii_case(key).then(|| value.to_owned())
    };
    if folders.len() < keys.len() {
        return None;
    }
    folders.iter().zip(keys).map(value).collect()
}

/// A table's files, listed but not yet read.
pub(crate) struct Listing {
    source: Source,
    bytes: u64,
    objects: Vec<(String, Listed, Vec<String>)>,
}

impl Listing {
    /// Bytes that a query over the table scans.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

/// List a table's files.
pub(crate) async fn list(athena: &Athena, region: &str, reference: &Reference) -> Result<Listing, String> {
    let table = table(athena, region, &reference.database, &reference.table, &reference.at).await?;
    let keys = columns(&table["PartitionKeys"]);
    let mut found = Vec::new();
    for (values, location) in partitions(athena, region, &table).await? {
        let (bucket, objects) = objects(athena, &location)?;
        for (below, object) in objects {
            let values = match &values {
                Some(values) => Some(values.clone()),
                None => folder_values(&below, &keys),
            };
            found.extend(values.map(|values| (bucket.clone(), object, values)));
        }
    }
    let source = Source {
        name: translate::registered(&reference.database, &reference.table),
        columns: columns(&table["StorageDescriptor"]["Columns"]),
        keys,
        format: format(&table)?,
        files: Vec::new(),
    };
    let bytes = found.iter().map(|(_, object, _)| object.size).sum();
    Ok(Listing { source, bytes, objects: found })
}

/// Bring the files of a table to disk.
pub(crate) async fn fetch(athena: &Athena, listing: Listing) -> Result<Source, String> {
    let Listing { mut source, objects, .. } = listing;
    let files = stream::iter(objects).map(|(bucket, object, values)| async move {
        let path = athena.cloud.fetch(&bucket, &object).await;
        path.map(|path| File { path, values })
            .map_err(|error| format!("HIVE_CANNOT_OPEN_SPLIT: Error opening s3://{bucket}/{}: {error}", object.key))
    });
    source.files = files.buffered(8).try_collect().await?;
    Ok(source)
}
