//! ACLs, as a bucket answers them whose owner owns all objects: the default since 2023.

use axum::response::Response;

use super::call::{Call, LARGEST_DOCUMENT, OWNER};
use super::page;
use crate::error::{Error, Result};
use crate::headers::metadata;
use crate::protocol::{Incoming, Reply, Wanted, Xml, document};

pub(super) fn get(call: &Call) -> Result<Response> {
    call.bucket.find(&call.request.key, call.request.version())?;
    let mut xml = Xml::new("AccessControlPolicy");
    page::owner(&mut xml, "Owner");
    xml.open("AccessControlList").open("Grant");
    let grantee = "Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"";
    xml.open(grantee).add("ID", OWNER).close("Grantee");
    xml.add("Permission", "FULL_CONTROL").close("Grant").close("AccessControlList");
    Ok(Reply::xml(xml).end())
}

/// Only what changes nothing is taken.
pub(super) async fn put(call: &Call<'_>, body: &mut Incoming) -> Result<Response> {
    call.bucket.find(&call.request.key, call.request.version())?;
    let body = document(body.take(), &Wanted::of(call.request)?, LARGEST_DOCUMENT).await?;
    metadata::check_acl(call.request)?;
    if !body.is_empty() {
        return Err(Error::new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"));
    }
    Ok(Reply::new(200).end())
}
