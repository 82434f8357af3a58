//! One task of a run: its tries, the waits between them, its log.

use crate::store::MwaaServerless;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;

use crate::definition::Task;
use crate::instance::Instance;
use crate::log::Log;
use crate::operator::{self, Attempt, Failure};
use crate::work::{End, Work};
use crate::{client, render, version};

/// How a try ended.
enum Done {
    /// It worked, and may have returned something.
    Success(Option<String>),
    /// It did not.
    Failed(Failure),
    /// It took longer than it may.
    Late,
    /// The run was stopped.
    Stopped,
}

/// Waits, but not when the run is to stop.
pub(crate) async fn pause(work: &Work, time: Duration) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = stopped(work) => {}
    }
}

/// Until the run is to stop, or is gone.
async fn stopped(work: &Work) {
    let mut stopped = work.stopped.clone();
    // An error says that the run is gone.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Tries a task until it works or may not be tried again.
pub(crate) async fn run(all: &Arc<MwaaServerless>, work: &Arc<Work>, task: &Task) -> End {
    for attempt in 1.. {
        let change = |change: &dyn Fn(&mut Instance)| {
            work.change(all, |run| {
                let found = run.instances.iter_mut().find(|one| one.task == task.id && one.attempt == attempt);
                found.into_iter().for_each(change);
            });
        };
        if attempt > 1 {
            work.change(all, |run| {
                let at = run.instances.iter().rposition(|one| one.task == task.id).map_or(0, |at| at + 1);
                run.instances.insert(at, Instance::new(&work.execution, &task.id, &task.operator, attempt));
            });
        }
        change(&|one| one.go("QUEUED"));
        pause(work, all.cloud.lasts("task starting", 0.1, 1.0)).await;
        change(&|one| {
            one.go("RUNNING");
            one.started = Some(Utc::now());
        });
        let log = Log::open(&all.cloud, work, &crate::run::stream(&work.arn, &work.run, &task.id, attempt)).await;
        let done = once(all, work, task, attempt, &log).await;
        log.finished(matches!(done, Done::Success(_))).await;
        let end = |status: &'static str, error: Option<String>, returned: Option<String>| {
            change(&|one| {
                one.go(status);
                one.ended = Some(Utc::now());
                one.error.clone_from(&error);
                one.returned.clone_from(&returned);
            });
        };
        let (status, why, final_one) = match done {
            Done::Success(returned) => {
                end("SUCCESS", None, returned.clone());
                if let Some(value) = returned {
                    work.change(all, |run| run.returned.insert(task.id.clone(), value));
                }
                return End::Success;
            }
            Done::Stopped => {
                end("CANCELLED", None, None);
                return End::Failed;
            }
            Done::Late => (
                "TIMEOUT",
                format!("AirflowTaskTimeout: the task took longer than {} s", task.timeout.as_secs_f64()),
                false,
            ),
            Done::Failed(failure) => ("FAILED", failure.why, failure.is_final),
        };
        if final_one || attempt > task.retries {
            end(status, Some(why), None);
            return End::Failed;
        }
        end("UP_FOR_RETRY", Some(why), None);
        pause(work, task.retry_delay).await;
        change(&|one| one.go(status));
        if *work.stopped.borrow() || work.stopped.has_changed().is_err() {
            return End::Failed;
        }
    }
    End::Failed
}

/// One try, with its deadline and its switch.
async fn once(all: &Arc<MwaaServerless>, work: &Arc<Work>, task: &Task, number: u64, log: &Log<'_>) -> Done {
    let returned = work.change(all, |run| run.returned.clone()).unwrap_or_default();
    let steps = async {
        let arguments = render::arguments(task, work, returned).map_err(|why| Failure::of("UndefinedError", why))?;
        version::check_role(&all.cloud, &work.role).await.map_err(|why| Failure::of("ClientError", why.message))?;
        let session = format!("AmazonMWAAServerless-{}", work.run);
        let client = client::assume(&all.http, &work.region, &work.role, &session).await;
        let client = client.map_err(|why| Failure::of("ClientError", why.message))?;
        Ok(Attempt { all, work, task, number, arguments, client, log, job: Default::default() })
    };
    let attempt = tokio::select! {
        ready = steps => match ready {
            Ok(attempt) => attempt,
            Err(failure) => return failed(log, failure).await,
        },
        () = stopped(work) => return Done::Stopped,
    };
    // A sensor in this mode works only for a moment each time; its own timeout ends it.
    let deadline = (attempt.arguments.get("mode").is_none_or(|mode| mode != "reschedule")).then_some(task.timeout);
    let late = async {
        match deadline {
            Some(time) => tokio::time::sleep(time).await,
            None => std::future::pending().await,
        }
    };
    let done = tokio::select! {
        done = operator::execute(&attempt) => match done {
            Ok(returned) => Done::Success(returned),
            Err(failure) => return failed(log, failure).await,
        },
        () = late => Done::Late,
        () = stopped(work) => Done::Stopped,
    };
    match done {
        Done::Late => {
            operator::kill(&attempt).await;
            log.error("AirflowTaskTimeout", &format!("the task took longer than {} s", task.timeout.as_secs_f64()))
                .await;
        }
        Done::Stopped => {
            log.info("Received a request to stop: the run is being stopped").await;
            operator::kill(&attempt).await;
        }
        _ => {}
    }
    done
}

async fn failed(log: &Log<'_>, failure: Failure) -> Done {
    log.error(failure.kind, &failure.why).await;
    Done::Failed(failure)
}
