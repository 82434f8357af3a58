//! `S3KeySensor`: waits until an object, or several, are there.

use std::time::{Duration, Instant};

use regex::Regex;
use serde_json::Value;

use super::{Attempt, Failure};

/// Airflow's own timeout of a sensor: seven days.
const TIMEOUT: f64 = 604_800.0;

/// Airflow's own time between two looks.
const INTERVAL: f64 = 60.0;

/// Looks until all keys are there. Its timeout is final, as Airflow's is.
pub(crate) async fn wait(attempt: &Attempt<'_>) -> Result<(), Failure> {
    for name in ["check_fn", "use_regex"] {
        if attempt.arguments.get(name).is_some_and(|value| !value.is_null() && *value != false) {
            let why = format!("The local endpoint does not run S3KeySensor with {name}");
            return Err(Failure { kind: "NotImplementedError", why, is_final: true });
        }
    }
    let keys: Vec<&str> = match attempt.arguments.get("bucket_key") {
        Some(Value::String(key)) => vec![key],
        Some(Value::Array(keys)) => keys.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let begun = Instant::now();
    let timeout = Duration::from_secs_f64(attempt.seconds("timeout", TIMEOUT));
    let interval = Duration::from_secs_f64(attempt.seconds("poke_interval", INTERVAL));
    let reschedules = attempt.text("mode") == "reschedule";
    loop {
        if all(attempt, &keys).await? {
            attempt.log.info("Success criteria met. Exiting.").await;
            return Ok(());
        }
        if begun.elapsed() >= timeout {
            let why = format!(
                "Sensor has timed out; run duration of {:.1} seconds exceeds the specified timeout of {:.1}.",
                begun.elapsed().as_secs_f64(),
                timeout.as_secs_f64()
            );
            return Err(Failure { kind: "AirflowSensorTimeout", why, is_final: true });
        }
        status(attempt, if reschedules { "UP_FOR_RESCHEDULE" } else { "RUNNING" });
        tokio::time::sleep(interval).await;
        status(attempt, "RUNNING");
    }
}

fn status(attempt: &Attempt<'_>, status: &'static str) {
    attempt.work.change(attempt.all, |run| {
        let found = run.instances.iter_mut().find(|one| one.task == attempt.task.id && one.attempt == attempt.number);
        found.into_iter().for_each(|one| one.go(status));
    });
}

async fn all(attempt: &Attempt<'_>, keys: &[&str]) -> Result<bool, Failure> {
    for key in keys {
        if !there(attempt, key).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn there(attempt: &Attempt<'_>, key: &str) -> Result<bool, Failure> {
    let named = attempt.text("bucket_name");
    let (bucket, key) = match key.strip_prefix("s3://") {
        Some(_) if !named.is_empty() => {
            return Err(Failure::of("TypeError", "If bucket_name is provided, bucket_key should be a relative path"));
        }
        Some(rest) => rest.split_once('/').unwrap_or((rest, "")),
        None => (named, key),
    };
    attempt.log.info(&format!("Poking for key : s3://{bucket}/{key}")).await;
    if !attempt.flag("wildcard_match", false) {
        return Ok(attempt.client.has_object(bucket, key).await?);
    }
    let prefix = key.split(['[', '*', '?']).next().unwrap_or_default();
    let pattern = pattern(key).map_err(|why| Failure::of("ValueError", why))?;
    Ok(attempt.client.keys(bucket, prefix).await?.iter().any(|found| pattern.is_match(found)))
}

/// Python's `fnmatch` as a regular expression.
fn pattern(glob: &str) -> Result<Regex, String> {
    let mut text = "(?s)^".to_owned();
    let mut rest = glob.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            '[' => match rest.as_str().split_once(']') {
                Some((set, after)) if !set.is_empty() => {
                    let not = set.strip_prefix('!');
                    text.push_str(&format!("[{}{}]", if not.is_some() { "^" } else { "" }, not.unwrap_or(set)));
                    rest = after.chars();
                }
                _ => text.push_str("\\["),
            },
            other => text.push_str(&regex::escape(&other.to_string())),
        }
    }
    text.push('$');
    Regex::new(&text).map_err(|why| why.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::pattern;

    #[test]
    fn patterns_are_those_of_python() {
        let fits = |glob: &str, key: &str| pattern(glob).unwrap().is_match(key);
        assert!(fits("data/raw/batch_date=2026-01-31/*", "data/raw/batch_date=2026-01-31/part/0.csv"));
        assert!(!fits("data/raw/batch_date=2026-01-31/*", "data/raw/batch_date=2026-01-30/0.csv"));
        assert!(fits("a?[bc].csv", "axb.csv") && !fits("a?[!bc].csv", "axb.csv") && fits("a[b", "a[b"));
        assert!(!fits("a.csv", "aXcsv"));
    }
}
