//! Removing: what is needed by others goes after them, and nothing counts as gone while AWS still lists it.

use crate::diff::{Action, diff};
use crate::erased::Live;
use crate::lock::Locks;
use crate::report::{Step, outcome};
use crate::survey::{look, survey};
use crate::{Context, Part, State, confirm};
use futures::future::{FutureExt, LocalBoxFuture, Shared, join_all, try_join};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use strata_aws::trace::{Instrument, lets, span, waited};
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

/// How long to wait for a holder that is not deleted on its own: the listing may be behind.
const STUBBORN: Duration = Duration::from_secs(5);

/// Why a thing is still there.
struct Kept {
    error: Error,
    /// Since when all its holders are ones that are not deleted on their own.
    stuck: Option<Instant>,
}

/// Look at everything, ask a person where data would be lost, and remove everything of ours while no other run works on
/// this layer. Returns how many things were deleted.
pub(crate) async fn down(cx: &Context, parts: &[Part]) -> Result<usize, Error> {
    let locks = Locks::new(cx, "down");
    let (over, ()) =
        try_join(locks.look().instrument(span("lock", "looking at it", "lock")), survey(cx, parts)).await?;
    if !over && parts.iter().all(|part| cx.lives(part.kind).is_empty()) {
        return Ok(0);
    }
    if !cx.global.yes {
        let losses = losses(cx, parts).await?;
        if !losses.is_empty() {
            confirm(&format!("removing {}", cx.layer), &losses.join("; "))?;
        }
    }
    // Another run may have come between the first look and the lock.
    let taking = locks.take(survey(cx, parts)).instrument(span("lock", "taking it", "lock"));
    let (held, seen) = taking.await?;
    let result = match seen {
        Ok(()) => remove_all(cx, parts).await,
        Err(error) => Err(error),
    };
    held.release().instrument(span("lock", "giving it back", "lock")).await;
    result
}

async fn remove_all(cx: &Context, parts: &[Part]) -> Result<usize, Error> {
    let count = parts.iter().map(|part| cx.lives(part.kind).len()).sum();
    let mut running: BTreeMap<&str, Shared<LocalBoxFuture<'_, Result<(), Error>>>> = BTreeMap::new();
    for part in parts.iter().rev() {
        let first: Vec<_> = parts
            .iter()
            .filter(|other| other.needs.contains(&part.kind))
            .filter_map(|other| running.get(other.kind).cloned())
            .collect();
        let last = !first.is_empty();
        let users: Vec<&str> =
            parts.iter().filter(|other| other.needs.contains(&part.kind)).map(|other| other.kind).collect();
        let whole = span("remove", part.label, part.kind);
        if !users.is_empty() {
            whole.record("needs", users.join(", "));
        }
        let work = async move {
            if last {
                let waiting = span("wait", format_args!("for {}", users.join(", ")), "");
                for result in join_all(first).instrument(waiting).await {
                    result?;
                }
                users.iter().for_each(|user| waited(format_args!("{user} > {}", part.kind)));
            }
            if part.resource.goes_along() {
                return Ok(());
            }
            if last {
                // What used it may have made more of it meanwhile: MWAA its log groups, for one.
                again(cx, part).await?;
            }
            remove(cx, part, cx.lives(part.kind)).await?;
            part.needs.iter().for_each(|need| lets(format_args!("{} > {need}", part.kind)));
            Ok(())
        };
        let work = work.instrument(whole);
        running.insert(part.kind, work.boxed_local().shared());
    }
    // What depends on a part that failed fails with the same words.
    let failures = join_all(running.into_values()).await.into_iter().filter_map(Result::err);
    let failures: BTreeMap<String, Error> = failures.map(|error| (error.doing.clone(), error)).collect();
    let mut failures = failures.into_values();
    let Some(first) = failures.next() else { return Ok(count) };
    for other in failures {
        cx.report.say(&format!("{}: {other}", cx.layer));
    }
    Err(first)
}

/// What a person would lose, thing by thing.
async fn losses(cx: &Context, parts: &[Part]) -> Result<Vec<String>, Error> {
    let mut losses = Vec::new();
    for part in parts {
        for live in cx.lives(part.kind) {
            if let Some(loss) = part.resource.loses(cx, &live).await? {
                losses.push(format!("{} {} would be deleted with {loss}", part.kind, live.physical));
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
    cx.report.say(&format!("{}: {} would be deleted{}", cx.layer, removes.len(), names.concat()));
    Ok(json!({ "layer": cx.layer, "removes": removes, "loses": losses }))
}

/// Remove what the document no longer asks for, while no other run works on this layer, and touch nothing else.
pub(crate) async fn unasked(cx: &Context, parts: &[Part]) -> Result<(), Error> {
    let locks = Locks::new(cx, "down");
    let (over, ()) =
        try_join(locks.look().instrument(span("lock", "looking at it", "lock")), survey(cx, parts)).await?;
    let surplus = |cx: &Context| -> Result<bool, Error> {
        let each = parts.iter().map(|part| Ok::<_, Error>(diff(cx, part, &part.wishes(cx)?, &cx.all(part.kind))));
        let actions = each.collect::<Result<Vec<_>, _>>()?;
        Ok(actions.iter().flatten().any(|action| matches!(action, Action::Delete(..))))
    };
    if !over && !surplus(cx)? {
        return Ok(());
    }
    confirm_missed(cx, parts).await?;
    let taking = locks.take(survey(cx, parts)).instrument(span("lock", "taking it", "lock"));
    let (held, seen) = taking.await?;
    let result = match seen {
        Ok(()) => unwanted(cx, parts).await,
        Err(error) => Err(error),
    };
    held.release().instrument(span("lock", "giving it back", "lock")).await;
    result
}

/// Ask before anything is removed that would be missed, and say what is lost with it.
pub(crate) async fn confirm_missed(cx: &Context, parts: &[Part]) -> Result<(), Error> {
    let mut removals = Vec::new();
    for part in parts.iter().filter(|part| part.resource.is_missed()) {
        for action in diff(cx, part, &part.wishes(cx)?, &cx.all(part.kind)) {
            if let Action::Delete(live, reason) = action {
                removals.push((part, live, reason));
            }
        }
    }
    if removals.is_empty() || cx.global.yes {
        return Ok(());
    }
    let mut losses = Vec::new();
    for (part, live, reason) in removals {
        let loses = part.resource.loses(cx, &live).await?.map(|what| format!(", with {what}")).unwrap_or_default();
        losses.push(format!("{}.{} ({}) will be removed{loses}: {reason}", part.kind, live.id, live.physical));
    }
    confirm("removing what is no longer in the pipeline", &losses.join("; "))
}

/// Remove resources that are no longer in the pipeline, dependants first.
pub(crate) async fn unwanted(cx: &Context, parts: &[Part]) -> Result<(), Error> {
    for part in parts.iter().rev() {
        let wishes = part.wishes(cx)?;
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
    look(cx, part, &part.wishes(cx)?).await
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
    let mut kept: BTreeMap<String, Kept> = BTreeMap::new();
    loop {
        let listed = cx.lives(part.kind);
        // As it is now: a delete that needs two calls may have done the first one, and its answer was lost.
        let rest: Vec<&Live> =
            listed.iter().filter(|now| lives.iter().any(|live| now.physical == live.physical)).collect();
        for live in &lives {
            if !rest.iter().any(|other| other.physical == live.physical)
                && let Some(step) = steps.remove(&live.physical)
            {
                let step: Step = step;
                step.done("removed");
            }
        }
        if rest.is_empty() {
            return Ok(());
        }
        if cx.cancel.is_cancelled() {
            return Err(Error::interrupted(format!("removing {}", part.label)));
        }
        let since = |live: &&Live| kept.get(&live.physical).and_then(|kept| kept.stuck);
        if rest.iter().all(|live| since(live).is_some_and(|since| since.elapsed() > STUBBORN)) {
            return Err(stays(part, &rest, &kept).advise("then run `down` again"));
        }
        if start.elapsed() > limit {
            let error = stays(part, &rest, &kept);
            let message = format!("not gone after {} s: {}", limit.as_secs(), error.message);
            return Err(Error { message, ..error }.advise("run `down` again to continue waiting"));
        }
        let due: Vec<&Live> = rest
            .into_iter()
            .filter(|live| !matches!(live.state, State::Leaving(_)) && !asked.contains(&live.physical))
            .collect();
        if !due.is_empty() {
            cx.removes();
        }
        let results = join_all(due.iter().map(|live| async {
            let acting = span("delete", format_args!("{}.{}", part.kind, live.id), part.kind);
            (live.physical.clone(), part.resource.delete(cx, live).instrument(acting).await)
        }));
        for live in &due {
            let what = format!("{} {}", part.kind, live.id);
            steps
                .entry(live.physical.clone())
                .or_insert_with(|| cx.report.step(what, &format!("removing {}{}", live.physical, usually(part))));
        }
        for (physical, result) in results.await {
            match result {
                Ok(()) => asked.push(physical),
                // It, or something that goes with it: the next look tells.
                Err(error) if error.is_gone() => {}
                Err(error) if error.exit == Exit::Again || error.is(&HELD) => {
                    if error.code.is_none() && start.elapsed() > Duration::from_secs(8) {
                        return Err(Error { exit: Exit::Failed, ..error });
                    }
                    let (error, is_stuck) = explain(cx, part, &lives, &physical, error).await;
                    if let Some(step) = steps.get(&physical) {
                        step.status(&format!("{}{}", outcome(&Err(error.clone()), ""), usually(part)));
                    }
                    let since = kept.get(&physical).and_then(|kept| kept.stuck).unwrap_or_else(Instant::now);
                    kept.insert(physical, Kept { error, stuck: is_stuck.then_some(since) });
                }
                Err(error) => return Err(error),
            }
        }
        again(cx, part).await?;
        let gone = lives.iter().all(|live| !cx.lives(part.kind).iter().any(|now| now.physical == live.physical));
        if !gone {
            tokio::select! {
                () = tokio::time::sleep(pause).instrument(span("wait", format_args!("for {} to go", part.label), "")) => {}
                () = cx.cancel.cancelled() => {}
            }
            pause = (pause * 3 / 2).min(part.resource.pace().slowest);
        }
    }
}

/// What to expect of AWS, for a line of progress.
fn usually(part: &Part) -> String {
    part.resource.leaves().map(|leaves| format!(" (usually {leaves})")).unwrap_or_default()
}

/// AWS's error with what holds the thing, where it is held: AWS says only that something does. And whether nothing of
/// that will go by itself.
async fn explain(cx: &Context, part: &Part, lives: &[Live], physical: &str, error: Error) -> (Error, bool) {
    let live = lives.iter().find(|live| error.is(&HELD) && live.physical == physical);
    let Some(live) = live else { return (error, false) };
    match part.resource.held_by(cx, live).await {
        Ok(holders) if !holders.is_empty() => {
            let names: Vec<&str> = holders.iter().map(|holder| holder.what.as_str()).collect();
            let message = format!("held by {}", names.join("; "));
            (Error { message, ..error }, !holders.iter().any(|holder| holder.passes))
        }
        _ => (error, false),
    }
}

/// What is still there, and why.
fn stays(part: &Part, rest: &[&Live], kept: &BTreeMap<String, Kept>) -> Error {
    let names: Vec<&str> = rest.iter().map(|live| live.physical.as_str()).collect();
    let doing = format!("removing {} {}", part.kind, names.join(", "));
    let why = |name: &str| kept.get(name).map_or("AWS still lists it", |kept| kept.error.message.as_str()).to_owned();
    let message = match names.as_slice() {
        [name] => why(name),
        names => names.iter().map(|name| format!("{name}: {}", why(name))).collect::<Vec<_>>().join(" | "),
    };
    let code = names.iter().find_map(|name| kept.get(*name)?.error.code.clone());
    Error { code, ..Error::failed(doing, message) }
}
