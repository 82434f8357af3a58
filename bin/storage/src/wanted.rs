//! What strata puts into the buckets: the files that the layers demand. Their keys, texts and paths come with the demand; what
//! is in the pipeline's folder is read here.

use crate::folder;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha2::Sha256;
use strata_layer::{Context, Program};
use strata_state::demand::{self, Body, File};

/// One file as it shall be in its bucket.
pub(crate) struct Wanted {
    /// The bucket's id.
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) content_type: &'static str,
    pub(crate) source: Source,
}

/// Where the bytes of a file come from.
pub(crate) enum Source {
    /// They are here, or why they could not be read. `down` needs no local files, so this stops only an upload.
    Bytes(Result<Vec<u8>, String>),
    /// The portable build of a program, which is read when it is uploaded. An object that is there with its key is it.
    Program(Program),
}

impl Wanted {
    fn new(bucket: &str, key: String, source: Source) -> Self {
        let bucket = bucket.to_owned();
        let content_type = content_type(&key);
        Self { bucket, key, content_type, source }
    }

    /// The bytes to upload.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, String> {
        match &self.source {
            Source::Bytes(bytes) => bytes.clone(),
            Source::Program(Program { path, .. }) => std::fs::read(path)
                .map_err(|error| format!("reading {}: {error}; scripts/portable makes it", path.display())),
        }
    }

    fn known(&self) -> Option<&Vec<u8>> {
        match &self.source {
            Source::Bytes(bytes) => bytes.as_ref().ok(),
            Source::Program(_) => None,
        }
    }

    /// What S3 calls the ETag of an object that was uploaded in one piece and is encrypted with S3's own key.
    pub(crate) fn md5(&self) -> Option<String> {
        self.known().map(|bytes| format!("{:x}", Md5::digest(bytes)))
    }

    /// What S3 stores with an object that was uploaded with this checksum, whatever encrypts it.
    pub(crate) fn sha256(&self) -> Option<String> {
        self.known().map(|bytes| STANDARD.encode(Sha256::digest(bytes)))
    }
}

/// What a key's ending says of the bytes.
pub(crate) fn content_type(key: &str) -> &'static str {
    match key.rsplit_once('.').map(|(_, extension)| extension) {
        Some("sql") => "application/sql",
        Some("json") => "application/json",
        Some("py") => "text/x-python; charset=utf-8",
        Some("txt" | "md" | "csv" | "yaml" | "yml" | "cfg" | "toml") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// All of it. A file of the pipeline's folder never takes the place of one that has another source.
pub(crate) fn wanted(cx: &Context) -> Vec<Wanted> {
    let here = cx.folder();
    let mut files = Vec::new();
    for File { bucket, key, body } in demand::files(&cx.doc.pipeline, &cx.place()) {
        match body {
            Body::Text(text) => files.push(Wanted::new(&bucket, key, Source::Bytes(Ok(text.into_bytes())))),
            // Where it is missing there is no key, and so no such file: `jobs` tells of it.
            Body::Program => {
                let program = cx.program.as_ref().ok().cloned().flatten();
                files.extend(program.map(|program| Wanted::new(&bucket, key, Source::Program(program))));
            }
            Body::Path(path) => {
                files.push(Wanted::new(&bucket, key, Source::Bytes(folder::read(&here, &here.join(path)))));
            }
            Body::Folder(folder) => {
                let own = folder::walked(&cx.doc.pipeline, &folder, &key).unwrap_or_default();
                let own = own
                    .into_iter()
                    .map(|(key, path)| Wanted::new(&bucket, key, Source::Bytes(folder::read(&here, &path))));
                files.extend(own);
            }
        }
    }
    files.sort_by(|a, b| (&a.bucket, &a.key).cmp(&(&b.bucket, &b.key)));
    files.dedup_by(|a, b| (&a.bucket, &a.key) == (&b.bucket, &b.key));
    files
}
