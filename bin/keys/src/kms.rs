//! What key and alias share: whose a key is.

use aws_sdk_kms::Client;
use aws_sdk_kms::types::Tag;
use strata_aws::tags::Tags;
use strata_aws::{During, Error};

/// The tags of a key; None for one that is gone, or whose tags only AWS may see: keys that AWS manages.
pub(crate) async fn tags_of(kms: &Client, id: &str) -> Result<Option<Tags>, Error> {
    let mut pages = kms.list_resource_tags().key_id(id).into_paginator().items().send();
    let mut tags = Tags::new();
    while let Some(tag) = pages.next().await {
        match tag.during(|| format!("reading the tags of key {id}")) {
            Ok(tag) => drop(tags.insert(tag.tag_key, tag.tag_value)),
            Err(error) if error.is_gone() || error.is(&["AccessDeniedException", "AccessDenied"]) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(Some(tags))
}

/// Tags in KMS's form.
pub(crate) fn to_kms(tags: &Tags) -> Result<Vec<Tag>, Error> {
    let tag = |(key, value): (&String, &String)| Tag::builder().tag_key(key).tag_value(value).build();
    let tags: Result<Vec<Tag>, _> = tags.iter().map(tag).collect();
    tags.map_err(|error| Error::failed("writing tags", error.to_string()))
}
