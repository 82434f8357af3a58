//! ACLs, as a bucket answers them whose owner owns all objects: the default since 2023.

use axum::response::Response;

use super::{LARGEST_DOCUMENT, On, page};
use crate::Rest;
use crate::body::{Wanted, document};
use crate::error::{Error, Result};
use crate::meta;
use crate::reply::Reply;
use crate::xml::Xml;

pub(super) fn get(on: &On) -> Result<Response> {
    on.bucket.find(&on.ask.key, on.ask.version())?;
    let mut xml = Xml::new("AccessControlPolicy");
    page::owner(&mut xml, "Owner");
    xml.open("AccessControlList").open("Grant");
    let grantee = "Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"";
    xml.open(grantee).add("ID", super::OWNER).close("Grantee");
    xml.add("Permission", "FULL_CONTROL").close("Grant").close("AccessControlList");
    Ok(Reply::xml(xml).end())
}

/// Only what changes nothing is taken.
pub(super) async fn put(on: &On<'_>, body: &mut Rest) -> Result<Response> {
    on.bucket.find(&on.ask.key, on.ask.version())?;
    let body = document(body.take(), &Wanted::of(on.ask)?, LARGEST_DOCUMENT).await?;
    meta::check_acl(on.ask)?;
    if !body.is_empty() {
        return Err(Error::new(400, "AccessControlListNotSupported", "The bucket does not allow ACLs"));
    }
    Ok(Reply::new(200).end())
}
