//! Numbers that look random and are not: the same words give the same number, on every machine.

/// A number for these words: FNV-1a over them, then the finalizer of splitmix64, so that close inputs part.
pub(crate) fn number(seed: u64, words: &[&str], n: u64) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    seed.to_le_bytes().into_iter().for_each(&mut eat);
    for word in words {
        word.bytes().chain([0]).for_each(&mut eat);
    }
    n.to_le_bytes().into_iter().for_each(&mut eat);
    let mut mixed = hash;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// One of these.
pub(crate) fn pick<T: Copy>(number: u64, from: &[T]) -> T {
    from[(number % from.len() as u64) as usize]
}

/// A number between two others.
pub(crate) fn between(number: u64, low: f64, high: f64) -> f64 {
    low + (high - low) * (number % 10_000) as f64 / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::{between, number};

    #[test]
    fn numbers_depend_on_each_word_and_are_spread() {
        assert_eq!(number(7, &["ec2", "CreateVpc"], 1), number(7, &["ec2", "CreateVpc"], 1));
        assert_ne!(number(7, &["ec2", "CreateVpc"], 1), number(8, &["ec2", "CreateVpc"], 1));
        assert_ne!(number(7, &["ec2", "CreateVpc"], 1), number(7, &["ec", "2CreateVpc"], 1));
        let hits = (0..10_000).filter(|n| number(7, &["x"], *n) % 100 < 10).count();
        assert!((800..1200).contains(&hits), "{hits} of 10000 below a tenth");
        assert!((0..1000).all(|n| (2.0..3.0).contains(&between(number(1, &[], n), 2.0, 3.0))));
    }
}
