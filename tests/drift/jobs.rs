//! Changes of Glue's jobs and their log groups from outside.

use crate::bench::{Bench, Thing};
use crate::extras::{Extra, Tags};
use crate::parts::Drift;
use crate::ways::Way;
use serde_json::json;

pub(crate) const DRIFT: Drift = Drift { way, tags, tag, take_away, extras: EXTRAS };

fn way(kind: &str, field: &str) -> Option<Way> {
    Some(match (kind, field) {
        // A job of the other engine has another Python and other machines.
        ("job", "command") => Way::With(&["python", "dpu", "worker_type", "workers"], job),
        ("job", _) => Way::Change(job),
        ("log-group", "retention_days") => Way::Change(log_group),
        _ => return None,
    })
}

fn unknown(thing: &Thing, field: &str) -> ! {
    panic!("there is no change of {}.{field} from outside here", thing.resource())
}

fn job(bench: &Bench, thing: &Thing, field: &str) {
    let found = bench.call("glue", "get_job", json!({ "JobName": thing.physical }))["Job"].clone();
    let shell = found["Command"]["Name"] == "pythonshell";
    let mut update = json!({});
    for member in [
        "Description",
        "Role",
        "Command",
        "DefaultArguments",
        "GlueVersion",
        "Timeout",
        "MaxRetries",
        "ExecutionProperty",
    ] {
        update[member] = found[member].clone();
    }
    for member in if shell { &["MaxCapacity"][..] } else { &["WorkerType", "NumberOfWorkers"] } {
        update[*member] = found[*member].clone();
    }
    match field {
        "description" => update["Description"] = json!("something else"),
        "role" => update["Role"] = json!("another-role"),
        "command" => {
            let (name, python) = if shell { ("glueetl", "3") } else { ("pythonshell", "3.9") };
            update["Command"]["Name"] = json!(name);
            update["Command"]["PythonVersion"] = json!(python);
            for member in ["MaxCapacity", "WorkerType", "NumberOfWorkers"] {
                update.as_object_mut().unwrap().remove(member);
            }
            update["MaxCapacity"] = json!(if shell { 10.0 } else { 1.0 });
        }
        "python" => update["Command"]["PythonVersion"] = json!(if shell { "3" } else { "2" }),
        "script" => update["Command"]["ScriptLocation"] = json!("s3://somebodys-own-data/x.py"),
        "arguments" => update["DefaultArguments"]["--another"] = json!("1"),
        "glue_version" => update["GlueVersion"] = json!(if shell { "1.0" } else { "4.0" }),
        "timeout" => update["Timeout"] = json!(61),
        "retries" => update["MaxRetries"] = json!(1),
        "side_by_side" => update["ExecutionProperty"]["MaxConcurrentRuns"] = json!(1),
        "dpu" => update["MaxCapacity"] = json!(1.0),
        "worker_type" => update["WorkerType"] = json!("G.2X"),
        "workers" => update["NumberOfWorkers"] = json!(5),
        _ => unknown(thing, field),
    }
    bench.call("glue", "update_job", json!({ "JobName": thing.physical, "JobUpdate": update }));
}

fn log_group(bench: &Bench, thing: &Thing, _: &str) {
    bench.call("logs", "put_retention_policy", json!({ "logGroupName": thing.physical, "retentionInDays": 90 }));
}

fn tags(kind: &str) -> Option<Tags> {
    ["job", "log-group"].contains(&kind).then_some(Tags::Has)
}

fn tag(bench: &Bench, thing: &Thing, key: &str, value: Option<&str>) {
    let (id, pair) = (&thing.physical, json!({ key: value.unwrap_or_default() }));
    let arn = |service: &str, kind: &str| format!("arn:aws:{service}:eu-central-1:123456789012:{kind}{id}");
    match (thing.kind.as_str(), value) {
        ("job", Some(_)) => {
            bench.call("glue", "tag_resource", json!({ "ResourceArn": arn("glue", "job/"), "TagsToAdd": pair }))
        }
        ("job", None) => {
            bench.call("glue", "untag_resource", json!({ "ResourceArn": arn("glue", "job/"), "TagsToRemove": [key] }))
        }
        (_, Some(_)) => {
            bench.call("logs", "tag_resource", json!({ "resourceArn": arn("logs", "log-group:"), "tags": pair }))
        }
        (_, None) => {
            bench.call("logs", "untag_resource", json!({ "resourceArn": arn("logs", "log-group:"), "tagKeys": [key] }))
        }
    };
}

fn take_away(bench: &Bench, thing: &Thing) -> bool {
    match thing.kind.as_str() {
        "job" => bench.call("glue", "delete_job", json!({ "JobName": thing.physical })),
        _ => bench.call("logs", "delete_log_group", json!({ "logGroupName": thing.physical })),
    };
    true
}

const EXTRAS: &[Extra] = &[Extra {
    layer: "jobs",
    resource: ("log-group", "output"),
    field: "retention_days",
    what: "logs that stay for ever",
    act: |bench, thing| {
        bench.call("logs", "delete_retention_policy", json!({ "logGroupName": thing.physical }));
    },
}];
