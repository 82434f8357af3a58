//! Faults that a client asked for: this call, in this way, once.

use serde::{Deserialize, Serialize};

use strata_local_wire::{AwsError, Seen};

use crate::climates::Climates;
use crate::strike::Strike;

/// How a call is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A server error before the work.
    Fail,
    /// The work is done, and a server error is answered.
    Lost,
    /// The work is done, and the connection is closed without an answer.
    Cut,
    /// The connection is closed before the work.
    CutBefore,
    /// Too many calls: refused before the work.
    Throttle,
    /// Held, never done, never answered.
    HoldBefore,
    /// Done, and its answer is held.
    HoldAfter,
    /// An error of the caller's choice before the work.
    Error,
}

impl Kind {
    /// Its name in the settings and in the log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Lost => "lost",
            Self::Cut => "cut",
            Self::CutBefore => "cut_before",
            Self::Throttle => "throttle",
            Self::HoldBefore => "hold_before",
            Self::HoldAfter => "hold_after",
            Self::Error => "error",
        }
    }
}

/// A fault.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Which mutating call since the weather was set, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mutating: Option<u64>,
    /// Only of this service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    /// Of this operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    /// Which call of it, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    kind: Kind,
    /// For the kind `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

impl Fault {
    /// Refuses one that can never strike, or that is ambiguous.
    pub(crate) fn check(&self) -> Result<(), String> {
        match (self.mutating, &self.operation) {
            (None, None) => return Err("needs `mutating` (which mutating call) or `operation`".to_string()),
            (Some(_), Some(_)) => return Err("names `mutating` and `operation`: one of them, not both".to_string()),
            _ => {}
        }
        if self.mutating == Some(0) || self.nth == Some(0) {
            return Err("counts from 0: the first call is number 1".to_string());
        }
        if self.mutating.is_some() && (self.nth.is_some() || self.service.is_some()) {
            return Err("has `nth` or `service` with `mutating`: they belong to `operation`".to_string());
        }
        if (self.kind == Kind::Error) != self.code.is_some() {
            return Err("needs `code` with the kind `error`, and with no other".to_string());
        }
        match self.status {
            Some(status) if !(400..600).contains(&status) => Err(format!("has the status {status}: 400 to 599")),
            _ => Ok(()),
        }
    }

    /// Whether it is meant for this call: the `nth` of its operation, and the `count`th mutating one (0 when it is none).
    pub(crate) fn hits(&self, call: &Seen, nth: u64, count: u64) -> bool {
        if let Some(wanted) = self.mutating {
            return wanted == count;
        }
        self.operation.as_deref() == Some(call.operation)
            && self.service.as_deref().is_none_or(|service| service == call.service)
            && self.nth.unwrap_or(1) == nth
    }

    /// What it does to this call.
    pub(crate) fn strike(&self, call: &Seen, climates: &Climates, seed: u64, nth: u64) -> Strike {
        let error = match &self.code {
            Some(code) => AwsError {
                members: serde_json::Value::Null,
                status: self.status.unwrap_or(400),
                code: code.clone(),
                message: self.message.clone().unwrap_or_default(),
            },
            None => climates.error(self.kind, call, seed, nth),
        };
        Strike { name: self.kind.name(), kind: self.kind, error }
    }
}
