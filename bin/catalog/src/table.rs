//! The tables that no crawler finds: declared with their columns and types, so that they can be queried before the
//! first file is there.
//!
//! A partitioned table is projected: Athena works out the folders of the days by itself, so a new day needs no crawl.
//! Tables carry no tags; parameters say whose one is. What is in our database is ours, whoever made it.

use crate::classifier::csv_type;
use crate::database::{self, marks};
use aws_sdk_glue::Client;
use aws_sdk_glue::types::{self, SerDeInfo, StorageDescriptor, TableInput};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use strata_aws::{During, Error, tags};
use strata_glue::tags_of;
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
use strata_state::wish::{self, Format};

pub(crate) struct Table(pub(crate) Client);

/// Input format, output format, SerDe.
const PARQUET: [&str; 3] = [
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
];
const CSV: [&str; 3] = [
    "org.apache.hadoop.mapred.TextInputFormat",
    "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
    "org.apache.hadoop.hive.serde2.OpenCSVSerde",
];

/// Parameters that strata sets or takes away; Athena and crawlers add others of their own.
fn is_own(parameter: &str) -> bool {
    const OWN: [&str; 4] = ["EXTERNAL", "classification", "skip.header.line.count", "storage.location.template"];
    OWN.contains(&parameter) || parameter.starts_with("projection.") || parameter.starts_with("strata:")
}

fn parameters(cx: &Context, table: &wish::Table, location: &str) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |key: String, value: String| map.insert(key, value.into());
    for (key, value) in marks(cx) {
        put(key.into(), value.into());
    }
    put("EXTERNAL".into(), "TRUE".into());
    match table.format {
        Format::Parquet => put("classification".into(), "parquet".into()),
        Format::Csv => {
            put("skip.header.line.count".into(), "1".into());
            put("classification".into(), "csv".into())
        }
    };
    if let Some(key) = &table.partition {
        put("projection.enabled".into(), "true".into());
        put(format!("projection.{key}.type"), "date".into());
        put(format!("projection.{key}.format"), "yyyy-MM-dd".into());
        put(format!("projection.{key}.range"), "2020-01-01,NOW".into());
        put(format!("projection.{key}.interval"), "1".into());
        put(format!("projection.{key}.interval.unit"), "DAYS".into());
        put("storage.location.template".into(), format!("{location}{key}=${{{key}}}"));
    }
    map
}

fn columns(table: &wish::Table) -> Value {
    let kind = |column: &wish::Column| match table.format {
        Format::Parquet => column.kind.to_string(),
        Format::Csv => csv_type(column).to_string(),
    };
    table.columns.iter().map(|column| json!({ "name": column.name, "type": kind(column) })).collect()
}

#[async_trait]
impl Untyped for Table {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let wish = |(name, table): (&String, &wish::Table)| {
            let location = format!("s3://{}/{}", cx.bucket(), table.path);
            // Text, as crawlers make it: Athena projects days onto it, and comparing days as text is right.
            let keys: Value = table.partition.iter().map(|key| json!({ "name": key, "type": "string" })).collect();
            Wish::new(name.as_str(), name.as_str())
                .prop("columns", columns(table))
                .prop("partition_keys", keys)
                .prop("parameters", parameters(cx, table, &location))
                .prop("format", json!(if table.format == Format::Csv { CSV } else { PARQUET }))
                .prop("location", location)
        };
        let declared = cx.doc.pipeline.tables.iter().filter(|(_, table)| table.crawler.is_none());
        Ok(declared.map(wish).collect())
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let database = database::name(cx);
        let owned = tags_of(&self.0, cx, &format!("database/{database}")).await?;
        if !owned.is_some_and(|tags| tags::is_ours(&tags, &cx.doc.pipeline)) {
            return Ok(Vec::new());
        }
        let wishes = self.wishes(cx)?;
        let mut pages = self.0.get_tables().database_name(&database).into_paginator().send();
        let mut lives = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page.during(|| format!("listing the tables of database {database}")) {
                Ok(page) => page,
                Err(error) if error.is_gone() => break,
                Err(error) => return Err(error),
            };
            for table in page.table_list() {
                let ours = tags::is_ours(&database::marked(table.parameters()), &cx.doc.pipeline);
                if ours || wishes.iter().any(|wish| wish.name == table.name()) {
                    lives.push(live(table));
                }
            }
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let call = self.0.create_table().database_name(database::name(cx)).table_input(input(wish)?);
        call.send().await.during(|| format!("creating table {}", wish.name)).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, _: &[Change]) -> Result<(), Error> {
        let call = self.0.update_table().database_name(database::name(cx)).table_input(input(wish)?);
        call.send().await.during(|| format!("updating table {}", live.physical)).map(drop)
    }

    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error> {
        let call = self.0.delete_table().database_name(database::name(cx)).name(&live.physical);
        call.send().await.during(|| format!("removing table {}", live.physical)).map(drop)
    }
}

fn live(table: &types::Table) -> Live {
    let column = |column: &types::Column| json!({ "name": column.name(), "type": column.r#type() });
    let storage = table.storage_descriptor();
    let serde = storage.and_then(StorageDescriptor::serde_info).and_then(SerDeInfo::serialization_library);
    let input = storage.and_then(StorageDescriptor::input_format);
    let output = storage.and_then(StorageDescriptor::output_format);
    let own = table.parameters().into_iter().flatten().filter(|(key, _)| is_own(key));
    let parameters: Map<String, Value> = own.map(|(key, value)| (key.clone(), json!(value))).collect();
    Live::new(table.name(), table.name())
        .prop("columns", storage.into_iter().flat_map(StorageDescriptor::columns).map(column).collect::<Value>())
        .prop("partition_keys", table.partition_keys().iter().map(column).collect::<Value>())
        .prop("parameters", parameters)
        .prop("format", json!([input, output, serde]))
        .prop("location", storage.and_then(StorageDescriptor::location))
}

/// The whole table, as create and update take it.
fn input(wish: &Wish) -> Result<TableInput, Error> {
    let wrong = |error: aws_smithy_types::error::operation::BuildError| {
        Error::failed(format!("describing table {}", wish.name), error.to_string())
    };
    let columns = |prop: &str| {
        let list = wish.props.get(prop).and_then(Value::as_array).into_iter().flatten();
        let column = |column: &Value| {
            let text = |key: &str| column[key].as_str().unwrap_or_default().to_owned();
            types::Column::builder().name(text("name")).r#type(text("type")).build()
        };
        list.map(column).collect::<Result<Vec<_>, _>>().map_err(wrong)
    };
    let format = |at: usize| wish.props["format"][at].as_str().unwrap_or_default().to_owned();
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    let parameters = wish.props.get("parameters").and_then(Value::as_object);
    let parameters: HashMap<String, String> = parameters.into_iter().flatten().filter_map(text).collect();
    let serde = SerDeInfo::builder().serialization_library(format(2));
    let serde = match parameters.get("classification").map(String::as_str) {
        Some("csv") => serde.parameters("separatorChar", ",").parameters("quoteChar", "\""),
        _ => serde.parameters("serialization.format", "1"),
    };
    let storage = StorageDescriptor::builder()
        .set_columns(Some(columns("columns")?))
        .location(wish.text("location"))
        .input_format(format(0))
        .output_format(format(1))
        .serde_info(serde.build())
        .build();
    TableInput::builder()
        .name(&wish.name)
        .table_type("EXTERNAL_TABLE")
        .storage_descriptor(storage)
        .set_partition_keys(Some(columns("partition_keys")?))
        .set_parameters(Some(parameters))
        .build()
        .map_err(wrong)
}
