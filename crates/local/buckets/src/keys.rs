//! KMS keys for S3. moto holds them; its answers are cached until a call changes a key.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use strata_local_moto::Moto;
use strata_local_s3::{Error, Keys, Usable};
use strata_local_wire::{AwsError, Call, Caller};

/// In whose name keys are looked at.
const CALLER: Caller = Caller::Service { principal: "s3.amazonaws.com", role: None };

/// S3's error codes for unusable keys, by KMS's code.
const CODES: [(&str, &str); 5] = [
    ("DisabledException", "KMS.DisabledException"),
    ("InvalidArnException", "KMS.InvalidArnException"),
    ("InvalidKeyUsageException", "KMS.InvalidKeyUsageException"),
    ("KMSInvalidStateException", "KMS.KMSInvalidStateException"),
    ("NotFoundException", "KMS.NotFoundException"),
];

/// A cache of keys.
pub struct KmsKeys {
    moto: Moto,
    known: Mutex<Known>,
}

/// moto's answers by region and name of the key.
#[derive(Default)]
struct Known {
    answers: HashMap<(String, String), Result<String, Error>>,
    /// How often the cache was cleared: an answer that was requested before is not stored.
    forgotten: u64,
}

impl std::fmt::Debug for KmsKeys {
    fn fmt(&self, form: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        form.write_str("KmsKeys")
    }
}

impl KmsKeys {
    /// An empty cache.
    pub fn new(moto: Moto) -> Self {
        Self { moto, known: Mutex::default() }
    }

    /// Clears the cache: a key may have changed.
    pub fn forget(&self) {
        self.with(|known| {
            known.answers.clear();
            known.forgotten += 1;
        });
    }

    /// Runs `work` under the lock; never across an await.
    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn ask(&self, key: &str, region: &str) -> Result<String, Error> {
        let name = (region.to_string(), key.to_string());
        let (answer, forgotten) = self.with(|known| (known.answers.get(&name).cloned(), known.forgotten));
        if let Some(answer) = answer {
            return answer;
        }
        let target = "TrentService.DescribeKey";
        let answer = match self.moto.json(Call::json(&CALLER, region, "kms", target, json!({ "KeyId": key }))).await {
            Ok(told) => usable(&told["KeyMetadata"]),
            Err(why) => Err(refused(&why)),
        };
        self.with(|known| {
            if known.forgotten == forgotten {
                known.answers.insert(name, answer.clone());
            }
        });
        answer
    }
}

impl Keys for KmsKeys {
    fn usable<'a>(&'a self, key: &'a str, region: &'a str) -> Usable<'a> {
        Box::pin(self.ask(key, region))
    }
}

/// The ARN of a usable key, or KMS's error.
fn usable(about: &Value) -> Result<String, Error> {
    let text = |name: &str| about[name].as_str().unwrap_or_default();
    let arn = text("Arn");
    let (code, why) = match (text("KeyState"), text("KeySpec")) {
        ("Enabled", "SYMMETRIC_DEFAULT") => return Ok(arn.to_string()),
        ("Disabled", _) => ("DisabledException", format!("{arn} is disabled.")),
        ("Enabled", _) => (
            "InvalidKeyUsageException",
            format!("{arn} key usage is {} which is not valid for GenerateDataKey.", text("KeyUsage")),
        ),
        _ => ("KMSInvalidStateException", format!("{arn} is pending deletion.")),
    };
    Err(refused(&AwsError::new(code, why)))
}

fn refused(why: &AwsError) -> Error {
    let known = CODES.iter().find(|(code, _)| *code == why.code);
    // Any other error is one of this endpoint, such as moto not running.
    let (status, code) = known.map_or((503, "ServiceUnavailable"), |(_, code)| (400, *code));
    Error { status, code, message: why.message.clone(), members: Vec::new(), headers: Vec::new() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::usable;
    use serde_json::json;

    #[test]
    fn only_an_enabled_symmetric_key_will_do() {
        let key = |state: &str, spec: &str| usable(&json!({ "Arn": "arn", "KeyState": state, "KeySpec": spec }));
        assert_eq!(key("Enabled", "SYMMETRIC_DEFAULT").unwrap(), "arn");
        let refused = [
            ("Disabled", "SYMMETRIC_DEFAULT", "KMS.DisabledException", "arn is disabled."),
            ("PendingDeletion", "SYMMETRIC_DEFAULT", "KMS.KMSInvalidStateException", "arn is pending deletion."),
        ];
        for (state, spec, code, message) in refused {
            let why = key(state, spec).unwrap_err();
            assert_eq!((why.status, why.code, why.message.as_str()), (400, code, message));
        }
        assert_eq!(key("Enabled", "HMAC_256").unwrap_err().code, "KMS.InvalidKeyUsageException");
    }
}
