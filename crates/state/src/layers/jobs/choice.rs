//! Which engine runs a transform, and how much of it: by the size of a day's input.

use super::{Engine, Wish};
use crate::wish::{Grain, Transform};

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

    /// DPUs of a native job: 0.0625 (1 GB of memory) or 1 (16 GB).
    #[must_use]
    pub fn native_dpu(&self) -> f64 {
        if self.day_gb > SMALL { 1.0 } else { 0.0625 }
    }

    /// What a native job may use of its memory; the rest is Python's and the system's.
    #[must_use]
    pub fn native_memory(&self) -> &'static str {
        if self.native_dpu() < 1.0 { "600M" } else { "12G" }
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
        let dpu = if self.native_dpu() < 1.0 { "1/16 DPU" } else { "1 DPU" };
        match (self.engine(transform), transform.engine) {
            (Engine::Spark, None) => format!("spark on {workers} {worker_type} workers, {size}"),
            (Engine::Spark, Some(_)) => format!("spark on {workers} {worker_type} workers, as its `engine` says"),
            (Engine::Native, None) => format!("native with {dpu}, {size}"),
            (Engine::Native, Some(_)) => format!("native, as its `engine` says, with {dpu}, {size}"),
        }
    }
}

fn by_size(gb: f64) -> Engine {
    if gb > LARGE { Engine::Spark } else { Engine::Native }
}

/// A sentence where a slice's input of `bytes` is too large for what was chosen for days of `planned` GB; None where it fits.
#[must_use]
pub fn outgrown(planned: f64, bytes: u64, grain: Grain) -> Option<String> {
    #[allow(clippy::cast_precision_loss, reason = "a size is told to two digits")]
    let gb = bytes as f64 / 1e9;
    let limit = [SMALL, LARGE].into_iter().find(|limit| planned <= *limit)?;
    let whose = if grain == Grain::Whole { "table" } else { grain.as_str() };
    (gb > limit).then(|| {
        format!(
            "the {whose}'s input is {gb:.2} GB, and the job is for at most {limit}: set jobs.day_gb to {gb:.2}, or more, and run `jobs up`"
        )
    })
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
        assert_eq!(choice(4.0, None), "native with 1 DPU, since jobs.day_gb 4 is above 0.1 and not above 4");
        assert_eq!(choice(0.03, None), "native with 1/16 DPU, since jobs.day_gb 0.03 is not above 0.1");
        assert_eq!(choice(0.03, Some(Engine::Spark)), "spark on 2 G.1X workers, as its `engine` says");
        assert!(choice(12.0, Some(Engine::Native)).starts_with("native, as its `engine` says, with 1 DPU, since"));
    }

    #[test]
    fn a_day_that_is_too_large_for_its_job_is_told() {
        assert_eq!(outgrown(0.03, 100_000_000, Grain::Day), None);
        assert!(
            outgrown(0.03, 100_000_001, Grain::Day)
                .is_some_and(|text| text.starts_with("the day's input is 0.10 GB, and"))
        );
        assert!(
            outgrown(2.0, 5_000_000_000, Grain::Month)
                .is_some_and(|text| text.starts_with("the month's input is 5.00 GB, and")
                    && text.contains("at most 4: set jobs.day_gb to 5.00"))
        );
        assert_eq!(outgrown(12.0, 5_000_000_000_000, Grain::Day), None);
    }
}
