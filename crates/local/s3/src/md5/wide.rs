//! MD5's blocks with AVX-512: each of its functions of three words is one instruction there, and a step takes four cycles
//! rather than five. Nothing else helps, as each step waits for the one before.

use std::arch::x86_64::{
    __m128i, _mm_add_epi32, _mm_cvtsi32_si128, _mm_cvtsi128_si32, _mm_rol_epi32, _mm_ternarylogic_epi32,
};

/// Four steps: the table of the function, four rotations, four words with their constants.
macro_rules! quad {
    ($block:ident $a:ident $b:ident $c:ident $d:ident $table:literal, $r0:literal $r1:literal $r2:literal $r3:literal;
     $w0:literal $k0:literal, $w1:literal $k1:literal, $w2:literal $k2:literal, $w3:literal $k3:literal) => {
        $a = step::<$table, $r0>($a, $b, $c, $d, word($block, $w0, $k0));
        $d = step::<$table, $r1>($d, $a, $b, $c, word($block, $w1, $k1));
        $c = step::<$table, $r2>($c, $d, $a, $b, word($block, $w2, $k2));
        $b = step::<$table, $r3>($b, $c, $d, $a, word($block, $w3, $k3));
    };
}

/// Takes whole blocks in. RFC 1321, 3.4.
#[target_feature(enable = "avx512f,avx512vl")]
pub(super) fn compress(state: &mut [u32; 4], blocks: &[[u8; 64]]) {
    let [mut a, mut b, mut c, mut d] = state.map(|word| _mm_cvtsi32_si128(word.cast_signed()));
    for block in blocks {
        let before = [a, b, c, d];
        macro_rules! four {
            ($($rest:tt)*) => { quad!(block a b c d $($rest)*) };
        }
        four!(0xca, 7 12 17 22; 0 0xd76a_a478, 1 0xe8c7_b756, 2 0x2420_70db, 3 0xc1bd_ceee);
        four!(0xca, 7 12 17 22; 4 0xf57c_0faf, 5 0x4787_c62a, 6 0xa830_4613, 7 0xfd46_9501);
        four!(0xca, 7 12 17 22; 8 0x6980_98d8, 9 0x8b44_f7af, 10 0xffff_5bb1, 11 0x895c_d7be);
        four!(0xca, 7 12 17 22; 12 0x6b90_1122, 13 0xfd98_7193, 14 0xa679_438e, 15 0x49b4_0821);
        four!(0xe4, 5 9 14 20; 1 0xf61e_2562, 6 0xc040_b340, 11 0x265e_5a51, 0 0xe9b6_c7aa);
        four!(0xe4, 5 9 14 20; 5 0xd62f_105d, 10 0x0244_1453, 15 0xd8a1_e681, 4 0xe7d3_fbc8);
        four!(0xe4, 5 9 14 20; 9 0x21e1_cde6, 14 0xc337_07d6, 3 0xf4d5_0d87, 8 0x455a_14ed);
        four!(0xe4, 5 9 14 20; 13 0xa9e3_e905, 2 0xfcef_a3f8, 7 0x676f_02d9, 12 0x8d2a_4c8a);
        four!(0x96, 4 11 16 23; 5 0xfffa_3942, 8 0x8771_f681, 11 0x6d9d_6122, 14 0xfde5_380c);
        four!(0x96, 4 11 16 23; 1 0xa4be_ea44, 4 0x4bde_cfa9, 7 0xf6bb_4b60, 10 0xbebf_bc70);
        four!(0x96, 4 11 16 23; 13 0x289b_7ec6, 0 0xeaa1_27fa, 3 0xd4ef_3085, 6 0x0488_1d05);
        four!(0x96, 4 11 16 23; 9 0xd9d4_d039, 12 0xe6db_99e5, 15 0x1fa2_7cf8, 2 0xc4ac_5665);
        four!(0x39, 6 10 15 21; 0 0xf429_2244, 7 0x432a_ff97, 14 0xab94_23a7, 5 0xfc93_a039);
        four!(0x39, 6 10 15 21; 12 0x655b_59c3, 3 0x8f0c_cc92, 10 0xffef_f47d, 1 0x8584_5dd1);
        four!(0x39, 6 10 15 21; 8 0x6fa8_7e4f, 15 0xfe2c_e6e0, 6 0xa301_4314, 13 0x4e08_11a1);
        four!(0x39, 6 10 15 21; 4 0xf753_7e82, 11 0xbd3a_f235, 2 0x2ad7_d2bb, 9 0xeb86_d391);
        a = _mm_add_epi32(a, before[0]);
        b = _mm_add_epi32(b, before[1]);
        c = _mm_add_epi32(c, before[2]);
        d = _mm_add_epi32(d, before[3]);
    }
    *state = [a, b, c, d].map(|word| _mm_cvtsi128_si32(word).cast_unsigned());
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn step<const TABLE: i32, const TURN: i32>(a: __m128i, b: __m128i, c: __m128i, d: __m128i, word: __m128i) -> __m128i {
    let mixed = _mm_ternarylogic_epi32::<TABLE>(b, c, d);
    _mm_add_epi32(_mm_rol_epi32::<TURN>(_mm_add_epi32(mixed, _mm_add_epi32(a, word))), b)
}

#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn word(block: &[u8; 64], place: usize, add: u32) -> __m128i {
    let at = 4 * place;
    let word = u32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]]);
    _mm_cvtsi32_si128(word.wrapping_add(add).cast_signed())
}
