//! Files that a layer asks for in a bucket.

/// The id of the main bucket.
pub const MAIN_BUCKET: &str = "main";

/// A file in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The bucket's id.
    pub bucket: String,
    /// Its key, below one of the layer's `prefixes`.
    pub key: String,
    /// What is in it.
    pub body: Body,
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// This text.
    Text(String),
    /// A file of the pipeline's folder, by its path there.
    Path(String),
    /// The portable build of the program `transform`. An object with its key is it: the key holds the hash of its sources.
    Program,
    /// Every file of a folder of the pipeline's folder, at any depth, below the key; nothing where there is no such folder.
    Folder(String),
}

impl File {
    /// A file in the main bucket.
    #[must_use]
    pub fn new(key: impl Into<String>, body: Body) -> Self {
        Self { bucket: MAIN_BUCKET.to_owned(), key: key.into(), body }
    }

    /// A file with this text, in the main bucket.
    #[must_use]
    pub fn text(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(key, Body::Text(text.into()))
    }

    /// The same in another bucket.
    #[must_use]
    pub fn within(mut self, bucket: impl Into<String>) -> Self {
        self.bucket = bucket.into();
        self
    }
}
