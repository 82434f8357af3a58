//! What weather is asked for: the body of `POST /_local/weather`, or the argument of `--weather`.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// Weather that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "reading the weather {given}: {why}; give a number (the seed), or a file like \
     {{\"seed\": 7, \"minute_ms\": 50, \"faults\": [{{\"mutating\": 12, \"kind\": \"lost\"}}]}}"
)]
pub struct Error {
    /// The argument.
    given: String,
    /// What is wrong with it.
    why: String,
}

/// The default for how long a minute of AWS takes here, in milliseconds.
const MINUTE_MS: u64 = 50;

/// The weather that is asked for.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Random weather; none without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How long a minute of AWS takes, in milliseconds.
    #[serde(default = "minute_ms")]
    pub minute_ms: u64,
    /// Round-trip latency added to each call, in milliseconds.
    #[serde(default)]
    pub latency_ms: u64,
    /// What strikes which call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// Whether a seed makes calls fail.
    #[serde(default = "yes")]
    pub strikes: bool,
    /// Whether a seed makes things take their time.
    #[serde(default = "yes")]
    pub windows: bool,
    /// What becomes of new Airflow environments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mwaa: Option<Mwaa>,
}

/// What becomes of new Airflow environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mwaa {
    /// They end as CREATE_FAILED.
    CreateFailed,
}

fn minute_ms() -> u64 {
    MINUTE_MS
}

fn yes() -> bool {
    true
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: None,
            minute_ms: MINUTE_MS,
            latency_ms: 0,
            faults: Vec::new(),
            strikes: true,
            windows: true,
            mwaa: None,
        }
    }
}

impl Settings {
    /// Reads and checks a JSON document. `{}` is no weather.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let settings: Self = serde_json::from_slice(text).map_err(|why| why.to_string())?;
        for (at, fault) in settings.faults.iter().enumerate() {
            fault.check().map_err(|why| format!("fault {} of the list {why}", at + 1))?;
        }
        Ok(settings)
    }

    /// Reads the argument of `--weather`: a seed, or a file.
    ///
    /// # Errors
    /// The file cannot be read, or is no weather.
    pub fn from_argument(argument: &str) -> Result<Self, Error> {
        if let Ok(seed) = argument.parse() {
            return Ok(Self { seed: Some(seed), ..Self::default() });
        }
        let failed = |why: String| Error { given: argument.to_string(), why };
        let text = std::fs::read(Path::new(argument)).map_err(|why| failed(why.to_string()))?;
        Self::read(&text).map_err(failed)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Settings;

    #[test]
    fn a_wrong_document_is_told_what_is_wrong() {
        assert!(Settings::read(b"{}").unwrap().seed.is_none());
        assert_eq!(Settings::read(br#"{"seed": 7}"#).unwrap().minute_ms, 50);
        let cases: [(&str, &str); 5] = [
            (r#"{"sed": 7}"#, "unknown field `sed`"),
            (r#"{"faults": [{"kind": "lost"}]}"#, "fault 1 of the list needs"),
            (r#"{"faults": [{"mutating": 1, "kind": "wet"}]}"#, "unknown variant `wet`"),
            (r#"{"faults": [{"mutating": 1, "operation": "CreateVpc", "kind": "lost"}]}"#, "not both"),
            (r#"{"faults": [{"mutating": 1, "kind": "error"}]}"#, "needs `code`"),
        ];
        for (text, wanted) in cases {
            let why = Settings::read(text.as_bytes()).unwrap_err();
            assert!(why.contains(wanted), "{text}: {why}");
        }
    }
}
