//! Ranges of bytes.

use crate::error::{Error, Result};
use crate::protocol::Request;
use crate::store::Object;

/// What of an object is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Span {
    pub start: u64,
    pub length: u64,
    /// Not the whole of it.
    pub partial: bool,
}

impl Span {
    /// As the header `Content-Range` says it.
    pub(crate) fn content_range(&self, size: u64) -> String {
        format!("bytes {}-{}/{size}", self.start, self.start + self.length.saturating_sub(1))
    }
}

/// What a read asks for: all, a range or a part.
pub(crate) fn of(request: &Request, object: &Object) -> Result<Span> {
    let (range, part) = (request.header("range"), request.part_number()?);
    match (range, part) {
        (Some(_), Some(_)) => Err(Error::request("Cannot specify both Range header and partNumber query parameter")),
        (Some(range), None) => parse(range, object.size),
        (None, Some(number)) => part_span(object, number),
        (None, None) => Ok(Span { start: 0, length: object.size, partial: false }),
    }
}

/// A header's range. Several ranges, and what is none, mean the whole object.
pub(crate) fn parse(range: &str, size: u64) -> Result<Span> {
    let whole = Span { start: 0, length: size, partial: false };
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Ok(whole);
    };
    let (start, end) = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(start), Ok(last)) if start <= last => (start, last.saturating_add(1).min(size)),
        (Ok(start), Err(_)) if last.trim().is_empty() => (start, size),
        (Err(_), Ok(count)) if first.trim().is_empty() => match count {
            0 => (size, size),
            count => (size.saturating_sub(count), size),
        },
        _ => return Ok(whole),
    };
    if start >= size {
        return Err(Error::new(416, "InvalidRange", "The requested range is not satisfiable")
            .with("RangeRequested", range)
            .with("ActualObjectSize", size.to_string())
            .with_header("content-range", format!("bytes */{size}")));
    }
    Ok(Span { start, length: end - start, partial: true })
}

/// The range of a copied part: both ends, within the object.
pub(crate) fn of_copy(range: &str, size: u64) -> Result<Span> {
    let why = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
               zero-based offsets of the first and last bytes to copy";
    let numbers = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let numbers = numbers.and_then(|(first, last)| Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?)));
    let Some((first, last)) = numbers.filter(|(first, last)| first <= last) else {
        return Err(Error::argument("x-amz-copy-source-range", range, why));
    };
    if last >= size {
        let why = format!("Range specified is not valid for source object of size: {size}");
        return Err(Error::argument("x-amz-copy-source-range", range, why));
    }
    Ok(Span { start: first, length: last + 1 - first, partial: true })
}

fn part_span(object: &Object, number: u16) -> Result<Span> {
    if object.parts.is_empty() && number == 1 {
        return Ok(Span { start: 0, length: object.size, partial: true });
    }
    // Parts count from 1 without gaps once the upload is complete.
    let place = usize::from(number) - 1;
    let Some(part) = object.parts.get(place) else {
        return Err(Error::new(416, "InvalidPartNumber", "The requested partnumber is not satisfiable")
            .with("PartNumberRequested", number.to_string())
            .with("ActualPartCount", object.parts.len().max(1).to_string()));
    };
    let start = object.parts[..place].iter().map(|part| part.size).sum();
    Ok(Span { start, length: part.size, partial: true })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn ranges() {
        let spans = [
            ("bytes=0-0", Some((0, 1))),
            ("bytes=2-", Some((2, 8))),
            ("bytes=-3", Some((7, 3))),
            ("bytes=-30", Some((0, 10))),
            ("bytes=5-99", Some((5, 5))),
            ("bytes=0-9223372036854775807", Some((0, 10))),
            ("bytes=10-", None),
            ("bytes=-0", None),
        ];
        for (range, wanted) in spans {
            let found = parse(range, 10).ok().map(|span| (span.start, span.length));
            assert_eq!(found, wanted, "{range}");
        }
        for whole in ["bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4"] {
            assert!(!parse(whole, 10).unwrap().partial, "{whole}");
        }
        assert!(parse("bytes=0-", 0).is_err());
    }
}
