//! Asking about one topic.

use super::Found;
use futures::future::BoxFuture;
use std::time::{Duration, Instant};
use strata_aws::{Error, Pace, Poll, Waiting};
use strata_layer::Context;

/// A new thing may not be known everywhere yet: what AWS does not know is asked for again for this long.
const UNSEEN: Duration = Duration::from_secs(2);
/// Codes that mean: these credentials, or this endpoint, cannot say.
const MUTE: [&str; 7] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "403",
    "UnknownOperationException",
    "InvalidAction",
    "501",
];

/// One topic. Passing errors are waited out; what cannot be asked is left to MWAA, and said.
pub(crate) async fn look<'a>(
    cx: &Context,
    topic: &str,
    ask: impl Fn() -> BoxFuture<'a, Result<Found, Error>> + Send,
) -> Result<Found, Error> {
    let doing = format!("checking {topic}");
    let start = Instant::now();
    let mut waiting = Waiting::new(&doing, Pace::seconds(1, 30), &cx.cancel);
    loop {
        let look = match ask().await {
            Err(error) if error.is(&MUTE) => {
                cx.report.say(&format!("airflow: {topic} not checked: {error}"));
                return Ok(Found::default());
            }
            // New, and not everywhere yet; or taken away while it was looked at.
            Err(error) if error.is_gone() => Ok(unknown(&error, start)),
            Ok(found) if found.unseen && start.elapsed() < UNSEEN => Ok(Poll::NotYet("unknown to AWS".into())),
            other => other.map(Poll::Ready),
        };
        if let Some(found) = waiting.after(look).await? {
            return Ok(found);
        }
    }
}

/// Something that AWS does not know, while it is asked about.
fn unknown(error: &Error, since: Instant) -> Poll<Found> {
    if since.elapsed() < UNSEEN {
        return Poll::NotYet(error.to_string());
    }
    let mut found = Found::default();
    found.say(error.to_string(), "run it again in a minute");
    Poll::Ready(found)
}
