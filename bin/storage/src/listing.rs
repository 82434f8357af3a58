//! Pages of what a bucket holds. Keys travel encoded, since one that XML cannot carry would cost the whole page.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::list_multipart_uploads::ListMultipartUploadsOutput;
use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::EncodingType;
use futures::{Stream, stream};
use strata_aws::{During, Error, keys};

/// All versions and delete markers below `prefix`, 1,000 a page: as many as one DeleteObjects takes.
pub(crate) fn versions(
    s3: &Client,
    bucket: &str,
    prefix: &str,
) -> impl Stream<Item = Result<ListObjectVersionsOutput, Error>> {
    stream::try_unfold(Some((None, None)), move |marker: Option<(Option<String>, Option<String>)>| async move {
        let Some((key, version)) = marker else { return Ok(None) };
        let call = s3.list_object_versions().bucket(bucket).prefix(prefix).encoding_type(EncodingType::Url);
        let call = call.set_key_marker(key).set_version_id_marker(version).send();
        let mut page = call.await.during(|| format!("listing the objects of bucket {bucket}"))?;
        if page.encoding_type == Some(EncodingType::Url) {
            let versions = page.versions.iter_mut().flatten().map(|version| &mut version.key);
            let markers = page.delete_markers.iter_mut().flatten().map(|marker| &mut marker.key);
            decode(versions.chain(markers).chain([&mut page.next_key_marker]));
        }
        let more = page.is_truncated().unwrap_or_default();
        let next = more.then(|| (page.next_key_marker.clone(), page.next_version_id_marker.clone()));
        Ok(Some((page, next)))
    })
}

/// All uploads that were begun and not ended.
pub(crate) fn uploads(s3: &Client, bucket: &str) -> impl Stream<Item = Result<ListMultipartUploadsOutput, Error>> {
    stream::try_unfold(Some((None, None)), move |marker: Option<(Option<String>, Option<String>)>| async move {
        let Some((key, upload)) = marker else { return Ok(None) };
        let call = s3.list_multipart_uploads().bucket(bucket).encoding_type(EncodingType::Url);
        let call = call.set_key_marker(key).set_upload_id_marker(upload).send();
        let mut page = call.await.during(|| format!("listing the unfinished uploads of bucket {bucket}"))?;
        if page.encoding_type == Some(EncodingType::Url) {
            let uploads = page.uploads.iter_mut().flatten().map(|upload| &mut upload.key);
            decode(uploads.chain([&mut page.next_key_marker]));
        }
        let more = page.is_truncated().unwrap_or_default();
        let next = more.then(|| (page.next_key_marker.clone(), page.next_upload_id_marker.clone()));
        Ok(Some((page, next)))
    })
}

fn decode<'a>(encoded: impl Iterator<Item = &'a mut Option<String>>) {
    for key in encoded.flatten() {
        *key = keys::decoded(key);
    }
}
