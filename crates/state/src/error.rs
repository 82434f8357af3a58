//! What can be wrong with a document. Every one of these is exit code 2: nothing was touched.

/// A document that cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing came in.
    #[error(
        "reading the document: stdin is empty; give a document, for example: cat pipelines/driven-data/pipeline.json | net plan"
    )]
    Empty,
    /// The text is not JSON.
    #[error("reading the document: it is not JSON, line {line}, column {column}: {reason}")]
    NotJson {
        /// 1-based line in stdin.
        line: usize,
        /// 1-based column in that line.
        column: usize,
        /// The parser's own words.
        reason: String,
    },
    /// JSON, but not an object.
    #[error("reading the document: it has to be a JSON object, and this is {0}")]
    NotObject(&'static str),
    /// Two documents say different things at one path.
    #[error(
        "merging the documents: they disagree at `{path}`: {left} in one and {right} in another; leave one of them out, or run the layer that owns it again"
    )]
    Conflict {
        /// Dotted path of the value.
        path: String,
        /// The value in the earlier document.
        left: String,
        /// The value in the later document.
        right: String,
    },
    /// A document of a later strata.
    #[error(
        "reading the document: it has version {found}, and this program knows versions up to {known}; use a newer strata"
    )]
    Newer {
        /// The document's version.
        found: u64,
        /// The newest that this program knows.
        known: u32,
    },
    /// A field or a value that does not belong.
    #[error("reading the document at `{path}`: {reason}")]
    Field {
        /// Dotted path of the field.
        path: String,
        /// What is wrong, with the nearest known name where one is near.
        reason: String,
    },
    /// Wishes that cannot be: all of them, one a line.
    #[error("checking the pipeline: {}", .0.join("\n  and: "))]
    Wish(Vec<String>),
    /// An environment that the pipeline does not have.
    #[error(
        "choosing the environment: the pipeline has no env `{env}`; {}known are {}; to add it, put \"{env}\": {{}} into `pipeline.envs` of pipeline.json",
        .nearest.as_ref().map(|name| format!("did you mean `{name}`? ")).unwrap_or_default(), .known.join(", ")
    )]
    UnknownEnv {
        /// What was asked for.
        env: String,
        /// What there is.
        known: Vec<String>,
        /// The one that is spelt nearly so.
        nearest: Option<String>,
    },
    /// A document of one environment, where another was asked for.
    #[error(
        "reading the document: --env says `{asked}` and the document says `{is}`; to have both, put \"{asked}\": {{}} into `pipeline.envs` of pipeline.json"
    )]
    OtherEnv {
        /// What was asked for.
        asked: String,
        /// The document's own.
        is: String,
    },
    /// What is wrong in the environments of a document, all of it.
    #[error("{}", .0.join("\n"))]
    Each(Vec<String>),
    /// The document cannot be written.
    #[error("writing the document as JSON: {0}")]
    Print(serde_json::Error),
}

/// A sentence in which no quoted value is longer than a person reads.
pub(crate) fn short(text: &str) -> String {
    const MOST: usize = 120;
    let part = |part: &str| match part.char_indices().nth(MOST) {
        // Our own words between the quotes are short; what comes from a document may have quotes of its own.
        Some((end, _)) if part.chars().count() > 2 * MOST => format!("{}…", &part[..end]),
        _ => part.to_owned(),
    };
    let parts: Vec<String> = text.split('`').map(part).collect();
    let whole = parts.join("`");
    match whole.char_indices().nth(8 * MOST) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}
