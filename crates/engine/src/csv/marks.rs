//! Where the bytes are that can end a field: looked for in 64 bytes at once, since most fields are shorter than what a
//! search of their own costs to begin.

use wide::u8x16;

/// Bytes that are looked at together, one for each bit of a word.
const BLOCK: usize = 64;

/// Bytes that are compared at once, which every processor can.
const LANES: usize = 16;

/// Finds the ends of fields in a text. The places that it is asked for should go forwards: then each byte is looked at once.
pub(super) struct Marks<'a> {
    bytes: &'a [u8],
    /// Number of the block that the words are of.
    block: usize,
    /// A bit for each comma and line break outside of whatever quotes there are.
    ends: u64,
    quotes: u64,
}

impl<'a> Marks<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, block: usize::MAX, ends: 0, quotes: 0 }
    }

    /// The text.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The first comma, line feed or carriage return at `at` or behind it; the end of the text where there is none.
    #[inline(always)]
    pub(super) fn end(&mut self, at: usize) -> usize {
        self.first(at, |marks| marks.ends)
    }

    /// The first quote at `at` or behind it.
    #[inline(always)]
    pub(super) fn quote(&mut self, at: usize) -> Option<usize> {
        let found = self.first(at, |marks| marks.quotes);
        (found < self.bytes.len()).then_some(found)
    }

    #[inline(always)]
    fn first(&mut self, at: usize, of: impl Fn(&Self) -> u64) -> usize {
        let mut block = at / BLOCK;
        let mut wanted = u64::MAX << (at % BLOCK);
        while block * BLOCK < self.bytes.len() {
            if block != self.block {
                self.look(block);
            }
            let found = of(self) & wanted;
            if found != 0 {
                return block * BLOCK + found.trailing_zeros() as usize;
            }
            (block, wanted) = (block + 1, u64::MAX);
        }
        self.bytes.len()
    }

    #[inline(always)]
    fn look(&mut self, block: usize) {
        let rest = &self.bytes[block * BLOCK..];
        // Zeros mark nothing.
        let mut padded = [0; BLOCK];
        let text = rest.first_chunk().unwrap_or_else(|| {
            padded[..rest.len()].copy_from_slice(rest);
            &padded
        });
        self.block = block;
        (self.ends, self.quotes) = words(text);
    }
}

/// A bit for each byte that can end a field, and one for each quote; the first byte is the lowest bit.
#[inline(always)]
fn words(text: &[u8; BLOCK]) -> (u64, u64) {
    let (mut ends, mut quotes) = (0, 0);
    for (place, chunk) in text.as_chunks::<LANES>().0.iter().enumerate() {
        let bytes = u8x16::new(*chunk);
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
        let bits = |found: u8x16| u64::from(found.to_bitmask()) << (place * LANES);
        ends |= bits(is(b',') | is(b'\n') | is(b'\r'));
        quotes |= bits(is(b'"'));
    }
    (ends, quotes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ends_and_quotes_are_those_that_a_plain_search_finds(
            text in proptest::collection::vec(prop_oneof![Just(b','), Just(b'\n'), Just(b'\r'), Just(b'"'), any::<u8>(), Just(b'x')], 0..300),
            places in proptest::collection::vec(0..310_usize, 1..20),
        ) {
            let mut marks = Marks::new(&text);
            // Forwards and backwards.
            for at in places {
                let rest = text.get(at..).unwrap_or_default();
                let end = rest.iter().position(|byte| b",\n\r".contains(byte)).map_or(text.len(), |found| at + found);
                prop_assert_eq!(marks.end(at), end);
                prop_assert_eq!(marks.quote(at), rest.iter().position(|byte| *byte == b'"').map(|found| at + found));
            }
        }
    }
}
