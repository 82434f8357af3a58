//! The checks that need nothing but the request: required members, patterns, ranges, enumerations.

use regex::Regex;
use serde_json::{Map, Value};

use strata_local_wire::AwsError;

/// Members that both calls take.
const COMMON: [&str; 22] = [
    "ExecutionRoleArn",
    "AirflowConfigurationOptions",
    "AirflowVersion",
    "DagS3Path",
    "EnvironmentClass",
    "LoggingConfiguration",
    "MaxWorkers",
    "MinWorkers",
    "MaxWebservers",
    "MinWebservers",
    "NetworkConfiguration",
    "PluginsS3Path",
    "PluginsS3ObjectVersion",
    "RequirementsS3Path",
    "RequirementsS3ObjectVersion",
    "Schedulers",
    "SourceBucketArn",
    "StartupScriptS3Path",
    "StartupScriptS3ObjectVersion",
    "WebserverAccessMode",
    "WeeklyMaintenanceWindowStart",
    "Name",
];

/// Members with a pattern.
const PATTERNS: [(&str, &str); 5] = [
    ("ExecutionRoleArn", r"arn:aws(-[a-z]+)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"),
    ("SourceBucketArn", r"arn:aws(-[a-z]+)?:s3:::[a-z0-9.\-]+"),
    ("AirflowVersion", r"[0-9a-z.]+"),
    ("WeeklyMaintenanceWindowStart", r"(MON|TUE|WED|THU|FRI|SAT|SUN):([01]\d|2[0-3]):(00|30)"),
    ("EnvironmentClass", r"mw1\.(micro|small|medium|large|xlarge|2xlarge)"),
];

/// Members with a set of values.
const ENUMS: [(&str, &[&str]); 3] = [
    ("WebserverAccessMode", &["PRIVATE_ONLY", "PUBLIC_ONLY", "PUBLIC_AND_PRIVATE"]),
    ("EndpointManagement", &["CUSTOMER", "SERVICE"]),
    ("WorkerReplacementStrategy", &["FORCED", "GRACEFUL"]),
];

/// Members with a range.
const RANGES: [(&str, u64, u64); 5] = [
    ("MaxWorkers", 1, 25),
    ("MinWorkers", 1, 25),
    ("MaxWebservers", 1, 5),
    ("MinWebservers", 1, 5),
    ("Schedulers", 1, 5),
];

/// What the log settings may say.
const LEVELS: [&str; 5] = ["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"];

/// Checks a `CreateEnvironment`.
pub(crate) fn create(name: &str, input: &Map<String, Value>) -> Result<(), AwsError> {
    pattern("name", name, "[a-zA-Z][0-9a-zA-Z-_]*")?;
    if name.len() > 80 {
        return Err(failed("name", "Member must have length less than or equal to 80"));
    }
    for member in ["ExecutionRoleArn", "SourceBucketArn", "DagS3Path", "NetworkConfiguration"] {
        if input.get(member).is_none_or(Value::is_null) {
            return Err(missing(&lower_first(member)));
        }
    }
    known(input, &["EndpointManagement", "KmsKey", "Tags", "IdentityCenterConfiguration", "Teams"])?;
    let subnets = input["NetworkConfiguration"]["SubnetIds"].as_array().map_or(0, Vec::len);
    if subnets != 2 {
        let why =
            format!("Member must have length {} than or equal to 2", if subnets < 2 { "greater" } else { "less" });
        return Err(failed("networkConfiguration.subnetIds", &why));
    }
    common(input)
}

/// Checks an `UpdateEnvironment`: what can only be replaced is no member of it.
pub(crate) fn update(input: &Map<String, Value>) -> Result<(), AwsError> {
    known(input, &["WorkerReplacementStrategy", "IdentityCenterConfiguration", "Teams"])?;
    if input.get("NetworkConfiguration").is_some_and(|network| network.get("SubnetIds").is_some()) {
        return Err(failed("networkConfiguration.subnetIds", "Member cannot be changed after creation"));
    }
    common(input)
}

fn known(input: &Map<String, Value>, more: &[&str]) -> Result<(), AwsError> {
    match input.keys().find(|key| !COMMON.contains(&key.as_str()) && !more.contains(&key.as_str())) {
        Some(key) => Err(failed(&lower_first(key), "Member is not allowed in this call")),
        None => Ok(()),
    }
}

fn common(input: &Map<String, Value>) -> Result<(), AwsError> {
    for (member, wanted) in PATTERNS {
        if let Some(value) = input.get(member) {
            pattern(&lower_first(member), value.as_str().unwrap_or_default(), wanted)?;
        }
    }
    for (member, allowed) in ENUMS {
        if let Some(value) = input.get(member) {
            one_of(&lower_first(member), value, allowed)?;
        }
    }
    for (member, min, max) in RANGES {
        let value = input.get(member).and_then(Value::as_u64);
        if input.contains_key(member) && value.is_none_or(|value| value < min || value > max) {
            let why = format!("Member must have value between {min} and {max}");
            return Err(failed(&lower_first(member), &why));
        }
    }
    if let Some(network) = input.get("NetworkConfiguration") {
        let groups = network["SecurityGroupIds"].as_array().map_or(0, Vec::len);
        if !(1..=5).contains(&groups) {
            let why = "Member must have length between 1 and 5";
            return Err(failed("networkConfiguration.securityGroupIds", why));
        }
    }
    for (module, settings) in input.get("LoggingConfiguration").and_then(Value::as_object).into_iter().flatten() {
        let member = format!("loggingConfiguration.{}.logLevel", lower_first(module));
        one_of(&member, &settings["LogLevel"], &LEVELS)?;
        if !settings["Enabled"].is_boolean() {
            return Err(missing(&member.replace("logLevel", "enabled")));
        }
    }
    for kind in ["Plugins", "Requirements", "StartupScript"] {
        let path = input.get(&format!("{kind}S3Path")).and_then(Value::as_str).unwrap_or_default();
        let version = input.get(&format!("{kind}S3ObjectVersion")).and_then(Value::as_str).unwrap_or_default();
        if !path.is_empty() && version.is_empty() {
            return Err(crate::failure::invalid(format!(
                "{kind}S3ObjectVersion is required when {kind}S3Path is specified"
            )));
        }
    }
    Ok(())
}

fn pattern(member: &str, value: &str, wanted: &str) -> Result<(), AwsError> {
    let whole = Regex::new(&format!("^(?:{wanted})$"));
    if whole.is_ok_and(|whole| whole.is_match(value)) {
        return Ok(());
    }
    let why = format!("Member must satisfy regular expression pattern: {wanted}");
    Err(value_failed(member, value, &why))
}

fn one_of(member: &str, value: &Value, allowed: &[&str]) -> Result<(), AwsError> {
    let text = value.as_str().unwrap_or_default();
    if allowed.contains(&text) {
        return Ok(());
    }
    let why = format!("Member must satisfy enum value set: [{}]", allowed.join(", "));
    Err(value_failed(member, text, &why))
}

/// A required member that is not there.
pub(crate) fn missing(member: &str) -> AwsError {
    value_failed(member, "null", "Member must not be null")
}

/// A member that breaks a rule.
pub(crate) fn failed(member: &str, constraint: &str) -> AwsError {
    let why = format!("1 validation error detected: Value at '{member}' failed to satisfy constraint: {constraint}");
    AwsError::new("ValidationException", why)
}

fn value_failed(member: &str, value: &str, constraint: &str) -> AwsError {
    let why = format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    );
    AwsError::new("ValidationException", why)
}

fn lower_first(member: &str) -> String {
    let mut letters = member.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
