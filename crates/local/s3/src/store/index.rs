//! What a bucket holds, in memory. It changes by records alone, so replaying the journal brings the same again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::file::Piece;
use super::version::{Pairs, Part, Upload, Version, Versioning};

/// One change, one line of the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Record {
    /// The numbers of the next version and the next file. A file's number is never given again: a record of the file
    /// that had it before may still be in the journal.
    Bucket {
        versioning: Versioning,
        next: u64,
        next_file: u64,
    },
    /// A new version; the one that it replaces goes, and so does the upload that it came from.
    Put {
        key: String,
        version: Version,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaces: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends: Option<String>,
    },
    Remove {
        key: String,
        seq: u64,
    },
    Tags {
        key: String,
        seq: u64,
        tags: Pairs,
    },
    Upload(Upload),
    Part {
        key: String,
        upload: String,
        part: Part,
    },
    Abort {
        key: String,
        upload: String,
    },
}

/// What a change let go of. Files are removed when this is dropped, which may take a while.
#[derive(Debug, Default)]
pub(super) struct Gone {
    version: Option<Arc<Version>>,
    pieces: Vec<Piece>,
}

impl Gone {
    /// Leaves the files alone: what is replayed happened long ago.
    pub(super) fn forget(self) {
        let objects = self.version.iter().filter_map(|version| version.object.as_ref());
        objects.flat_map(|object| &object.pieces).chain(&self.pieces).for_each(Piece::keep);
    }
}

/// The state of a bucket.
#[derive(Debug)]
pub(crate) struct Index {
    folder: Arc<Path>,
    pub versioning: Versioning,
    pub next: u64,
    pub next_file: u64,
    /// Versions of each key, oldest first: clients that empty a bucket delete the newest first, as it is listed.
    pub keys: BTreeMap<String, Vec<Arc<Version>>>,
    /// By key, then by id, which begins with a number that grows.
    pub uploads: BTreeMap<(String, String), Upload>,
    /// How many versions there are.
    pub versions: usize,
}

impl Index {
    pub(super) fn new(folder: Arc<Path>) -> Self {
        Self {
            folder,
            versioning: Versioning::Never,
            next: 1,
            next_file: 1,
            keys: BTreeMap::new(),
            uploads: BTreeMap::new(),
            versions: 0,
        }
    }

    /// The newest version of a key.
    pub(crate) fn latest(&self, key: &str) -> Option<&Arc<Version>> {
        self.keys.get(key)?.last()
    }

    /// The version of that id.
    pub(crate) fn version(&self, key: &str, id: &str) -> Option<&Arc<Version>> {
        let versions = self.keys.get(key)?;
        match seq_in(id) {
            Some(seq) => {
                let found = &versions[versions.binary_search_by_key(&seq, |version| version.seq).ok()?];
                (found.id() == id).then_some(found)
            }
            None if id == "null" => versions.iter().rev().find(|version| version.id.is_none()),
            None => None,
        }
    }

    pub(super) fn apply(&mut self, record: Record) -> Vec<Gone> {
        let mut gone = Vec::new();
        match record {
            Record::Bucket { versioning, next, next_file } => {
                self.versioning = versioning;
                self.next_file = self.next_file.max(next_file);
                self.next = self.next.max(next);
            }
            Record::Put { key, mut version, replaces, ends } => {
                self.next = self.next.max(version.seq + 1);
                gone.extend(replaces.and_then(|seq| self.take(&key, seq)));
                self.attach(version.object.iter_mut().flat_map(|object| &mut object.pieces));
                if let Some(upload) = ends.and_then(|id| self.uploads.remove(&(key.clone(), id))) {
                    let used = version.object.as_ref().map_or(&[][..], |object| &object.pieces);
                    let used: std::collections::HashSet<u64> = used.iter().map(Piece::id).collect();
                    let left = pieces_of(upload).filter(|piece| !used.contains(&piece.id()));
                    gone.push(doomed(left.collect()));
                }
                self.versions += 1;
                self.keys.entry(key).or_default().push(Arc::new(version));
            }
            Record::Remove { key, seq } => gone.extend(self.take(&key, seq)),
            Record::Tags { key, seq, tags } => {
                let versions = self.keys.get_mut(&key).map(Vec::as_mut_slice).unwrap_or_default();
                if let Some(version) = versions.iter_mut().find(|version| version.seq == seq)
                    && let Some(object) = &mut Arc::make_mut(version).object
                {
                    object.tags = tags;
                }
            }
            Record::Upload(mut upload) => {
                self.next += 1;
                self.attach(upload.parts.values_mut().flat_map(|part| &mut part.pieces));
                self.uploads.insert((upload.key.clone(), upload.id.clone()), upload);
            }
            Record::Part { key, upload, mut part } => {
                self.attach(part.pieces.iter_mut());
                match self.uploads.get_mut(&(key, upload)) {
                    Some(upload) => {
                        let old = upload.parts.insert(part.number, part);
                        gone.extend(old.map(|old| doomed(old.pieces)));
                    }
                    None => gone.push(doomed(part.pieces)),
                }
            }
            Record::Abort { key, upload } => {
                let upload = self.uploads.remove(&(key, upload));
                gone.extend(upload.map(|upload| doomed(pieces_of(upload).collect())));
            }
        }
        gone
    }

    /// Gives pieces their files, which stay from now on.
    fn attach<'a>(&mut self, pieces: impl Iterator<Item = &'a mut Piece>) {
        for piece in pieces {
            piece.attach(&self.folder);
            self.next_file = self.next_file.max(piece.id() + 1);
        }
    }

    fn take(&mut self, key: &str, seq: u64) -> Option<Gone> {
        let versions = self.keys.get_mut(key)?;
        let place = versions.binary_search_by_key(&seq, |version| version.seq).ok()?;
        let version = versions.remove(place);
        if versions.is_empty() {
            self.keys.remove(key);
        }
        self.versions -= 1;
        version.object.iter().flat_map(|object| &object.pieces).for_each(Piece::doom);
        Some(Gone { version: Some(version), ..Gone::default() })
    }

    /// The fewest records that bring this state again.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> {
        let bucket = Record::Bucket { versioning: self.versioning, next: self.next, next_file: self.next_file };
        let uploads = self.uploads.values().cloned().map(Record::Upload);
        let versions = self.keys.iter().flat_map(|(key, versions)| {
            versions.iter().map(move |version| {
                let version = Version::clone(version);
                Record::Put { key: key.clone(), version, replaces: None, ends: None }
            })
        });
        std::iter::once(bucket).chain(uploads).chain(versions)
    }

    /// How many records that are.
    pub(super) fn size(&self) -> usize {
        1 + self.versions + self.uploads.len()
    }
}

fn pieces_of(upload: Upload) -> impl Iterator<Item = Piece> {
    upload.parts.into_values().flat_map(|part| part.pieces)
}

fn doomed(pieces: Vec<Piece>) -> Gone {
    pieces.iter().for_each(Piece::doom);
    Gone { pieces, ..Gone::default() }
}

/// An id that begins with the number, and that cannot be guessed.
pub(super) fn id(seq: u64) -> String {
    format!("{seq:012x}{}", &uuid::Uuid::new_v4().simple().to_string()[..20])
}

/// The number at the beginning of a version's id.
fn seq_in(id: &str) -> Option<u64> {
    u64::from_str_radix(id.get(..12)?, 16).ok()
}

/// Whether a version could have this id.
pub(crate) fn is_version_id(id: &str) -> bool {
    id == "null" || (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
