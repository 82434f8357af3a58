//! UploadPartCopy.

use std::sync::Arc;

use axum::response::Response;

use super::call::Call;
use super::{copy, multipart};
use crate::checksum::{Running, encode};
use crate::encryption::{self, customer};
use crate::error::{Error, Result};
use crate::headers::range::{self, Span};
use crate::protocol::{Reply, Xml, digests_of};
use crate::store::{Checksum, Part, Piece};
use crate::time;

pub(super) async fn copy(call: &Call<'_>) -> Result<Response> {
    let Call { s3, request, bucket } = call;
    let (number, id) = multipart::part_of(request)?;
    let upload = bucket.upload_head(&request.key, id)?;
    customer::check_part(request, &upload.headers)?;
    encryption::check(&s3.settings, &request.bucket, &upload.headers).await?;
    let source = copy::source(call).await?;
    let object = source.found.object();
    let span = match request.header("x-amz-copy-source-range") {
        Some(range) => range::of_copy(range, object.size)?,
        None => Span { start: 0, length: object.size, partial: false },
    };
    if span.length > 5 << 30 {
        return Err(Error::new(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"));
    }
    let running = vec![Running::new(upload.algorithm)];
    let (md5, sums) = digests_of(Arc::clone(&source.found.version), span.start, span.length, running).await?;
    let checksum = sums.first().map(|sum| encode(sum)).unwrap_or_default();
    let pieces = cut(&object.pieces, &span).map(|piece| bucket.link(&piece)).collect::<std::io::Result<_>>()?;
    let modified = time::now();
    let etag = encryption::etag(&upload.headers, &md5);
    let part = Part { number, size: span.length, etag: etag.clone(), modified, pieces, checksum: checksum.clone() };
    bucket.add_part(&request.key, id, part)?;
    let mut xml = Xml::new("CopyPartResult");
    xml.add("LastModified", time::iso(modified)).etag(&etag);
    if upload.chosen {
        let sum = Checksum { algorithm: upload.algorithm, value: checksum, composite: false };
        xml.add(sum.algorithm.element(), &sum.value);
    }
    let named = source.found.named.then(|| source.found.version.id());
    let reply = Reply::xml(xml).with_some("x-amz-copy-source-version-id", named);
    Ok(reply.with_all(encryption::told(&upload.headers)).end())
}

/// The pieces of a range.
fn cut<'a>(pieces: &'a [Piece], span: &'a Span) -> impl Iterator<Item = Piece> + 'a {
    let mut begin = 0;
    pieces.iter().filter_map(move |piece| {
        let here = begin..begin + piece.size;
        begin = here.end;
        let start = span.start.max(here.start);
        let end = (span.start + span.length).min(here.end);
        (start < end).then(|| {
            let mut part = piece.clone();
            part.offset += start - here.start;
            part.size = end - start;
            part
        })
    })
}
