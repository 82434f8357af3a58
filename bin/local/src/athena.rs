//! Athena: queries that really run. Workgroups, named queries and tags stay in moto.

pub(crate) mod cache;
mod ddl;
mod engine;
mod format;
mod functions;
mod lazy;
mod query;
mod results;
mod run;
mod scan;
mod source;
mod start;
mod statement;
mod translate;

pub(crate) use engine::execute;
pub(crate) use source::Job;

use crate::{
    call::{Answer, AwsError, Call},
    world::World,
};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// One account in one region.
type Place = (String, String);

/// All accounts and regions.
#[derive(Default)]
pub(crate) struct Athena {
    shelves: Mutex<HashMap<Place, Vec<query::Query>>>,
}

impl Athena {
    /// Work on one account's queries, the oldest first, under the lock. `work` must not wait for anything.
    fn with<T>(&self, place: &Place, work: impl FnOnce(&mut Vec<query::Query>) -> T) -> T {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        work(shelves.entry(place.clone()).or_default())
    }

    /// Forget everything. Queries that are under way lose their switch, which stops them and their children.
    pub(crate) fn reset(&self) {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A request that the service refuses.
fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidRequestException", message.into())
}

/// Answer `call`, or None when it is moto's.
pub(crate) async fn handle(world: &Arc<World>, call: &Call) -> Option<Answer> {
    let place = (call.account.clone(), call.region.clone());
    let body = &call.body;
    let athena = &world.athena;
    Some(match call.operation.as_str() {
        "StartQueryExecution" => start::start(world, &place, body).await,
        "GetQueryExecution" => athena.with(&place, |queries| query::get(queries, body)),
        "BatchGetQueryExecution" => athena.with(&place, |queries| query::batch_get(queries, body)),
        "ListQueryExecutions" => athena.with(&place, |queries| query::list(queries, body)),
        "StopQueryExecution" => athena.with(&place, |queries| query::stop(queries, body)),
        "GetQueryResults" => results::get(world, &place, body).await,
        // moto answers nothing at all for a workgroup that is not there.
        "GetWorkGroup" => {
            let name = body["WorkGroup"].as_str().unwrap_or_default();
            start::work_group(world, &call.region, name).await.map(|group| json!({ "WorkGroup": group }))
        }
        _ => return None,
    })
}
