//! The defaults of an environment.

use crate::time::now;
use serde_json::{Map, Value, json};

use strata_local_wire::signature::ACCOUNT;

/// The five kinds of logs: the member of the request, and the end of the log group's name.
pub(crate) const LOGS: [(&str, &str); 5] = [
    ("DagProcessingLogs", "DAGProcessing"),
    ("SchedulerLogs", "Scheduler"),
    ("TaskLogs", "Task"),
    ("WebserverLogs", "WebServer"),
    ("WorkerLogs", "Worker"),
];

/// A new environment in the state CREATING.
pub(crate) fn environment(region: &str, name: &str, input: &Map<String, Value>) -> Value {
    let id = uuid::Uuid::new_v4();
    let is_micro = input.get("EnvironmentClass").is_some_and(|class| class == "mw1.micro");
    let several = if is_micro { 1 } else { 2 };
    let mut made = json!({
        "Name": name,
        "Status": "CREATING",
        "Arn": format!("arn:aws:airflow:{region}:{ACCOUNT}:environment/{name}"),
        "CreatedAt": now(),
        "WebserverUrl": format!("https://{id}.c0.{region}.airflow.amazonaws.com"),
        "ServiceRoleArn": format!(
            "arn:aws:iam::{ACCOUNT}:role/aws-service-role/airflow.amazonaws.com/AWSServiceRoleForAmazonMWAA"
        ),
        "CeleryExecutorQueue": format!("arn:aws:sqs:{region}:{ACCOUNT}:airflow-celery-{id}"),
        "AirflowVersion": "3.2.1",
        "EnvironmentClass": "mw1.small",
        "MaxWorkers": if is_micro { 1 } else { 10 },
        "MinWorkers": 1,
        "Schedulers": several,
        "MinWebservers": several,
        "MaxWebservers": several,
        "WebserverAccessMode": "PRIVATE_ONLY",
        "EndpointManagement": "SERVICE",
        "WeeklyMaintenanceWindowStart": "SUN:03:30",
        "AirflowConfigurationOptions": {},
        "Tags": {},
    });
    merge(&mut made, input);
    made["LoggingConfiguration"] = logging(region, name, &Value::Null, input.get("LoggingConfiguration"));
    made
}

/// Takes over what a request sets.
pub(crate) fn merge(environment: &mut Value, input: &Map<String, Value>) {
    for (member, value) in input {
        match member.as_str() {
            "LoggingConfiguration" | "WorkerReplacementStrategy" | "Name" => {}
            "NetworkConfiguration" if environment[member].is_object() => {
                environment[member]["SecurityGroupIds"] = value["SecurityGroupIds"].clone();
            }
            _ => environment[member] = value.clone(),
        }
    }
}

/// The log settings with the groups that they name; what is not wished stays as it was.
pub(crate) fn logging(region: &str, name: &str, before: &Value, wish: Option<&Value>) -> Value {
    let mut all = Map::new();
    for (member, suffix) in LOGS {
        let default = json!({ "Enabled": member == "TaskLogs", "LogLevel": "INFO" });
        let set = wish.and_then(|wish| wish.get(member)).or_else(|| before.get(member)).unwrap_or(&default);
        let group = format!("arn:aws:logs:{region}:{ACCOUNT}:log-group:airflow-{name}-{suffix}");
        let module = json!({ "Enabled": set["Enabled"], "LogLevel": set["LogLevel"], "CloudWatchLogGroupArn": group });
        all.insert(member.to_string(), module);
    }
    Value::Object(all)
}
