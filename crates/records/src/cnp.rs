//! The Romanian personal number (CNP): 13 digits `S YYMMDD CC NNN K`.

use crate::birth::Birth;
use crate::digits::{three, two};
use crate::line::Line;
use crate::person::Sex;
use crate::random::Random;

/// What a digit is worth in the check: of sex, date, county and the number in it.
const SEX: u32 = 2;
const YEAR: [u32; 2] = [7, 9];
const DAY: [u32; 4] = [1, 4, 6, 3];
const COUNTY: [u32; 2] = [5, 8];
const NUMBER: [u32; 3] = [2, 7, 9];

/// The first digit for men, of residents from abroad or not, born in 18xx, 19xx or 20xx. Residents' digits do not say when.
static MEN: [[u8; 3]; 2] = [*b"315", *b"777"];
/// Counties 1 to 46 (Bucharest's sectors included), Calarasi 51 and Giurgiu 52.
const COUNTIES: u32 = 48;

/// Appends a valid number for a person of this sex and birth date.
#[inline(always)]
pub(crate) fn write(line: &mut Line, random: &mut Random, sex: Sex, birth: &Birth) {
    // A quarter are residents from abroad, as in the course's file.
    let resident = random.small(4) == 0;
    let men = MEN[usize::from(resident)][usize::from(birth.century.clamp(18, 20) - 18)];
    let first = men + u8::from(sex == Sex::Female);
    let county = random.between(1, COUNTIES);
    let county = two(if county > 46 { county + 4 } else { county });
    let [n0, n1, n2, _] = three(random.between(1, 999));
    let number = [n0, n1, n2];

    let sum = SEX * digit(first) + weighted(&COUNTY, &county) + weighted(&NUMBER, &number) + u32::from(birth.check);
    let ([_, _, y0, y1], [_, m0, m1, _, d0, d1]) = (*birth.year, *birth.day);
    let text = line.room::<13>(13);
    text[0] = first;
    text[1..7].copy_from_slice(&[y0, y1, m0, m1, d0, d1]);
    text[7..9].copy_from_slice(&county);
    text[9..12].copy_from_slice(&number);
    text[12] = check_digit(sum);
}

/// What the last two digits of a birth's year add to the check.
pub(crate) fn weigh_year(digits: [u8; 2]) -> u8 {
    (weighted(&YEAR, &digits) % 11) as u8
}

/// What the month and day of a birth add.
pub(crate) fn weigh_day(digits: [u8; 4]) -> u8 {
    (weighted(&DAY, &digits) % 11) as u8
}

#[inline(always)]
fn digit(digit: u8) -> u32 {
    u32::from(digit - b'0')
}

#[inline(always)]
fn weighted<const N: usize>(weights: &[u32; N], digits: &[u8; N]) -> u32 {
    weights.iter().zip(digits).map(|(weight, &text)| weight * digit(text)).sum()
}

/// For the weighted sum of the first twelve digits.
#[inline(always)]
fn check_digit(sum: u32) -> u8 {
    match sum % 11 {
        10 => b'1',
        rest => b'0' + rest as u8,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::birth::Births;
    use crate::random::Key;
    use chrono::{Datelike, NaiveDate};
    use proptest::prelude::*;

    /// Digit by digit, as the law has it.
    fn check(number: &[u8]) -> u8 {
        check_digit(b"279146358279".iter().zip(number).map(|(weight, number)| digit(*weight) * digit(*number)).sum())
    }

    #[test]
    fn check_digits_of_the_courses_file() {
        for real in [b"2260915133704", b"4091201412925", b"5670312458954", b"3050130072546"] {
            assert_eq!(check(real), real[12], "{}", String::from_utf8_lossy(real));
        }
    }

    proptest! {
        #[test]
        fn a_number_is_valid_and_says_sex_and_birth_date(seed: u64, day in 0..109_500_u64, male: bool) {
            let birth = NaiveDate::from_ymd_opt(1800, 1, 1).unwrap() + chrono::Days::new(day);
            let sex = if male { Sex::Male } else { Sex::Female };
            let mut line = Line::new();
            write(&mut line, &mut Random::new(Key::new(seed, 0, ""), 0), sex, &Births::new(birth, 1).get(0));
            let number = line.as_bytes();
            prop_assert_eq!((check(number), 13), (number[12], number.len()));
            let cnp = str::from_utf8(number).unwrap();
            prop_assert_eq!(&cnp[1..7], birth.format("%y%m%d").to_string());
            let first: u32 = cnp[..1].parse().unwrap();
            prop_assert_eq!(first % 2 == 1, male);
            let century = match first { 1 | 2 => 1900, 3 | 4 => 1800, 5 | 6 => 2000, _ => birth.year() / 100 * 100 };
            prop_assert_eq!(century, birth.year() / 100 * 100);
            let county: u32 = cnp[7..9].parse().unwrap();
            prop_assert!(matches!(county, 1..=46 | 51 | 52));
            prop_assert!(cnp[9..12].parse::<u32>().unwrap() >= 1);
        }
    }
}
