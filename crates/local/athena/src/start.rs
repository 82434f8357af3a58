//! StartQueryExecution: what is checked before a query gets its id.

use crate::{
    failure::invalid,
    query::Query,
    run,
    store::{Athena, CALLER, Place},
};
use serde_json::{Value, json};
use std::sync::Arc;
use strata_local_engine_query::statement;
use strata_local_wire::{Answer, AwsError, Call};
use tokio::sync::watch;

/// The workgroup as moto has it.
pub(crate) async fn work_group(athena: &Athena, region: &str, name: &str) -> Result<Value, AwsError> {
    let body = json!({ "WorkGroup": name });
    let answer =
        athena.cloud.moto.json(Call::json(&CALLER, region, "athena", "AmazonAthena.GetWorkGroup", body)).await?;
    match answer["WorkGroup"].is_object() {
        true => Ok(answer["WorkGroup"].clone()),
        false => Err(invalid(format!("WorkGroup {name} is not found."))),
    }
}

/// Where results go, with a slash at the end.
fn output(group: &Value, body: &Value) -> Result<String, AwsError> {
    let config = &group["Configuration"];
    let theirs = config["ResultConfiguration"]["OutputLocation"].as_str();
    let own = body["ResultConfiguration"]["OutputLocation"].as_str();
    let chosen = if config["EnforceWorkGroupConfiguration"] == true { theirs.or(own) } else { own.or(theirs) };
    let place = chosen.ok_or_else(|| {
        invalid("No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.")
    })?;
    if !place.starts_with("s3://") || place.len() < 8 {
        return Err(invalid(format!("outputLocation is not a valid S3 path: {place}")));
    }
    Ok(if place.ends_with('/') { place.to_owned() } else { format!("{place}/") })
}

/// StartQueryExecution.
pub(crate) async fn start(athena: &Arc<Athena>, place: &Place, body: &Value) -> Answer {
    let sql = body["QueryString"].as_str().unwrap_or_default().to_owned();
    if sql.trim().is_empty() {
        return Err(invalid("QueryString is required and must not be empty"));
    }
    let token = body["ClientRequestToken"].as_str().map(str::to_owned);
    if token.as_ref().is_some_and(|token| !(32..=128).contains(&token.len())) {
        return Err(invalid("ClientRequestToken must have 32 to 128 characters"));
    }
    let name = body["WorkGroup"].as_str().unwrap_or("primary").to_owned();
    let group = work_group(athena, &place.1, &name).await?;
    if group["State"] == "DISABLED" {
        return Err(invalid(format!("WorkGroup {name} is disabled")));
    }
    let output = output(&group, body)?;
    let text = sql.clone();
    let parsed = tokio::task::spawn_blocking(move || statement::parse(&text)).await;
    let statement = parsed.unwrap_or_else(|why| Err(why.to_string())).map_err(invalid)?;
    let id = uuid::Uuid::new_v4().to_string();
    let (switch, stopped) = watch::channel(false);
    let (kind, substatement, suffix) = statement.kind();
    let context = body["QueryExecutionContext"].clone();
    let work = run::Work {
        id: id.clone(),
        sql: sql.clone(),
        statement,
        database: context["Database"].as_str().unwrap_or("default").to_lowercase(),
        output: format!("{output}{id}.{suffix}"),
        limit: group["Configuration"]["BytesScannedCutoffPerQuery"].as_u64(),
    };
    let query = Query {
        id: id.clone(),
        sql,
        token,
        group: name,
        context: if context.is_object() { context } else { json!({}) },
        kind,
        substatement,
        output: work.output.clone(),
        state: "QUEUED",
        submitted: chrono::Utc::now().timestamp_millis() as f64 / 1000.0,
        end: None,
        switch: Some(switch),
    };
    let known = athena.with(place, |queries| {
        let same = query.token.is_some().then(|| queries.iter().find(|old| old.token == query.token)).flatten();
        match same {
            Some(old) if old.sql != query.sql => Err(invalid("Idempotent parameters do not match")),
            Some(old) => Ok(Some(old.id.clone())),
            None => {
                queries.push(query);
                Ok(None)
            }
        }
    })?;
    if let Some(id) = known {
        return Ok(json!({ "QueryExecutionId": id }));
    }
    tokio::spawn(run::run(athena.clone(), place.clone(), work, stopped));
    Ok(json!({ "QueryExecutionId": id }))
}
