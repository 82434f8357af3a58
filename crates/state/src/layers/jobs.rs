//! `jobs`: one Glue job for each transform.

use super::Layer;
use crate::demand::{Body, File};
use crate::policy::{Added, Place};
use crate::spec::{SCRIPT_KEY, Spec};
use crate::wish::{Pipeline, Transform, words};
use crate::{Document, Kind, roles};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "jobs",
    about: "The Glue jobs that run the transforms",
    asked: |pipeline| pipeline.jobs.is_some() || !pipeline.transforms.is_empty(),
    uses: &["iam", "storage", "catalog"],
    needs: |_| LAYER.uses.to_vec(),
    roles: |_| vec![roles::glue()],
    check,
    files,
    prefixes: &["scripts/", "sql/"],
    values,
    ..Layer::NONE
};

/// The one job script, which reads a spec and runs its SQL with polars or with Spark.
const SCRIPT: &str = include_str!("../../../../scripts/glue/strata_transform.py");

/// What runs the SQL in AWS. Locally it is always polars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// One machine: a Glue pythonshell job.
    Polars,
    /// A cluster: a Glue glueetl job.
    Spark,
}

/// How the transforms run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// How large one day's input is, in GB. Up to 0.1 it fits the smallest job (1/16 DPU, 1 GB), up to 4 one DPU (16 GB),
    /// beyond that it is Spark.
    pub day_gb: f64,
    /// Glue version of Spark jobs; always sent, since AWS's default moves.
    pub glue_version: String,
    /// Worker type of Spark jobs.
    pub worker_type: String,
    /// Workers of Spark jobs, 2 at least.
    pub workers: i32,
    /// Minutes after which a run is stopped.
    pub timeout_minutes: i32,
    /// How often Glue tries again.
    pub retries: i32,
    /// Days after which CloudWatch deletes what Spark jobs have logged: one of the numbers that AWS takes. Other jobs log into
    /// groups that are the account's.
    pub log_days: i32,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            day_gb: 0.0,
            glue_version: "5.0".into(),
            worker_type: "G.1X".into(),
            workers: 2,
            timeout_minutes: 60,
            retries: 0,
            log_days: 30,
        }
    }
}

/// A day's input in GB up to which 1/16 DPU (1 GB of memory) is enough.
const SMALL: f64 = 0.1;
/// And up to which one DPU (16 GB of memory) is; docs/scale.md says why.
const LARGE: f64 = 4.0;

impl Wish {
    /// The engine of `transform`: the one it names, or the one that a day's size asks for.
    #[must_use]
    pub fn engine(&self, transform: &Transform) -> Engine {
        transform.engine.unwrap_or_else(|| by_size(self.day_gb))
    }

    /// DPUs of a polars job: 0.0625 (1 GB of memory) or 1 (16 GB).
    #[must_use]
    pub fn polars_dpu(&self) -> f64 {
        if self.day_gb > SMALL { 1.0 } else { 0.0625 }
    }

    /// The part of Spark jobs' Glue version before the dot.
    #[must_use]
    pub fn glue_generation(&self) -> u32 {
        self.glue_version.split('.').next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }

    /// What runs `transform` and why, as a clause: `spark, since jobs.day_gb 12 is above 4`.
    #[must_use]
    pub fn choice(&self, transform: &Transform) -> String {
        let Self { day_gb, worker_type, workers, .. } = self;
        let size = match *day_gb {
            gb if gb > LARGE => format!("since jobs.day_gb {gb} is above {LARGE}"),
            gb if gb > SMALL => format!("since jobs.day_gb {gb} is above {SMALL} and not above {LARGE}"),
            gb => format!("since jobs.day_gb {gb} is not above {SMALL}"),
        };
        let dpu = if self.polars_dpu() < 1.0 { "1/16 DPU" } else { "1 DPU" };
        match (self.engine(transform), transform.engine) {
            (Engine::Spark, None) => format!("spark on {workers} {worker_type} workers, {size}"),
            (Engine::Spark, Some(_)) => format!("spark on {workers} {worker_type} workers, as it says itself"),
            (Engine::Polars, None) => format!("polars with {dpu}, {size}"),
            (Engine::Polars, Some(_)) => format!("polars, as it says itself, with {dpu}, {size}"),
        }
    }
}

fn by_size(gb: f64) -> Engine {
    if gb > LARGE { Engine::Spark } else { Engine::Polars }
}

/// A sentence where a day's input of `bytes` is too large for what was chosen for days of `planned` GB; None where it fits.
#[must_use]
pub fn outgrown(planned: f64, bytes: u64) -> Option<String> {
    #[allow(clippy::cast_precision_loss, reason = "a size is told to two digits")]
    let gb = bytes as f64 / 1e9;
    let limit = [SMALL, LARGE].into_iter().find(|limit| planned <= *limit)?;
    (gb > limit).then(|| {
        format!(
            "the day's input is {gb:.2} GB, and the job is for at most {limit}: set jobs.day_gb to {gb:.2}, or more, and run `jobs up`"
        )
    })
}

/// Glue jobs by transform.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Job by transform.
    pub jobs: BTreeMap<String, Job>,
    /// Log groups of Spark jobs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log_groups: Vec<String>,
}

/// One Glue job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its name in Glue.
    pub name: String,
    /// What runs it in AWS.
    pub engine: Engine,
}

/// The limits of the Glue API, and of a cluster of its smallest workers.
fn check(pipeline: &Pipeline, found: &mut Vec<String>) {
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

fn files(pipeline: &Pipeline, place: &Place) -> Vec<File> {
    let bucket = pipeline.bucket(&place.account, &place.region);
    let mut files = vec![File::text(SCRIPT_KEY, SCRIPT)];
    for transform in &pipeline.transforms {
        files.push(File::new(Spec::sql_key(transform), Body::Path(transform.sql.clone())));
        // A table that is missing from the wish is refused when the document is read.
        if let Some(Ok(spec)) = Spec::new(pipeline, transform, &bucket).map(|spec| spec.print()) {
            files.push(File::text(Spec::key(transform), spec));
        }
    }
    files
}

fn values(document: &Document, place: &Place) -> Added {
    let pipeline = &document.pipeline;
    let name = |transform: &Transform| pipeline.physical(Kind::Job, &transform.name, &place.account, &place.region);
    vec![("job", pipeline.transforms.iter().map(name).collect())]
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn choice(day_gb: f64, engine: Option<Engine>) -> String {
        let transform = Transform { name: "x".into(), sql: "x".into(), reads: Vec::new(), writes: "x".into(), engine };
        Wish { day_gb, ..Wish::default() }.choice(&transform)
    }

    #[test]
    fn the_engine_is_chosen_by_size_and_the_reason_is_told() {
        assert_eq!(choice(12.0, None), "spark on 2 G.1X workers, since jobs.day_gb 12 is above 4");
        assert_eq!(choice(4.0, None), "polars with 1 DPU, since jobs.day_gb 4 is above 0.1 and not above 4");
        assert_eq!(choice(0.03, None), "polars with 1/16 DPU, since jobs.day_gb 0.03 is not above 0.1");
        assert_eq!(choice(0.03, Some(Engine::Spark)), "spark on 2 G.1X workers, as it says itself");
        assert!(choice(12.0, Some(Engine::Polars)).starts_with("polars, as it says itself, with 1 DPU, since"));
    }

    #[test]
    fn a_day_that_is_too_large_for_its_job_is_told() {
        assert_eq!(outgrown(0.03, 100_000_000), None);
        assert!(outgrown(0.03, 100_000_001).is_some_and(|text| text.starts_with("the day's input is 0.10 GB, and")));
        assert!(outgrown(2.0, 5_000_000_000).is_some_and(|text| text.contains("at most 4: set jobs.day_gb to 5.00")));
        assert_eq!(outgrown(12.0, 5_000_000_000_000), None);
    }
}
