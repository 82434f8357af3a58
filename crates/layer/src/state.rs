//! What AWS says of a thing: whether it can be used, and what keeps it from going.

/// Whether a thing can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Yes.
    Ready,
    /// Soon; AWS's word for its state.
    NotYet(String),
    /// It is on its way out; AWS's word for its state.
    Leaving(String),
    /// It is deleted for all purposes, and AWS deletes it for good later: until then an update brings it back. When that is.
    Dormant(String),
    /// Never; why.
    Failed(String),
}

/// Something that keeps a thing from going.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// One clause: its id, whose it is, and what will release it.
    pub what: String,
    /// Whether it goes by itself. Where nothing does, `down` does not wait for long.
    pub passes: bool,
}
