//! The random numbers of one block.
//!
//! Own arithmetic on top of the bare generator: the sampling methods of general libraries may change their output
//! between versions, and then yesterday's seed would no longer make yesterday's file.

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

/// A stream of random numbers.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    /// Every block has a stream of its own.
    pub(crate) fn new(key: Key, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::from_seed(key.0);
        generator.set_stream(stream);
        Self(generator)
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `end` - 1. The bias is `end` / 2^64, which nobody can measure.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(end)) >> 64) as u64
    }

    /// The same for a small `end`, for half the price: the bias is `end` / 2^32.
    pub(crate) fn small(&mut self, end: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(end)) >> 32) as u32
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.small(high - low + 1)
    }

    /// One of `choices`, which is never empty.
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
    fn both_ends_of_a_range_are_reached() {
        let mut random = Random::new(Key::new(1, 2, ""), 0);
        let seen: Vec<u32> = (0..1000).map(|_| random.between(3, 5)).collect();
        assert_eq!(seen.iter().min(), Some(&3));
        assert_eq!(seen.iter().max(), Some(&5));
    }
}
