//! The one waiter. Nothing else in strata sleeps and looks again.

use crate::trace::{Instrument, span};
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

/// An endpoint that gives no answer at all for this long is down; it is not waited for as long as a crawl is.
const SILENCE: Duration = Duration::from_secs(30);

/// One wait, look by look, for code that cannot put its look into a closure.
#[derive(Debug)]
pub struct Waiting<'a> {
    doing: &'a str,
    pace: Pace,
    cancel: &'a Cancel,
    start: Instant,
    pause: Duration,
    silent: Option<Instant>,
}

impl<'a> Waiting<'a> {
    /// A wait that begins now.
    #[must_use]
    pub fn new(doing: &'a str, pace: Pace, cancel: &'a Cancel) -> Self {
        Self { doing, pace, cancel, start: Instant::now(), pause: Duration::from_millis(50), silent: None }
    }

    /// What to do after a look: the value when it is there, and None after a pause, when it is time to look again. A
    /// look that fails in passing counts as not yet.
    ///
    /// # Errors
    /// The look's own error; a time-out that tells the last status; an interruption.
    pub async fn after<T>(&mut self, look: Result<Poll<T>, Error>) -> Result<Option<T>, Error> {
        let last = match look {
            Ok(Poll::Ready(value)) => return Ok(Some(value)),
            Ok(Poll::Failed(error)) => return Err(error),
            Ok(Poll::NotYet(status)) => {
                self.silent = None;
                status
            }
            Err(error) if error.exit == Exit::Again => {
                let since = *self.silent.get_or_insert_with(Instant::now);
                if error.code.is_some() {
                    self.silent = None;
                } else if since.elapsed() >= SILENCE {
                    return Err(Error { exit: Exit::Failed, ..error });
                }
                error.to_string()
            }
            Err(error) => return Err(error),
        };
        if self.cancel.is_cancelled() {
            return Err(Error::interrupted(self.doing));
        }
        if self.start.elapsed() >= self.pace.limit {
            let message = format!("not done after {} s; last seen: {last}", self.pace.limit.as_secs());
            return Err(Error::failed(self.doing, message).advise("run the command again to continue"));
        }
        tokio::select! {
            () = tokio::time::sleep(self.pause).instrument(span("wait", self.doing, "")) => {}
            () = self.cancel.cancelled() => {}
        }
        self.pause = (self.pause * 3 / 2).min(self.pace.slowest);
        Ok(None)
    }
}

/// Look until it is there, it has failed, the time is up, or a person pressed Ctrl-C.
///
/// # Errors
/// Those of [`Waiting::after`].
pub async fn wait<T>(
    doing: &str,
    pace: Pace,
    cancel: &Cancel,
    mut look: impl AsyncFnMut() -> Result<Poll<T>, Error>,
) -> Result<T, Error> {
    let mut waiting = Waiting::new(doing, pace, cancel);
    loop {
        if let Some(value) = waiting.after(look().await).await? {
            return Ok(value);
        }
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
        // Long enough for a machine that is busy with other things.
        let pace = Pace { limit: Duration::from_secs(60), ..QUICK };
        let result = wait("looking", pace, &Cancel::default(), async || {
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
