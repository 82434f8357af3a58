//! Whose a bucket is. Bucket names are shared by all accounts, so nothing is touched before its tags were read.

use crate::names;
use crate::settings::{Props, Seen};
use aws_sdk_s3::Client;
use aws_sdk_s3::types::Tag;
use futures::future::{try_join, try_join_all};
use futures::{StreamExt, TryStreamExt, stream};
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::Context;

/// Our buckets, and those that hold our names, of any owner.
pub(crate) async fn buckets(s3: &Client, cx: &Context) -> Result<Vec<Seen>, Error> {
    let wished = names::wished(cx);
    // Those whose names are known are looked at while the others are listed.
    let look = |(id, name): (String, String)| async move { look(s3, cx, &id, &name).await };
    let own = try_join_all(wished.clone().into_iter().map(look));
    let (own, mut others) = try_join(own, candidates(s3, cx)).await?;
    others.retain(|(_, name)| !wished.values().any(|own| own == name));
    let looks = others.into_iter().map(look);
    let found: Vec<Option<Seen>> = stream::iter(looks).buffered(usize::from(cx.global.parallel)).try_collect().await?;
    let found = found.into_iter().flatten().filter(|seen| seen.foreign.is_none());
    Ok(found.chain(own.into_iter().flatten()).collect())
}

/// Other buckets that may carry our tags, as id and name. The document's say enough; without them, any of the region may.
async fn candidates(s3: &Client, cx: &Context) -> Result<Vec<(String, String)>, Error> {
    if let Some(storage) = &cx.doc.storage {
        return Ok(storage.names().into_iter().map(|(id, name)| (id.to_owned(), name.to_owned())).collect());
    }
    let call = s3.list_buckets().bucket_region(&cx.session.region).max_buckets(1000);
    let mut pages = call.into_paginator().send();
    let mut names = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.during(|| "listing buckets".into())?;
        let found = page.buckets().iter().filter_map(|bucket| bucket.name());
        // Which one it is, its tags say.
        names.extend(found.map(|name| (name.to_owned(), name.to_owned())));
    }
    Ok(names)
}

/// The bucket called `name` with its tags, if there is one; it is `id` where they do not say which it is. Tags count only in our own account: anyone can write ours
/// on a bucket of theirs.
pub(crate) async fn look(s3: &Client, cx: &Context, id: &str, name: &str) -> Result<Option<Seen>, Error> {
    let call = s3.get_bucket_tagging().bucket(name).expected_bucket_owner(&cx.session.account);
    let seen = Seen::new(id, name, Props::default());
    let foreign = |owner: &str| Ok(Some(Seen { foreign: Some(owner.to_owned()), ..seen.clone() }));
    match call.send().await.during(|| format!("reading the tags of bucket {name}")) {
        Ok(answer) => Ok(Some(seen.clone().tagged(cx, from_s3(answer.tag_set())))),
        Err(error) if error.is(&["NoSuchTagSet"]) => Ok(Some(seen.clone().tagged(cx, Tags::new()))),
        Err(error) if error.is(&["NoSuchBucket"]) => Ok(None),
        Err(error) if error.is(&["AccessDenied", "403"]) => {
            foreign("another AWS account, as far as these credentials can see")
        }
        Err(error) if error.is(&["PermanentRedirect", "AuthorizationHeaderMalformed", "301"]) => {
            foreign("another region")
        }
        Err(error) => Err(error),
    }
}

/// Tags in S3's form.
pub(crate) fn to_s3(tags: &Tags) -> Vec<Tag> {
    tags.iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok()).collect()
}

fn from_s3(tags: &[Tag]) -> Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}
