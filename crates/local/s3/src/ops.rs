//! The operations, one file for each or for a few that belong together.

use axum::response::Response;

use crate::error::Result;
use crate::protocol::{Incoming, Operation};

mod acl;
mod attributes;
mod call;
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

pub(crate) use call::Call;

pub(crate) async fn perform(operation: Operation, call: &Call<'_>, body: &mut Incoming) -> Result<Response> {
    match operation {
        Operation::AbortMultipartUpload => multipart::abort(call),
        Operation::CompleteMultipartUpload => complete::complete(call, body).await,
        Operation::CopyObject => copy::copy(call).await,
        Operation::CreateMultipartUpload => multipart::create(call).await,
        Operation::DeleteObject => delete::one(call),
        Operation::DeleteObjects => delete::many(call, body).await,
        Operation::DeleteObjectTagging => tagging::delete(call),
        Operation::GetObject => get::get(call).await,
        Operation::GetObjectAcl => acl::get(call),
        Operation::GetObjectAttributes => attributes::get(call).await,
        Operation::GetObjectTagging => tagging::get(call),
        Operation::HeadObject => get::head(call).await,
        Operation::ListMultipartUploads => list_uploads::list(call),
        Operation::ListObjects => list::first(call),
        Operation::ListObjectsV2 => list::second(call),
        Operation::ListObjectVersions => list_versions::list(call),
        Operation::ListParts => list_parts::list(call),
        Operation::PutObject => put::put(call, body).await,
        Operation::PutObjectAcl => acl::put(call, body).await,
        Operation::PutObjectTagging => tagging::put(call, body).await,
        Operation::UploadPart => multipart::upload_part(call, body).await,
        Operation::UploadPartCopy => copy_part::copy(call).await,
    }
}
