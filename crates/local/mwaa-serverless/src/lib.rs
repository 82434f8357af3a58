//! Workflows of MWAA Serverless: the API with its checks, versions and errors, and runs that this program does itself. There
//! is no Airflow behind them: `task.rs` and `operator/` do what the operators of a definition would.

mod arguments;
mod arn;
mod client;
mod climate;
mod create;
mod cron;
mod definition;
mod drive;
mod failure;
mod instance;
mod kept;
mod log;
mod members;
mod operator;
mod operators;
mod page;
mod remove;
mod render;
mod run;
mod runs;
mod schedule;
mod show;
mod store;
mod tags;
mod task;
mod task_instances;
mod validate;
mod version;
mod work;
mod workflow;

use std::sync::Arc;

use futures::FutureExt;
use strata_local_cloud::{Done, Service, Work};
use strata_local_wire::{Answer, Call, Handled};

pub use climate::CLIMATE;
pub use store::MwaaServerless;

impl Service for MwaaServerless {
    fn name(&self) -> &'static str {
        "airflow-serverless"
    }

    fn handle(self: Arc<Self>, call: Call) -> Work<Handled> {
        async move { Handled::Answer(answer(&self, call).await) }.boxed()
    }

    fn save(&self) -> serde_json::Result<Option<Vec<u8>>> {
        kept::save(self)
    }

    fn load(self: Arc<Self>, kept: &[u8]) -> serde_json::Result<usize> {
        kept::load(&self, kept)
    }

    fn ticks(self: Arc<Self>) -> Work<()> {
        schedule::keep(self).boxed()
    }

    fn reset(self: Arc<Self>) -> Work<Done> {
        self.forget();
        futures::future::ready(Ok(())).boxed()
    }
}

/// Answers a call.
async fn answer(all: &Arc<MwaaServerless>, call: Call) -> Answer {
    let (region, body) = (call.region.as_str(), &call.input);
    validate::check(&call.operation, body)?;
    let answer = match call.operation.as_str() {
        "CreateWorkflow" => create::workflow(all, region, body).await,
        "UpdateWorkflow" => create::version(all, region, body).await,
        "DeleteWorkflow" => remove::workflow(all, region, body),
        "GetWorkflow" => show::workflow(all, region, body),
        "ListWorkflows" => show::list(all, region, body),
        "ListWorkflowVersions" => show::versions(all, region, body),
        "StartWorkflowRun" => runs::start(all, region, body),
        "StopWorkflowRun" => runs::stop(all, region, body),
        "GetWorkflowRun" => runs::get(all, region, body),
        "ListWorkflowRuns" => runs::list(all, region, body),
        "GetTaskInstance" => task_instances::get(all, region, body),
        "ListTaskInstances" => task_instances::list(all, region, body),
        "TagResource" => tags::add(all, region, body),
        "UntagResource" => tags::remove(all, region, body),
        "ListTagsForResource" => tags::list(all, region, body),
        "CreateAirflowUiUrl" => Err(failure::invalid(
            "other",
            "The local endpoint runs workflows without Airflow, so there is no Airflow UI.",
        )),
        other => Err(failure::invalid("unknownOperation", format!("There is no operation {other}."))),
    };
    match answer {
        // The lists have no such error in the service's model.
        Err(why)
            if why.code == "ResourceNotFoundException"
                && call.operation.starts_with("List")
                && body["ResourceArn"].is_null() =>
        {
            Err(failure::invalid("other", why.message))
        }
        other => other,
    }
}
