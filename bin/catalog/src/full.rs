//! A crawl of all folders by a crawler that otherwise looks at new ones only.
//!
//! AWS has no word for it in StartCrawler. Its own advice is to let the crawler crawl everything for a while: two updates
//! around the crawl. A crash between them leaves a difference that `up` corrects.

use crate::columns;
use crate::crawler::{Crawler, policies};
use aws_sdk_glue::types::{self, RecrawlBehavior, RecrawlPolicy};
use strata_aws::{During, Error};
use strata_layer::Context;

/// Whether a crawler looks at new folders only.
pub(crate) fn only_new(crawler: &types::Crawler) -> bool {
    let behavior = crawler.recrawl_policy().and_then(RecrawlPolicy::recrawl_behavior);
    behavior == Some(&RecrawlBehavior::CrawlNewFoldersOnly)
}

/// Why the next crawl of `table` has to look at everything; None where new folders are enough, or all is crawled anyway.
pub(crate) fn reason(crawler: &types::Crawler, table: Option<&types::Table>, asked: bool) -> Option<&'static str> {
    if !only_new(crawler) {
        return None;
    }
    let name = crawler.name().unwrap_or_default();
    let lost = crawler.last_crawl().is_some() && !table.is_some_and(|table| columns::is_made_by(table, name));
    if asked { Some("as asked") } else { lost.then_some("since its table no longer exists") }
}

/// Have a crawler look at everything, or at new folders only.
pub(crate) async fn set(crawler: &Crawler, cx: &Context, name: &str, everything: bool) -> Result<(), Error> {
    let word = if everything { "everything" } else { "new folders only" };
    let doing = || format!("having crawler {name} crawl {word}");
    crawler.idle(cx, name, &doing()).await?;
    let (change, recrawl) = policies(everything);
    let call = crawler.glue.update_crawler().name(name).schema_change_policy(change).recrawl_policy(recrawl);
    call.send().await.during(doing).map(drop)
}
