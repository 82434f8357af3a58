//! Looking at everything first. Nothing is touched while anything of another owner is in the way.

use crate::erased::Wish;
use crate::{Context, Part};
use futures::future::try_join_all;
use std::time::Duration;
use strata_aws::trace::{Instrument, span};
use strata_aws::{Error, Exit, Pace, Poll, wait};
use tokio::time::Instant;

/// How long AWS may not know everywhere what it has made.
pub(crate) const UNKNOWN: Duration = Duration::from_secs(15);

/// List every part at once and remember what is there.
pub(crate) async fn survey(cx: &Context, parts: &[Part]) -> Result<(), Error> {
    let lists = try_join_all(parts.iter().map(|part| async move {
        let wishes = part.wishes(cx)?;
        look(cx, part, &wishes).await
    }));
    lists.await.map(drop)
}

/// List one part and remember what is there. Passing errors are waited out.
pub(crate) async fn look(cx: &Context, part: &Part, wishes: &[Wish]) -> Result<(), Error> {
    let doing = format!("looking for {}", part.label);
    // Longer than any consistency window of a listing; a dead endpoint is given up sooner.
    let mut silent = 0;
    let start = Instant::now();
    let looking = wait(&doing, Pace::seconds(2, 30), &cx.cancel, async || match part.resource.list(cx, wishes).await {
        Ok(lives) => Ok(Poll::Ready(lives)),
        Err(error) if error.exit == Exit::Again && error.code.is_none() => {
            silent += 1;
            if silent > 5 { Ok(Poll::Failed(Error { exit: Exit::Failed, ..error })) } else { Err(error) }
        }
        // It was listed, and what was asked about it then does not know it: it is new, or it has just gone.
        Err(error) if error.is_gone() && start.elapsed() < UNKNOWN => Ok(Poll::NotYet(error.to_string())),
        Err(error) => Err(error),
    });
    let lives = looking.instrument(span("look", part.label, part.kind)).await?;
    cx.set(part.kind, lives);
    Ok(())
}

/// Refuse when something that is not ours holds a name that we need.
pub(crate) fn refuse_foreign(cx: &Context, parts: &[Part]) -> Result<(), Error> {
    for part in parts {
        let wishes = part.wishes(cx)?;
        for live in cx.all(part.kind) {
            if let Some(owner) = &live.foreign
                && wishes.iter().any(|wish| wish.name == live.physical)
            {
                let message = format!("it exists and belongs to {owner}; nothing was touched");
                let advice = "change the pipeline's name or env, or remove that one yourself";
                return Err(Error::failed(format!("taking {} {}", part.kind, live.physical), message).advise(advice));
            }
        }
    }
    Ok(())
}
