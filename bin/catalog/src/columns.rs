//! The columns of crawled tables whose crawlers look at new folders only: such a crawler never changes a table that is
//! there, so when the pipeline's columns change, `up` does.
//!
//! A table that nobody has crawled yet does not differ: its crawler will make it from the files.

use crate::database;
use aws_sdk_glue::Client;
use aws_sdk_glue::types::{Column, StorageDescriptor, Table, TableInput};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use strata_aws::{During, Error};
use strata_layer::{Context, Live, Wish};
use strata_state::wish;

/// The columns that the pipeline declares, as the catalog writes them.
pub(crate) fn declared(table: &wish::Table) -> Value {
    table.columns.iter().map(|column| json!({ "name": column.name, "type": column.kind.to_string() })).collect()
}

fn found(table: &Table) -> Value {
    let columns = table.storage_descriptor().map(StorageDescriptor::columns).unwrap_or_default();
    columns.iter().map(|column| json!({ "name": column.name(), "type": column.r#type() })).collect()
}

/// Give each crawler the columns of the table that it has made.
pub(crate) async fn beside(glue: &Client, cx: &Context, wishes: &[Wish], lives: Vec<Live>) -> Result<Vec<Live>, Error> {
    let wished = |live: &Live| {
        let wish = wishes.iter().find(|wish| wish.name == live.physical)?;
        Some((wish.id.clone(), wish.props.get("columns")?.clone()))
    };
    if !lives.iter().any(|live| wished(live).is_some()) {
        return Ok(lives);
    }
    let tables = tables(glue, cx).await?;
    let with = |live: Live| match wished(&live) {
        None => live,
        Some((table, wish)) => {
            let own = tables.get(&table).filter(|table| is_made_by(table, &live.physical));
            live.prop("columns", own.map_or(wish, found))
        }
    };
    Ok(lives.into_iter().map(with).collect())
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

/// Set a crawled table's columns to what the pipeline declares; all else of it stays.
pub(crate) async fn update(glue: &Client, cx: &Context, wish: &Wish) -> Result<(), Error> {
    let (database, name) = (database::name(cx), wish.id.as_str());
    let doing = || format!("changing the columns of table {database}.{name}");
    let wrong = |error: aws_smithy_types::error::operation::BuildError| Error::failed(doing(), error.to_string());
    let answer = glue.get_table().database_name(&database).name(name).send().await.during(doing)?;
    let Some(table) = answer.table else { return Ok(()) };
    let column = |column: &Value| {
        let text = |key: &str| column[key].as_str().unwrap_or_default();
        Column::builder().name(text("name")).r#type(text("type")).build()
    };
    let wished = wish.props.get("columns").and_then(Value::as_array).into_iter().flatten();
    let mut storage = table.storage_descriptor.unwrap_or_else(|| StorageDescriptor::builder().build());
    storage.columns = Some(wished.map(column).collect::<Result<_, _>>().map_err(wrong)?);
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
        "catalog: table {name} has the pipeline's columns; days that are there keep theirs until they are made anew: \
         `just run rebuild`"
    ));
    Ok(())
}
