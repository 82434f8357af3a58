//! International bank account numbers with valid check digits.

use crate::field::digits;
use crate::random::Random;

/// Appends an IBAN: country, two check digits, four letters of the bank, `DIGITS` digits.
pub(crate) fn write<const DIGITS: usize>(out: &mut Vec<u8>, random: &mut Random, country: [u8; 2]) {
    let mut rest = random.below(26 * 26 * 26 * 26);
    let bank = [(); 4].map(|()| {
        let letter = b'A' + (rest % 26) as u8;
        rest /= 26;
        letter
    });
    let account_end = 10_u64.pow(DIGITS as u32);
    let account = random.below(account_end);

    // ISO 7064 mod 97-10: the country and two zeros go last, letters count 10 to 35, a valid IBAN leaves 1.
    // In three steps that each fit into 64 bits, because a division per digit would be the dearest thing of a record.
    let spell = |letters: &[u8]| letters.iter().fold(0, |sum, letter| sum * 100 + u64::from(letter - b'A') + 10);
    let remainder = (spell(&bank) % 97 * (account_end % 97) + account) % 97;
    let remainder = (remainder * 1_000_000 + spell(&country) * 100) % 97;

    out.extend_from_slice(&country);
    digits::<2>(out, 98 - remainder);
    out.extend_from_slice(&bank);
    digits::<DIGITS>(out, account);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::random::Key;
    use proptest::prelude::*;

    /// Digit by digit, the slow way of the standard.
    fn remainder(iban: &str) -> u32 {
        let (head, account) = iban.split_at(4);
        let spelled: String =
            account.chars().chain(head.chars()).map(|c| c.to_digit(36).unwrap().to_string()).collect();
        spelled.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97)
    }

    #[test]
    fn known_accounts_leave_1() {
        for real in ["RO16EZML5644748904109718", "GB82WEST12345698765432", "RO88GWZN0391548765252667"] {
            assert_eq!(remainder(real), 1, "{real}");
        }
        assert_ne!(remainder("RO17EZML5644748904109718"), 1);
    }

    proptest! {
        #[test]
        fn an_account_is_valid(seed: u64, british: bool) {
            let mut random = Random::new(Key::new(seed, 0, ""), 0);
            let mut out = Vec::new();
            if british { write::<14>(&mut out, &mut random, *b"GB") } else { write::<16>(&mut out, &mut random, *b"RO") }
            let iban = String::from_utf8(out).unwrap();
            prop_assert_eq!(remainder(&iban), 1);
            prop_assert_eq!(iban.len(), if british { 22 } else { 24 });
            prop_assert!(iban.bytes().skip(4).take(4).all(|c| c.is_ascii_uppercase()));
            prop_assert!(iban.bytes().skip(8).all(|c| c.is_ascii_digit()));
        }
    }
}
