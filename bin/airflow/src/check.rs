//! `airflow check`: every job, crawler, right, Variable and connection that the DAGs will use is in the document. It
//! reads the document and the files, and makes no AWS call: errors are found before anything is uploaded.

use crate::wished;
use strata_aws::Error;
use strata_layer::Context;

pub(crate) fn check(cx: &Context) -> Result<String, Error> {
    let (found, files) = wished::orchestrator(cx, None, false)?.check()?;
    let findings = found.findings;
    for finding in &findings {
        cx.report.say(&format!("airflow x {}; {}", finding.what, finding.remedy));
    }
    let tasks = strata_state::dag::graph(&cx.doc.pipeline, &cx.session.account, &cx.session.region).tasks.len();
    let all = format!("{tasks} tasks of the pipeline's DAG, {files} DAG files of its folder");
    if findings.is_empty() {
        cx.report.say(&format!("airflow check: {all}: all that they use is in the document"));
        return Ok(String::new());
    }
    let message = format!("{} findings", findings.len());
    Err(Error::failed(format!("checking {all}"), message).advise("correct them, and check again"))
}
