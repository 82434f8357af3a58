//! Tags say whose a resource is. They are the only memory that strata relies on.

use std::collections::BTreeMap;
use strata_state::wish::Pipeline;

/// Which pipeline a resource belongs to.
pub const PIPELINE: &str = "strata:pipeline";
/// Which environment.
pub const ENV: &str = "strata:env";
/// Which program owns it.
pub const LAYER: &str = "strata:layer";
/// Which resource of that program's list it is.
pub const ID: &str = "strata:id";
/// The day after which it may go.
pub const EXPIRES: &str = "strata:expires";
/// When it was asked for, on things that AWS would make twice: of two that are the same, the older one stays.
pub const CREATED: &str = "strata:created";
/// What the console shows.
pub const NAME: &str = "Name";

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// All tags of the resource `id` of `layer`, called `name`.
#[must_use]
pub fn tags(pipeline: &Pipeline, layer: &str, id: &str, name: &str) -> Tags {
    let mut tags = pipeline.tags.clone();
    let own = [(PIPELINE, &pipeline.name), (ENV, &pipeline.env)];
    tags.extend(own.map(|(key, value)| (key.to_owned(), value.clone())));
    tags.insert(LAYER.into(), layer.into());
    tags.insert(ID.into(), id.into());
    tags.insert(NAME.into(), name.into());
    if let Some(day) = &pipeline.expires {
        tags.insert(EXPIRES.into(), day.clone());
    }
    tags
}

/// Whether these tags say that the resource belongs to this pipeline and environment.
#[must_use]
pub fn is_ours(tags: &Tags, pipeline: &Pipeline) -> bool {
    tags.get(PIPELINE) == Some(&pipeline.name) && tags.get(ENV) == Some(&pipeline.env)
}

/// Whose the resource is, in words for an error.
#[must_use]
pub fn owner(tags: &Tags) -> String {
    match (tags.get(PIPELINE), tags.get(ENV)) {
        (Some(pipeline), Some(env)) => format!("pipeline {pipeline}, env {env}"),
        _ if tags.is_empty() => "another owner (it has no tags)".to_owned(),
        _ => {
            let shown: Vec<String> = tags.iter().take(4).map(|(key, value)| format!("{key}={value}")).collect();
            format!("another owner (its tags: {})", shown.join(", "))
        }
    }
}
