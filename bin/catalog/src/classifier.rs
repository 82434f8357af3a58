//! One CSV classifier per CSV table that is crawled. Glue's own one does not honour quotes, and sees a header only when
//! some column is not text; this one says how the file is written, and what its columns are.
//!
//! Classifiers carry no tags. One is ours when it has our name and is as strata makes them, or a crawler of ours uses it:
//! the name alone may be another owner's.

use aws_sdk_glue::Client;
use aws_sdk_glue::types::{
    self, CreateCsvClassifierRequest, CsvClassifier, CsvHeaderOption, CsvSerdeOption, UpdateCsvClassifierRequest,
};
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Resource, async_trait, props};
use strata_state::Kind;
use strata_state::wish::{Column, Format, Table, Type};

pub(crate) struct Classifier(pub(crate) Client);

props! {
    /// What a classifier says of files.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// Between two values.
            delimiter: Option<String>,
            /// Around a value with a delimiter in it.
            quote: Option<String>,
            /// Whether the first line has the columns' names.
            header: Option<String>,
            /// The columns' names.
            columns: Vec<String>,
            /// Their types, in a classifier's words.
            types: Vec<String>,
            /// Whether blanks around a value are cut off.
            trims: bool,
            /// Whether a file may have one column only.
            single_column: bool,
            /// What reads the file.
            serde: Option<String>,
        }
    }
}

impl Props {
    fn of_table(table: &Table) -> Self {
        Self {
            delimiter: Some(",".into()),
            quote: Some("\"".into()),
            header: Some(CsvHeaderOption::Present.as_str().into()),
            columns: table.columns.iter().map(|column| column.name.clone()).collect(),
            types: table.columns.iter().map(|column| custom(column).to_owned()).collect(),
            trims: false,
            single_column: false,
            serde: Some(CsvSerdeOption::OpenCsvSerDe.as_str().into()),
        }
    }

    fn of_classifier(csv: &CsvClassifier) -> Self {
        Self {
            delimiter: csv.delimiter().map(str::to_owned),
            quote: csv.quote_symbol().map(str::to_owned),
            header: csv.contains_header().map(|header| header.as_str().to_owned()),
            columns: csv.header().to_vec(),
            types: csv.custom_datatypes().to_vec(),
            trims: csv.disable_value_trimming() != Some(true),
            single_column: csv.allow_single_column().unwrap_or_default(),
            serde: csv.serde().map(|serde| serde.as_str().to_owned()),
        }
    }
}

/// Two requests with the same fields, of two types.
macro_rules! request {
    ($request:ident, $name:expr, $props:expr) => {
        $request::builder()
            .name($name)
            .set_delimiter($props.delimiter.clone())
            .set_quote_symbol($props.quote.clone())
            .set_contains_header($props.header.as_deref().map(CsvHeaderOption::from))
            .set_header(Some($props.columns.clone()))
            .disable_value_trimming(!$props.trims)
            .allow_single_column($props.single_column)
            .custom_datatype_configured(true)
            .set_custom_datatypes(Some($props.types.clone()))
            .set_serde($props.serde.as_deref().map(CsvSerdeOption::from))
            .build()
    };
}

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
const OTHER: &str = "another owner (it is not as strata makes them, and no crawler of this pipeline uses it)";

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
    /// Whether a crawler that carries our tags uses it: then one of ours was changed from outside.
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

#[async_trait]
impl Resource for Classifier {
    const KIND: &'static str = "classifier";
    const LABEL: &'static str = "Glue classifiers";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let desired = |(id, table): (&String, &Table)| {
            Some(Desired::new(id.as_str(), name(cx, id, table)?, Props::of_table(table)))
        };
        Ok(cx.doc.pipeline.tables.iter().filter_map(desired).collect())
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let mut pages = self.0.get_classifiers().into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.during(|| "listing classifiers".into())?;
            for classifier in page.classifiers() {
                let csv = classifier.csv_classifier();
                let name = called(classifier);
                let plain = csv.is_some_and(is_plain);
                if let Some(desired) = desired.iter().find(|desired| desired.name == name) {
                    let one = |csv| Observed::new(desired.id.as_str(), name, csv);
                    found.push(match csv {
                        Some(csv) if plain || self.is_used(cx, name).await? => one(Props::of_classifier(csv)),
                        _ => Observed { foreign: Some(OTHER.into()), ..one(Props::default()) },
                    });
                } else if let (Some(csv), Some(id)) = (csv.filter(|_| plain), of_pattern(cx, name)) {
                    found.push(Observed::new(id, name, Props::of_classifier(csv)));
                }
            }
        }
        Ok(found)
    }

    async fn create(&self, _: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let doing = || format!("creating classifier {}", desired.name);
        let request = request!(CreateCsvClassifierRequest, &desired.name, desired.props);
        let request = request.map_err(|error| Error::failed(doing(), error.to_string()))?;
        self.0.create_classifier().csv_classifier(request).send().await.during(doing).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Observed<Props>, desired: &Desired<Props>) -> Result<(), Error> {
        let doing = || format!("updating classifier {}", observed.physical);
        let request = request!(UpdateCsvClassifierRequest, &observed.physical, desired.props);
        let request = request.map_err(|error| Error::failed(doing(), error.to_string()))?;
        self.0.update_classifier().csv_classifier(request).send().await.during(doing).map(drop)
    }

    async fn retag(&self, _: &Context, _: &Observed<Props>, _: &Tags) -> Result<(), Error> {
        Ok(())
    }

    async fn delete(&self, _: &Context, observed: &Observed<Props>) -> Result<(), Error> {
        let name = &observed.physical;
        let call = self.0.delete_classifier().name(name);
        call.send().await.during(|| format!("removing classifier {name}")).map(drop)
    }
}
