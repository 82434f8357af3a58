//! The tables that no crawler finds: declared with their columns and types, so that they can be queried before the
//! first file is there.
//!
//! A partitioned table is projected: Athena works out the folders of the days, or months, by itself, so a new one needs no
//! crawl. A table that is one slice has no partitions.
//! Tables carry no tags; parameters say whose one is. What is in our database is ours, however it was created.

use crate::classifier::csv_type;
use crate::columns::{Column, for_call};
use crate::database::{self, Database, marks};
use aws_sdk_glue::Client;
use aws_sdk_glue::types::{self, SerDeInfo, StorageDescriptor, TableInput};
use aws_smithy_types::error::operation::BuildError;
use serde::Serialize;
use std::collections::BTreeMap;
use strata_aws::tags::{self, Tags};
use strata_aws::{During, Error};
use strata_glue::tags_of;
use strata_layer::{Context, Desired, Observed, Resource, async_trait, props};
use strata_state::wish::{self, Format, Grain};

pub(crate) struct Table(pub(crate) Client);

props! {
    /// What a table is.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// Its columns.
            columns: Vec<Column>,
            /// The columns that are folders.
            partition_keys: Vec<Column>,
            /// Those of its parameters that strata sets or takes away.
            parameters: BTreeMap<String, String>,
            /// What reads and writes its files.
            format: Classes,
            /// Where its files are.
            location: Option<String>,
        }
    }
}

/// Classes of Hive.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Classes {
    input: Option<String>,
    output: Option<String>,
    serde: Option<String>,
}

impl Classes {
    fn of(format: Format) -> Self {
        let of = |input: &str, output: &str, serde: &str| Self {
            input: Some(input.into()),
            output: Some(output.into()),
            serde: Some(serde.into()),
        };
        match format {
            Format::Parquet => of(
                "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
                "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
                "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            ),
            Format::Csv => of(
                "org.apache.hadoop.mapred.TextInputFormat",
                "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
                "org.apache.hadoop.hive.serde2.OpenCSVSerde",
            ),
        }
    }
}

/// Parameters that strata sets or takes away; Athena and crawlers add others of their own.
fn is_own(parameter: &str) -> bool {
    const OWN: [&str; 4] = ["EXTERNAL", "classification", "skip.header.line.count", "storage.location.template"];
    OWN.contains(&parameter) || parameter.starts_with("projection.") || parameter.starts_with("strata:")
}

fn parameters(cx: &Context, table: &wish::Table, location: &str) -> BTreeMap<String, String> {
    let mut map = BTreeMap::new();
    let mut put = |key: String, value: String| map.insert(key, value);
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
        let (format, range, unit) = match table.grain {
            Grain::Month => ("yyyy-MM", "2020-01,NOW", "MONTHS"),
            Grain::Day | Grain::Whole => ("yyyy-MM-dd", "2020-01-01,NOW", "DAYS"),
        };
        put("projection.enabled".into(), "true".into());
        put(format!("projection.{key}.type"), "date".into());
        put(format!("projection.{key}.format"), format.into());
        put(format!("projection.{key}.range"), range.into());
        put(format!("projection.{key}.interval"), "1".into());
        put(format!("projection.{key}.interval.unit"), unit.into());
        put("storage.location.template".into(), format!("{location}{key}=${{{key}}}"));
    }
    map
}

fn columns(table: &wish::Table) -> Vec<Column> {
    let kind = |column: &wish::Column| match table.format {
        Format::Parquet => column.kind.to_string(),
        Format::Csv => csv_type(column).to_string(),
    };
    table.columns.iter().map(|column| Column { name: column.name.clone(), kind: Some(kind(column)) }).collect()
}

impl Props {
    fn of_wish(cx: &Context, table: &wish::Table) -> Self {
        let location = format!("s3://{}/{}", cx.bucket(), table.path);
        // Text, as crawlers make it: Athena projects days and months onto it, and comparing those as text is right.
        let key = |key: &String| Column { name: key.clone(), kind: Some("string".into()) };
        Self {
            columns: columns(table),
            partition_keys: table.partition.iter().map(key).collect(),
            parameters: parameters(cx, table, &location),
            format: Classes::of(table.format),
            location: Some(location),
        }
    }

    fn of_table(table: &types::Table) -> Self {
        let storage = table.storage_descriptor();
        let serde = storage.and_then(StorageDescriptor::serde_info).and_then(SerDeInfo::serialization_library);
        let own = table.parameters().into_iter().flatten().filter(|(key, _)| is_own(key));
        Self {
            columns: storage.into_iter().flat_map(StorageDescriptor::columns).map(Column::from).collect(),
            partition_keys: table.partition_keys().iter().map(Column::from).collect(),
            parameters: own.map(|(key, value)| (key.clone(), value.clone())).collect(),
            format: Classes {
                input: storage.and_then(StorageDescriptor::input_format).map(str::to_owned),
                output: storage.and_then(StorageDescriptor::output_format).map(str::to_owned),
                serde: serde.map(str::to_owned),
            },
            location: storage.and_then(StorageDescriptor::location).map(str::to_owned),
        }
    }
}

#[async_trait]
impl Resource for Table {
    const KIND: &'static str = "table";
    const LABEL: &'static str = "declared Glue tables";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let declared = cx.doc.pipeline.tables.iter().filter(|(_, table)| table.crawler.is_none());
        let desired = |(name, table): (&String, &wish::Table)| Desired::new(name, name, Props::of_wish(cx, table));
        Ok(declared.map(desired).collect())
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let database = database::name(cx);
        let owned = tags_of::<Database>(&self.0, cx, &database).await?;
        if !owned.is_some_and(|tags| tags::is_ours(&tags, &cx.doc.pipeline)) {
            return Ok(Vec::new());
        }
        let mut pages = self.0.get_tables().database_name(&database).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page.during(|| format!("listing the tables of database {database}")) {
                Ok(page) => page,
                Err(error) if error.is_gone() => break,
                Err(error) => return Err(error),
            };
            for table in page.table_list() {
                let ours = tags::is_ours(&database::marked(table.parameters()), &cx.doc.pipeline);
                if ours || desired.iter().any(|desired| desired.name == table.name()) {
                    found.push(Observed::new(table.name(), table.name(), Props::of_table(table)));
                }
            }
        }
        Ok(found)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let call = self.0.create_table().database_name(database::name(cx)).table_input(input(desired)?);
        call.send().await.during(|| format!("creating table {}", desired.name)).map(drop)
    }

    async fn update(&self, cx: &Context, observed: &Observed<Props>, desired: &Desired<Props>) -> Result<(), Error> {
        let call = self.0.update_table().database_name(database::name(cx)).table_input(input(desired)?);
        call.send().await.during(|| format!("updating table {}", observed.physical)).map(drop)
    }

    async fn retag(&self, _: &Context, _: &Observed<Props>, _: &Tags) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(&self, cx: &Context, observed: &Observed<Props>) -> Result<(), Error> {
        let call = self.0.delete_table().database_name(database::name(cx)).name(&observed.physical);
        call.send().await.during(|| format!("removing table {}", observed.physical)).map(drop)
    }
}

/// The whole table, as create and update take it.
fn input(desired: &Desired<Props>) -> Result<TableInput, Error> {
    let wrong = |error: BuildError| Error::failed(format!("describing table {}", desired.name), error.to_string());
    let props = &desired.props;
    let serde = SerDeInfo::builder().set_serialization_library(props.format.serde.clone());
    let serde = if props.format == Classes::of(Format::Csv) {
        serde.parameters("separatorChar", ",").parameters("quoteChar", "\"")
    } else {
        serde.parameters("serialization.format", "1")
    };
    let storage = StorageDescriptor::builder()
        .set_columns(Some(for_call(&props.columns).map_err(wrong)?))
        .set_location(props.location.clone())
        .set_input_format(props.format.input.clone())
        .set_output_format(props.format.output.clone())
        .serde_info(serde.build())
        .build();
    TableInput::builder()
        .name(&desired.name)
        .table_type("EXTERNAL_TABLE")
        .storage_descriptor(storage)
        .set_partition_keys(Some(for_call(&props.partition_keys).map_err(wrong)?))
        .set_parameters(Some(props.parameters.clone().into_iter().collect()))
        .build()
        .map_err(wrong)
}
