//! The random numbers of one block.
//!
//! Own arithmetic on top of the bare generator: the sampling methods of general libraries may change their output
//! between versions, and then yesterday's seed would no longer make yesterday's file.

#[cfg(target_arch = "x86_64")]
mod wide;

use std::hint::select_unpredictable;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What makes one file's random numbers differ from another's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// `purpose` keeps apart files that share seed and date: the locale, daily or history.
    pub(crate) fn new(seed: u64, day: i32, purpose: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..12].copy_from_slice(&day.to_le_bytes());
        for (slot, byte) in key[12..].iter_mut().zip(purpose.bytes()) {
            *slot = byte;
        }
        Self(key)
    }
}

/// Bytes that are held: a power of two, so that a place in them needs no check.
const BYTES: usize = 4096;
/// Bytes that are made at once, behind what is left of those before: whole calls of `wide`.
const MADE: usize = 3072;
/// More than one record can take, apart from addresses that are thrown away.
const RECORD: usize = 256;

/// A stream of random numbers. They are made many at once, so that taking one is no more than a load.
pub(crate) struct Random {
    source: Source,
    bytes: [u8; BYTES],
    next: usize,
}

/// ChaCha8: for any processor, and as fast as some can.
enum Source {
    Any(Box<ChaCha8Rng>),
    #[cfg(target_arch = "x86_64")]
    Wide {
        state: [u32; 16],
        block: u32,
    },
}

impl Source {
    fn new(key: Key, stream: u64) -> Self {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx512f") {
            return Self::Wide { state: wide::state(&key.0, stream), block: 0 };
        }
        Self::any(key, stream)
    }

    fn any(key: Key, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::from_seed(key.0);
        generator.set_stream(stream);
        Self::Any(Box::new(generator))
    }

    /// The next bytes of the stream, [`MADE`] of them.
    #[allow(unsafe_code)]
    fn fill(&mut self, bytes: &mut [u8]) {
        match self {
            Self::Any(generator) => generator.fill_bytes(bytes),
            #[cfg(target_arch = "x86_64")]
            Self::Wide { state, block } => {
                for blocks in bytes.as_chunks_mut().0.as_chunks_mut().0 {
                    // SAFETY: this source is chosen where the processor has what the function was compiled for.
                    unsafe { wide::fill(state, *block, blocks) };
                    // 256 GB of one stream until it is full, and a block of rows takes less than one MB.
                    *block += wide::AT_ONCE as u32;
                }
            }
        }
    }
}

impl Random {
    /// Every block has a stream of its own.
    pub(crate) fn new(key: Key, stream: u64) -> Self {
        let mut random = Self { source: Source::new(key, stream), bytes: [0; BYTES], next: BYTES };
        random.refill();
        random
    }

    /// See to it that a record's numbers are there. Taking more than that without asking again would repeat some.
    #[inline(always)]
    pub(crate) fn ready(&mut self) {
        if self.next > BYTES - RECORD {
            self.refill();
        }
    }

    #[cold]
    #[inline(never)]
    fn refill(&mut self) {
        let kept = self.next - MADE;
        self.bytes.copy_within(self.next.., kept);
        self.next = kept;
        self.source.fill(&mut self.bytes[BYTES - MADE..]);
    }

    #[inline(always)]
    fn word(&mut self) -> u32 {
        // The remainder is the place itself, and says to the compiler that four bytes are there.
        let place = self.next % BYTES / 4 * 4;
        self.next += 4;
        let mut word = [0; 4];
        word.copy_from_slice(&self.bytes[place..place + 4]);
        u32::from_le_bytes(word)
    }

    /// 64 random bits.
    #[inline(always)]
    pub(crate) fn bits(&mut self) -> u64 {
        u64::from(self.word()) | u64::from(self.word()) << 32
    }

    /// A number from 0 to `end` - 1. The bias is `end` / 2^64, too small to measure.
    #[inline(always)]
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// The same for a small `end`, for half the price: the bias is `end` / 2^32.
    #[inline(always)]
    pub(crate) fn small(&mut self, end: u32) -> u32 {
        ((u64::from(self.word()) * u64::from(end)) >> 32) as u32
    }

    /// Takes one from the stream only `if` so; what it gives otherwise means nothing.
    #[inline(always)]
    pub(crate) fn small_if(&mut self, condition: bool, end: u32) -> u32 {
        let next = self.next;
        let value = self.small(end);
        self.next = next + select_unpredictable(condition, 4, 0);
        value
    }

    /// A number from `low` to `high`, both included.
    #[inline(always)]
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.small(high - low + 1)
    }

    /// One of `choices`, which is never empty.
    #[inline(always)]
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.small(choices.len() as u32) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_of_one_key_differ_and_repeat() {
        let key = Key::new(1, 2, "three");
        let draw = |stream| Random::new(key, stream).bits();
        assert_eq!(draw(5), draw(5));
        assert_ne!(draw(5), draw(6));
        assert_ne!(draw(5), Random::new(Key::new(2, 2, "three"), 5).bits());
        assert_ne!(draw(5), Random::new(Key::new(1, 3, "three"), 5).bits());
        assert_ne!(draw(5), Random::new(Key::new(1, 2, "four"), 5).bits());
    }

    #[test]
    fn every_source_makes_the_same_stream() {
        for stream in [0, 1, u64::from(u32::MAX), u64::MAX] {
            let key = Key::new(0x0123_4567_89ab_cdef, -5, "twenty bytes of text");
            let (mut any, mut best) = (Source::any(key, stream), Source::new(key, stream));
            for _ in 0..3 {
                let [mut expected, mut found] = [[0; MADE]; 2];
                any.fill(&mut expected);
                best.fill(&mut found);
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn both_ends_of_a_range_are_reached() {
        let mut random = Random::new(Key::new(1, 2, ""), 0);
        let seen: Vec<u32> = (0..5000)
            .map(|_| {
                random.ready();
                random.between(3, 5)
            })
            .collect();
        assert_eq!(seen.iter().min(), Some(&3));
        assert_eq!(seen.iter().max(), Some(&5));
    }
}
