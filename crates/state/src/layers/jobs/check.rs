//! What a wish for jobs must hold to.

use crate::wish::{Pipeline, words};

/// The limits of the Glue API, and of a cluster of its smallest workers.
pub(crate) fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
    let jobs = pipeline.jobs();
    for (field, value, least, most) in [
        ("timeout_minutes", jobs.timeout_minutes, 1, 10_080),
        ("workers", jobs.workers, 2, 299),
        ("retries", jobs.retries, 0, 10),
    ] {
        if !(least..=most).contains(&value) {
            found.push(format!("pipeline.jobs.{field}: {value} is not between {least} and {most}"));
        }
    }
    words::log_days(found, "pipeline.jobs.log_days", jobs.log_days);
    if jobs.day_gb < 0.0 {
        found.push(format!("pipeline.jobs.day_gb: {} is less than nothing", jobs.day_gb));
    }
    if !words::is_numbers(&jobs.glue_version, 2) {
        found.push(format!("pipeline.jobs.glue_version: `{}` is not a version such as 5.0", jobs.glue_version));
    }
    let worker = ["G.", "R."].iter().find_map(|kind| jobs.worker_type.strip_prefix(kind)?.strip_suffix('X'));
    if !worker.is_some_and(|size| words::is_numbers(size, 1)) {
        found.push(format!("pipeline.jobs.worker_type: `{}` is not a type such as G.1X", jobs.worker_type));
    }
}
