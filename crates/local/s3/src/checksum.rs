//! The checksums that clients may send and ask for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use sha2::Sha256;

/// An algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Algorithm {
    Crc32,
    Crc32c,
    Crc64nvme,
    Sha1,
    Sha256,
}

/// All, with the header or trailer that carries one and AWS's name and XML element.
pub(crate) const ALL: [(Algorithm, &str, &str, &str); 5] = [
    (Algorithm::Crc32, "x-amz-checksum-crc32", "CRC32", "ChecksumCRC32"),
    (Algorithm::Crc32c, "x-amz-checksum-crc32c", "CRC32C", "ChecksumCRC32C"),
    (Algorithm::Crc64nvme, "x-amz-checksum-crc64nvme", "CRC64NVME", "ChecksumCRC64NVME"),
    (Algorithm::Sha1, "x-amz-checksum-sha1", "SHA1", "ChecksumSHA1"),
    (Algorithm::Sha256, "x-amz-checksum-sha256", "SHA256", "ChecksumSHA256"),
];

impl Algorithm {
    fn row(self) -> (&'static str, &'static str, &'static str) {
        let found = ALL.iter().find(|(algorithm, ..)| *algorithm == self);
        found.map_or(("", "", ""), |(_, header, name, element)| (header, name, element))
    }

    pub(crate) fn header(self) -> &'static str {
        self.row().0
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().1
    }

    pub(crate) fn element(self) -> &'static str {
        self.row().2
    }

    pub(crate) fn by_name(name: &str) -> Option<Self> {
        ALL.iter().find(|(_, _, known, _)| known.eq_ignore_ascii_case(name)).map(|(algorithm, ..)| *algorithm)
    }

    pub(crate) fn by_header(header: &str) -> Option<Self> {
        ALL.iter().find(|(_, known, ..)| known.eq_ignore_ascii_case(header)).map(|(algorithm, ..)| *algorithm)
    }

    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64nvme => Some(CrcAlgorithm::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }

    fn crc_bytes(self, value: u64) -> Vec<u8> {
        let bytes = value.to_be_bytes();
        if self == Self::Crc64nvme { bytes.to_vec() } else { bytes[4..].to_vec() }
    }

    /// The checksum of two parts one after the other, of those algorithms that can say it.
    pub(crate) fn combine(self, first: &[u8], second: &[u8], second_length: u64) -> Option<Vec<u8>> {
        let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let sum = crc_fast::checksum_combine(self.crc()?, number(first), number(second), second_length);
        Some(self.crc_bytes(sum))
    }
}

/// A checksum being computed.
pub(crate) enum Running {
    Crc(Algorithm, crc_fast::Digest),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Running {
    pub(crate) fn new(algorithm: Algorithm) -> Self {
        match (algorithm.crc(), algorithm) {
            (Some(crc), _) => Self::Crc(algorithm, crc_fast::Digest::new(crc)),
            (None, Algorithm::Sha1) => Self::Sha1(Sha1::new()),
            (None, _) => Self::Sha256(Sha256::new()),
        }
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        match self {
            Self::Crc(_, digest) => digest.update(data),
            Self::Sha1(digest) => digest.update(data),
            Self::Sha256(digest) => digest.update(data),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Crc(algorithm, digest) => algorithm.crc_bytes(digest.finalize()),
            Self::Sha1(digest) => digest.finalize().to_vec(),
            Self::Sha256(digest) => digest.finalize().to_vec(),
        }
    }
}

/// The checksum of bytes that are all there.
pub(crate) fn of(algorithm: Algorithm, data: &[u8]) -> Vec<u8> {
    let mut running = Running::new(algorithm);
    running.update(data);
    running.finish()
}

/// As headers and documents write it.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Back to bytes.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, encode, of};

    #[test]
    fn known_values() {
        let known = [
            (Algorithm::Crc32, "y/Q5Jg=="),
            (Algorithm::Crc32c, "4waSgw=="),
            (Algorithm::Crc64nvme, "rosUhgp5mIg="),
            (Algorithm::Sha1, "98O8HYCOBHMq32eZZczDTKeuNEE="),
            (Algorithm::Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
        ];
        for (algorithm, wanted) in known {
            assert_eq!(encode(&of(algorithm, b"123456789")), wanted, "{algorithm:?}");
        }
    }

    #[test]
    fn parts_combine_to_the_whole() {
        for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64nvme] {
            let combined = algorithm.combine(&of(algorithm, b"1234"), &of(algorithm, b"56789"), 5);
            assert_eq!(combined, Some(of(algorithm, b"123456789")));
        }
        assert_eq!(Algorithm::Sha1.combine(&[], &[], 0), None);
    }
}
