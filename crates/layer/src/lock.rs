//! One run at a time for each layer of a pipeline and environment, on however many machines.
//!
//! The lock is an empty CloudWatch log group `/strata/lock/<pipeline>/<env>/<layer>/<n>`: AWS makes a name once, at
//! once, free of charge, in every region, with its tags in the same call, and without anything having to be there
//! before. The tags say who holds it and until when. A run that is over (its time ran out, or its process on this
//! machine ended) is followed by number n + 1: of several that want to follow, AWS lets one make that name.

mod holder;

use crate::Context;
use crate::report::line;
use aws_sdk_cloudwatchlogs::Client;
use futures::future::{join, try_join_all};
use holder::{EXPIRES, Holder, clock, now};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use strata_aws::{During, Error, Exit, Pace, Poll, tags, wait};
use tokio::task::JoinHandle;

/// How often a run says that it goes on.
const RENEWS: Duration = Duration::from_secs(EXPIRES.as_secs() / 4);

/// One lock at AWS.
struct Found {
    name: String,
    layer: String,
    number: u64,
    holder: Holder,
}

/// The locks of one pipeline and environment.
pub(crate) struct Locks<'a> {
    cx: &'a Context,
    client: Client,
    me: Holder,
    /// What the first look found, for the first try to take it.
    seen: Mutex<Option<Vec<Found>>>,
}

/// A lock that is held until [`Held::release`].
pub(crate) struct Held<'a> {
    locks: Locks<'a>,
    name: String,
    renewal: JoinHandle<()>,
}

impl<'a> Locks<'a> {
    /// For a run that does `verb`.
    pub(crate) fn new(cx: &'a Context, verb: &str) -> Self {
        Self { cx, client: Client::new(&cx.session.sdk), me: Holder::me(verb), seen: Mutex::default() }
    }

    /// Refuse while another run works on this layer, or does the opposite to another one. Says whether a run that is
    /// over has left a lock of this layer behind.
    pub(crate) async fn look(&self) -> Result<bool, Error> {
        let found = self.list().await?;
        self.refuse(&found)?;
        let over = found.iter().any(|lock| lock.layer == self.cx.layer);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(over)
    }

    /// Take the lock, or say who has it. `work` begins as soon as the lock is made, while it is made sure that no other
    /// run has it: it may only look.
    pub(crate) async fn take<T>(
        self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<(Held<'a>, Result<T, Error>), Error> {
        let taking = async {
            self.make().await?;
            // Who has not got the lock has no use for what was seen.
            let (taken, seen) = join(self.confirm(), work).await;
            taken.map(|taken| (taken, seen))
        };
        match taking.await {
            Ok(((name, over), seen)) => {
                let renewal = self.renew(&name);
                let held = Held { locks: self, name, renewal };
                for name in over {
                    if let Err(error) = held.locks.delete(&name).await {
                        held.release().await;
                        return Err(error);
                    }
                }
                Ok((held, seen))
            }
            Err(error) => {
                // It may have been made all the same.
                for lock in self.list().await.unwrap_or_default() {
                    if lock.holder.is(&self.me) {
                        let _ = self.delete(&lock.name).await;
                    }
                }
                Err(error)
            }
        }
    }

    /// Make a lock: the number after the last one that is there.
    async fn make(&self) -> Result<(), Error> {
        wait(&self.doing(), Pace::seconds(2, 60), &self.cx.cancel, async || {
            let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner).take();
            let found = match seen {
                Some(found) => found,
                None => self.list().await?,
            };
            match self.taken(&found) {
                Some(Poll::Failed(error)) => return Ok(Poll::Failed(error)),
                Some(_) => return Ok(Poll::Ready(())),
                None => {}
            }
            let numbers = found.iter().filter(|lock| lock.layer == self.cx.layer).map(|lock| lock.number);
            match self.create(numbers.max().unwrap_or_default() + 1).await {
                Ok(()) => Ok(Poll::Ready(())),
                // Ours, and its answer was lost; or another run's.
                Err(error) if error.is(&["ResourceAlreadyExistsException"]) => Ok(Poll::NotYet(error.to_string())),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// The lock's name, and the names of those that runs have left that are over. A run has it only if it sees no other
    /// one after making its own.
    async fn confirm(&self) -> Result<(String, Vec<String>), Error> {
        wait(&self.doing(), Pace::seconds(2, 60), &self.cx.cancel, async || {
            let found = self.list().await?;
            Ok(self.taken(&found).unwrap_or_else(|| Poll::NotYet("not listed yet".to_owned())))
        })
        .await
    }

    /// Whether it is ours by now, or another run's; nothing when it is free.
    fn taken(&self, found: &[Found]) -> Option<Poll<(String, Vec<String>)>> {
        if let Err(error) = self.refuse(found) {
            return Some(Poll::Failed(error));
        }
        let (mine, over): (Vec<&Found>, Vec<&Found>) =
            found.iter().filter(|lock| lock.layer == self.cx.layer).partition(|lock| lock.holder.is(&self.me));
        let names = |locks: &[&Found]| locks.iter().map(|lock| lock.name.clone()).collect();
        mine.first().map(|lock| Poll::Ready((lock.name.clone(), names(&over))))
    }

    fn doing(&self) -> String {
        format!("taking the lock of {}", self.cx.layer)
    }

    /// `/strata/lock/<pipeline>/<env>/`.
    fn prefix(&self) -> String {
        format!("/strata/lock/{}/{}/", self.cx.doc.pipeline.name, self.cx.doc.pipeline.env)
    }

    fn name(&self, number: u64) -> String {
        format!("{}{}/{number}", self.prefix(), self.cx.layer)
    }

    fn arn(&self, name: &str) -> String {
        self.cx.session.arn("logs", &format!("log-group:{name}"))
    }

    async fn list(&self) -> Result<Vec<Found>, Error> {
        let prefix = self.prefix();
        let mut pages =
            self.client.describe_log_groups().log_group_name_prefix(&prefix).into_paginator().items().send();
        let mut named = Vec::new();
        while let Some(group) = pages.next().await {
            let group = group.during(|| format!("looking for locks {prefix}*"))?;
            let name = group.log_group_name().unwrap_or_default();
            let Some((layer, number)) = name.strip_prefix(&prefix).and_then(|rest| rest.split_once('/')) else {
                continue;
            };
            let Ok(number) = number.parse() else { continue };
            let made = group.creation_time().unwrap_or_default() / 1000;
            named.push((name.to_owned(), layer.to_owned(), number, made));
        }
        let found = try_join_all(named.into_iter().map(|(name, layer, number, made)| async move {
            let call = self.client.list_tags_for_resource().resource_arn(self.arn(&name));
            let tags = match call.send().await.during(|| format!("reading lock {name}")) {
                Ok(answer) => answer.tags.unwrap_or_default().into_iter().collect(),
                Err(error) if error.is_gone() => return Ok(None),
                Err(error) => return Err(error),
            };
            Ok(Some(Found { name, layer, number, holder: Holder::from_tags(&tags, made) }))
        }));
        Ok(found.await?.into_iter().flatten().collect())
    }

    /// Layers may be brought up side by side, and taken down side by side, but not one up while another goes down.
    fn refuse(&self, found: &[Found]) -> Result<(), Error> {
        let other = found.iter().find(|lock| {
            let opposed = lock.layer == self.cx.layer || lock.holder.verb != self.me.verb;
            opposed && !lock.holder.is(&self.me) && !lock.holder.is_over(&self.me)
        });
        let Some(lock) = other else { return Ok(()) };
        let error = Error::failed(self.doing(), format!("{} is under way", lock.holder.describe(&lock.layer)));
        let free = clock(lock.holder.until + 1);
        Err(error.advise(format!("run it again when that is done; if it died, its lock expires at {free}")))
    }

    async fn create(&self, number: u64) -> Result<(), Error> {
        let name = self.name(number);
        let mut tags = tags::tags(&self.cx.doc.pipeline, self.cx.layer, "lock", &name);
        tags.extend(self.me.to_tags());
        let call = self.client.create_log_group().log_group_name(&name).set_tags(Some(tags.into_iter().collect()));
        call.send().await.during(|| self.doing()).map(drop)
    }

    /// Delete a lock; gone is gone. Errors that pass are waited out.
    async fn delete(&self, name: &str) -> Result<(), Error> {
        let doing = format!("deleting lock {name}");
        let never = strata_aws::Cancel::default();
        // Not for long: it expires on its own, and a person waits.
        wait(&doing, Pace::seconds(1, 8), &never, async || {
            let call = self.client.delete_log_group().log_group_name(name);
            match call.send().await.during(|| doing.clone()) {
                Ok(_) => Ok(Poll::Ready(())),
                Err(error) if error.is_gone() => Ok(Poll::Ready(())),
                Err(error) if error.exit == Exit::Again => Err(error),
                Err(error) => Ok(Poll::Failed(error)),
            }
        })
        .await
    }

    /// Renew the lock now and then. When it could not be renewed before it expired, another run may have begun: this
    /// one ends.
    fn renew(&self, name: &str) -> JoinHandle<()> {
        let (client, arn, cancel) = (self.client.clone(), self.arn(name), self.cx.cancel.clone());
        let (me, name) = (self.me.clone(), name.to_owned());
        tokio::spawn(async move {
            let mut until = me.until;
            loop {
                tokio::time::sleep(RENEWS).await;
                let later = now() + EXPIRES.as_secs().cast_signed();
                let tags: BTreeMap<_, _> = Holder { until: later, ..me.clone() }.to_tags();
                let call = client.tag_resource().resource_arn(&arn).set_tags(Some(tags.into_iter().collect()));
                match call.send().await.during(|| format!("renewing lock {name}")) {
                    Ok(_) => until = later,
                    Err(error) if error.exit == Exit::Again && now() < until => {}
                    Err(error) => {
                        line(&format!("the lock is lost, and this run ends: {error}"));
                        cancel.cancel();
                        return;
                    }
                }
            }
        })
    }
}

impl Held<'_> {
    /// Let the next run begin. A lock that cannot be deleted expires on its own; that is reported, and is no failure.
    pub(crate) async fn release(self) {
        self.renewal.abort();
        if let Err(error) = self.locks.delete(&self.name).await {
            let ends = clock(now() + EXPIRES.as_secs().cast_signed());
            let (layer, name) = (&self.locks.cx.layer, &self.name);
            line(&format!(
                "{layer}: the lock {name} could not be deleted; it expires at {ends} at the latest: {}",
                error.message
            ));
        }
    }
}
