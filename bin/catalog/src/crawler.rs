//! One crawler per crawled table: it looks at the table's files and writes the table into the database.
//!
//! A table with a folder for each day is crawled day by day: only folders that are new are looked at, and AWS then lets the
//! crawler log changed columns, not take them over. `up` does that (`columns.rs`), and `full.rs` crawls all folders again.
//! A table whose files lie in one folder has no new folders: one of its files stands for all, and the jobs read strictly.
//!
//! The crawlers' log group is the account's; each crawler's stream in it goes with the crawler.

use crate::{classifier, columns, database};
use aws_sdk_glue::types::{
    self, CrawlerState, CrawlerTargets, DeleteBehavior, RecrawlBehavior, RecrawlPolicy, S3Target, Schedule,
    SchemaChangePolicy, UpdateBehavior,
};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use strata_aws::{During, Error, Pace, Poll, Waiting};
use strata_glue::{ours, retag, role, role_arn, tags_for, tags_of};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};
use strata_state::Kind;

pub(crate) struct Crawler {
    pub(crate) glue: aws_sdk_glue::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
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

fn targets(wish: &Wish) -> CrawlerTargets {
    let sample = i32::try_from(wish.number("sample")).ok().filter(|files| *files > 0);
    let target = S3Target::builder().path(wish.text("path")).set_sample_size(sample);
    CrawlerTargets::builder().s3_targets(target.build()).build()
}

fn classifiers(wish: &Wish) -> Vec<String> {
    let names = wish.props.get("classifiers").and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
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

fn crawls_everything(wish: &Wish) -> bool {
    wish.text("recrawl") == RecrawlBehavior::CrawlEverything.as_str()
}

impl Crawler {
    async fn describe(&self, cx: &Context, crawler: &types::Crawler) -> Result<Option<Live>, Error> {
        let name = crawler.name().unwrap_or_default();
        let tags = tags_of(&self.glue, cx, &format!("crawler/{name}")).await?;
        Ok(tags.map(|tags| live(name, crawler).tagged(cx, tags)))
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
impl Untyped for Crawler {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let tables = &cx.doc.pipeline.tables;
        let crawled = tables.iter().filter_map(|(id, table)| Some((id, table, table.crawler.as_ref()?)));
        let wish = |(id, table, crawler): (&String, &strata_state::wish::Table, &String)| {
            let classifiers: Vec<String> = classifier::name(cx, id, table).into_iter().collect();
            let daily = table.partition.is_some();
            let (update, delete, recrawl) = behaviors(!daily);
            let wish = Wish::new(id.as_str(), cx.name(Kind::Crawler, crawler))
                .prop("role", role(cx))
                .prop("database", database::name(cx))
                .prop("path", format!("s3://{}/{}", cx.bucket(), table.path))
                .prop("classifiers", json!(classifiers))
                .prop("sample", i32::from(!daily))
                .prop("on_change", update.as_str())
                .prop("on_delete", delete.as_str())
                .prop("recrawl", recrawl.as_str())
                .prop("configuration", configuration())
                // A schedule costs money, and the DAG starts the crawlers; with a prefix no job finds its table.
                .prop("schedule", "")
                .prop("prefix", "");
            if daily { wish.prop("columns", columns::declared(table)) } else { wish }
        };
        Ok(crawled.map(wish).collect())
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let wishes = self.wishes(cx)?;
        let mut names: Vec<String> = wishes.iter().map(|wish| wish.name.clone()).collect();
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
        let lives: Vec<_> = stream::iter(each).buffered(usize::from(cx.global.parallel)).try_collect().await?;
        columns::beside(&self.glue, cx, &wishes, lives.into_iter().flatten().collect()).await
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let (change, recrawl) = policies(crawls_everything(wish));
        let call = self
            .glue
            .create_crawler()
            .name(&wish.name)
            .set_role(role_arn(cx).cloned())
            .database_name(wish.text("database"))
            .targets(targets(wish))
            .set_classifiers(Some(classifiers(wish)))
            .schema_change_policy(change)
            .recrawl_policy(recrawl)
            .configuration(configuration().to_string())
            .set_tags(Some(tags_for(cx, "crawler", wish)));
        call.send().await.during(|| format!("creating crawler {}", wish.name)).map(drop)
    }

    /// Glue changes no crawler that is crawling: its crawl is waited for.
    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let name = &live.physical;
        if changes.iter().any(|change| change.field == "columns") {
            columns::update(&self.glue, cx, wish).await?;
        }
        if changes.iter().any(|change| !["tags", "columns"].contains(&change.field.as_str())) {
            let doing = format!("waiting for crawler {name} before it can be updated");
            let (change, recrawl) = policies(crawls_everything(wish));
            self.idle(cx, name, &doing).await?;
            let call = self
                .glue
                .update_crawler()
                .name(name)
                .set_role(role_arn(cx).cloned())
                .database_name(wish.text("database"))
                .targets(targets(wish))
                .set_classifiers(Some(classifiers(wish)))
                .schema_change_policy(change)
                .recrawl_policy(recrawl)
                .configuration(configuration().to_string())
                // Empty takes it away; leaving it out would leave it.
                .schedule(wish.text("schedule"))
                .table_prefix(wish.text("prefix"));
            call.send().await.during(|| format!("updating crawler {name}"))?;
        }
        if changes.iter().any(|change| change.field == "tags") {
            retag(&self.glue, cx, "crawler", live, wish).await?;
        }
        Ok(())
    }

    /// Its log goes first, so that a crash in between leaves something that can be found again.
    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error> {
        let name = &live.physical;
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

fn live(name: &str, crawler: &types::Crawler) -> Live {
    let configuration = crawler.configuration().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let policy = crawler.schema_change_policy();
    let recrawl = crawler.recrawl_policy().and_then(RecrawlPolicy::recrawl_behavior);
    Live::new("", name)
        .prop("role", crawler.role().map(strata_glue::role_name))
        .prop("database", crawler.database_name())
        .prop("path", path(crawler.targets()))
        .prop("sample", crawler.targets().and_then(|targets| targets.s3_targets().first()?.sample_size()).unwrap_or(0))
        .prop("classifiers", json!(crawler.classifiers()))
        .prop("on_change", policy.and_then(SchemaChangePolicy::update_behavior).map(UpdateBehavior::as_str))
        .prop("on_delete", policy.and_then(SchemaChangePolicy::delete_behavior).map(DeleteBehavior::as_str))
        .prop("recrawl", recrawl.map(RecrawlBehavior::as_str))
        .prop("configuration", configuration)
        .prop("schedule", crawler.schedule().and_then(Schedule::schedule_expression).unwrap_or_default())
        .prop("prefix", crawler.table_prefix().unwrap_or_default())
}

/// The one path that is crawled; whatever else somebody made of it differs from that.
fn path(targets: Option<&CrawlerTargets>) -> Value {
    let Some(targets) = targets else { return Value::Null };
    let one = |target: &S3Target| match target.exclusions() {
        [] => json!(target.path()),
        exclusions => json!({ "path": target.path(), "without": exclusions }),
    };
    let mut all: Vec<Value> = targets.s3_targets().iter().map(one).collect();
    let others = [
        targets.jdbc_targets().len(),
        targets.mongo_db_targets().len(),
        targets.dynamo_db_targets().len(),
        targets.catalog_targets().len(),
        targets.delta_targets().len(),
        targets.iceberg_targets().len(),
        targets.hudi_targets().len(),
    ];
    let others: usize = others.iter().sum();
    all.extend((others > 0).then(|| json!(format!("{others} targets that are not in S3"))));
    if all.len() == 1 { all.remove(0) } else { all.into() }
}
