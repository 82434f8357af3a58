//! Finds what is there twice among many: hashes, of which no more than a few are in memory; the others wait in files
//! without a name, which go with the process.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Result, Seek, Write};

/// Hashes go into this many parts by their first bits; equal ones into the same.
const PARTS: usize = 128;

/// What a value that is missing counts as.
pub(crate) const MISSING: u64 = 0x51_7c_c1_b7_27_22_0a_95;

/// A hash of `bytes` that also depends on `before`. It is the same in every process. Nothing relies on it but speed:
/// what has equal hashes is compared.
pub(crate) fn hash(bytes: &[u8], before: u64) -> u64 {
    let mix = |a: u64, b: u64| {
        let product = u128::from(a ^ 0x9e37_79b9_7f4a_7c15) * u128::from(b ^ 0xe703_7ed1_a0b4_28db);
        product as u64 ^ (product >> 64) as u64
    };
    let eight = |bytes: &[u8]| {
        let mut word = [0; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    };
    let mut state = mix(before, bytes.len() as u64);
    let (pairs, rest) = bytes.as_chunks::<16>();
    for pair in pairs {
        let (one, two) = pair.split_at(8);
        state = mix(eight(one) ^ state, eight(two));
    }
    let (one, two) = rest.split_at(rest.len().min(8));
    mix(mix(eight(one) ^ state, eight(two)), 0x2d35_8dcc_aa6c_78a5)
}

/// Hashes that are collected.
pub(crate) struct Hashes {
    parts: Vec<Part>,
    held: usize,
    limit: usize,
}

#[derive(Default)]
struct Part {
    held: Vec<u64>,
    file: Option<File>,
}

impl Hashes {
    /// No more than `limit` are held in memory.
    pub(crate) fn new(limit: usize) -> Self {
        Self { parts: (0..PARTS).map(|_| Part::default()).collect(), held: 0, limit }
    }

    pub(crate) fn add(&mut self, hashes: &[u64]) -> Result<()> {
        for hash in hashes {
            let part = usize::try_from(hash >> 57).unwrap_or_default();
            self.parts[part].held.push(*hash);
        }
        self.held += hashes.len();
        if self.held > self.limit {
            self.held = 0;
            self.parts.iter_mut().try_for_each(Part::write)?;
        }
        Ok(())
    }

    /// The hashes that are there more than once.
    pub(crate) fn twice(self) -> Result<HashSet<u64>> {
        let found: Result<Vec<Vec<u64>>> = self.parts.into_par_iter().map(Part::twice).collect();
        Ok(found?.into_iter().flatten().collect())
    }
}

impl Part {
    fn write(&mut self) -> Result<()> {
        let bytes: Vec<u8> = self.held.iter().flat_map(|hash| hash.to_le_bytes()).collect();
        self.held.clear();
        let file = match &mut self.file {
            Some(file) => file,
            empty => empty.insert(tempfile::tempfile()?),
        };
        file.write_all(&bytes)
    }

    fn twice(mut self) -> Result<Vec<u64>> {
        if let Some(mut file) = self.file {
            file.rewind()?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            self.held.extend(bytes.as_chunks().0.iter().map(|hash| u64::from_le_bytes(*hash)));
        }
        self.held.sort_unstable();
        Ok(self.held.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::{Hashes, hash};

    #[test]
    fn what_is_there_twice_is_found_in_memory_and_in_files() {
        for limit in [0, 100, 1 << 20] {
            let mut hashes = Hashes::new(limit);
            for number in 0..5_000_u64 {
                hashes.add(&[hash(&number.to_le_bytes(), 0)]).unwrap();
            }
            hashes.add(&[hash(&7_u64.to_le_bytes(), 0), 5]).unwrap();
            hashes.add(&[hash(&7_u64.to_le_bytes(), 0), 5]).unwrap();
            let mut found: Vec<u64> = hashes.twice().unwrap().into_iter().collect();
            found.sort_unstable();
            let mut wanted = vec![5, hash(&7_u64.to_le_bytes(), 0)];
            wanted.sort_unstable();
            assert_eq!(found, wanted);
        }
    }

    #[test]
    fn hashes_differ_by_bytes_length_and_what_is_before() {
        let texts = ["", "\0", "\0\0", "a", "b", "ab", "0123456789abcdef", "0123456789abcdef0", "0123456789abcdeg"];
        let all: std::collections::HashSet<u64> =
            texts.iter().flat_map(|text| [hash(text.as_bytes(), 0), hash(text.as_bytes(), 1)]).collect();
        assert_eq!(all.len(), 2 * texts.len());
    }
}
