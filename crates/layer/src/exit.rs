//! Exit codes; the same in every program.

pub(crate) const DONE: u8 = 0;
pub(crate) const FAILED: u8 = 1;
pub(crate) const USAGE: u8 = 2;
pub(crate) const CHANGES: u8 = 2;
pub(crate) const LEFT: u8 = 3;
pub(crate) const DRIFTED: u8 = 4;
pub(crate) const INTERRUPTED: u8 = 130;
