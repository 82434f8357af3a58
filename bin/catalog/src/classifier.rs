//! One CSV classifier per CSV table that is crawled. Glue's own one does not honour quotes, and sees a header only when
//! some column is not text; this one says how the file is written, and what its columns are.
//!
//! Classifiers carry no tags. One is ours when it has our name and is as strata makes them, or a crawler of ours uses it:
//! the name alone may be somebody else's.

use aws_sdk_glue::Client;
use aws_sdk_glue::types::{
    self, CreateCsvClassifierRequest, CsvClassifier, CsvHeaderOption, CsvSerdeOption, UpdateCsvClassifierRequest,
};
use serde_json::{Value, json};
use strata_aws::{During, Error};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
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

/// What a classifier of our name is that is not like ours.
const SOMEBODY: &str = "somebody else (it is not as strata makes them, and no crawler of this pipeline uses it)";

/// The name of a classifier of any kind.
fn called(classifier: &types::Classifier) -> &str {
    let csv = classifier.csv_classifier().map(CsvClassifier::name);
    let json = || classifier.json_classifier().map(types::JsonClassifier::name);
    let grok = || classifier.grok_classifier().map(types::GrokClassifier::name);
    let xml = || classifier.xml_classifier().map(types::XmlClassifier::name);
    csv.or_else(json).or_else(grok).or_else(xml).unwrap_or_default()
}

/// Whether a classifier is as strata makes all of them, whatever the columns are.
fn is_plain(csv: &CsvClassifier) -> bool {
    (csv.delimiter(), csv.quote_symbol()) == (Some(","), Some("\""))
        && csv.contains_header() == Some(&CsvHeaderOption::Present)
        && csv.serde() == Some(&CsvSerdeOption::OpenCsvSerDe)
        && csv.disable_value_trimming() == Some(true)
        && csv.allow_single_column() != Some(true)
}

impl Classifier {
    /// Whether a crawler that carries our tags uses it: then somebody changed one that was ours.
    async fn is_used(&self, cx: &Context, name: &str) -> Result<bool, Error> {
        let pages = self.0.list_crawlers().set_tags(Some(strata_glue::ours(cx))).max_results(100);
        let mut pages = pages.into_paginator().send();
        while let Some(page) = pages.next().await {
            let names = page.during(|| "listing crawlers".into())?.crawler_names;
            let call = self.0.batch_get_crawlers().set_crawler_names(names);
            let answer = call.send().await.during(|| "looking at crawlers".into())?;
            if answer.crawlers().iter().any(|crawler| crawler.classifiers().iter().any(|used| used == name)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[async_trait]
impl Untyped for Classifier {
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
            for classifier in page.classifiers() {
                let csv = classifier.csv_classifier();
                let name = called(classifier);
                let plain = csv.is_some_and(is_plain);
                if let Some(wish) = wishes.iter().find(|wish| wish.name == name) {
                    lives.push(match csv {
                        Some(csv) if plain || self.is_used(cx, name).await? => live(wish.id.clone(), csv),
                        _ => Live { foreign: Some(SOMEBODY.into()), ..Live::new(wish.id.as_str(), name) },
                    });
                } else if let (Some(csv), Some(id)) = (csv.filter(|_| plain), of_pattern(cx, name)) {
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
