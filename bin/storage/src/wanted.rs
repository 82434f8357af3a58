//! What strata puts into the bucket: SQL files and their specs, the script that runs them, the DAG with its requirements,
//! or the definition of the workflow that stands in its place.

use crate::folder;
use md5::{Digest, Md5};
use strata_layer::Context;
use strata_state::spec::SCRIPT_KEY;
use strata_state::{Spec, dag, workflow};

/// The one job script, which reads a spec and runs its SQL with polars or with Spark.
const SCRIPT: &str = include_str!("../../../scripts/glue/strata_transform.py");
/// The one DAG module, which turns each description beside it into a DAG.
const MODULE: &str = include_str!("../../../scripts/dags/strata_pipeline.py");
/// MWAA takes a requirements file away from an environment as little as it takes away its DAGs: it is always there.
pub(crate) const REQUIREMENTS: &str = "requirements.txt";

/// One file as it shall be in the bucket.
pub(crate) struct Wanted {
    pub(crate) key: String,
    pub(crate) content_type: &'static str,
    /// The bytes, or why they could not be read here. `down` needs no local files, so this stops only an upload.
    pub(crate) body: Result<Vec<u8>, String>,
}

impl Wanted {
    fn new(key: impl Into<String>, body: Result<Vec<u8>, String>) -> Self {
        let key = key.into();
        let content_type = match key.rsplit_once('.').map(|(_, extension)| extension) {
            Some("sql") => "application/sql",
            Some("json") => "application/json",
            Some("py") => "text/x-python; charset=utf-8",
            Some("txt" | "md" | "csv" | "yaml" | "yml" | "cfg" | "toml") => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        };
        Self { key, content_type, body }
    }

    /// What S3 calls the ETag of an object that was uploaded in one piece and is encrypted with S3's own key.
    pub(crate) fn md5(&self) -> Option<String> {
        self.body.as_ref().ok().map(|body| format!("{:x}", Md5::digest(body)))
    }
}

/// All of it. A file that two transforms share is uploaded once.
pub(crate) fn wanted(cx: &Context) -> Vec<Wanted> {
    let pipeline = &cx.doc.pipeline;
    let mut files = vec![Wanted::new(SCRIPT_KEY, Ok(SCRIPT.into()))];
    if pipeline.is_serverless() {
        let definition = workflow::print(pipeline, &cx.session.account, &cx.session.region);
        files.push(Wanted::new(workflow::key(pipeline), Ok(definition.into_bytes())));
    } else {
        files.push(Wanted::new(dag::MODULE_KEY, Ok(MODULE.into())));
        files.push(Wanted::new(dag::key(pipeline), description(cx)));
        files.push(Wanted::new(REQUIREMENTS, Ok(requirements(&pipeline.airflow.requirements))));
    }
    let here = cx.folder();
    for transform in &pipeline.transforms {
        files.push(Wanted::new(Spec::sql_key(transform), folder::read(&here, &here.join(&transform.sql))));
        let spec =
            Spec::new(pipeline, transform, &cx.bucket()).ok_or("a table of it is not in the document".to_owned());
        let text = spec.and_then(|spec| spec.print().map_err(|error| error.to_string()));
        files.push(Wanted::new(Spec::key(transform), text.map(String::into_bytes)));
    }
    // A workflow is one definition: DAG files of somebody's own have nothing to run them.
    let own = if pipeline.is_serverless() { Vec::new() } else { folder::dags(pipeline).unwrap_or_default() };
    files.extend(own.into_iter().map(|(key, path)| Wanted::new(key, folder::read(&here, &path))));
    files.sort_by(|a, b| a.key.cmp(&b.key));
    files.dedup_by(|a, b| a.key == b.key);
    files
}

fn description(cx: &Context) -> Result<Vec<u8>, String> {
    let dag = dag::dag(&cx.doc.pipeline, &cx.session.account, &cx.session.region);
    Ok(format!("{dag:#}\n").into_bytes())
}

fn requirements(lines: &[String]) -> Vec<u8> {
    let mut text = "# Python packages for the DAGs. MWAA adds its own constraints.\n".to_owned();
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text.into_bytes()
}
