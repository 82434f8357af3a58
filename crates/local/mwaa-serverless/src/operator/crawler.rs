//! `GlueCrawlerOperator`: brings a crawler to its configuration, starts it, and waits until it is ready again.

use serde_json::{Value, json};

use super::{Attempt, Failure};

/// Crawls. The answer is the crawler's name.
pub(crate) async fn crawl(attempt: &Attempt<'_>) -> Result<String, Failure> {
    let config = attempt.arguments.get("config").cloned().unwrap_or_default();
    let name = config["Name"].as_str().unwrap_or_default().to_owned();
    let asked = json!({ "Name": name });
    let call =
        async |operation: &str, body: &Value| attempt.client.json("glue", &format!("AWSGlue.{operation}"), body).await;
    match call("GetCrawler", &asked).await {
        Ok(found) => {
            let mut config = config.clone();
            // Tags have calls of their own, which the provider makes; a crawler that is named alone has nothing to update.
            config.as_object_mut().into_iter().for_each(|config| drop(config.remove("Tags")));
            let live = &found["Crawler"];
            if config.as_object().is_some_and(|config| config.iter().any(|(key, value)| live[key] != *value)) {
                attempt.log.info(&format!("Updating crawler: {name}")).await;
                call("UpdateCrawler", &config).await?;
            }
        }
        Err(why) if why.code == "EntityNotFoundException" => {
            attempt.log.info(&format!("Creating crawler: {name}")).await;
            call("CreateCrawler", &config).await?;
        }
        Err(why) => return Err(why.into()),
    }
    attempt.log.info("Triggering AWS Glue Crawler").await;
    call("StartCrawler", &asked).await?;
    if !attempt.flag("wait_for_completion", true) {
        return Ok(name);
    }
    attempt.log.info("Waiting for AWS Glue Crawler").await;
    loop {
        // A crawl takes minutes in AWS and moments here: `poll_interval` would be most of it.
        tokio::time::sleep(attempt.all.cloud.pace).await;
        let found = call("GetCrawler", &asked).await?;
        let crawler = &found["Crawler"];
        if crawler["State"] != "READY" {
            continue;
        }
        let status = crawler["LastCrawl"]["Status"].as_str().unwrap_or_default();
        attempt.log.info(&format!("Crawler {name}: {status}")).await;
        if status == "SUCCEEDED" {
            return Ok(name);
        }
        let error = crawler["LastCrawl"]["ErrorMessage"].as_str().unwrap_or_default();
        return Err(Failure::of("AirflowException", format!("Status: {status} {error}").trim_end()));
    }
}
