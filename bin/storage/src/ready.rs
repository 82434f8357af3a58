//! `storage ready`: whether something is below each of these prefixes. Nothing is made.

use aws_sdk_s3::Client;
use futures::future::try_join_all;
use strata_aws::{During, Error};
use strata_layer::Context;

/// Looks below each prefix of the main bucket, and prints the document.
///
/// # Errors
/// When the document has no bucket, when nothing is below one of the prefixes, and when AWS refuses.
pub(crate) async fn ready(cx: &Context, s3: &Client, prefixes: &[String]) -> Result<String, Error> {
    let doing = "checking what is there";
    let Some(storage) = &cx.doc.storage else {
        let error = Error::usage(doing, "the document has no section `storage`");
        return Err(error.advise("run `storage up` first and give its output to `storage ready`"));
    };
    let bucket = storage.bucket.as_str();
    let found = try_join_all(prefixes.iter().map(|prefix| async move {
        let call = s3.list_objects_v2().bucket(bucket).prefix(prefix).max_keys(1);
        let call = call.expected_bucket_owner(&cx.session.account);
        let answer = call.send().await.during(|| format!("looking below s3://{bucket}/{prefix}"))?;
        Ok::<_, Error>((prefix, answer.key_count().unwrap_or_default() > 0))
    }));
    let found = found.await?;
    let missing: Vec<&str> =
        found.iter().filter(|(_, is_there)| !is_there).map(|(prefix, _)| prefix.as_str()).collect();
    if missing.is_empty() {
        let many = prefixes.len();
        cx.report.say(&format!("storage ready: something is below each of the {many} prefixes"));
        return cx.doc.print().map_err(|error| Error::failed("printing the document", error.to_string()));
    }
    let message = format!("nothing is in s3://{bucket}/ below {}", missing.join(", "));
    Err(Error::failed(doing, message))
}
