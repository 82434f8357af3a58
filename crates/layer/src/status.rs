//! What exists and what drifted.

use crate::diff::{Action, Surplus, diff};
use crate::plan::short;
use crate::{Context, Part, State};
use serde_json::{Value, json};
use std::fmt::Write;
use strata_aws::Error;

/// What exists, as JSON: `{"layer", "looked_at", "resources": [{"resource", "id", "state", "drift"}], "missing"}`;
/// `"dormant": [{"resource", "id", "until"}]` where something is deleted and AWS can still bring it back; and `"shared"`, as
/// `"resources"`, where something belongs to the account and stays when the pipeline goes.
pub(crate) fn status(cx: &Context, parts: &[Part]) -> Result<Value, Error> {
    let mut resources = Vec::new();
    let mut shared = Vec::new();
    let mut missing = Vec::new();
    let mut dormant = Vec::new();
    for part in parts {
        let actions = diff(cx, part, &part.wishes(cx)?, &cx.all(part.kind));
        for live in cx.lives(part.kind) {
            let drift: Vec<Value> = actions
                .iter()
                .flat_map(|action| match action {
                    Action::Update(other, _, changes) | Action::Replace(other, _, changes)
                        if other.physical == live.physical =>
                    {
                        changes.iter().map(|change| json!(change)).collect()
                    }
                    Action::Delete(other, reason) if other.physical == live.physical => {
                        vec![json!({ "field": "wish", "from": reason.to_string(), "unasked": *reason == Surplus::Unasked })]
                    }
                    _ => Vec::new(),
                })
                .collect();
            let state = match &live.state {
                State::Ready => "ready",
                State::NotYet(status) | State::Leaving(status) | State::Failed(status) | State::Dormant(status) => {
                    status
                }
            };
            let resource = format!("{}.{}", part.kind, live.id);
            let list = if part.resource.is_shared() { &mut shared } else { &mut resources };
            list.push(json!({ "resource": resource, "id": live.physical, "state": state, "drift": drift }));
        }
        for (live, until) in cx.dormant(part.kind) {
            let resource = format!("{}.{}", part.kind, live.id);
            dormant.push(json!({ "resource": resource, "id": live.physical, "until": until }));
        }
        for action in &actions {
            match action {
                Action::Create(wish) => missing.push(format!("{}.{}", part.kind, wish.id)),
                Action::Update(live, wish, _) if matches!(live.state, State::Dormant(_)) => {
                    missing.push(format!("{}.{}", part.kind, wish.id));
                }
                _ => {}
            }
        }
    }
    let own = parts.iter().filter(|part| !part.resource.is_shared());
    let looked_at: Vec<&str> = own.map(|part| part.label).collect();
    let mut status = json!({ "layer": cx.layer, "looked_at": looked_at, "resources": resources, "missing": missing });
    if !shared.is_empty() {
        status["shared"] = shared.into();
    }
    if !dormant.is_empty() {
        status["dormant"] = dormant.into();
    }
    Ok(status)
}

/// All that a status lists, the account's own last.
fn listed(status: &Value) -> impl Iterator<Item = &Value> {
    ["resources", "shared"].into_iter().filter_map(|list| status[list].as_array()).flatten()
}

/// Whether all is as the document asks.
pub(crate) fn is_as_wished(status: &Value) -> bool {
    let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    empty(&status["missing"])
        && listed(status).all(|resource| empty(&resource["drift"]) && resource["state"] == "ready")
}

/// The status as text for people.
pub(crate) fn to_text(status: &Value) -> String {
    let mut text = String::new();
    let layer = status["layer"].as_str().unwrap_or_default();
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for resource in listed(status) {
        let (name, id, state) = (word(&resource["resource"]), word(&resource["id"]), word(&resource["state"]));
        let _ = writeln!(text, "{layer}   {name}: {state}, {id}");
        for drift in resource["drift"].as_array().into_iter().flatten() {
            let _ = writeln!(
                text,
                "      drifted: {} is {} and should be {}",
                word(&drift["field"]),
                short(&drift["from"]),
                short(&drift["to"])
            );
        }
    }
    for resource in status["dormant"].as_array().into_iter().flatten() {
        let (name, id, until) = (word(&resource["resource"]), word(&resource["id"]), word(&resource["until"]));
        let _ = writeln!(text, "{layer}   {name}: {until}, {id}; `{layer} up` before then restores it");
    }
    let missing = status["missing"].as_array().map(Vec::as_slice).unwrap_or_default();
    for resource in missing {
        let _ = writeln!(text, "{layer}   {}: missing", word(resource));
    }
    let drifted =
        listed(status).filter(|resource| resource["drift"].as_array().is_some_and(|drift| !drift.is_empty())).count();
    let _ = write!(text, "{layer}: {} there, {drifted} drifted, {} missing", listed(status).count(), missing.len());
    text
}
