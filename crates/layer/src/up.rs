//! Making a layer as the document asks: look, act on the difference, look again, until there is none.

use crate::change::{Aspect, Change};
use crate::diff::{Action, diff};
use crate::lock::Locks;
use crate::plan::{self, plan};
use crate::promise::shown;
use crate::report::outcome;
use crate::survey::{UNKNOWN, look, refuse_foreign, survey};
use crate::{Context, Finding, Layer, Part, confirm, down};
use futures::future::{FutureExt, LocalBoxFuture, Shared, join_all, try_join};
use std::collections::BTreeMap;
use std::time::Duration;
use strata_aws::trace::{Instrument, lets, span, waited};
use strata_aws::{Error, Exit};
use tokio::time::Instant;

/// A new thing may be missing from listings for this long; until then it is not made a second time.
const UNLISTED: Duration = Duration::from_secs(30);
/// An error that passes is waited out for this long (Terraform settled on the same two minutes for new roles).
const PATIENCE: Duration = Duration::from_secs(120);
/// Silence is waited out for this long: an endpoint that is down is not a new role.
const SILENCE: Duration = Duration::from_secs(8);

/// Look, and make what differs as asked, while no other run works on this layer.
pub(crate) async fn up<L: Layer>(layer: &L, cx: &Context, parts: &[Part]) -> Result<(), Error> {
    let locks = Locks::new(cx, "up");
    let (over, ()) =
        try_join(locks.look().instrument(span("lock", "looking at it", "lock")), survey(cx, parts)).await?;
    refuse_foreign(cx, parts)?;
    let plan = plan(cx, parts)?;
    if !over && plan.iter().all(|(_, actions)| actions.is_empty()) {
        return Ok(());
    }
    if plan::has_changes(&plan) {
        refuse_findings(cx, layer.preflight(cx).instrument(span("check", "beforehand", "")).await?)?;
    }
    let only_settings = plan.iter().flat_map(|(_, actions)| actions).all(|action| matches!(action, Action::Update(..)));
    if only_settings && !over {
        // Nothing can be made twice: the look at the locks was enough.
        return make(cx, parts).await;
    }
    // Another run may have come between the first look and the lock.
    let taking = locks.take(survey(cx, parts)).instrument(span("lock", "taking it", "lock"));
    let (held, seen) = taking.await?;
    let result = match seen {
        Ok(()) => make(cx, parts).await,
        Err(error) => Err(error),
    };
    held.release().instrument(span("lock", "giving it back", "lock")).await;
    result
}

/// Make all parts as asked, each as soon as what it needs is there. What is no longer in the pipeline is deleted last.
async fn make(cx: &Context, parts: &[Part]) -> Result<(), Error> {
    refuse_foreign(cx, parts)?;
    replace(cx, parts).await?;

    let mut running: BTreeMap<&str, Shared<LocalBoxFuture<'_, Result<(), Error>>>> = BTreeMap::new();
    for part in parts {
        let needs: Vec<_> = part.needs.iter().filter_map(|need| running.get(need).cloned()).collect();
        let followers = parts.iter().filter(|other| other.needs.contains(&part.kind)).map(|other| other.kind);
        let whole = span("bring", part.label, part.kind);
        if !part.needs.is_empty() {
            whole.record("needs", part.needs.join(", "));
        }
        let work = async move {
            if !needs.is_empty() {
                let waiting = span("wait", format_args!("for {}", part.needs.join(", ")), "");
                for need in join_all(needs).instrument(waiting).await {
                    need?;
                }
                part.needs.iter().for_each(|need| waited(format_args!("{need} > {}", part.kind)));
            }
            bring(cx, part).await?;
            followers.for_each(|follower| lets(format_args!("{} > {follower}", part.kind)));
            Ok(())
        };
        let work = work.instrument(whole);
        running.insert(part.kind, work.boxed_local().shared());
    }
    let mut failure: Option<Error> = None;
    for result in join_all(running.into_values()).await {
        if let Err(error) = result
            && failure.is_none()
        {
            failure = Some(error);
        }
    }
    match failure {
        Some(error) => Err(error),
        None => down::unwanted(cx, parts).await,
    }
}

/// AWS would refuse, or fail late: say so now, while nothing has been touched.
fn refuse_findings(cx: &Context, findings: Vec<Finding>) -> Result<(), Error> {
    let Some((last, others)) = findings.split_last() else { return Ok(()) };
    for finding in others {
        cx.report.say(&format!("{} x {}; {}", cx.layer, finding.what, finding.remedy));
    }
    Err(Error::usage(format!("checking what {} needs", cx.layer), last.what.clone()).advise(last.remedy.clone()))
}

/// Ask before anything is deleted that would be missed, and delete what has to be replaced, dependants first.
/// Afterwards it is simply missing.
async fn replace(cx: &Context, parts: &[Part]) -> Result<(), Error> {
    down::confirm_missed(cx, parts).await?;
    let plan = plan(cx, parts)?;
    let mut doomed = Vec::new();
    for (part, actions) in &plan {
        let lives: Vec<_> = actions
            .iter()
            .filter_map(|action| match action {
                Action::Replace(live, ..) => Some(live.clone()),
                _ => None,
            })
            .collect();
        if !lives.is_empty() {
            doomed.push((*part, lives));
        }
    }
    if doomed.is_empty() {
        return Ok(());
    }
    if !cx.global.yes {
        let names: Vec<String> = doomed
            .iter()
            .flat_map(|(part, lives)| lives.iter().map(|live| format!("{}.{}", part.kind, live.id)))
            .collect();
        confirm("replacing", &format!("{} will be deleted and created again", names.join(", ")))?;
    }
    for (part, lives) in doomed.into_iter().rev() {
        down::remove(cx, part, lives).await?;
    }
    survey(cx, parts).await
}

/// A thing that AWS would make twice is not asked for again this soon after a lost answer: it may be listed late.
const DOUBTFUL: Duration = Duration::from_secs(5);
/// More calls than this for one thing mean that AWS takes them and goes on reporting something else.
const MOST_CALLS: u32 = 8;

/// What was last done to a thing, until when it may not show, and how often anything was done.
struct Done {
    what: String,
    unlisted: Instant,
    times: u32,
}

/// The fingerprint of every creation.
const CREATE: &str = "create";

/// What an action does, so that the same one is recognised when the next look asks for it again.
fn fingerprint(action: &Action) -> String {
    match action {
        Action::Update(_, _, changes) => serde_json::to_string(changes).unwrap_or_default(),
        _ => CREATE.to_owned(),
    }
}

/// Bring one part to what is asked for.
async fn bring(cx: &Context, part: &Part) -> Result<(), Error> {
    let start = Instant::now();
    let mut done: BTreeMap<String, Done> = BTreeMap::new();
    let mut steps = BTreeMap::new();
    let mut pause = Duration::from_millis(50);
    let mut trouble: Option<(Instant, Error)> = None;
    loop {
        let wishes = part.wishes(cx)?;
        let mut acts = Vec::new();
        let mut waits = Vec::new();
        for action in diff(cx, part, &wishes, &cx.all(part.kind)) {
            match action {
                Action::Delete(..) => {}
                Action::Wait(wish, status) => waits.push((wish.id, status)),
                Action::Replace(_, wish, changes) => {
                    let doing = format!("creating {} {}", part.kind, wish.name);
                    return Err(Error::failed(doing, unusable(&changes)));
                }
                Action::Create(ref wish) | Action::Update(_, ref wish, _)
                    if done
                        .get(&wish.id)
                        .is_some_and(|done| done.what == fingerprint(&action) && Instant::now() < done.unlisted) =>
                {
                    let what = if matches!(action, Action::Create(_)) { "created" } else { "updated" };
                    waits.push((wish.id.clone(), format!("{what}, not visible yet")));
                }
                action => acts.push(action),
            }
        }
        if acts.is_empty() && waits.is_empty() {
            break;
        }
        if cx.cancel.is_cancelled() {
            return Err(Error::interrupted(format!("creating {}", part.label)));
        }
        if start.elapsed() > part.resource.pace().limit {
            let (id, status) = waits.first().cloned().unwrap_or_default();
            let doing = format!("waiting for {} {id}", part.kind);
            let message = format!("not ready after {} s; last seen: {status}", part.resource.pace().limit.as_secs());
            return Err(Error::failed(doing, message)
                .advise("it is in the document; run the command again to continue waiting"));
        }
        for (id, status) in &waits {
            let step =
                steps.entry(id.clone()).or_insert_with(|| cx.report.step(format!("{} {id}", part.kind), "looking"));
            // A local endpoint takes no such time.
            let takes = part.resource.takes().filter(|_| !cx.session.is_local());
            let takes = takes.map(|takes| format!(" (usually {takes})")).unwrap_or_default();
            step.status(&format!("{status}{takes}"));
        }
        let acted = !acts.is_empty();
        let results: Vec<(String, String, Result<(), Error>)> =
            join_all(acts.into_iter().map(|action| act(cx, part, action))).await;
        let mut refused = None;
        let mut passing = None;
        for (id, what, result) in results {
            match result {
                Ok(()) => {
                    let times = done.get(&id).map_or(1, |done| done.times + 1);
                    done.insert(id.clone(), Done { what, unlisted: Instant::now() + UNLISTED, times });
                    if times > MOST_CALLS {
                        let message = "AWS accepts the change and still reports something else";
                        refused = Some(Error::failed(format!("changing {} {id}", part.kind), message));
                    }
                }
                // An answer was lost before, or it is not listed yet: the next look tells whose it is.
                Err(error) if error.is_there() && done.get(&id).is_none_or(|done| done.what != what) => {
                    done.insert(id, Done { what, unlisted: Instant::now() + UNLISTED, times: 1 });
                }
                Err(error) if error.exit == Exit::Again => {
                    if error.may_be_done() && part.resource.doubles() && what == CREATE {
                        done.insert(id, Done { what, unlisted: Instant::now() + DOUBTFUL, times: 1 });
                    }
                    passing = Some(error);
                }
                // New, and not known everywhere yet; or gone since it was listed: the next look tells.
                Err(error) if error.is_gone() => passing = Some(error),
                Err(error) => refused = Some(error),
            }
        }
        if let Some(error) = refused {
            // Know what is there before giving up: the document has to name it.
            let _ = look(cx, part, &wishes).await;
            return Err(error);
        }
        match (passing, &trouble) {
            (None, _) if acted => trouble = None,
            (None, _) => {}
            (Some(error), None) => trouble = Some((Instant::now(), error)),
            (Some(error), Some((since, _))) => {
                let patience = match &error.code {
                    None => SILENCE,
                    Some(_) if error.is_gone() => UNKNOWN,
                    Some(_) => PATIENCE,
                };
                if since.elapsed() > patience {
                    return Err(Error { exit: Exit::Failed, ..error });
                }
            }
        }
        if !acted || trouble.is_some() {
            tokio::select! {
                () = tokio::time::sleep(pause).instrument(span("wait", format_args!("for {}", part.label), "")) => {}
                () = cx.cancel.cancelled() => {}
            }
            pause = (pause * 3 / 2).min(part.resource.pace().slowest);
        }
        look(cx, part, &wishes).await?;
    }
    for (id, step) in steps {
        let physical = cx.live(part.kind, &id).map(|live| live.physical).unwrap_or_default();
        step.done(&format!("ready, {physical}"));
    }
    Ok(())
}

/// Why a thing that was just created would have to be replaced: it is broken, or it is not what was asked for.
fn unusable(changes: &[Change]) -> String {
    match changes.iter().find(|change| change.replaces) {
        Some(Change { from, of: Aspect::Usable, .. }) => {
            format!("it cannot be used: {}", from.to_string().trim_matches('"'))
        }
        Some(Change { field, from, to, .. }) => {
            let (from, to) = (shown(from), shown(to));
            format!("its {field} is {from} instead of {to}, and AWS cannot change it")
        }
        None => "it cannot be used".to_owned(),
    }
}

/// One call, with its line of progress.
async fn act(cx: &Context, part: &Part, action: Action) -> (String, String, Result<(), Error>) {
    let kind = part.kind;
    let what = fingerprint(&action);
    let (Action::Create(wish) | Action::Update(_, wish, _)) = &action else { return (String::new(), what, Ok(())) };
    let queue = span("queue", format_args!("{kind}.{}", wish.id), kind);
    // It is never closed, so this is always the right to act.
    let _pass = cx.gate.acquire().instrument(queue).await;
    cx.touch();
    match action {
        Action::Create(wish) => {
            let step = cx.report.step(format!("{kind} {}", wish.id), &format!("creating {}", wish.name));
            let acting = span("create", format_args!("{kind}.{}", wish.id), kind);
            let result = part.resource.create(cx, &wish).instrument(acting).await;
            step.done(&outcome(&result, "created"));
            (wish.id, what, result)
        }
        Action::Update(live, wish, changes) => {
            let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
            let step = cx.report.step(format!("{kind} {}", wish.id), &format!("setting {}", fields.join(", ")));
            let acting = span("update", format_args!("{kind}.{}: {}", wish.id, fields.join(", ")), kind);
            let result = part.resource.update(cx, &live, &wish, &changes).instrument(acting).await;
            step.done(&outcome(&result, &format!("{} set", fields.join(", "))));
            (wish.id, what, result)
        }
        Action::Delete(..) | Action::Replace(..) | Action::Wait(..) => (String::new(), what, Ok(())),
    }
}
