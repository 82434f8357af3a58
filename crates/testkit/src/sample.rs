//! A sample of the points of a test that has more of them than `just test` has time for (scripts/test-pool says how many to
//! draw). The same share and seed draw the same points, so that a failure can be run again. On a slow machine a limit of time
//! makes the sample smaller still: a test asks `has_time` before it begins with a point, and goes through them in an order that
//! the seed draws, so that other ones are left out each time.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// When the first sample of this process was drawn.
static BEGUN: OnceLock<Instant> = OnceLock::new();

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    share: f64,
    seed: u64,
    until: Option<Instant>,
}

impl Sample {
    /// As SAMPLE (a share, 0 to 1), SAMPLE_SEED and SAMPLE_SECONDS say; without them, everything.
    pub fn drawn() -> Self {
        let number = |name: &str| std::env::var(name).ok()?.parse::<f64>().ok();
        let seed = std::env::var("SAMPLE_SEED").ok().and_then(|seed| u64::from_str_radix(&seed, 16).ok());
        let begun = *BEGUN.get_or_init(Instant::now);
        let until = number("SAMPLE_SECONDS").map(|seconds| begun + Duration::from_secs_f64(seconds.max(0.0)));
        Self { share: number("SAMPLE").unwrap_or(1.0), seed: seed.unwrap_or(0), until }
    }

    /// Whether there is time to begin with another point.
    pub fn has_time(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    /// Whether all points are drawn.
    pub fn is_whole(&self) -> bool {
        self.share >= 1.0
    }

    /// Whether this point is drawn. Each is drawn by itself: points that come or go change nothing for the others.
    pub fn takes(&self, point: &str) -> bool {
        // FNV-1a, mixed until its upper bits depend on all of the name.
        let hash = point.bytes().fold(self.seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = (hash ^ (hash >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        #[allow(clippy::cast_precision_loss, reason = "53 bits are enough for a share")]
        let place = (hash >> 11) as f64 / (1_u64 << 53) as f64;
        place < self.share
    }

    /// The share of `all`, one at least.
    #[allow(clippy::cast_precision_loss, reason = "a few")]
    pub fn of(&self, all: u64) -> u64 {
        (1..=all).filter(|n| (*n as f64) <= all as f64 * self.share).max().unwrap_or(1)
    }

    /// A number below `end` that the seed draws.
    pub fn below(&self, end: u64) -> u64 {
        self.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) % end
    }
}

#[cfg(test)]
mod tests {
    use super::Sample;

    #[test]
    fn a_sample_has_its_size_and_another_seed_draws_another_one() {
        let points: Vec<String> = (0..2000).map(|call| format!("net up, call {call} of 2000, Lost")).collect();
        let drawn = |share, seed| -> Vec<&String> {
            points.iter().filter(|point| Sample { share, seed, until: None }.takes(point)).collect()
        };
        for seed in [0, 1, 0x1234_5678] {
            let count = drawn(0.25, seed).len();
            assert!((420..580).contains(&count), "{count}");
        }
        assert_eq!(drawn(0.25, 7), drawn(0.25, 7));
        assert_ne!(drawn(0.25, 7), drawn(0.25, 8));
        assert_eq!(drawn(1.0, 7).len(), 2000);
        let more = drawn(0.5, 7);
        assert!(drawn(0.25, 7).iter().all(|point| more.contains(point)), "a larger sample has the smaller one in it");
        let sample = Sample { share: 0.1, seed: 5, until: None };
        assert_eq!((sample.of(6), sample.of(100)), (1, 10));
        assert!(sample.below(190) < 190);
        assert!(sample.has_time() && !Sample { until: Some(std::time::Instant::now()), ..sample }.has_time());
    }
}
