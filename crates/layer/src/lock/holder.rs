//! Who holds a lock, as its tags say, and whether they are still there.

use std::time::Duration;
use strata_aws::tags::Tags;

/// A lock that was not renewed for this long is free.
pub(super) const EXPIRES: Duration = Duration::from_secs(120);

const WHO: &str = "strata:by";
const PLACE: &str = "strata:host";
const PROCESS: &str = "strata:process";
const VERB: &str = "strata:verb";
const SINCE: &str = "strata:since";
const UNTIL: &str = "strata:until";

/// A program's run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) who: String,
    /// Host, boot and process namespace: process numbers mean the same there.
    pub(super) place: String,
    /// Number and start time, so that a number used again is another process.
    pub(super) process: String,
    pub(super) verb: String,
    /// Unix seconds.
    pub(super) since: i64,
    /// Unix seconds; moved on while the run goes on.
    pub(super) until: i64,
}

impl Holder {
    /// This run, doing `verb`.
    pub(super) fn me(verb: &str) -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
        let host = read("/proc/sys/kernel/hostname");
        let boot = read("/proc/sys/kernel/random/boot_id");
        let namespace = std::fs::read_link("/proc/self/ns/pid").map(|link| link.display().to_string());
        let namespace: String = namespace.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
        let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
        let now = now();
        Self {
            who: user.unwrap_or_else(|| "an unknown user".to_owned()),
            place: format!("{host}/{}/{namespace}", boot.split('-').next().unwrap_or_default()),
            process: process(std::process::id()).unwrap_or_else(|| std::process::id().to_string()),
            verb: verb.to_owned(),
            since: now,
            until: now + EXPIRES.as_secs().cast_signed(),
        }
    }

    pub(super) fn to_tags(&self) -> Tags {
        [
            (WHO, self.who.clone()),
            (PLACE, self.place.clone()),
            (PROCESS, self.process.clone()),
            (VERB, self.verb.clone()),
            (SINCE, self.since.to_string()),
            (UNTIL, self.until.to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), allowed(&value)))
        .into()
    }

    /// Without its tags a lock says nothing; then it counts as held since it was made, at `made` (Unix seconds).
    pub(super) fn from_tags(tags: &Tags, made: i64) -> Self {
        let text = |key: &str| tags.get(key).cloned().unwrap_or_default();
        let number = |key: &str, otherwise: i64| text(key).parse().unwrap_or(otherwise);
        Self {
            who: text(WHO),
            place: text(PLACE),
            process: text(PROCESS),
            verb: text(VERB),
            since: number(SINCE, made),
            until: number(UNTIL, made + EXPIRES.as_secs().cast_signed()),
        }
    }

    /// Whether this is the same run.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.place == other.place && self.process == other.process
    }

    /// Whether the run is over: its time has run out, or it was on this machine and is no longer running.
    pub(super) fn is_over(&self, me: &Self) -> bool {
        if self.until < now() {
            return true;
        }
        let number = self.process.split('.').next().and_then(|number| number.parse().ok());
        let can_tell = process(std::process::id()).is_some();
        match number {
            Some(number) if can_tell && self.place == me.place => process(number).as_ref() != Some(&self.process),
            _ => false,
        }
    }

    /// For an error: `up by ana on build-7 (process 4711) since 07:31:02 UTC`.
    pub(super) fn describe(&self, layer: &str) -> String {
        let host = self.place.split('/').next().unwrap_or_default();
        let process = self.process.split('.').next().unwrap_or_default();
        let since = clock(self.since);
        format!("`{layer} {}` by {} on {host} (process {process}) since {since}", self.verb, self.who)
    }
}

/// `number.start`, where this machine can tell; the start is in clock ticks since boot.
fn process(number: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The name in brackets may hold blanks. After it: state is field 3 of the line, the start is field 22.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let zombie = fields.next() == Some("Z");
    let start = fields.nth(18)?;
    (!zombie).then(|| format!("{number}.{start}"))
}

/// Unix seconds.
pub(super) fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// `07:31:02 UTC`.
pub(super) fn clock(seconds: i64) -> String {
    chrono::DateTime::from_timestamp(seconds, 0).map(|time| time.format("%H:%M:%S UTC").to_string()).unwrap_or_default()
}

/// What AWS takes in a tag's value.
fn allowed(value: &str) -> String {
    let fits = |sign: char| sign.is_alphanumeric() || " _.:/=+-@".contains(sign);
    value.chars().map(|sign| if fits(sign) { sign } else { '_' }).take(256).collect()
}

#[cfg(test)]
mod tests {
    use super::{Holder, now};

    #[test]
    fn a_run_is_over_when_its_time_or_its_process_is() {
        let me = Holder::me("up");
        assert!(!me.is_over(&me), "{me:?}");
        assert!(Holder { until: now() - 1, ..me.clone() }.is_over(&me));
        // The same number, started at another time: the number was used again.
        let number = std::process::id();
        assert!(Holder { process: format!("{number}.1"), ..me.clone() }.is_over(&me));
        // Processes of another machine cannot be looked up.
        assert!(!Holder { process: format!("{number}.1"), place: "elsewhere".into(), ..me.clone() }.is_over(&me));
        assert_eq!(Holder::from_tags(&me.to_tags(), 0), me);
    }
}
