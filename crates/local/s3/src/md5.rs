//! MD5, which ETags need. One thread computes it, and it bounds an upload.
//!
//! Not by the crate `md-5`: its assembly (`md5-asm`, used here where the processor has no AVX-512) hashes 800 MB a second, and
//! `wide` 950 (one core of a Xeon with AVX-512). With `md-5` an upload takes 1.1 times the processor time and up to 1.2 times
//! as long, so that the 523 MB/s of docs/bench would become less than the goal, 500. The portable code of `md-5` takes 1.5
//! times as long as the assembly.

#[cfg(target_arch = "x86_64")]
mod wide;

const BLOCK: usize = 64;

/// A running MD5.
#[derive(Clone)]
pub(crate) struct Md5 {
    state: [u32; 4],
    rest: [u8; BLOCK],
    length: u64,
}

impl Md5 {
    pub(crate) fn new() -> Self {
        Self { state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], rest: [0; BLOCK], length: 0 }
    }

    pub(crate) fn update(&mut self, mut data: &[u8]) {
        let held = self.held();
        self.length += data.len() as u64;
        if held > 0 {
            let taken = data.len().min(BLOCK - held);
            self.rest[held..held + taken].copy_from_slice(&data[..taken]);
            data = &data[taken..];
            if held + taken < BLOCK {
                return;
            }
            compress(&mut self.state, &[self.rest]);
        }
        let (blocks, rest) = data.as_chunks::<BLOCK>();
        compress(&mut self.state, blocks);
        self.rest[..rest.len()].copy_from_slice(rest);
    }

    pub(crate) fn finish(mut self) -> [u8; 16] {
        let bits = self.length.wrapping_mul(8);
        let held = self.held();
        let mut padding = [0; BLOCK];
        padding[0] = 0x80;
        let upto_length = if held < 56 { 56 - held } else { 120 - held };
        self.update(&padding[..upto_length.min(BLOCK)]);
        if upto_length > BLOCK {
            self.update(&[0; BLOCK][..upto_length - BLOCK]);
        }
        self.update(&bits.to_le_bytes());
        let mut digest = [0; 16];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        digest
    }

    fn held(&self) -> usize {
        (self.length % BLOCK as u64) as usize
    }
}

/// Takes whole blocks in, as fast as this processor can.
#[allow(unsafe_code)]
fn compress(state: &mut [u32; 4], blocks: &[[u8; BLOCK]]) {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
        // SAFETY: the processor has what the function was compiled for.
        return unsafe { wide::compress(state, blocks) };
    }
    md5_asm::compress(state, blocks);
}

/// The MD5 of bytes that are all there.
pub(crate) fn of(data: &[u8]) -> [u8; 16] {
    let mut md5 = Md5::new();
    md5.update(data);
    md5.finish()
}

#[cfg(test)]
mod tests {
    use ::md5::{Digest, Md5 as Reference};

    #[test]
    fn equals_the_reference_at_all_lengths_and_splits() {
        let data: Vec<u8> = (0..300u32).map(|n| (n * 7) as u8).collect();
        for length in 0..data.len() {
            for split in [0, 1, 55, 56, 63, 64, 65, 130] {
                let split = split.min(length);
                let mut md5 = super::Md5::new();
                md5.update(&data[..split]);
                md5.update(&data[split..length]);
                assert_eq!(md5.finish()[..], Reference::digest(&data[..length])[..], "{length} {split}");
            }
        }
    }

    #[test]
    fn both_ways_of_taking_blocks_are_the_same() {
        let blocks: Vec<[u8; 64]> = (0..9).map(|n| std::array::from_fn(|at| (n * 31 + at * 7) as u8)).collect();
        let (mut one, mut other) = ([1, 2, 3, 4], [1, 2, 3, 4]);
        super::compress(&mut one, &blocks);
        md5_asm::compress(&mut other, &blocks);
        assert_eq!(one, other);
    }
}
