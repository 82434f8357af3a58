//! International bank account numbers with valid check digits.

use crate::line::Line;
use crate::random::Random;

/// What follows the bank's first `BRANCH` digits.
const ACCOUNT_END: u64 = 100_000_000;

/// Two letters, and what they count in a check: A is 10.
struct Letters {
    text: [u8; 2],
    number: u16,
}

/// All pairs of letters; the first one changes fastest.
static LETTERS: [Letters; 676] = letters();

const fn letters() -> [Letters; 676] {
    let mut table = [const { Letters { text: [0; 2], number: 0 } }; 676];
    let mut index = 0;
    while index < 676 {
        let (first, second) = (index % 26, index / 26);
        table[index].text = [b'A' + first as u8, b'A' + second as u8];
        table[index].number = (first as u16 + 10) * 100 + second as u16 + 10;
        index += 1;
    }
    table
}

/// Appends an IBAN: country, two check digits, four letters of the bank, `BRANCH` digits and eight more.
#[inline(always)]
pub(crate) fn write<const BRANCH: usize>(line: &mut Line, random: &mut Random, country: &[u8; 2]) {
    let rest = random.small(26 * 26 * 26 * 26);
    let [first, second] = [&LETTERS[(rest % 676) as usize], &LETTERS[(rest / 676) as usize]];
    let bank = [first.text[0], first.text[1], second.text[0], second.text[1]];
    let branch_end = 10_u64.pow(BRANCH as u32);
    let (branch, account) = (random.below(branch_end), random.below(ACCOUNT_END));

    // ISO 7064 mod 97-10: the country and two zeros go last, letters count 10 to 35, a valid IBAN leaves 1.
    // Each part times what its place leaves, since then one division is enough: three that wait for each other were the
    // dearest thing of a record.
    let account_place = 1_000_000 % 97;
    let branch_place = account_place * ACCOUNT_END % 97;
    let bank_place = branch_place * branch_end % 97;
    let bank_number = u64::from(first.number) * 10_000 + u64::from(second.number);
    let country_number = country.iter().fold(0, |sum, letter| sum * 100 + u64::from(letter - b'A') + 10);
    let sum = bank_number * bank_place + branch * branch_place + account * account_place + country_number * 100;
    let remainder = sum % 97;

    line.put(country);
    line.digits::<2>(98 - remainder as u32);
    line.put(&bank);
    line.digits::<BRANCH>(branch as u32);
    line.digits::<8>(account as u32);
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
            let mut line = Line::new();
            if british { write::<6>(&mut line, &mut random, b"GB") } else { write::<8>(&mut line, &mut random, b"RO") }
            let iban = str::from_utf8(line.as_bytes()).unwrap();
            prop_assert_eq!(remainder(iban), 1);
            prop_assert_eq!(iban.len(), if british { 22 } else { 24 });
            prop_assert!(iban.bytes().skip(4).take(4).all(|c| c.is_ascii_uppercase()));
            prop_assert!(iban.bytes().skip(8).all(|c| c.is_ascii_digit()));
        }
    }
}
