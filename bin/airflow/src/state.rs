//! The states of runs and tasks: Airflow's words. MWAA Serverless has the same in capital letters, and a few of its own.

/// The state of a run, or of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum State {
    /// Airflow has not looked at it yet.
    #[default]
    Unseen,
    /// It waits for a run before it.
    Queued,
    /// It is under way.
    Running,
    /// It waits without a worker.
    Deferred,
    /// It failed, and is tried again.
    UpForRetry,
    /// It checks again later.
    UpForReschedule,
    /// It is done.
    Success,
    /// It failed.
    Failed,
    /// MWAA Serverless has ended it after the longest time that a task may take.
    Timeout,
    /// It was stopped from outside.
    Stopped,
    /// It was not needed.
    Skipped,
    /// One before it failed.
    UpstreamFailed,
    /// It is in the DAG no longer.
    Removed,
    /// MWAA Serverless has not started it.
    Cancelled,
    /// A word that is not known here.
    Other(String),
}

const WORDS: [(State, &str); 14] = [
    (State::Unseen, ""),
    (State::Queued, "queued"),
    (State::Running, "running"),
    (State::Deferred, "deferred"),
    (State::UpForRetry, "up_for_retry"),
    (State::UpForReschedule, "up_for_reschedule"),
    (State::Success, "success"),
    (State::Failed, "failed"),
    (State::Timeout, "timeout"),
    (State::Stopped, "stopped"),
    (State::Skipped, "skipped"),
    (State::UpstreamFailed, "upstream_failed"),
    (State::Removed, "removed"),
    (State::Cancelled, "cancelled"),
];

impl State {
    /// The word for it.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Other(word) => word,
            known => WORDS.iter().find(|(state, _)| state == known).map_or("", |(_, word)| word),
        }
    }

    /// Whether a run in this state has ended.
    pub(crate) fn ends_run(&self) -> bool {
        matches!(self, Self::Success | Self::Failed | Self::Timeout | Self::Stopped)
    }

    /// Whether a task in this state has failed by itself.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self, Self::Failed | Self::Timeout)
    }

    /// Whether a task in this state has ended.
    pub(crate) fn ends_task(&self) -> bool {
        let without_a_try = matches!(self, Self::Skipped | Self::UpstreamFailed | Self::Removed | Self::Cancelled);
        *self == Self::Success || self.has_failed() || without_a_try
    }
}

impl From<&str> for State {
    fn from(word: &str) -> Self {
        let lower = word.to_lowercase();
        let known = WORDS.iter().find(|(_, word)| *word == lower).map(|(state, _)| state.clone());
        known.unwrap_or(Self::Other(lower))
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn words_go_there_and_back() {
        for word in ["", "queued", "up_for_retry", "success", "timeout", "restarting"] {
            assert_eq!(State::from(word).as_str(), word);
        }
        assert_eq!(State::from("SUCCESS"), State::Success);
        assert_eq!(State::from("Restarting"), State::Other("restarting".into()));
        assert!(State::Stopped.ends_run() && !State::Skipped.ends_run() && State::Skipped.ends_task());
    }
}
