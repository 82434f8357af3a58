//! What `up` would do, for people and for machines.

use crate::change::{Aspect, Change};
use crate::diff::{Action, Surplus, diff};
use crate::erased::{Live, Wish};
use crate::promise::{later, shown};
use crate::{Context, Part};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use strata_aws::Error;

/// What there is to do, part by part, in the order of the layer's list.
pub(crate) fn plan<'a>(cx: &Context, parts: &'a [Part]) -> Result<Vec<(&'a Part, Vec<Action>)>, Error> {
    let mut gone: BTreeSet<String> = BTreeSet::new();
    let mut plan = Vec::new();
    for part in parts {
        let wishes = part.wishes(cx)?;
        let lives = cx.all(part.kind);
        let mut actions = diff(cx, part, &wishes, &lives);
        cascade(&mut actions, &wishes, &lives, &gone);
        gone.extend(actions.iter().filter_map(|action| match action {
            Action::Replace(live, ..) => Some(live.physical.clone()),
            _ => None,
        }));
        plan.push((part, actions));
    }
    Ok(plan)
}

/// What is bound to something that will be replaced has to be replaced, too.
fn cascade(actions: &mut Vec<Action>, wishes: &[Wish], lives: &[Live], gone: &BTreeSet<String>) {
    for wish in wishes {
        let Some(live) = lives.iter().find(|live| live.foreign.is_none() && live.id == wish.id) else { continue };
        let bound = wish.fixed.iter().find_map(|field| {
            let from = live.props.get(field)?;
            gone.contains(from.as_str()?).then(|| (*field, from.clone()))
        });
        let Some((field, from)) = bound else { continue };
        let replaced =
            |action: &Action| matches!(action, Action::Replace(other, ..) if other.physical == live.physical);
        if !actions.iter().any(replaced) {
            let to = later("its replacement");
            let change = Change { field: field.into(), from, to, replaces: true, of: Aspect::Property };
            actions.retain(|action| !matches!(action, Action::Update(other, ..) if other.physical == live.physical));
            actions.push(Action::Replace(live.clone(), wish.clone(), vec![change]));
        }
    }
}

/// The plan as JSON for stdout: `{"layer", "changes": [{"action", "resource", "name", "id", "fields", "reason"}]}`.
pub(crate) fn to_json(cx: &Context, plan: &[(&Part, Vec<Action>)]) -> Value {
    let changes: Vec<Value> =
        plan.iter().flat_map(|(part, actions)| actions.iter().map(move |action| entry(part, action))).collect();
    json!({ "layer": cx.layer, "changes": changes })
}

fn entry(part: &Part, action: &Action) -> Value {
    let known = |changes: &[Change]| -> Vec<Change> {
        changes.iter().map(|change| Change { to: shown(&change.to), ..change.clone() }).collect()
    };
    let resource = |id: &str| format!("{}.{id}", part.kind);
    match action {
        Action::Create(wish) => {
            let fields: Vec<Value> =
                wish.props.iter().map(|(field, to)| json!({ "field": field, "to": shown(to) })).collect();
            json!({ "action": "create", "resource": resource(&wish.id), "name": wish.name, "fields": fields })
        }
        Action::Update(live, wish, changes) => json!({
            "action": "update", "resource": resource(&wish.id), "name": wish.name, "id": live.physical, "fields": known(changes)
        }),
        Action::Replace(live, wish, changes) => json!({
            "action": "replace", "resource": resource(&wish.id), "name": wish.name, "id": live.physical, "fields": known(changes)
        }),
        Action::Delete(live, reason) => json!({
            "action": "delete", "resource": resource(&live.id), "id": live.physical, "reason": reason.to_string(), "unasked": *reason == Surplus::Unasked
        }),
        Action::Wait(wish, status) => json!({
            "action": "wait", "resource": resource(&wish.id), "name": wish.name, "reason": status
        }),
    }
}

/// The plan as text for people.
pub(crate) fn to_text(cx: &Context, plan: &[(&Part, Vec<Action>)]) -> String {
    let mut text = String::new();
    let mut counts = [0_usize; 4];
    for (part, actions) in plan {
        for action in actions {
            let (index, sign, line) = describe(part, action);
            if let Some(count) = index.and_then(|index| counts.get_mut(index)) {
                *count += 1;
            }
            let _ = writeln!(text, "{} {sign} {line}", cx.layer);
            if let Action::Update(_, _, changes) | Action::Replace(_, _, changes) = action {
                for change in changes {
                    let why = if change.replaces { "  (AWS cannot change this in place)" } else { "" };
                    let (from, to) = (short(&change.from), short(&change.to));
                    let _ = writeln!(text, "      {}: {from} -> {to}{why}", change.field);
                }
            }
        }
    }
    let [create, update, replace, delete] = counts;
    let _ = if counts == [0; 4] {
        write!(text, "{}: nothing to change", cx.layer)
    } else {
        write!(text, "{}: {create} to create, {update} to update, {replace} to replace, {delete} to delete", cx.layer)
    };
    text
}

fn describe(part: &Part, action: &Action) -> (Option<usize>, char, String) {
    let kind = part.kind;
    match action {
        Action::Create(wish) => (Some(0), '+', format!("{kind} {}: create {}", wish.id, wish.name)),
        Action::Update(live, wish, _) => (Some(1), '~', format!("{kind} {}: update {}", wish.id, live.physical)),
        Action::Replace(live, wish, _) => (Some(2), '!', format!("{kind} {}: replace {}", wish.id, live.physical)),
        Action::Delete(live, reason) => {
            (Some(3), '-', format!("{kind} {}: delete {} ({reason})", live.id, live.physical))
        }
        Action::Wait(wish, status) => (None, '.', format!("{kind} {}: waits, it is {status}", wish.id)),
    }
}

/// A value in a line for people.
pub(crate) fn short(value: &Value) -> String {
    let text = match &shown(value) {
        Value::Null => "(not set)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= 100 { text } else { format!("{}…", text.chars().take(99).collect::<String>()) }
}

/// Whether `up` would call anything that changes AWS.
pub(crate) fn has_changes(plan: &[(&Part, Vec<Action>)]) -> bool {
    plan.iter().any(|(_, actions)| actions.iter().any(|action| !matches!(action, Action::Wait(..))))
}
