//! The columns of tables; and of crawled tables whose crawlers look at new folders only: such a crawler never changes a table
//! that is there, so when the pipeline's columns change, `up` does.
//!
//! A table that has not been crawled yet does not differ: its crawler will make it from the files.

use crate::crawler::Props;
use crate::database;
use aws_sdk_glue::Client;
use aws_sdk_glue::types::{self, StorageDescriptor, Table, TableInput};
use aws_smithy_types::error::operation::BuildError;
use serde::Serialize;
use std::collections::BTreeMap;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed};
use strata_state::wish;

/// A column as the catalog has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Column {
    /// Its name.
    pub(crate) name: String,
    /// Its type in Hive's words.
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

impl From<&types::Column> for Column {
    fn from(column: &types::Column) -> Self {
        Self { name: column.name().to_owned(), kind: column.r#type().map(str::to_owned) }
    }
}

/// Columns as calls take them.
pub(crate) fn for_call(columns: &[Column]) -> Result<Vec<types::Column>, BuildError> {
    let build = |column: &Column| types::Column::builder().name(&column.name).set_type(column.kind.clone()).build();
    columns.iter().map(build).collect()
}

/// The columns that the pipeline declares, as the catalog writes them.
pub(crate) fn declared(table: &wish::Table) -> Vec<Column> {
    let declared = |column: &wish::Column| Column { name: column.name.clone(), kind: Some(column.kind.to_string()) };
    table.columns.iter().map(declared).collect()
}

fn found(table: &Table) -> Vec<Column> {
    table.storage_descriptor().into_iter().flat_map(StorageDescriptor::columns).map(Column::from).collect()
}

/// Give each crawler the columns of the table that it has made.
pub(crate) async fn with_tables(
    glue: &Client,
    cx: &Context,
    desired: &[Desired<Props>],
    mut crawlers: Vec<Observed<Props>>,
) -> Result<Vec<Observed<Props>>, Error> {
    let wanted = |crawler: &Observed<Props>| {
        let desired = desired.iter().find(|desired| desired.name == crawler.physical)?;
        Some((desired.id.clone(), desired.props.columns.clone()?))
    };
    if !crawlers.iter().any(|crawler| wanted(crawler).is_some()) {
        return Ok(crawlers);
    }
    let tables = tables(glue, cx).await?;
    for crawler in &mut crawlers {
        if let Some((table, columns)) = wanted(crawler) {
            let own = tables.get(&table).filter(|table| is_made_by(table, &crawler.physical));
            crawler.props.columns = Some(own.map_or(columns, found));
        }
    }
    Ok(crawlers)
}

/// Whether `crawler` made the table.
pub(crate) fn is_made_by(table: &Table, crawler: &str) -> bool {
    table.parameters().and_then(|parameters| parameters.get("UPDATED_BY_CRAWLER")).is_some_and(|name| name == crawler)
}

async fn tables(glue: &Client, cx: &Context) -> Result<BTreeMap<String, Table>, Error> {
    let database = database::name(cx);
    let mut pages = glue.get_tables().database_name(&database).into_paginator().send();
    let mut tables = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let page = match page.during(|| format!("listing the tables of database {database}")) {
            Ok(page) => page,
            Err(error) if error.is_gone() => break,
            Err(error) => return Err(error),
        };
        let each = page.table_list.unwrap_or_default();
        tables.extend(each.into_iter().map(|table| (table.name().to_owned(), table)));
    }
    Ok(tables)
}

/// Set the columns of a crawled table; all else of it stays.
pub(crate) async fn update(glue: &Client, cx: &Context, name: &str, columns: &[Column]) -> Result<(), Error> {
    let database = database::name(cx);
    let doing = || format!("changing the columns of table {database}.{name}");
    let wrong = |error: BuildError| Error::failed(doing(), error.to_string());
    let answer = glue.get_table().database_name(&database).name(name).send().await.during(doing)?;
    let Some(table) = answer.table else { return Ok(()) };
    let mut storage = table.storage_descriptor.unwrap_or_else(|| StorageDescriptor::builder().build());
    storage.columns = Some(for_call(columns).map_err(wrong)?);
    let input = TableInput::builder()
        .name(table.name)
        .set_description(table.description)
        .set_owner(table.owner)
        .retention(table.retention)
        .storage_descriptor(storage)
        .set_partition_keys(table.partition_keys)
        .set_table_type(table.table_type)
        .set_parameters(table.parameters);
    let call = glue.update_table().database_name(&database).table_input(input.build().map_err(wrong)?);
    call.send().await.during(doing)?;
    cx.report.say(&format!(
        "catalog: table {name} has the pipeline's columns; existing days keep theirs until they are rebuilt: \
         `just run rebuild`"
    ));
    Ok(())
}
