//! Numbers as text: from small tables, or the digits of one side by side in a register.

/// 0 to 99 as two digits.
static PAIRS: [[u8; 2]; 100] = pairs();
/// 0 to 999 as three digits; the fourth byte makes it one load, and means nothing.
static TRIPLES: [[u8; 4]; 1000] = triples();
/// 0 to 2047 without leading zeros, as four bytes from the lowest on; the fifth one is how many they are.
static SHORT: [u64; 2048] = shorts();
/// A byte as two lower-case hexadecimal digits.
static HEX: [[u8; 2]; 256] = hexes();

const fn pairs() -> [[u8; 2]; 100] {
    let mut table = [[0; 2]; 100];
    let mut value = 0;
    while value < 100 {
        table[value] = [b'0' + (value / 10) as u8, b'0' + (value % 10) as u8];
        value += 1;
    }
    table
}

const fn triples() -> [[u8; 4]; 1000] {
    let mut table = [[0; 4]; 1000];
    let mut value = 0;
    while value < 1000 {
        let (hundreds, tens, ones) = (value / 100, value / 10 % 10, value % 10);
        table[value] = [b'0' + hundreds as u8, b'0' + tens as u8, b'0' + ones as u8, 0];
        value += 1;
    }
    table
}

const fn shorts() -> [u64; 2048] {
    let mut table = [0; 2048];
    let mut value = 0;
    while value < 2048 {
        let mut rest = value as u64;
        let (mut text, mut length) = (0, 0);
        while rest > 0 || length == 0 {
            text = (text << 8) + b'0' as u64 + rest % 10;
            length += 1;
            rest /= 10;
        }
        table[value] = text | length << 32;
        value += 1;
    }
    table
}

const fn hexes() -> [[u8; 2]; 256] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut table = [[0; 2]; 256];
    let mut value = 0;
    while value < 256 {
        table[value] = [DIGITS[value >> 4], DIGITS[value & 15]];
        value += 1;
    }
    table
}

/// The two digits of a number below 100.
#[inline(always)]
pub(crate) fn two(value: u32) -> [u8; 2] {
    // The least of both is a move; an index out of range would be a jump.
    PAIRS[(value as usize).min(99)]
}

/// The three digits of a number below 1000, and a byte that means nothing.
#[inline(always)]
pub(crate) fn three(value: u32) -> [u8; 4] {
    TRIPLES[(value as usize).min(999)]
}

/// A number below 2048 without leading zeros, and how many digits it has.
#[inline(always)]
pub(crate) fn short(value: u32) -> ([u8; 4], usize) {
    let entry = SHORT[(value as usize).min(2047)];
    ((entry as u32).to_le_bytes(), (entry >> 32) as usize)
}

/// A byte as two lower-case hexadecimal digits.
#[inline(always)]
pub(crate) fn hex(byte: u8) -> [u8; 2] {
    HEX[usize::from(byte)]
}

/// 32 bits as eight lower-case hexadecimal digits, the highest first.
#[inline(always)]
pub(crate) fn hex_eight(value: u32) -> [u8; 8] {
    // Each byte into 16 bits, then its halves into the two bytes of those.
    let bytes = u64::from(value.swap_bytes());
    let bytes = (bytes | bytes << 16) & 0x0000_ffff_0000_ffff;
    let bytes = (bytes | bytes << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (bytes >> 4 | bytes << 8) & 0x0f0f_0f0f_0f0f_0f0f;
    // A nibble above 9 is a letter, which is 39 further than the digits are.
    let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (nibbles + 0x3030_3030_3030_3030 + letters * 39).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_tables_are_right() {
        for value in 0..1000 {
            assert_eq!(two(value % 100), *format!("{:02}", value % 100).as_bytes());
            assert_eq!(three(value)[..3], *format!("{value:03}").as_bytes());
        }
        for value in 0..2048 {
            let (digits, length) = short(value);
            assert_eq!(digits[..length], *value.to_string().as_bytes());
        }
        for byte in 0..=255 {
            assert_eq!(hex(byte), *format!("{byte:02x}").as_bytes());
        }
    }

    proptest! {
        #[test]
        fn hexadecimal_digits_are_right(value: u32) {
            let text = format!("{value:08x}");
            prop_assert_eq!(&hex_eight(value)[..], text.as_bytes());
        }
    }
}
