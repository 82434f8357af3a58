//! Athena: queries that really run. Workgroups, named queries and tags stay in moto.

mod climate;
mod ddl;
mod failure;
mod kept;
mod query;
mod results;
mod run;
mod source;
mod start;
mod store;

use std::sync::Arc;

use futures::FutureExt;
use serde_json::json;
use strata_local_cloud::{Done, Service, Work};
use strata_local_wire::{Call, Handled};

pub use climate::CLIMATE;
pub use store::Athena;

impl Service for Athena {
    fn name(&self) -> &'static str {
        "athena"
    }

    fn handle(self: Arc<Self>, call: Call) -> Work<Handled> {
        async move { answer(&self, call).await }.boxed()
    }

    fn save(&self) -> serde_json::Result<Option<Vec<u8>>> {
        kept::save(self)
    }

    fn load(self: Arc<Self>, kept: &[u8]) -> serde_json::Result<usize> {
        kept::load(&self, kept)
    }

    fn reset(self: Arc<Self>) -> Work<Done> {
        self.forget();
        futures::future::ready(Ok(())).boxed()
    }
}

/// Answers a call, or leaves it to moto.
async fn answer(athena: &Arc<Athena>, call: Call) -> Handled {
    let place = call.place();
    let body = &call.input;
    Handled::Answer(match call.operation.as_str() {
        "StartQueryExecution" => start::start(athena, &place, body).await,
        "GetQueryExecution" => athena.with(&place, |queries| query::get(queries, body)),
        "BatchGetQueryExecution" => athena.with(&place, |queries| query::batch_get(queries, body)),
        "ListQueryExecutions" => athena.with(&place, |queries| query::list(queries, body)),
        "StopQueryExecution" => athena.with(&place, |queries| query::stop(queries, body)),
        "GetQueryResults" => results::get(athena, &place, body).await,
        // moto answers nothing at all for a workgroup that is not there.
        "GetWorkGroup" => {
            let name = body["WorkGroup"].as_str().unwrap_or_default();
            start::work_group(athena, &call.region, name).await.map(|group| json!({ "WorkGroup": group }))
        }
        _ => return Handled::Moto(Box::new(call)),
    })
}
