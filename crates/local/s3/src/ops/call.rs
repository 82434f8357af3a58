//! What the operations share.

use std::sync::Arc;

use crate::protocol::Request;
use crate::s3::S3;
use crate::store::Bucket;

/// A document of parameters may have this size: a thousand keys of a thousand bytes, in XML.
pub(super) const LARGEST_DOCUMENT: u64 = 8 << 20;

/// The owner of everything here.
pub(super) const OWNER: &str = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";

/// What an operation works on.
pub(crate) struct Call<'a> {
    pub s3: &'a S3,
    pub request: &'a Request,
    pub bucket: &'a Arc<Bucket>,
}
