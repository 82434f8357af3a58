//! The checksums of a file, as S3 computes them: of an object in one piece its SHA-256, of one in parts the SHA-256 of the
//! SHA-256s of its parts (S3 user guide: checking object integrity, composite checksums).

use crate::parts::PART;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// S3 takes no more parts.
const MOST_PARTS: u64 = 10_000;

/// A file, as it was when it was read.
pub(crate) struct Sums {
    /// Its bytes.
    pub(crate) bytes: u64,
    /// Bytes of each part but the last.
    pub(crate) part: u64,
    /// The SHA-256 of all of it, in hexadecimal digits.
    pub(crate) sha256: String,
    /// The SHA-256 of each part, in base64.
    pub(crate) parts: Vec<String>,
    /// What S3 says of the object.
    pub(crate) object: String,
}

/// As headers have it.
fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Parts have the same size in every run, or none of an earlier run would fit.
fn part_size(bytes: u64) -> u64 {
    let least = bytes.div_ceil(MOST_PARTS).div_ceil(1 << 20) << 20;
    least.max(PART as u64)
}

impl Sums {
    /// Read the file once.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let part = part_size(file.metadata()?.len());
        let (mut whole, mut all, mut parts, mut bytes) = (Sha256::new(), Sha256::new(), Vec::new(), 0);
        let mut buffer = vec![0; 1 << 20];
        loop {
            let (mut one, mut read) = (Sha256::new(), 0);
            while read < part {
                let most = usize::try_from(part - read).unwrap_or(usize::MAX).min(buffer.len());
                match file.read(&mut buffer[..most])? {
                    0 => break,
                    more => {
                        one.update(&buffer[..more]);
                        whole.update(&buffer[..more]);
                        read += more as u64;
                    }
                }
            }
            // An empty file is one empty part.
            if read > 0 || parts.is_empty() {
                let sum = one.finalize();
                all.update(sum);
                parts.push(base64(&sum));
                bytes += read;
            }
            if read < part {
                break;
            }
        }
        let sum = whole.finalize();
        let object = if parts.len() > 1 { base64(&all.finalize()) } else { base64(&sum) };
        Ok(Self { bytes, part, sha256: format!("{sum:x}"), parts, object })
    }

    /// Where a part, counted from 0, begins and how long it is.
    pub(crate) fn range(&self, index: usize) -> (u64, u64) {
        let start = index as u64 * self.part;
        (start, self.part.min(self.bytes.saturating_sub(start)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn sums(bytes: &[u8]) -> Sums {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        Sums::of(file.path()).unwrap()
    }

    #[test]
    fn one_part_is_its_own_checksum_and_several_are_that_of_their_checksums() {
        let empty = sums(b"");
        assert_eq!((empty.bytes, empty.parts.len(), empty.range(0)), (0, 1, (0, 0)));
        assert_eq!(empty.object, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        let text = vec![7; PART];
        let one = sums(&text);
        assert_eq!((one.parts.len(), &one.object), (1, &one.parts[0]));
        let mut more = text.clone();
        more.push(8);
        let two = sums(&more);
        assert_eq!((two.parts.len(), two.range(1), &two.parts[0]), (2, (PART as u64, 1), &one.object));
        let each: Vec<u8> = [Sha256::digest(&text), Sha256::digest([8])].concat();
        assert_eq!(two.object, base64(&Sha256::digest(each)));
        assert_eq!(two.sha256, format!("{:x}", Sha256::digest(&more)));
    }

    #[test]
    fn a_file_of_any_size_fits_into_the_parts_that_there_may_be() {
        let part = PART as u64;
        assert_eq!([part_size(0), part_size(part), part_size(10_000 * part)], [part; 3]);
        let large = 10_000 * part + 1;
        assert!(part_size(large) > part && large.div_ceil(part_size(large)) <= MOST_PARTS);
    }
}
