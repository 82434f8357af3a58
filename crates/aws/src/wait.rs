//! The one waiter. Nothing else in strata sleeps and looks again.

use crate::{Cancel, Error, Exit};
use std::time::Duration;
use tokio::time::Instant;

/// What a look found.
#[derive(Debug)]
pub enum Poll<T> {
    /// It is there.
    Ready(T),
    /// It is on its way; the status goes into the time-out's message.
    NotYet(String),
    /// It will never be there.
    Failed(Error),
}

/// How often to look, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The longest pause between two looks. The first is 50 ms, each next one half longer.
    pub slowest: Duration,
    /// When to give up.
    pub limit: Duration,
}

impl Pace {
    /// Look at most every `slowest` seconds, for `limit` seconds.
    #[must_use]
    pub const fn seconds(slowest: u64, limit: u64) -> Self {
        Self { slowest: Duration::from_secs(slowest), limit: Duration::from_secs(limit) }
    }
}

/// Look until it is there, it has failed, the time is up, or a person pressed Ctrl-C. A look that fails in passing
/// counts as not yet.
///
/// # Errors
/// The look's own error; a time-out that tells the last status; an interruption.
pub async fn wait<T>(
    doing: &str,
    pace: Pace,
    cancel: &Cancel,
    mut look: impl AsyncFnMut() -> Result<Poll<T>, Error>,
) -> Result<T, Error> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(50);
    loop {
        let last = match look().await {
            Ok(Poll::Ready(value)) => return Ok(value),
            Ok(Poll::Failed(error)) => return Err(error),
            Ok(Poll::NotYet(status)) => status,
            Err(error) if error.exit == Exit::Again => error.to_string(),
            Err(error) => return Err(error),
        };
        if cancel.is_cancelled() {
            return Err(Error::interrupted(doing));
        }
        if start.elapsed() >= pace.limit {
            let message = format!("not done after {} s; last seen: {last}", pace.limit.as_secs());
            return Err(Error::failed(doing, message).advise("run it again: it goes on from there"));
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = cancel.cancelled() => {}
        }
        pause = (pause * 3 / 2).min(pace.slowest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Pace = Pace { slowest: Duration::from_millis(60), limit: Duration::from_millis(200) };

    #[tokio::test]
    async fn a_time_out_tells_the_last_status() {
        let look = async || Ok(Poll::<()>::NotYet("pending".into()));
        let result = wait("making NAT", QUICK, &Cancel::default(), look).await;
        assert!(result.is_err_and(|error| error.to_string().contains("last seen: pending")));
    }

    #[tokio::test]
    async fn a_passing_error_is_not_the_end() {
        let mut looks = 0;
        let result = wait("looking", QUICK, &Cancel::default(), async || {
            looks += 1;
            if looks < 3 { Err(Error::again("looking", "throttled")) } else { Ok(Poll::Ready(looks)) }
        })
        .await;
        assert!(matches!(result, Ok(3)));
    }

    #[tokio::test]
    async fn ctrl_c_ends_a_wait() {
        let cancel = Cancel::default();
        cancel.cancel();
        let look = async || Ok(Poll::<()>::NotYet("pending".into()));
        let result = wait("making NAT", QUICK, &cancel, look).await;
        assert!(result.is_err_and(|error| error.exit == Exit::Interrupted));
    }
}
