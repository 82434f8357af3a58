//! Changes to a bucket's objects.

use std::io;
use std::sync::Arc;

use super::bucket::{Bucket, State};
use super::error::{Error, Result};
use super::index::{Gone, Record, id};
use super::version::{Object, Pairs, Version, Versioning};
use crate::time::now;

/// What a deletion did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deleted {
    /// The version that was removed, or the marker that was made; `None` where the bucket keeps no versions.
    pub version: Option<String>,
    /// Whether that is a delete marker.
    pub marker: bool,
}

impl Bucket {
    /// Writes an object if `check` has nothing against the version that is there now.
    pub(crate) fn put<E: From<Error>>(
        &self,
        key: &str,
        object: Object,
        ends: Option<&str>,
        check: impl FnOnce(Option<&Arc<Version>>) -> Result<(), E>,
    ) -> Result<Arc<Version>, E> {
        let mut state = self.lock();
        check(state.index.latest(key))?;
        if let Some(id) = ends
            && !state.index.uploads.contains_key(&(key.to_string(), id.to_string()))
        {
            return Err(Error::NoSuchUpload(id.to_string()).into());
        }
        let (record, _) = state.new_version(key, Some(object), ends);
        let gone = state.commit(record).map_err(Error::from)?;
        let version = state.index.latest(key).cloned();
        drop(state);
        self.reap(gone);
        version.ok_or_else(|| Error::Io(io::Error::other("an object that was written is not there")).into())
    }

    /// Deletes a version, or the key. What is not there counts as deleted.
    pub(crate) fn delete<E: From<Error>>(
        &self,
        key: &str,
        version: Option<&str>,
        check: impl FnOnce(Option<&Arc<Version>>) -> Result<(), E>,
    ) -> Result<Deleted, E> {
        let mut state = self.lock();
        let found = match version {
            Some(id) => state.index.version(key, id),
            None => state.index.latest(key),
        };
        check(found)?;
        let (deleted, gone) = state.delete(key, version).map_err(Error::from)?;
        state.flush().map_err(Error::from)?;
        drop(state);
        self.reap(gone);
        Ok(deleted)
    }

    /// Deletes many, with one write to the journal.
    pub(crate) fn delete_many<'a, E: From<Error>, C>(
        &self,
        what: impl Iterator<Item = (&'a str, Option<&'a str>, C)>,
    ) -> Result<Vec<Result<Deleted, E>>>
    where
        C: FnOnce(Option<&Arc<Version>>) -> Result<(), E>,
    {
        let mut state = self.lock();
        let (mut answers, mut all_gone) = (Vec::new(), Vec::new());
        for (key, version, check) in what {
            let found = match version {
                Some(id) => state.index.version(key, id),
                None => state.index.latest(key),
            };
            let answer = check(found).and_then(|()| state.delete(key, version).map_err(|why| Error::from(why).into()));
            answers.push(answer.map(|(deleted, gone)| {
                all_gone.extend(gone);
                deleted
            }));
        }
        state.flush()?;
        drop(state);
        self.reap(all_gone);
        Ok(answers)
    }

    /// Replaces the tags of a version; its id.
    pub(crate) fn tag(&self, key: &str, version: Option<&str>, tags: Pairs) -> Result<Arc<Version>> {
        let mut state = self.lock();
        let seq = super::read::find(&state.index, key, version)?.0.seq;
        let gone = state.commit(Record::Tags { key: key.to_string(), seq, tags })?;
        debug_assert!(gone.is_empty());
        Ok(super::read::find(&state.index, key, version)?.0)
    }
}

impl State {
    /// The record of a new version, and its id.
    fn new_version(&self, key: &str, object: Option<Object>, ends: Option<&str>) -> (Record, String) {
        let seq = self.index.next;
        let id = (self.index.versioning == Versioning::Enabled).then(|| id(seq));
        let replaces = match &id {
            Some(_) => None,
            None => self.index.version(key, "null").map(|version| version.seq),
        };
        let version = Version { seq, id, modified: now(), object };
        let name = version.id().to_string();
        (Record::Put { key: key.to_string(), version, replaces, ends: ends.map(str::to_string) }, name)
    }

    fn delete(&mut self, key: &str, version: Option<&str>) -> io::Result<(Deleted, Vec<Gone>)> {
        if let Some(id) = version {
            let Some(found) = self.index.version(key, id).cloned() else {
                return Ok((Deleted { version: Some(id.to_string()), marker: false }, Vec::new()));
            };
            let deleted = Deleted { version: Some(id.to_string()), marker: found.object.is_none() };
            let seq = found.seq;
            drop(found);
            return Ok((deleted, self.stage(Record::Remove { key: key.to_string(), seq })?));
        }
        if self.index.versioning != Versioning::Never {
            let (record, id) = self.new_version(key, None, None);
            return Ok((Deleted { version: Some(id), marker: true }, self.stage(record)?));
        }
        let gone = match self.index.latest(key).map(|version| version.seq) {
            Some(seq) => self.stage(Record::Remove { key: key.to_string(), seq })?,
            None => Vec::new(),
        };
        Ok((Deleted { version: None, marker: false }, gone))
    }
}
