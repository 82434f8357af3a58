//! One CSV classifier per CSV table that is crawled. Glue's own one does not honour quotes, and sees a header only when
//! some column is not text; this one says how the file is written, and what its columns are.
//!
//! Classifiers carry no tags: the name alone says whose one is.

use aws_sdk_glue::Client;
use aws_sdk_glue::types::{
    self, CreateCsvClassifierRequest, CsvClassifier, CsvHeaderOption, CsvSerdeOption, UpdateCsvClassifierRequest,
};
use serde_json::{Value, json};
use strata_aws::{During, Error};
use strata_layer::{Change, Context, Live, Resource, Wish, async_trait};
use strata_state::Kind;
use strata_state::wish::{Column, Format, Table, Type};

pub(crate) struct Classifier(pub(crate) Client);

/// The name of a table's classifier; only crawled CSV tables have one.
pub(crate) fn name(cx: &Context, id: &str, table: &Table) -> Option<String> {
    (table.format == Format::Csv && table.crawler.is_some()).then(|| cx.name(Kind::Classifier, id))
}

/// The type of a CSV column. OpenCSVSerDe reads text, and Athena makes whole numbers and floating point of it; for it
/// a day or a point in time would have to be a number, and a missing value is an error in anything but text.
pub(crate) fn csv_type(column: &Column) -> Type {
    match column.kind {
        Type::Int | Type::Bigint | Type::Double if !column.nullable => column.kind,
        _ => Type::String,
    }
}

/// The type's name among a classifier's custom types.
fn custom(column: &Column) -> &'static str {
    match csv_type(column) {
        Type::Int => "INT",
        Type::Bigint => "LONG",
        Type::Double => "DOUBLE",
        _ => "STRING",
    }
}

/// Whether a name is of the default pattern: then one that no table asks for any more is recognised, too.
fn of_pattern(cx: &Context, name: &str) -> Option<String> {
    let table = name.strip_prefix(&cx.name(Kind::Classifier, ""))?;
    // Without the hyphen another env's names cannot be taken for ours: `a-b-c` is table `c` of env `b` alone.
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let own = cx.doc.pipeline.names.contains_key(Kind::Classifier.key());
    (!own && !table.is_empty() && table.chars().all(legal)).then(|| table.to_owned())
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[async_trait]
impl Resource for Classifier {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let wish = |(id, table): (&String, &Table)| {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            let types: Vec<&str> = table.columns.iter().map(custom).collect();
            let wish = Wish::new(id.as_str(), name(cx, id, table)?)
                .prop("delimiter", ",")
                .prop("quote", "\"")
                .prop("header", "PRESENT")
                .prop("columns", json!(names))
                .prop("types", json!(types))
                .prop("trims", false)
                .prop("single_column", false)
                .prop("serde", "OpenCSVSerDe");
            Some(wish)
        };
        Ok(cx.doc.pipeline.tables.iter().filter_map(wish).collect())
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let wishes = self.wishes(cx)?;
        let mut pages = self.0.get_classifiers().into_paginator().send();
        let mut lives = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.during(|| "listing classifiers".into())?;
            for csv in page.classifiers().iter().filter_map(types::Classifier::csv_classifier) {
                let wished = wishes.iter().find(|wish| wish.name == csv.name()).map(|wish| wish.id.clone());
                if let Some(id) = wished.or_else(|| of_pattern(cx, csv.name())) {
                    lives.push(live(id, csv));
                }
            }
        }
        Ok(lives)
    }

    async fn create(&self, _: &Context, wish: &Wish) -> Result<(), Error> {
        let request = CreateCsvClassifierRequest::builder()
            .name(&wish.name)
            .delimiter(wish.text("delimiter"))
            .quote_symbol(wish.text("quote"))
            .contains_header(CsvHeaderOption::Present)
            .set_header(Some(texts(wish.props.get("columns"))))
            .disable_value_trimming(true)
            .allow_single_column(false)
            .custom_datatype_configured(true)
            .set_custom_datatypes(Some(texts(wish.props.get("types"))))
            .serde(CsvSerdeOption::OpenCsvSerDe)
            .build();
        let doing = || format!("creating classifier {}", wish.name);
        let request = request.map_err(|error| Error::failed(doing(), error.to_string()))?;
        self.0.create_classifier().csv_classifier(request).send().await.during(doing).map(drop)
    }

    async fn update(&self, _: &Context, live: &Live, wish: &Wish, _: &[Change]) -> Result<(), Error> {
        let request = UpdateCsvClassifierRequest::builder()
            .name(&live.physical)
            .delimiter(wish.text("delimiter"))
            .quote_symbol(wish.text("quote"))
            .contains_header(CsvHeaderOption::Present)
            .set_header(Some(texts(wish.props.get("columns"))))
            .disable_value_trimming(true)
            .allow_single_column(false)
            .custom_datatype_configured(true)
            .set_custom_datatypes(Some(texts(wish.props.get("types"))))
            .serde(CsvSerdeOption::OpenCsvSerDe)
            .build();
        let doing = || format!("updating classifier {}", live.physical);
        let request = request.map_err(|error| Error::failed(doing(), error.to_string()))?;
        self.0.update_classifier().csv_classifier(request).send().await.during(doing).map(drop)
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let name = &live.physical;
        let call = self.0.delete_classifier().name(name);
        call.send().await.during(|| format!("removing classifier {name}")).map(drop)
    }
}

fn live(id: String, csv: &CsvClassifier) -> Live {
    Live::new(id, csv.name())
        .prop("delimiter", csv.delimiter())
        .prop("quote", csv.quote_symbol())
        .prop("header", csv.contains_header().map(CsvHeaderOption::as_str))
        .prop("columns", json!(csv.header()))
        .prop("types", json!(csv.custom_datatypes()))
        .prop("trims", csv.disable_value_trimming() != Some(true))
        .prop("single_column", csv.allow_single_column().unwrap_or_default())
        .prop("serde", csv.serde().map(CsvSerdeOption::as_str))
}
