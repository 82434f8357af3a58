//! The Romanian personal number (CNP): 13 digits `S YYMMDD CC NNN K`.

use crate::birth::Birth;
use crate::digits::{three, two};
use crate::locale::Sex;
use crate::random::Random;

const WEIGHTS: &[u8; 12] = b"279146358279";
/// Counties 1 to 46 (Bucharest's sectors included), Calarasi 51 and Giurgiu 52.
const COUNTIES: u32 = 48;

/// A valid number of somebody of this sex and birth date.
#[inline(always)]
pub(crate) fn random(random: &mut Random, sex: Sex, birth: &Birth) -> [u8; 13] {
    // A quarter are residents from abroad, as in the course's file.
    let resident = random.small(4) == 0;
    let [_, _, y0, y1, _, m0, m1, _, d0, d1] = birth.text;
    let county = match random.between(1, COUNTIES) {
        47 => 51,
        48 => 52,
        county => county,
    };
    let [c0, c1] = two(county);
    let [n0, n1, n2, _] = three(random.between(1, 999));
    let mut number = [first_digit(sex, birth.century, resident), y0, y1, m0, m1, d0, d1, c0, c1, n0, n1, n2, 0];
    number[12] = check_digit(&number);
    number
}

/// Says sex and century; residents' digits say the sex alone.
fn first_digit(sex: Sex, century: u8, resident: bool) -> u8 {
    let male = match (resident, century) {
        (true, _) => b'7',
        (false, ..19) => b'3',
        (false, 19) => b'1',
        (false, 20..) => b'5',
    };
    male + u8::from(sex == Sex::Female)
}

/// Of the first twelve digits.
fn check_digit(number: &[u8; 13]) -> u8 {
    let products = number.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * u32::from(weight - b'0'));
    match products.sum::<u32>() % 11 {
        10 => b'1',
        rest => b'0' + rest as u8,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::random::Key;
    use chrono::{Datelike, NaiveDate};
    use proptest::prelude::*;

    #[test]
    fn check_digits_of_the_courses_file() {
        for real in [b"2260915133704", b"4091201412925", b"5670312458954", b"3050130072546"] {
            assert_eq!(check_digit(real), real[12], "{}", String::from_utf8_lossy(real));
        }
    }

    proptest! {
        #[test]
        fn a_number_is_valid_and_says_sex_and_birth_date(seed: u64, day in 0..109_500_u64, male: bool) {
            let birth = NaiveDate::from_ymd_opt(1800, 1, 1).unwrap() + chrono::Days::new(day);
            let sex = if male { Sex::Male } else { Sex::Female };
            let number = super::random(&mut Random::new(Key::new(seed, 0, ""), 0), sex, &Birth::new(birth));
            prop_assert_eq!(check_digit(&number), number[12]);
            let cnp = str::from_utf8(&number).unwrap();
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
