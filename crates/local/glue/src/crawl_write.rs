//! What a crawl writes into the catalog: tables and partitions as AWS's crawler writes them.

use crate::{
    crawl::Crawl,
    crawl_table::{self, Column, Table, Total},
    crawler::Metrics,
};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use strata_local_cloud::Cloud;
use strata_local_wire::AwsError;

fn told(doing: &str, error: &AwsError) -> String {
    format!("{doing} failed: {} (Service: AWSGlue; Error Code: {})", error.message, error.code)
}

/// Create and update tables, then treat those whose objects are gone as the policy says.
pub(crate) async fn write(
    cloud: &Cloud,
    crawl: &Crawl,
    found: &[Table],
    metrics: &mut Metrics,
    lines: &mut Vec<String>,
) -> Result<(), String> {
    let database = crawl.text("DatabaseName").to_lowercase();
    let glue = |operation: &str, body: Value| {
        let target = format!("AWSGlue.{operation}");
        async move { cloud.json(&crawl.caller(), &crawl.region, "glue", &target, body).await }
    };
    if let Err(error) = glue("GetDatabase", json!({ "Name": database })).await {
        if error.code != "EntityNotFoundException" {
            return Err(told("Reading the database", &error));
        }
        let made = glue("CreateDatabase", json!({ "DatabaseInput": { "Name": database } })).await;
        made.map_err(|error| told("Creating the database", &error))?;
    }
    let policy = crawl.wish.get("SchemaChangePolicy").cloned().unwrap_or_default();
    for table in found {
        let input = table_input(crawl, table);
        let key = json!({ "DatabaseName": database, "Name": table.name });
        let old = match glue("GetTable", key).await {
            Ok(answer) => Some(answer["Table"].clone()),
            Err(error) if error.code == "EntityNotFoundException" => None,
            Err(error) => return Err(told("Reading a table", &error)),
        };
        let mut merged = input.clone();
        match &old {
            None => {
                let made = glue("CreateTable", json!({ "DatabaseName": database, "TableInput": input })).await;
                made.map_err(|error| told("Creating a table", &error))?;
                metrics.created += 1;
                lines.push(format!("INFO : Created table {} in database {database}", table.name));
            }
            Some(old) if policy["UpdateBehavior"] == "LOG" => {
                if crawl.only_new() && !crawl_table::alike(&columns_of(old), &table.schema.columns) {
                    lines.push(format!(
                        "INFO : New folders of table {} have other columns; they are not added",
                        table.name
                    ));
                    continue;
                }
                if crawl.configuration()["CrawlerOutput"]["Partitions"]["AddOrUpdateBehavior"] == "InheritFromTable" {
                    merged["StorageDescriptor"]["Columns"] = old["StorageDescriptor"]["Columns"].clone();
                }
                if old["StorageDescriptor"]["Columns"] != input["StorageDescriptor"]["Columns"] {
                    lines.push(format!(
                        "INFO : Schema of table {} changed; not updated, as the policy is LOG",
                        table.name
                    ));
                }
            }
            Some(old) => {
                merged = merge(crawl, old, input);
                let put = glue("UpdateTable", json!({ "DatabaseName": database, "TableInput": merged })).await;
                put.map_err(|error| told("Updating a table", &error))?;
                metrics.updated += 1;
                lines.push(format!("INFO : Updated table {} in database {database}", table.name));
            }
        }
        partitions(cloud, crawl, &database, table, &merged, lines).await?;
    }
    // What is gone cannot be told from new folders.
    if crawl.only_new() { Ok(()) } else { gone(cloud, crawl, &database, found, metrics, lines).await }
}

fn columns_of(table: &Value) -> Vec<Column> {
    let columns = table["StorageDescriptor"]["Columns"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    columns.map(|column| (text(&column["Name"]), text(&column["Type"]))).collect()
}

/// The new table, keeping what the configuration says to keep.
fn merge(crawl: &Crawl, old: &Value, mut input: Value) -> Value {
    if crawl.configuration()["CrawlerOutput"]["Tables"]["AddOrUpdateBehavior"] == "MergeNewColumns" {
        let mut columns = old["StorageDescriptor"]["Columns"].as_array().cloned().unwrap_or_default();
        for column in input["StorageDescriptor"]["Columns"].as_array().cloned().unwrap_or_default() {
            if !columns.iter().any(|known| known["Name"] == column["Name"]) {
                columns.push(column);
            }
        }
        input["StorageDescriptor"]["Columns"] = columns.into();
    }
    let mut parameters = old["Parameters"].as_object().cloned().unwrap_or_default();
    parameters.remove("DEPRECATED_BY_CRAWLER");
    parameters.extend(input["Parameters"].as_object().cloned().unwrap_or_default());
    input["Parameters"] = parameters.into();
    input
}

fn table_input(crawl: &Crawl, table: &Table) -> Value {
    let keys: Vec<Value> = table.keys.iter().map(|key| json!({ "Name": key, "Type": "string" })).collect();
    json!({
        "Name": table.name,
        "Owner": "owner",
        "Retention": 0,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": keys,
        "Parameters": parameters(crawl, table, table.total, true),
        "StorageDescriptor": storage(crawl, table, &table.location, table.total),
    })
}

fn storage(crawl: &Crawl, table: &Table, location: &str, total: Total) -> Value {
    let columns: Vec<Value> =
        table.schema.columns.iter().map(|(name, kind)| json!({ "Name": name, "Type": kind })).collect();
    let (input, output, serde) = match &table.schema.csv {
        Some(csv) if csv.open => {
            let quote = csv.quote.unwrap_or('"').to_string();
            let parameters =
                json!({ "separatorChar": csv.delimiter.to_string(), "quoteChar": quote, "escapeChar": "\\" });
            let library = "org.apache.hadoop.hive.serde2.OpenCSVSerde";
            (TEXT_IN, TEXT_OUT, json!({ "SerializationLibrary": library, "Parameters": parameters }))
        }
        Some(csv) => {
            let parameters = json!({ "field.delim": csv.delimiter.to_string() });
            let library = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
            (TEXT_IN, TEXT_OUT, json!({ "SerializationLibrary": library, "Parameters": parameters }))
        }
        None if table.schema.classification == "parquet" => {
            let library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
            let serde = json!({ "SerializationLibrary": library, "Parameters": { "serialization.format": "1" } });
            (PARQUET_IN, PARQUET_OUT, serde)
        }
        None => ("", "", json!({})),
    };
    json!({
        "Columns": columns,
        "Location": location,
        "InputFormat": input,
        "OutputFormat": output,
        "Compressed": false,
        "NumberOfBuckets": -1,
        "SerdeInfo": serde,
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": parameters(crawl, table, total, true),
        "StoredAsSubDirectories": false,
    })
}

const TEXT_IN: &str = "org.apache.hadoop.mapred.TextInputFormat";
const TEXT_OUT: &str = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat";
const PARQUET_IN: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
const PARQUET_OUT: &str = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat";

/// Table parameters; AWS repeats them in the storage descriptor and, without the crawler's mark, in partitions.
fn parameters(crawl: &Crawl, table: &Table, total: Total, mark: bool) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: &str, value: String| {
        map.insert(key.to_owned(), value.into());
    };
    put("classification", table.schema.classification.to_owned());
    put("compressionType", "none".to_owned());
    put("typeOfData", "file".to_owned());
    put("objectCount", total.objects.to_string());
    put("recordCount", total.rows.to_string());
    put("averageRecordSize", (total.bytes / total.rows.max(1)).to_string());
    put("sizeKey", total.bytes.to_string());
    if mark {
        put("CrawlerSchemaDeserializerVersion", "1.0".to_owned());
        put("CrawlerSchemaSerializerVersion", "1.0".to_owned());
        put("UPDATED_BY_CRAWLER", crawl.name.clone());
    }
    if !table.exclusions.is_empty() {
        put("exclusions", json!(table.exclusions).to_string());
    }
    if let Some(csv) = &table.schema.csv {
        put("columnsOrdered", "true".to_owned());
        put("areColumnsQuoted", csv.quote.is_some().to_string());
        put("delimiter", csv.delimiter.to_string());
        if csv.header {
            put("skip.header.line.count", "1".to_owned());
        }
    }
    map
}

async fn partitions(
    cloud: &Cloud,
    crawl: &Crawl,
    database: &str,
    table: &Table,
    written: &Value,
    lines: &mut Vec<String>,
) -> Result<(), String> {
    if table.keys.is_empty() {
        return Ok(());
    }
    let key = json!({ "DatabaseName": database, "TableName": table.name });
    let glue = |operation: &str, more: Value| {
        let mut body = key.clone();
        body.as_object_mut().into_iter().for_each(|body| body.extend(more.as_object().cloned().unwrap_or_default()));
        let target = format!("AWSGlue.{operation}");
        async move { cloud.json(&crawl.caller(), &crawl.region, "glue", &target, body).await }
    };
    // A folder that was not seen before has no partition yet; one that has all the same is left as it is.
    let have = match crawl.only_new() {
        true => json!({}),
        false => glue("GetPartitions", json!({})).await.map_err(|error| told("Reading partitions", &error))?,
    };
    let values = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let have: BTreeSet<Vec<String>> =
        have["Partitions"].as_array().into_iter().flatten().map(|one| values(&one["Values"])).collect();
    // A partition has its own columns unless it inherits the table's; here the files of a table are read as one.
    let inputs = table.partitions.iter().map(|partition| {
        let mut storage = storage(crawl, table, &partition.location, partition.total);
        storage["Columns"] = written["StorageDescriptor"]["Columns"].clone();
        storage["Parameters"] = parameters(crawl, table, partition.total, true).into();
        let parameters = parameters(crawl, table, partition.total, false);
        json!({ "Values": partition.values, "StorageDescriptor": storage, "Parameters": parameters })
    });
    let (old, new): (Vec<Value>, Vec<Value>) = inputs.partition(|input| have.contains(&values(&input["Values"])));
    for part in new.chunks(100) {
        let made = glue("BatchCreatePartition", json!({ "PartitionInputList": part })).await;
        made.map_err(|error| told("Creating partitions", &error))?;
    }
    for part in old.chunks(100) {
        let entries: Vec<Value> = part
            .iter()
            .map(|input| json!({ "PartitionValueList": input["Values"], "PartitionInput": input }))
            .collect();
        let put = glue("BatchUpdatePartition", json!({ "Entries": entries })).await;
        put.map_err(|error| told("Updating partitions", &error))?;
    }
    lines.push(format!("INFO : Table {}: {} new partitions, {} known", table.name, new.len(), old.len()));
    if crawl.wish.get("SchemaChangePolicy").is_some_and(|policy| policy["DeleteBehavior"] == "LOG") {
        return Ok(());
    }
    let seen: BTreeSet<Vec<String>> = table.partitions.iter().map(|partition| partition.values.clone()).collect();
    let gone: Vec<Value> = have.difference(&seen).map(|values| json!({ "Values": values })).collect();
    for part in gone.chunks(25) {
        let cut = glue("BatchDeletePartition", json!({ "PartitionsToDelete": part })).await;
        cut.map_err(|error| told("Deleting partitions", &error))?;
    }
    Ok(())
}

/// Tables that this crawler made and whose objects are gone.
async fn gone(
    cloud: &Cloud,
    crawl: &Crawl,
    database: &str,
    found: &[Table],
    metrics: &mut Metrics,
    lines: &mut Vec<String>,
) -> Result<(), String> {
    let behavior =
        crawl.wish.get("SchemaChangePolicy").map(|policy| policy["DeleteBehavior"].clone()).unwrap_or_default();
    let glue = |operation: &str, body: Value| {
        let target = format!("AWSGlue.{operation}");
        async move { cloud.json(&crawl.caller(), &crawl.region, "glue", &target, body).await }
    };
    let mut token = Value::Null;
    loop {
        let mut request = json!({ "DatabaseName": database });
        if token.is_string() {
            request["NextToken"] = token;
        }
        let page = glue("GetTables", request).await.map_err(|error| told("Listing tables", &error))?;
        for table in page["TableList"].as_array().into_iter().flatten() {
            let name = table["Name"].as_str().unwrap_or_default();
            let ours = table["Parameters"]["UPDATED_BY_CRAWLER"] == crawl.name.as_str();
            if !ours || found.iter().any(|seen| seen.name == name) {
                continue;
            }
            lines.push(format!("INFO : The objects of table {name} are gone; policy {behavior}"));
            match behavior.as_str() {
                Some("DELETE_FROM_DATABASE") => {
                    let cut = glue("DeleteTable", json!({ "DatabaseName": database, "Name": name })).await;
                    cut.map_err(|error| told("Deleting a table", &error))?;
                    metrics.deleted += 1;
                }
                Some("DEPRECATE_IN_DATABASE") if table["Parameters"]["DEPRECATED_BY_CRAWLER"].is_null() => {
                    let mut input = json!({});
                    for field in INPUT_FIELDS {
                        if !table[field].is_null() {
                            input[field] = table[field].clone();
                        }
                    }
                    input["Parameters"]["DEPRECATED_BY_CRAWLER"] =
                        chrono::Utc::now().timestamp_millis().to_string().into();
                    let put = glue("UpdateTable", json!({ "DatabaseName": database, "TableInput": input })).await;
                    put.map_err(|error| told("Deprecating a table", &error))?;
                    metrics.updated += 1;
                }
                _ => {}
            }
        }
        token = page["NextToken"].clone();
        if !token.is_string() {
            return Ok(());
        }
    }
}

/// What of a table goes back into an update.
const INPUT_FIELDS: [&str; 8] =
    ["Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys", "TableType", "Parameters"];
