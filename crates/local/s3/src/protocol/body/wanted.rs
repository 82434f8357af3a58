//! What a request says about its body, and whether the body keeps to it.

use crate::checksum::{self, Algorithm};
use crate::error::{Error, Result};
use crate::protocol::Request;

use super::chunked::incomplete;

/// An object or a part that is sent whole may have this size.
const LARGEST: u64 = 5 << 30;

/// What the body should be.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// In bytes, without frames.
    pub length: Option<u64>,
    /// In frames.
    pub chunked: bool,
    md5: Option<Vec<u8>>,
    sha256: Option<String>,
    /// The one that is computed, and what it should be; a trailer may say that later.
    pub algorithm: Option<Algorithm>,
    value: Option<String>,
    in_trailer: bool,
}

impl Wanted {
    /// Reads the headers.
    pub(crate) fn of(request: &Request) -> Result<Self> {
        let content = request.header("x-amz-content-sha256").unwrap_or_default();
        let encoded = request.header("content-encoding").unwrap_or_default();
        let chunked =
            content.starts_with("STREAMING-") || encoded.split(',').any(|coding| coding.trim() == "aws-chunked");
        let length = request.header(if chunked { "x-amz-decoded-content-length" } else { "content-length" });
        let length = length.and_then(|length| length.parse().ok());
        if length.is_some_and(|length| length > LARGEST) {
            let why = "Your proposed upload exceeds the maximum allowed size";
            return Err(Error::new(400, "EntityTooLarge", why).with("MaxSizeAllowed", LARGEST.to_string()));
        }
        let mut wanted = Self { length, chunked, ..Self::default() };
        wanted.sha256 = (content.len() == 64).then(|| content.to_ascii_lowercase());
        if let Some(md5) = request.header("content-md5") {
            let bytes = checksum::decode(md5).filter(|bytes| bytes.len() == 16);
            let invalid = || Error::new(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
            wanted.md5 = Some(bytes.ok_or_else(invalid)?);
        }
        for (algorithm, header, ..) in checksum::ALL {
            let Some(value) = request.header(header) else { continue };
            if wanted.algorithm.replace(algorithm).is_some() {
                let why = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.";
                return Err(Error::request(why));
            }
            if checksum::decode(value).is_none_or(|bytes| bytes.len() != checksum::of(algorithm, b"").len()) {
                return Err(Error::request(format!("Value for {header} header is invalid.")));
            }
            wanted.value = Some(value.to_string());
        }
        let trailers = request.header("x-amz-trailer").into_iter().flat_map(|names| names.split(','));
        if let Some(algorithm) = trailers.filter_map(|name| Algorithm::by_header(name.trim())).next() {
            wanted.algorithm = Some(algorithm);
            wanted.in_trailer = true;
        }
        if let Some(name) = request.header("x-amz-sdk-checksum-algorithm") {
            let known = Algorithm::by_name(name).ok_or_else(|| {
                Error::request(
                    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: \
                                [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
                )
            })?;
            wanted.algorithm.get_or_insert(known);
        }
        Ok(wanted)
    }

    /// Whether the request says anything that guards the body.
    pub(crate) fn is_guarded(&self) -> bool {
        self.md5.is_some() || self.value.is_some() || self.in_trailer
    }

    /// Whether the body's SHA-256 has to be known.
    pub(crate) fn needs_sha256(&self) -> bool {
        self.sha256.is_some()
    }

    /// What the request promised of the body against what came.
    pub(crate) fn check(
        &self,
        length: u64,
        md5: &[u8],
        sum: Option<&[u8]>,
        sha256: Option<&[u8]>,
        trailers: &[(String, String)],
    ) -> Result<()> {
        if self.length.is_some_and(|wanted| wanted != length) {
            return Err(incomplete());
        }
        if let Some(wanted) = self.md5.as_ref().filter(|wanted| *wanted != md5) {
            let why = "The Content-MD5 you specified did not match what we received.";
            return Err(Error::new(400, "BadDigest", why)
                .with("ExpectedDigest", hex::encode(wanted))
                .with("CalculatedDigest", checksum::encode(md5)));
        }
        if let (Some(wanted), Some(computed)) = (&self.sha256, sha256)
            && *wanted != hex::encode(computed)
        {
            let why = "The provided 'x-amz-content-sha256' header does not match what was computed.";
            return Err(Error::new(400, "XAmzContentSHA256Mismatch", why)
                .with("ClientComputedContentSHA256", wanted)
                .with("S3ComputedContentSHA256", hex::encode(computed)));
        }
        let Some(algorithm) = self.algorithm else { return Ok(()) };
        let trailer = trailers.iter().find(|(name, _)| name == algorithm.header()).map(|(_, value)| value);
        if self.in_trailer && trailer.is_none() {
            let why = "The request contained trailing data that was not well-formed or did not conform to our published \
                       schema.";
            return Err(Error::new(400, "MalformedTrailerError", why));
        }
        match (trailer.or(self.value.as_ref()), sum) {
            (Some(wanted), Some(computed)) if *wanted != checksum::encode(computed) => {
                let why = format!("The {} you specified did not match the calculated checksum.", algorithm.name());
                Err(Error::new(400, "BadDigest", why))
            }
            _ => Ok(()),
        }
    }
}
