//! One crawler per crawled table: it looks at the table's files and writes the table into the database.
//!
//! A table with a folder for each day is crawled day by day: only folders that are new are looked at, and AWS then lets the
//! crawler log changed columns, not take them over. `up` does that (`columns.rs`), and `full.rs` crawls all folders again.
//! A table whose files lie in one folder has no new folders: one of its files is a sample of all, and the jobs read
//! strictly.
//!
//! The crawlers' log group is the account's; each crawler's stream in it goes with the crawler.

use crate::columns::{self, Column};
use crate::targets::{Target, one_folder};
use crate::{classifier, database};
use aws_sdk_glue::types::{
    self, CrawlerState, DeleteBehavior, RecrawlBehavior, RecrawlPolicy, S3Target, Schedule, SchemaChangePolicy,
    UpdateBehavior,
};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Pace, Poll, Waiting};
use strata_glue::{ours, retag, role, role_arn, role_name, tags_for, tags_of};
use strata_layer::{Context, Desired, Observed, Promise, Resource, async_trait, props};
use strata_state::{Kind, wish};

pub(crate) struct Crawler {
    pub(crate) glue: aws_sdk_glue::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
}

props! {
    /// What a crawler is.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// The name of the role that it runs with.
            role: Promise,
            /// The database that it writes into.
            database: Option<String>,
            /// What it crawls.
            path: Target,
            /// How many files of a folder it looks at; 0 for all.
            sample: i32,
            /// Classifiers that it tries first.
            classifiers: Vec<String>,
            /// What it does about changed columns.
            on_change: Option<String>,
            /// And about files that are gone.
            on_delete: Option<String>,
            /// And about folders that it knows.
            recrawl: Option<String>,
            /// How files become tables.
            configuration: Value,
            /// When it runs by itself.
            schedule: String,
            /// What it puts before the names of tables.
            prefix: String,
            /// The columns of the table that it made, where it crawls new folders only.
            columns: Option<Vec<Column>>,
        }
    }
}

/// Where every crawler of an account logs.
pub(crate) const LOG_GROUP: &str = "/aws-glue/crawlers";

/// A crawl takes minutes, and its end, `STOPPING`, some more.
const CRAWL: Pace = Pace::seconds(10, 3600);

/// Files with alike columns are one table whatever folders they are in, and partitions have the table's columns.
fn configuration() -> Value {
    json!({
        "Version": 1.0,
        "Grouping": { "TableGroupingPolicy": "CombineCompatibleSchemas" },
        "CrawlerOutput": { "Partitions": { "AddOrUpdateBehavior": "InheritFromTable" } },
    })
}

/// What a crawler does about changed columns, about files that are gone, and about folders that it knows.
pub(crate) fn policies(everything: bool) -> (SchemaChangePolicy, RecrawlPolicy) {
    let (update, delete, recrawl) = behaviors(everything);
    let change = SchemaChangePolicy::builder().update_behavior(update).delete_behavior(delete);
    (change.build(), RecrawlPolicy::builder().recrawl_behavior(recrawl).build())
}

/// With new folders only, AWS takes nothing but `LOG` for the other two.
fn behaviors(everything: bool) -> (UpdateBehavior, DeleteBehavior, RecrawlBehavior) {
    if everything {
        (UpdateBehavior::UpdateInDatabase, DeleteBehavior::DeprecateInDatabase, RecrawlBehavior::CrawlEverything)
    } else {
        (UpdateBehavior::Log, DeleteBehavior::Log, RecrawlBehavior::CrawlNewFoldersOnly)
    }
}

impl Props {
    fn of_wish(cx: &Context, id: &str, table: &wish::Table) -> Self {
        // Files in one folder are crawled all, of which one is the sample.
        let folders = table.partition.is_some();
        let (update, delete, recrawl) = behaviors(!folders);
        Self {
            role: role(cx),
            database: Some(database::name(cx)),
            path: Target::Folder(format!("s3://{}/{}", cx.bucket(), table.path)),
            sample: i32::from(!folders),
            classifiers: classifier::name(cx, id, table).into_iter().collect(),
            on_change: Some(update.as_str().into()),
            on_delete: Some(delete.as_str().into()),
            recrawl: Some(recrawl.as_str().into()),
            configuration: configuration(),
            // A schedule costs money, and the DAG starts the crawlers; with a prefix no job finds its table.
            schedule: String::new(),
            prefix: String::new(),
            columns: folders.then(|| columns::declared(table)),
        }
    }

    fn of_crawler(crawler: &types::Crawler) -> Self {
        let configuration = crawler.configuration().and_then(|text| serde_json::from_str(text).ok());
        let policy = crawler.schema_change_policy();
        let recrawl = crawler.recrawl_policy().and_then(RecrawlPolicy::recrawl_behavior);
        let update = policy.and_then(SchemaChangePolicy::update_behavior);
        let delete = policy.and_then(SchemaChangePolicy::delete_behavior);
        let folders = crawler.targets().map(types::CrawlerTargets::s3_targets).unwrap_or_default();
        Self {
            role: crawler.role().map(role_name).into(),
            database: crawler.database_name().map(str::to_owned),
            path: crawler.targets().map(Target::from).unwrap_or_default(),
            sample: folders.first().and_then(S3Target::sample_size).unwrap_or_default(),
            classifiers: crawler.classifiers().to_vec(),
            on_change: update.map(|update| update.as_str().to_owned()),
            on_delete: delete.map(|delete| delete.as_str().to_owned()),
            recrawl: recrawl.map(|recrawl| recrawl.as_str().to_owned()),
            configuration: configuration.unwrap_or_default(),
            schedule: crawler.schedule().and_then(Schedule::schedule_expression).unwrap_or_default().to_owned(),
            prefix: crawler.table_prefix().unwrap_or_default().to_owned(),
            columns: None,
        }
    }

    /// All but the table's columns, which are set by another call.
    fn own(&self) -> Self {
        Self { columns: None, ..self.clone() }
    }

    fn crawls_everything(&self) -> bool {
        self.recrawl.as_deref() == Some(RecrawlBehavior::CrawlEverything.as_str())
    }
}

impl Crawler {
    async fn describe(&self, cx: &Context, crawler: &types::Crawler) -> Result<Option<Observed<Props>>, Error> {
        let name = crawler.name().unwrap_or_default();
        let tags = tags_of::<Self>(&self.glue, cx, name).await?;
        Ok(tags.map(|tags| Observed::new("", name, Props::of_crawler(crawler)).tagged(cx, tags)))
    }

    async fn state(&self, name: &str) -> Result<Option<CrawlerState>, Error> {
        let answer = self.glue.get_crawler().name(name).send().await;
        let answer = answer.during(|| format!("looking at crawler {name}"))?;
        Ok(answer.crawler.and_then(|crawler| crawler.state))
    }

    /// Wait until it does not crawl.
    pub(crate) async fn idle(&self, cx: &Context, name: &str, doing: &str) -> Result<(), Error> {
        let mut waiting = Waiting::new(doing, CRAWL, &cx.cancel);
        loop {
            let look = self.state(name).await.map(|state| match state {
                Some(state @ (CrawlerState::Running | CrawlerState::Stopping)) => Poll::NotYet(state.to_string()),
                _ => Poll::Ready(()),
            });
            if waiting.after(look).await?.is_some() {
                return Ok(());
            }
        }
    }
}

#[async_trait]
impl Resource for Crawler {
    const KIND: &'static str = "crawler";
    const LABEL: &'static str = "Glue crawlers";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let desired = |(id, table): (&String, &wish::Table)| {
            let name = cx.name(Kind::Crawler, table.crawler.as_ref()?);
            Some(Desired::new(id, name, Props::of_wish(cx, id, table)))
        };
        Ok(cx.doc.pipeline.tables.iter().filter_map(desired).collect())
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let mut names: Vec<String> = desired.iter().map(|desired| desired.name.clone()).collect();
        let mut pages = self.glue.list_crawlers().set_tags(Some(ours(cx))).into_paginator().send();
        while let Some(page) = pages.next().await {
            names.extend(page.during(|| "listing crawlers".into())?.crawler_names.unwrap_or_default());
        }
        names.sort();
        names.dedup();
        let mut crawlers = Vec::new();
        // The most that one call takes.
        for part in names.chunks(100) {
            let call = self.glue.batch_get_crawlers().set_crawler_names(Some(part.to_vec()));
            let answer = call.send().await.during(|| "looking at crawlers".into())?;
            crawlers.extend(answer.crawlers.unwrap_or_default());
        }
        let mut each = Vec::new();
        for crawler in &crawlers {
            each.push(self.describe(cx, crawler));
        }
        let found: Vec<_> = stream::iter(each).buffered(usize::from(cx.global.parallel)).try_collect().await?;
        columns::with_tables(&self.glue, cx, desired, found.into_iter().flatten().collect()).await
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let props = &desired.props;
        let (change, recrawl) = policies(props.crawls_everything());
        let call = self
            .glue
            .create_crawler()
            .name(&desired.name)
            .role(role_arn(cx).known()?)
            .set_database_name(props.database.clone())
            .targets(one_folder(&props.path, props.sample))
            .set_classifiers(Some(props.classifiers.clone()))
            .schema_change_policy(change)
            .recrawl_policy(recrawl)
            .configuration(props.configuration.to_string())
            .set_tags(Some(tags_for::<Self>(cx, desired)));
        call.send().await.during(|| format!("creating crawler {}", desired.name)).map(drop)
    }

    /// Glue changes no crawler that is crawling: its crawl is waited for.
    async fn update(&self, cx: &Context, observed: &Observed<Props>, desired: &Desired<Props>) -> Result<(), Error> {
        let (name, is, shall) = (&observed.physical, &observed.props, &desired.props);
        if let Some(columns) = shall.columns.as_ref().filter(|columns| is.columns.as_ref() != Some(*columns)) {
            columns::update(&self.glue, cx, &desired.id, columns).await?;
        }
        if is.own() == shall.own() {
            return Ok(());
        }
        let doing = format!("waiting for crawler {name} before it can be updated");
        let (change, recrawl) = policies(shall.crawls_everything());
        self.idle(cx, name, &doing).await?;
        let call = self
            .glue
            .update_crawler()
            .name(name)
            .role(role_arn(cx).known()?)
            .set_database_name(shall.database.clone())
            .targets(one_folder(&shall.path, shall.sample))
            .set_classifiers(Some(shall.classifiers.clone()))
            .schema_change_policy(change)
            .recrawl_policy(recrawl)
            .configuration(shall.configuration.to_string())
            // Empty takes it away; leaving it out would leave it.
            .schedule(&shall.schedule)
            .table_prefix(&shall.prefix);
        call.send().await.during(|| format!("updating crawler {name}")).map(drop)
    }

    async fn retag(&self, cx: &Context, observed: &Observed<Props>, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.glue, cx, &observed.physical, tags).await
    }

    /// Its log goes first, so that a crash in between leaves something that can be found again.
    async fn delete(&self, cx: &Context, observed: &Observed<Props>) -> Result<(), Error> {
        let name = &observed.physical;
        let state = self.state(name).await?;
        if state == Some(CrawlerState::Running) {
            let stopped =
                self.glue.stop_crawler().name(name).send().await.during(|| format!("stopping crawler {name}"));
            match stopped {
                Err(error) if !error.is(&["CrawlerNotRunningException", "CrawlerStoppingException"]) => {
                    return Err(error);
                }
                _ => {}
            }
        }
        let doing = format!("waiting for crawler {name} to stop");
        self.idle(cx, name, &doing).await?;
        let call = self.logs.delete_log_stream().log_group_name(LOG_GROUP).log_stream_name(name);
        match call.send().await.during(|| format!("removing the log of crawler {name}")) {
            Err(error) if !error.is_gone() => return Err(error),
            _ => {}
        }
        let call = self.glue.delete_crawler().name(name);
        call.send().await.during(|| format!("removing crawler {name}")).map(drop)
    }
}
