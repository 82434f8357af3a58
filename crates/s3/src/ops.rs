//! The operations, one file for each or for a few that belong together.

use std::sync::Arc;

use axum::response::Response;

use crate::error::Result;
use crate::operation::Operation;
use crate::request::Ask;
use crate::store::Bucket;
use crate::{Rest, S3};

mod acl;
mod attributes;
mod complete;
mod copy;
mod copy_part;
mod delete;
mod get;
mod list;
mod list_parts;
mod list_uploads;
mod list_versions;
mod multipart;
mod page;
mod put;
mod tagging;

/// A document of parameters may have this size: a thousand keys of a thousand bytes, in XML.
const LARGEST_DOCUMENT: u64 = 8 << 20;

/// The owner of everything here.
const OWNER: &str = "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a";

/// What an operation works on.
pub(crate) struct On<'a> {
    pub s3: &'a S3,
    pub ask: &'a Ask,
    pub bucket: &'a Arc<Bucket>,
}

pub(crate) async fn perform(
    s3: &S3,
    operation: Operation,
    ask: &Ask,
    bucket: &Arc<Bucket>,
    body: &mut Rest,
) -> Result<Response> {
    let on = On { s3, ask, bucket };
    match operation {
        Operation::AbortMultipartUpload => multipart::abort(&on),
        Operation::CompleteMultipartUpload => complete::complete(&on, body).await,
        Operation::CopyObject => copy::copy(&on).await,
        Operation::CreateMultipartUpload => multipart::create(&on).await,
        Operation::DeleteObject => delete::one(&on),
        Operation::DeleteObjects => delete::many(&on, body).await,
        Operation::DeleteObjectTagging => tagging::delete(&on),
        Operation::GetObject => get::get(&on).await,
        Operation::GetObjectAcl => acl::get(&on),
        Operation::GetObjectAttributes => attributes::get(&on).await,
        Operation::GetObjectTagging => tagging::get(&on),
        Operation::HeadObject => get::head(&on).await,
        Operation::ListMultipartUploads => list_uploads::list(&on),
        Operation::ListObjects => list::first(&on),
        Operation::ListObjectsV2 => list::second(&on),
        Operation::ListObjectVersions => list_versions::list(&on),
        Operation::ListParts => list_parts::list(&on),
        Operation::PutObject => put::put(&on, body).await,
        Operation::PutObjectAcl => acl::put(&on, body).await,
        Operation::PutObjectTagging => tagging::put(&on, body).await,
        Operation::UploadPart => multipart::upload_part(&on, body).await,
        Operation::UploadPartCopy => copy_part::copy(&on).await,
    }
}
