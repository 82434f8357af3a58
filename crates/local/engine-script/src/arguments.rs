//! What a job's arguments say to Glue, and what Glue passes to the script.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::script::Script;

/// Refuses what a local endpoint cannot do as AWS does.
pub(crate) fn check(script: &Script<'_>) -> Result<(), String> {
    let is = |name: &str, value: &str| script.arguments.get(name).is_some_and(|found| found == value);
    let refused = |what: &str, instead: &str| Err(format!("the local endpoint does not run {what}: {instead}"));
    match script.command {
        "pythonshell" | "glueetl" => {}
        command => return refused(&format!("jobs of the command {command}"), "use glueetl or pythonshell"),
    }
    if is("--job-language", "scala") {
        return refused("scripts in Scala", "write the script in Python, or run this job in AWS Glue");
    }
    if script.command == "glueetl" {
        if is("--job-bookmark-option", "job-bookmark-enable") || is("--job-bookmark-option", "job-bookmark-pause") {
            return refused("jobs with bookmarks", "set --job-bookmark-option to job-bookmark-disable here");
        }
        if script.arguments.contains_key("--datalake-formats") {
            return refused(
                "jobs with --datalake-formats",
                "no jars of Delta, Iceberg or Hudi come with it; use --extra-jars",
            );
        }
    }
    Ok(())
}

/// Which packages the job has: `shell`, `analytics` or `spark`. AWS brings the analytics libraries to a pythonshell job that asks
/// for them; here they are 700 MB, which a script that needs boto3 alone should not wait for.
pub(crate) fn set(script: &Script<'_>) -> &'static str {
    match (script.command, script.arguments.get("library-set").or(script.arguments.get("--library-set"))) {
        ("glueetl", _) => "spark",
        (_, Some(set)) if set == "analytics" => "analytics",
        _ => "shell",
    }
}

/// The words after the script's name. AWS passes the job's name and ids to Spark jobs only.
pub(crate) fn words(script: &Script<'_>) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut add = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
    if script.command == "glueetl" {
        add("--JOB_NAME", script.job);
        add("--JOB_ID", &script.run.replacen("jr_", "j_", 1));
        add("--JOB_RUN_ID", script.run);
    }
    if !script.arguments.contains_key("--job-bookmark-option") {
        add("--job-bookmark-option", "job-bookmark-disable");
    }
    for (name, value) in script.arguments {
        add(name, value);
    }
    words
}

/// The parts of an argument that is a list with commas.
pub(crate) fn list(arguments: &BTreeMap<String, String>, name: &str) -> Vec<String> {
    let parts = arguments.get(name).into_iter().flat_map(|list| list.split(','));
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Spark's settings in `--conf a=b --conf c=d`, which is one argument of a Glue job.
pub(crate) fn conf(arguments: &BTreeMap<String, String>) -> Map<String, Value> {
    let all = arguments.get("--conf").map(String::as_str).unwrap_or_default();
    let pairs = all.split("--conf").filter_map(|pair| pair.trim().split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().into())).collect()
}

#[cfg(test)]
mod tests {
    use super::{conf, list};
    use std::collections::BTreeMap;

    #[test]
    fn arguments_hold_several_values() {
        let arguments = BTreeMap::from([
            ("--conf".to_owned(), "spark.a=1 --conf spark.b=x=y".to_owned()),
            ("--extra-py-files".to_owned(), "s3://b/a.py, s3://b/b.zip,".to_owned()),
        ]);
        assert_eq!(
            serde_json::Value::Object(conf(&arguments)),
            serde_json::json!({ "spark.a": "1", "spark.b": "x=y" })
        );
        assert_eq!(list(&arguments, "--extra-py-files"), ["s3://b/a.py", "s3://b/b.zip"]);
        assert!(list(&arguments, "--extra-jars").is_empty());
    }
}
