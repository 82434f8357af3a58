//! The list of what `catalog` owns, its section and its verbs.

use crate::classifier::Classifier;
use crate::crawl::Which;
use crate::crawler::Crawler;
use crate::database::Database;
use crate::show::Format;
use crate::table::Table;
use crate::workgroup::Workgroup;
use crate::{counts, crawl, query};
use clap::Subcommand;
use std::collections::BTreeMap;
use strata_aws::{Error, Session};
use strata_layer::{Context, Layer, Part, Resource, async_trait, part};
use strata_state::{Document, layers};

pub(crate) struct Catalog;

/// What `catalog` does besides plan, up, down and status.
#[derive(Debug, Subcommand)]
pub(crate) enum Verbs {
    /// Run crawlers, all at once, and wait until each has finished; prints the document
    Crawl {
        /// Tables to crawl; by default all that have a crawler
        #[arg(value_name = "TABLE")]
        tables: Vec<String>,
        /// Only tables that no transform writes
        #[arg(long, conflicts_with = "tables")]
        inputs: bool,
        /// Only tables that a transform writes
        #[arg(long, conflicts_with_all = ["tables", "inputs"])]
        outputs: bool,
        /// Crawl every folder again, and take over changed columns; without it, only new folders are crawled
        #[arg(long)]
        all: bool,
    },
    /// Run one SQL query in Athena and print its rows
    Query {
        /// The query, for example "SELECT * FROM raw LIMIT 10"
        #[arg(value_name = "SQL")]
        sql: String,
        /// Maximum number of rows to print
        #[arg(long, default_value_t = 1000, value_name = "N")]
        max_rows: usize,
        /// How rows are printed
        #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
        format: Format,
    },
    /// Count the rows of every table, and show some rows of the last one
    Counts {
        /// How rows are printed
        #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
        format: Format,
    },
}

/// The names in AWS of what is there of a kind, by id.
fn names<R: Resource>(cx: &Context) -> BTreeMap<String, String> {
    cx.observed::<R>().into_iter().map(|one| (one.id, one.physical)).collect()
}

/// The first of these names; empty where there is none.
fn first<R: Resource>(cx: &Context) -> String {
    names::<R>(cx).into_values().min().unwrap_or_default()
}

#[async_trait]
impl Layer for Catalog {
    type Verbs = Verbs;

    fn table(&self) -> &'static strata_state::layers::Layer {
        &strata_state::layers::catalog::LAYER
    }

    fn policy(&self) -> &'static str {
        include_str!("../../../policies/deployer/catalog.json")
    }

    fn parts(&self, session: &Session) -> Vec<Part> {
        let glue = aws_sdk_glue::Client::new(&session.sdk);
        let logs = aws_sdk_cloudwatchlogs::Client::new(&session.sdk);
        let athena = aws_sdk_athena::Client::new(&session.sdk);
        vec![
            part(&[], Database(glue.clone())),
            part(&[], Classifier(glue.clone())),
            part(&[Database::KIND], Table(glue.clone())),
            part(&[Database::KIND, Classifier::KIND], Crawler { glue, logs }),
            part(&[], Workgroup(athena)),
        ]
    }

    fn section(&self, cx: &Context, doc: &mut Document) {
        let mut tables: Vec<String> = names::<Table>(cx).into_values().collect();
        tables.sort();
        let section = layers::catalog::Section {
            database: first::<Database>(cx),
            classifier: first::<Classifier>(cx),
            crawlers: names::<Crawler>(cx),
            tables,
            workgroup: first::<Workgroup>(cx),
        };
        doc.catalog = (section != layers::catalog::Section::default()).then_some(section);
    }

    fn passes_on(&self, verb: &Verbs) -> bool {
        matches!(verb, Verbs::Crawl { .. })
    }

    async fn own(&self, cx: &Context, verb: Verbs) -> Result<String, Error> {
        match verb {
            Verbs::Crawl { tables, inputs, outputs, all } => {
                let which = match (inputs, outputs) {
                    (true, _) => Which::Inputs,
                    (_, true) => Which::Outputs,
                    _ => Which::Named(&tables),
                };
                crawl::crawl(cx, which, all).await
            }
            Verbs::Query { sql, max_rows, format } => query::query(cx, &sql, max_rows, format).await,
            Verbs::Counts { format } => counts::counts(cx, format).await,
        }
    }
}
