//! `jobs`: one Glue job for each transform.

pub(crate) mod check;
mod choice;
mod wish;

pub use choice::outgrown;
pub use wish::{Engine, Job, Section, Wish};

use crate::demand::{Body, File};
use crate::layer::Layer;
use crate::policy::{Added, Place};
use crate::spec::{RUN_KEY, SPARK_KEY, Spec};
use crate::wish::{Pipeline, Transform};
use crate::{Document, Kind, roles};

/// Its line of the table.
pub const LAYER: Layer = Layer {
    name: "jobs",
    about: "The Glue jobs that run the transforms",
    asked: |pipeline| pipeline.jobs.is_some() || !pipeline.transforms.is_empty(),
    uses: &["iam", "storage", "catalog"],
    needs: |_| LAYER.uses.to_vec(),
    roles: |_| vec![roles::glue()],
    files,
    prefixes: &["scripts/", "sql/"],
    values,
    ..Layer::NONE
};

/// The script that fetches the program `transform` and starts it.
const RUN: &str = include_str!("../../../../../scripts/glue/run_transform.py");
/// The script that reads a spec and runs its SQL on Spark.
const SPARK: &str = include_str!("../../../../../scripts/glue/strata_transform.py");

fn files(pipeline: &Pipeline, place: &Place) -> Vec<File> {
    let bucket = pipeline.bucket(&place.account, &place.region);
    let jobs = pipeline.jobs();
    let uses = |engine| pipeline.transforms.iter().any(|transform| jobs.engine(transform) == engine);
    // Both scripts, so that a transform may change its engine without them.
    let mut files = vec![File::text(RUN_KEY, RUN), File::text(SPARK_KEY, SPARK)];
    if uses(Engine::Native) {
        files.extend(place.program.iter().map(|key| File::new(key, Body::Program)));
    }
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
