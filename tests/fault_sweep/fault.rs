//! What strikes a call, and a program that is run while it does.

use serde_json::{Value, json};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use strata_testkit::{Endpoint, bin, eventually, repository};

/// What happens to the call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    /// AWS says no.
    Refused,
    /// It is done, and its answer is a 500.
    Lost,
    /// The program is killed before the call is done.
    KilledBefore,
    /// The program is killed after the call is done, before it hears of it.
    KilledAfter,
}

pub(crate) const FAULTS: [Fault; 4] = [Fault::Refused, Fault::Lost, Fault::KilledBefore, Fault::KilledAfter];

impl Fault {
    pub(crate) fn weather(self, call: u64) -> Value {
        let fault = match self {
            Self::Refused => json!({
                "mutating": call, "kind": "error", "code": "AccessDenied", "status": 403, "message": "You may not do this."
            }),
            Self::Lost => json!({ "mutating": call, "kind": "lost" }),
            Self::KilledBefore => json!({ "mutating": call, "kind": "hold_before" }),
            Self::KilledAfter => json!({ "mutating": call, "kind": "hold_after" }),
        };
        json!({ "faults": [fault] })
    }

    pub(crate) fn kills(self) -> bool {
        matches!(self, Self::KilledBefore | Self::KilledAfter)
    }
}

/// What a run under a fault came to.
pub(crate) struct Ran {
    /// None when it was killed.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) struck: bool,
    /// How many calls that change something it made.
    pub(crate) calls: u64,
}

impl Ran {
    /// Whether the call was there to be struck. A deletion that AWS refuses while another one is under way is a call, too, so a
    /// run may make a few less than the one that was counted; it has to have ended well then.
    pub(crate) fn met(&self, call: u64, point: &str) -> bool {
        let fewer = self.code == Some(0) && self.calls < call && call - self.calls <= 3;
        assert!(self.struck || fewer, "{point}: the call never came: {} calls, {}", self.calls, self.stderr);
        self.struck
    }
}

/// Run a program's verb while the fault waits for its call. With everything that it starts, it is killed when the call is held.
pub(crate) fn run_under(
    endpoint: &Endpoint,
    fault: Fault,
    call: u64,
    program: &str,
    verb: &[&str],
    document: &str,
) -> Ran {
    endpoint.weather(&fault.weather(call));
    let mut child = Command::new(bin(program))
        .args(verb)
        .envs(endpoint.env())
        .current_dir(repository())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(document.as_bytes()).unwrap();
    if fault.kills() {
        let begun = Instant::now();
        loop {
            if endpoint.weather_report()["held"] != 0 {
                let group = format!("-{}", child.id());
                assert!(Command::new("kill").args(["-KILL", "--", &group]).status().unwrap().success());
                break;
            }
            if child.try_wait().unwrap().is_some() {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "{program} {verb:?} neither ends nor calls");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    let output = child.wait_with_output().unwrap();
    // What it had asked for is done all the same, and the next program is not to meet it half-way.
    eventually("the end of the calls under way", Duration::from_secs(60), || {
        (endpoint.weather_report()["under_way"] == 0).then_some(())
    });
    let report = endpoint.weather_report();
    let struck = report["struck"].as_array().is_some_and(|struck| !struck.is_empty());
    let calls = report["mutating"].as_u64().unwrap();
    endpoint.clear_weather();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        struck,
        calls,
    }
}
