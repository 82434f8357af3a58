//! What is, compared with what is asked for.

use crate::change::{Aspect, Change};
use crate::erased::{Live, Wish};
use crate::promise::is_later;
use crate::{Context, Part, State};
use serde_json::{Value, json};
use std::fmt;

/// Why something is deleted that is in no wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Surplus {
    /// It is no longer in the pipeline.
    Unasked,
    /// It is there twice, and the other one stays.
    Duplicate {
        /// Id or name of the other one.
        of: String,
    },
}

impl fmt::Display for Surplus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unasked => f.write_str("no longer in the pipeline"),
            Self::Duplicate { of } => write!(f, "duplicate; {of} is older"),
        }
    }
}

/// What there is to do about one thing.
#[derive(Debug, Clone)]
pub(crate) enum Action {
    /// It is not there.
    Create(Wish),
    /// It differs.
    Update(Live, Wish, Vec<Change>),
    /// It differs where AWS cannot change it, or it is broken.
    Replace(Live, Wish, Vec<Change>),
    /// It is no longer in the pipeline, or it is a duplicate.
    Delete(Live, Surplus),
    /// It is being created, changed or deleted.
    Wait(Wish, String),
}

/// What there is to do about a part. Empty means that all is as asked.
pub(crate) fn diff(cx: &Context, part: &Part, wishes: &[Wish], lives: &[Live]) -> Vec<Action> {
    let mut actions = Vec::new();
    for wish in wishes {
        let mut same = lives.iter().filter(|live| live.foreign.is_none() && live.id == wish.id);
        // One that is being deleted is in the way only where the name is the key.
        let (leaving, mut there): (Vec<&Live>, Vec<&Live>) =
            same.by_ref().partition(|live| matches!(live.state, State::Leaving(_)));
        // Of two, the older one stays, unless it belongs to something else that is there twice and goes.
        let strays = |live: &Live| {
            wish.fixed.iter().any(|field| {
                let to = wish.props.get(field);
                to.is_some_and(|to| !is_later(to)) && live.props.get(field) != to
            })
        };
        let is_dormant = |live: &Live| matches!(live.state, State::Dormant(_));
        there.sort_by_cached_key(|live| (is_dormant(live), strays(live), live.created.clone(), live.physical.clone()));
        if let Some(live) = leaving.iter().find(|live| live.physical == wish.name)
            && let State::Leaving(status) = &live.state
        {
            actions.push(Action::Wait(wish.clone(), status.clone()));
            continue;
        }
        let Some((live, duplicates)) = there.split_first() else {
            actions.push(Action::Create(wish.clone()));
            continue;
        };
        for duplicate in duplicates.iter().filter(|duplicate| !is_dormant(duplicate)) {
            actions.push(Action::Delete((*duplicate).clone(), Surplus::Duplicate { of: live.physical.clone() }));
        }
        match &live.state {
            State::NotYet(status) | State::Leaving(status) => actions.push(Action::Wait(wish.clone(), status.clone())),
            State::Failed(reason) => {
                let change = Change {
                    field: "state".into(),
                    from: json!(reason),
                    to: json!("usable"),
                    replaces: true,
                    of: Aspect::Usable,
                };
                actions.push(Action::Replace((*live).clone(), wish.clone(), vec![change]));
            }
            State::Ready | State::Dormant(_) => {
                let changes = changes(cx, part, live, wish);
                if changes.iter().any(|change| change.replaces) {
                    actions.push(Action::Replace((*live).clone(), wish.clone(), changes));
                } else if !changes.is_empty() {
                    actions.push(Action::Update((*live).clone(), wish.clone(), changes));
                }
            }
        }
    }
    for live in lives.iter().filter(|_| !part.resource.is_shared()) {
        let leaving = matches!(live.state, State::Leaving(_) | State::Dormant(_));
        if live.foreign.is_none() && !leaving && !wishes.iter().any(|wish| wish.id == live.id) {
            actions.push(Action::Delete(live.clone(), Surplus::Unasked));
        }
    }
    actions
}

fn changes(cx: &Context, part: &Part, live: &Live, wish: &Wish) -> Vec<Change> {
    let mut changes = Vec::new();
    for (field, to) in &wish.props {
        let from = live.props.get(field).cloned().unwrap_or(Value::Null);
        if from != *to && !is_later(to) {
            let replaces = wish.fixed.contains(field);
            changes.push(Change { field: (*field).into(), from, to: to.clone(), replaces, of: Aspect::Property });
        }
    }
    if let Some(tags) = &live.tags {
        let wanted = cx.tags(part.kind, &wish.id, &wish.name);
        let differing: Vec<&String> =
            wanted.iter().filter(|(key, value)| tags.get(*key) != Some(*value)).map(|(key, _)| key).collect();
        if !differing.is_empty() {
            let pick = |from: &strata_aws::tags::Tags| {
                let picked = differing.iter().filter_map(|key| Some(((*key).clone(), json!(from.get(*key)?))));
                Value::Object(picked.collect())
            };
            changes.push(Change {
                field: "tags".into(),
                from: pick(tags),
                to: pick(&wanted),
                replaces: false,
                of: Aspect::Tags,
            });
        }
    }
    changes
}
