//! Removing: what is needed by others goes after them, and nothing counts as gone while AWS still lists it.

use crate::survey::{look, survey};
use crate::up::outcome;
use crate::{Action, Context, Live, Part, State, confirm, diff::diff};
use futures::future::{FutureExt, LocalBoxFuture, Shared, join_all};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use strata_aws::{Error, Exit};
use tokio::time::Instant;

/// Codes that mean: something else has to go first. It may be on its way.
const HELD: [&str; 9] = [
    "DependencyViolation",
    "InvalidGroup.InUse",
    "InvalidIPAddress.InUse",
    "DeleteConflict",
    "BucketNotEmpty",
    "ResourceInUse",
    "ResourceInUseException",
    "CrawlerRunningException",
    "ConflictException",
];

/// Look at everything, and ask a person where data would be lost. Nothing has been touched yet.
pub(crate) async fn ask(cx: &Context, parts: &[Part]) -> Result<(), Error> {
    survey(cx, parts).await?;
    if cx.global.yes {
        return Ok(());
    }
    let losses = losses(cx, parts).await?;
    if losses.is_empty() { Ok(()) } else { confirm(&format!("removing {}", cx.layer), &losses.join("; ")) }
}

/// Remove everything of ours that [`ask`] found. Returns how many things went.
pub(crate) async fn down(cx: &Context, parts: &[Part]) -> Result<usize, Error> {
    let count = parts.iter().map(|part| cx.lives(part.kind).len()).sum();
    let mut running: BTreeMap<&str, Shared<LocalBoxFuture<'_, Result<(), Error>>>> = BTreeMap::new();
    for part in parts.iter().rev() {
        let first: Vec<_> = parts
            .iter()
            .filter(|other| other.needs.contains(&part.kind))
            .filter_map(|other| running.get(other.kind).cloned())
            .collect();
        let last = !first.is_empty();
        let work = async move {
            for result in join_all(first).await {
                result?;
            }
            if part.resource.goes_along() {
                return Ok(());
            }
            if last {
                // What used it may have made more of it meanwhile: MWAA its log groups, for one.
                again(cx, part).await?;
            }
            remove(cx, part, cx.lives(part.kind)).await
        };
        running.insert(part.kind, work.boxed_local().shared());
    }
    let results = join_all(running.into_values()).await;
    results.into_iter().collect::<Result<Vec<()>, Error>>()?;
    Ok(count)
}

/// What a person would lose, thing by thing.
async fn losses(cx: &Context, parts: &[Part]) -> Result<Vec<String>, Error> {
    let mut losses = Vec::new();
    for part in parts {
        for live in cx.lives(part.kind) {
            if let Some(loss) = part.resource.loses(cx, &live).await? {
                losses.push(format!("{} {} would go with {loss}", part.kind, live.physical));
            }
        }
    }
    Ok(losses)
}

/// What `down` would remove, as JSON: `{"layer", "removes": [{"resource", "id"}], "loses": [..]}`. Nothing is touched.
pub(crate) async fn would_go(cx: &Context, parts: &[Part]) -> Result<Value, Error> {
    survey(cx, parts).await?;
    let losses = losses(cx, parts).await?;
    let each = |part: &Part| {
        let kind = part.kind;
        cx.lives(kind)
            .into_iter()
            .map(move |live| json!({ "resource": format!("{kind}.{}", live.id), "id": live.physical }))
    };
    let removes: Vec<Value> = parts.iter().flat_map(each).collect();
    let names: Vec<String> =
        removes.iter().map(|item| format!("\n  {} {}", item["resource"], item["id"]).replace('"', "")).collect();
    cx.report.say(&format!("{}: {} would go{}", cx.layer, removes.len(), names.concat()));
    Ok(json!({ "layer": cx.layer, "removes": removes, "loses": losses }))
}

/// Remove what nobody asks for any more, dependants first.
pub(crate) async fn unwanted(cx: &Context, parts: &[Part]) -> Result<(), Error> {
    for part in parts.iter().rev() {
        let wishes = part.resource.wishes(cx)?;
        let lives: Vec<Live> = diff(cx, part, &wishes, &cx.all(part.kind))
            .into_iter()
            .filter_map(|action| match action {
                Action::Delete(live, _) => Some(live),
                _ => None,
            })
            .collect();
        remove(cx, part, lives).await?;
    }
    Ok(())
}

/// List one part again, by the names that the document asks for, too: classifiers have no tags to be found by.
async fn again(cx: &Context, part: &Part) -> Result<(), Error> {
    look(cx, part, &part.resource.wishes(cx)?).await
}

/// Remove these, all at once, and wait until none of them is listed.
pub(crate) async fn remove(cx: &Context, part: &Part, lives: Vec<Live>) -> Result<(), Error> {
    if lives.is_empty() {
        return Ok(());
    }
    let start = Instant::now();
    let limit = part.resource.pace().limit;
    let mut pause = Duration::from_millis(50);
    let mut steps: BTreeMap<String, _> = BTreeMap::new();
    let mut asked: Vec<String> = Vec::new();
    let mut last: Option<Error> = None;
    loop {
        let listed = cx.lives(part.kind);
        let rest: Vec<&Live> =
            lives.iter().filter(|live| listed.iter().any(|now| now.physical == live.physical)).collect();
        for live in &lives {
            if !rest.iter().any(|other| other.physical == live.physical)
                && let Some(step) = steps.remove(&live.physical)
            {
                let step: crate::Step = step;
                step.done("removed");
            }
        }
        if rest.is_empty() {
            return Ok(());
        }
        if cx.cancel.is_cancelled() {
            return Err(Error::interrupted(format!("removing {}", part.label)));
        }
        if start.elapsed() > limit {
            let doing = format!("removing {} {}", part.kind, rest[0].physical);
            let why = last.map_or_else(|| "AWS still lists it".to_owned(), |error| error.message);
            return Err(Error::failed(doing, format!("not gone after {} s: {why}", limit.as_secs())));
        }
        let due: Vec<&Live> = rest
            .into_iter()
            .filter(|live| {
                let leaving =
                    listed.iter().any(|now| now.physical == live.physical && matches!(now.state, State::Leaving(_)));
                !leaving && !asked.contains(&live.physical)
            })
            .collect();
        let results =
            join_all(due.iter().map(|live| async { (live.physical.clone(), part.resource.delete(cx, live).await) }));
        for live in &due {
            let what = format!("{} {}", part.kind, live.id);
            steps
                .entry(live.physical.clone())
                .or_insert_with(|| cx.report.step(what, &format!("removing {}", live.physical)));
        }
        for (physical, result) in results.await {
            match result {
                Ok(()) => asked.push(physical),
                Err(error) if error.is_gone() => asked.push(physical),
                Err(error) if error.exit == Exit::Again || error.is(&HELD) => {
                    if error.code.is_none() && start.elapsed() > Duration::from_secs(8) {
                        return Err(Error { exit: Exit::Failed, ..error });
                    }
                    if let Some(step) = steps.get(&physical) {
                        step.status(&outcome(&Err(error.clone()), ""));
                    }
                    last = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        again(cx, part).await?;
        let gone = lives.iter().all(|live| !cx.lives(part.kind).iter().any(|now| now.physical == live.physical));
        if !gone {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = cx.cancel.cancelled() => {}
            }
            pause = (pause * 3 / 2).min(part.resource.pace().slowest);
        }
    }
}
