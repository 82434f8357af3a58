//! What the service's model says of each request: required members, lengths, patterns, ranges.

use regex::Regex;
use serde_json::Value;

use crate::failure::{field, invalid};
use strata_local_wire::AwsError;

/// A rule for one member: its name, whether it is required, what it is.
type Rule = (&'static str, bool, Kind);

/// What a member is.
#[derive(Clone, Copy)]
enum Kind {
    /// A text: the longest length, and a pattern.
    Text(usize, &'static str),
    /// A whole number between two.
    Number(i64, i64),
    /// An object with these texts; those in the second list may be absent.
    Object(&'static [&'static str]),
    /// A map of texts: the longest key, the longest value, and how many.
    Map(usize, usize, usize),
    /// A list of texts with a pattern: the fewest and the most.
    List(&'static str, usize, usize),
    /// An object of any values.
    Any,
}

const ARN: Kind = Kind::Text(
    2048,
    r"arn:aws(?:-(?:cn|us-gov|iso|iso-b|iso-e|iso-f))?:airflow-serverless:([a-z]{2}-(?:[a-z]+-)+[0-9]{1}):([0-9]{12}):workflow/([a-zA-Z0-9][a-zA-Z0-9\.\-_]{0,254}-[a-zA-Z0-9]{10})",
);
const NAME: Kind = Kind::Text(255, r"[a-zA-Z0-9]+[a-zA-Z0-9\.\-_]*");
const ROLE: Kind = Kind::Text(
    2048,
    r"arn:aws(?:-(?:cn|us-gov|iso|iso-b|iso-e|iso-f))?:iam::[0-9]{12}:role(/[a-zA-Z0-9+=,.@_\-]{1,512})*?/[a-zA-Z0-9+=,.@_\-]{1,64}",
);
const TOKEN: Kind = Kind::Text(128, r"[\x21-\x7E]+");
const VERSION: Kind = Kind::Text(32, "[a-z0-9]{32}");
const ANY_VERSION: Kind = Kind::Text(2048, ".+");
const LINE: Kind = Kind::Text(255, ".*");
const DESCRIPTION: Kind = Kind::Text(1024, ".+");
const FREE: Kind = Kind::Text(usize::MAX, r"(?s).*");
const PAGE: Kind = Kind::Number(1, 100);
const TAGS: Kind = Kind::Map(128, 256, 50);
const PLACE: Kind = Kind::Object(&["Bucket", "ObjectKey"]);

/// What both calls take that set a workflow up.
const SETTINGS: [Rule; 8] = [
    ("DefinitionS3Location", true, PLACE),
    ("RoleArn", true, ROLE),
    ("Description", false, DESCRIPTION),
    ("LoggingConfiguration", false, Kind::Object(&["LogGroupName"])),
    ("EngineVersion", false, Kind::Number(1, 1)),
    ("NetworkConfiguration", false, Kind::Object(&[])),
    ("Environment", false, Kind::Object(&[])),
    ("TriggerMode", false, LINE),
];

/// The modes that a workflow can have: runs by its schedule and by hand, by hand only, not at all.
const MODES: [&str; 3] = ["SCHEDULED", "MANUAL", "DISABLED"];

/// Checks a request of this operation.
pub(crate) fn check(operation: &str, body: &Value) -> Result<(), AwsError> {
    let workflow = ("WorkflowArn", true, ARN);
    let run = ("RunId", true, NAME);
    let pages = [("MaxResults", false, PAGE), ("NextToken", false, FREE)];
    let own: Vec<Rule> = match operation {
        "CreateWorkflow" => vec![
            ("Name", true, NAME),
            ("ClientToken", false, TOKEN),
            ("EncryptionConfiguration", false, Kind::Object(&["Type"])),
            ("Tags", false, TAGS),
        ],
        "UpdateWorkflow" => vec![workflow],
        "GetWorkflow" | "DeleteWorkflow" => vec![workflow, ("WorkflowVersion", false, VERSION)],
        "ListWorkflows" => pages.to_vec(),
        "ListWorkflowVersions" => vec![workflow, pages[0], pages[1]],
        "StartWorkflowRun" => vec![
            workflow,
            ("ClientToken", false, TOKEN),
            ("OverrideParameters", false, Kind::Any),
            ("WorkflowVersion", false, ANY_VERSION),
        ],
        "StopWorkflowRun" | "GetWorkflowRun" => vec![workflow, run],
        "ListWorkflowRuns" => vec![workflow, pages[0], pages[1], ("WorkflowVersion", false, ANY_VERSION)],
        "ListTaskInstances" => vec![workflow, run, pages[0], pages[1]],
        "GetTaskInstance" => vec![workflow, run, ("TaskInstanceId", true, NAME)],
        "TagResource" => vec![("ResourceArn", true, ARN), ("Tags", true, TAGS)],
        "UntagResource" => vec![("ResourceArn", true, ARN), ("TagKeys", true, Kind::List(".*", 1, 50))],
        "ListTagsForResource" => vec![("ResourceArn", true, ARN)],
        _ => Vec::new(),
    };
    for rule in own {
        member(body, rule)?;
    }
    if ["CreateWorkflow", "UpdateWorkflow"].contains(&operation) {
        for rule in SETTINGS {
            member(body, rule)?;
        }
        settings(body)?;
    }
    Ok(())
}

/// What the rules of single members do not say.
fn settings(body: &Value) -> Result<(), AwsError> {
    let network = &body["NetworkConfiguration"];
    member(network, ("SubnetIds", false, Kind::List("subnet-[a-z0-9]*", 0, usize::MAX)))?;
    member(network, ("SecurityGroupIds", false, Kind::List("sg-[a-z0-9]*", 0, usize::MAX)))?;
    if let Some(mode) = body["TriggerMode"].as_str().filter(|mode| !MODES.contains(mode)) {
        return Err(invalid("other", format!("TriggerMode {mode} is not one of {}", MODES.join(", "))));
    }
    let encryption = &body["EncryptionConfiguration"];
    match encryption["Type"].as_str() {
        None | Some("AWS_MANAGED_KEY") => Ok(()),
        Some("CUSTOMER_MANAGED_KEY") if encryption["KmsKeyId"].is_string() => Ok(()),
        Some("CUSTOMER_MANAGED_KEY") => {
            Err(invalid("other", "KmsKeyId is required when the encryption type is CUSTOMER_MANAGED_KEY"))
        }
        Some(kind) => {
            let rule = "Member must satisfy enum value set: [AWS_MANAGED_KEY, CUSTOMER_MANAGED_KEY]";
            Err(field("encryptionConfiguration.type", &format!("'{kind}'"), rule))
        }
    }
}

fn member(body: &Value, (name, required, kind): Rule) -> Result<(), AwsError> {
    let value = &body[name];
    let at = lower_first(name);
    if value.is_null() {
        return if required { Err(field(&at, "null", "Member must not be null")) } else { Ok(()) };
    }
    match kind {
        Kind::Text(most, pattern) => text(&at, value, most, pattern),
        Kind::Number(least, most) => match value.as_i64() {
            Some(number) if (least..=most).contains(&number) => Ok(()),
            _ => Err(field(&at, &format!("'{value}'"), &format!("Member must have value between {least} and {most}"))),
        },
        Kind::Object(members) => {
            object(&at, value)?;
            for one in members {
                member(value, (*one, true, Kind::Text(usize::MAX, "(?s).+")))?;
            }
            Ok(())
        }
        Kind::Map(key_most, value_most, most) => {
            let map = object(&at, value)?;
            if map.len() > most {
                return Err(field(
                    &at,
                    "of this size",
                    &format!("Member must have length less than or equal to {most}"),
                ));
            }
            for (key, value) in map {
                text(&at, &Value::from(key.as_str()), key_most, ".+")?;
                text(&at, value, value_most, ".*")?;
            }
            Ok(())
        }
        Kind::List(pattern, least, most) => {
            let list = value.as_array().ok_or_else(|| field(&at, &format!("'{value}'"), "Member must be a list"))?;
            if !(least..=most).contains(&list.len()) {
                return Err(field(&at, "of this size", &format!("Member must have length between {least} and {most}")));
            }
            list.iter().try_for_each(|one| text(&at, one, 255, pattern))
        }
        Kind::Any => object(&at, value).map(drop),
    }
}

fn object<'a>(at: &str, value: &'a Value) -> Result<&'a serde_json::Map<String, Value>, AwsError> {
    value.as_object().ok_or_else(|| field(at, &format!("'{value}'"), "Member must be an object"))
}

fn text(at: &str, value: &Value, most: usize, pattern: &str) -> Result<(), AwsError> {
    let Some(text) = value.as_str() else {
        return Err(field(at, &format!("'{value}'"), "Member must be a string"));
    };
    if text.chars().count() > most {
        let rule = format!("Member must have length less than or equal to {most}");
        return Err(field(at, &format!("'{text}'"), &rule));
    }
    let whole = Regex::new(&format!("^(?:{pattern})$"));
    if whole.is_ok_and(|whole| whole.is_match(text)) {
        return Ok(());
    }
    Err(field(at, &format!("'{text}'"), &format!("Member must satisfy regular expression pattern: {pattern}")))
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
