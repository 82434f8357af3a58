//! Uploads in parts.

use std::ops::Bound;

use super::bucket::Bucket;
use super::error::{Error, Result};
use super::index::{Record, id};
use super::listing::{after_all, folder};
use super::version::{Part, Upload};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct UploadQuery {
    pub prefix: String,
    pub delimiter: Option<String>,
    pub after: Option<String>,
    /// Of the key `after`, uploads with greater ids.
    pub after_id: Option<String>,
    pub max: usize,
}

/// One line of a page.
#[derive(Debug, Clone)]
pub(crate) enum UploadItem {
    /// Without its parts.
    Upload(Upload),
    Folder(String),
}

/// A page.
#[derive(Debug, Clone, Default)]
pub(crate) struct UploadPage {
    pub items: Vec<UploadItem>,
    pub truncated: bool,
}

impl Bucket {
    /// Begins one; the answer has its id.
    pub(crate) fn begin(&self, mut upload: Upload) -> Result<Upload> {
        let mut state = self.lock();
        upload.id = id(state.index.next);
        state.commit(Record::Upload(upload.clone()))?;
        Ok(upload)
    }

    /// The upload as it is now.
    pub(crate) fn upload(&self, key: &str, id: &str) -> Result<Upload> {
        let name = (key.to_string(), id.to_string());
        self.read(|index| index.uploads.get(&name).cloned()).ok_or_else(|| Error::NoSuchUpload(id.to_string()))
    }

    /// The upload without its parts, of which there may be many.
    pub(crate) fn upload_head(&self, key: &str, id: &str) -> Result<Upload> {
        let name = (key.to_string(), id.to_string());
        self.read(|index| index.uploads.get(&name).map(head)).ok_or_else(|| Error::NoSuchUpload(id.to_string()))
    }

    /// Adds a part, or replaces the one of its number.
    pub(crate) fn add_part(&self, key: &str, id: &str, part: Part) -> Result<()> {
        let mut state = self.lock();
        let (key, upload) = (key.to_string(), id.to_string());
        if !state.index.uploads.contains_key(&(key.clone(), upload.clone())) {
            return Err(Error::NoSuchUpload(id.to_string()));
        }
        let gone = state.commit(Record::Part { key, upload, part })?;
        drop(state);
        self.reap(gone);
        Ok(())
    }

    /// Ends one without an object.
    pub(crate) fn abort(&self, key: &str, id: &str) -> Result<()> {
        let mut state = self.lock();
        let (key, upload) = (key.to_string(), id.to_string());
        if !state.index.uploads.contains_key(&(key.clone(), upload.clone())) {
            return Err(Error::NoSuchUpload(id.to_string()));
        }
        let gone = state.commit(Record::Abort { key, upload })?;
        drop(state);
        self.reap(gone);
        Ok(())
    }

    /// A page of uploads.
    pub(crate) fn list_uploads(&self, query: &UploadQuery) -> UploadPage {
        let mut page = UploadPage::default();
        if query.max == 0 {
            return page;
        }
        let mut from = match (&query.after, &query.after_id) {
            (Some(after), Some(id)) if *after >= query.prefix => Bound::Excluded((after.clone(), id.clone())),
            (Some(after), None) if *after >= query.prefix => Bound::Included((format!("{after}\0"), String::new())),
            _ => Bound::Included((query.prefix.clone(), String::new())),
        };
        self.read(|index| {
            'seek: loop {
                for ((key, _), upload) in index.uploads.range((from.clone(), Bound::Unbounded)) {
                    let Some(rest) = key.strip_prefix(&query.prefix) else { return };
                    if page.items.len() == query.max {
                        page.truncated = true;
                        return;
                    }
                    if let Some(folder) = folder(&query.prefix, rest, query.delimiter.as_deref()) {
                        from = match after_all(&folder) {
                            Bound::Included(key) | Bound::Excluded(key) => Bound::Included((key, String::new())),
                            Bound::Unbounded => return page.items.push(UploadItem::Folder(folder)),
                        };
                        page.items.push(UploadItem::Folder(folder));
                        continue 'seek;
                    }
                    page.items.push(UploadItem::Upload(head(upload)));
                }
                return;
            }
        });
        page
    }
}

fn head(upload: &Upload) -> Upload {
    Upload {
        parts: Default::default(),
        key: upload.key.clone(),
        id: upload.id.clone(),
        initiated: upload.initiated,
        headers: upload.headers.clone(),
        tags: upload.tags.clone(),
        algorithm: upload.algorithm,
        composite: upload.composite,
        chosen: upload.chosen,
    }
}
