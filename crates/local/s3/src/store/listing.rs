//! Pages of a bucket's keys and versions. A page costs what it shows: whole folders are stepped over by one look-up.

use std::ops::Bound;
use std::sync::Arc;

use super::bucket::Bucket;
use super::index::Index;
use super::version::Version;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub prefix: String,
    /// Keys that go on after this one are shown as one folder.
    pub delimiter: Option<String>,
    /// Only what comes after this key (or after this folder, where `after_folder`).
    pub after: Option<String>,
    pub after_folder: bool,
    /// Of the key `after`, what is older than this version (all versions only).
    pub after_version: Option<String>,
    /// At most so many items.
    pub max: usize,
    /// Every version rather than the newest object of each key.
    pub all_versions: bool,
}

/// One line of a page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    Version { key: String, version: Arc<Version>, latest: bool },
    Folder(String),
}

impl Item {
    /// The key or folder.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Version { key, .. } | Self::Folder(key) => key,
        }
    }
}

/// A page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Page {
    pub items: Vec<Item>,
    /// Whether more follow the last item.
    pub truncated: bool,
}

impl Bucket {
    /// A page of keys or versions.
    pub(crate) fn list(&self, query: &Query) -> Page {
        self.read(|index| list(index, query))
    }
}

fn list(index: &Index, query: &Query) -> Page {
    let mut page = Page::default();
    if query.max == 0 {
        return page;
    }
    let mut from = match &query.after {
        Some(after) if *after >= query.prefix => match &query.after_version {
            Some(_) => Bound::Included(after.clone()),
            None if query.after_folder => after_all(after),
            None => Bound::Excluded(after.clone()),
        },
        _ => Bound::Included(query.prefix.clone()),
    };
    'seek: loop {
        if from == Bound::Unbounded {
            return page;
        }
        for (key, versions) in index.keys.range::<String, _>((from.as_ref(), Bound::Unbounded)) {
            let Some(rest) = key.strip_prefix(&query.prefix) else { return page };
            let shown = versions.last().is_some_and(|version| query.all_versions || version.object.is_some());
            if !shown {
                continue;
            }
            if let Some(folder) = folder(&query.prefix, rest, query.delimiter.as_deref()) {
                // The last page may have ended within this folder, which it has shown.
                if !page.add(Item::Folder(folder.clone()), query.max) {
                    return page;
                }
                from = after_all(&folder);
                continue 'seek;
            }
            let newest = versions.len() - 1;
            let upto = match (&query.after, &query.after_version) {
                (Some(after), Some(id)) if after == key => older_than(index, key, id),
                _ => versions.len(),
            };
            let oldest = if query.all_versions { 0 } else { newest };
            for place in (oldest..upto).rev() {
                let (version, latest) = (versions[place].clone(), place == newest);
                if !page.add(Item::Version { key: key.clone(), version, latest }, query.max) {
                    return page;
                }
            }
        }
        return page;
    }
}

impl Page {
    /// Adds an item if there is room.
    fn add(&mut self, item: Item, max: usize) -> bool {
        if self.items.len() == max {
            self.truncated = true;
            return false;
        }
        self.items.push(item);
        true
    }
}

/// The folder that a key is in, if the delimiter comes after the prefix.
pub(super) fn folder(prefix: &str, rest: &str, delimiter: Option<&str>) -> Option<String> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let end = rest.find(delimiter)? + delimiter.len();
    Some(format!("{prefix}{}", &rest[..end]))
}

/// How many versions of a key are older than this one; where it is gone, than its number says.
fn older_than(index: &Index, key: &str, id: &str) -> usize {
    let Some(versions) = index.keys.get(key) else { return 0 };
    let seq = match index.version(key, id) {
        Some(version) => version.seq,
        None => id.get(..12).and_then(|seq| u64::from_str_radix(seq, 16).ok()).unwrap_or(0),
    };
    versions.partition_point(|version| version.seq < seq)
}

/// Where the keys begin that come after all with this beginning.
pub(super) fn after_all(beginning: &str) -> Bound<String> {
    let mut chars: Vec<char> = beginning.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last as u32 + 1 {
            0xd800 => Some('\u{e000}'),
            next => char::from_u32(next),
        };
        if let Some(next) = next {
            chars.push(next);
            return Bound::Included(chars.into_iter().collect());
        }
    }
    Bound::Unbounded
}
