//! Whose a bucket is. Bucket names are shared by all accounts, so nothing is touched before its tags were read.

use crate::bucket::{Props, Seen};
use aws_sdk_s3::Client;
use aws_sdk_s3::types::Tag;
use futures::future::try_join;
use futures::{StreamExt, TryStreamExt, stream};
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::Context;

/// Our buckets, and the bucket that holds our name, whoever owns it.
pub(crate) async fn buckets(s3: &Client, cx: &Context) -> Result<Vec<Seen>, Error> {
    let name = cx.bucket();
    // The one whose name is known is looked at while the others are listed.
    let (own, mut others) = try_join(look(s3, cx, &name), candidates(s3, cx)).await?;
    others.retain(|other| *other != name);
    let looks = others.into_iter().map(|candidate| async move { look(s3, cx, &candidate).await });
    let found = stream::iter(looks).buffered(usize::from(cx.global.parallel));
    let mut found: Vec<Option<Seen>> = found.try_collect().await?;
    found.push(own);
    Ok(found.into_iter().flatten().filter(|seen| seen.foreign.is_none() || seen.physical == name).collect())
}

/// The document's bucket says enough. Without one, any bucket of the region may carry our tags.
async fn candidates(s3: &Client, cx: &Context) -> Result<Vec<String>, Error> {
    let mut names = vec![cx.bucket()];
    if let Some(storage) = &cx.doc.storage {
        names.push(storage.bucket.clone());
    } else {
        let call = s3.list_buckets().bucket_region(&cx.session.region).max_buckets(1000);
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.during(|| "listing buckets".into())?;
            names.extend(page.buckets().iter().filter_map(|bucket| bucket.name().map(str::to_owned)));
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// The bucket called `name` with its tags, if there is one. Tags count only in our own account: anyone can write ours
/// on a bucket of theirs.
pub(crate) async fn look(s3: &Client, cx: &Context, name: &str) -> Result<Option<Seen>, Error> {
    let call = s3.get_bucket_tagging().bucket(name).expected_bucket_owner(&cx.session.account);
    let seen = Seen::new("main", name, Props::default());
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
