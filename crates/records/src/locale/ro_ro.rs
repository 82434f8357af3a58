//! Romania.

use chrono::NaiveDate;

use super::{Locale, Name, Person, Sex, names};
use crate::field::digits;
use crate::random::Random;
use crate::{cnp, iban};

const STREETS: &[&str] = &["Strada", "Aleea", "Intrarea", "Bulevardul", "Soseaua", "Drumul"];
const EMAIL_DOMAINS: &[&str] = &["gmail.com", "email.ro", "kappa.ro", "acasa.ro", "zzup.ro", "141.ro", "post.ro"];

pub(super) struct Romanian {
    /// Women first, men after them.
    first: Vec<Name>,
    women: usize,
    last: Vec<Name>,
    towns: Vec<&'static str>,
}

impl Romanian {
    pub(super) fn new() -> Self {
        let mut first = names(include_str!("../data/ro_RO/first_names_female.txt").lines());
        let women = first.len();
        first.extend(names(include_str!("../data/ro_RO/first_names_male.txt").lines()));
        Self {
            first,
            women,
            last: names(include_str!("../data/ro_RO/last_names.txt").lines()),
            towns: include_str!("../data/ro_RO/towns.txt").lines().collect(),
        }
    }
}

impl Locale for Romanian {
    fn person(&self, random: &mut Random) -> Person<'_> {
        let index = random.below(self.first.len() as u64) as usize;
        let sex = if index < self.women { Sex::Female } else { Sex::Male };
        Person { first: &self.first[index], last: random.pick(&self.last), sex }
    }

    fn email_domain(&self, random: &mut Random) -> &'static str {
        random.word(EMAIL_DOMAINS)
    }

    fn personal_number(&self, out: &mut Vec<u8>, random: &mut Random, sex: Sex, birth: NaiveDate) {
        cnp::write(out, random, sex, birth);
    }

    fn address(&self, out: &mut Vec<u8>, random: &mut Random) {
        out.extend_from_slice(random.word(STREETS).as_bytes());
        // A third of the streets have somebody's full name, the others a last name.
        if random.below(3) == 0 {
            out.push(b' ');
            out.extend_from_slice(random.pick(&self.first).text.as_bytes());
        }
        out.push(b' ');
        out.extend_from_slice(random.pick(&self.last).text.as_bytes());
        let shape = random.below(3);
        if shape > 0 {
            out.extend_from_slice(b" Nr. ");
            two_or_three_digits(out, random);
        }
        if shape > 1 {
            out.extend_from_slice(b" Bl. ");
            digits::<2>(out, random.between(10, 99));
            // Two spaces, as in the course's file.
            out.extend_from_slice(b"  Sc. ");
            digits::<2>(out, random.between(10, 99));
            out.extend_from_slice(b" Ap. ");
            digits::<3>(out, random.between(100, 999));
        }
        out.extend_from_slice(b", ");
        out.extend_from_slice(random.word(&self.towns).as_bytes());
        out.extend_from_slice(b", ");
        digits::<6>(out, random.between(100_000, 999_999));
    }

    fn phone(&self, out: &mut Vec<u8>, random: &mut Random) {
        // Two of five are landlines of the counties (023x to 026x), the others mobiles (072x to 078x).
        let prefix = if random.below(5) < 2 { random.between(230, 269) } else { random.between(720, 789) };
        digits::<4>(out, prefix);
        for _ in 0..2 {
            out.push(b' ');
            digits::<3>(out, random.below(1000));
        }
    }

    fn iban(&self, out: &mut Vec<u8>, random: &mut Random) {
        iban::write::<16>(out, random, *b"RO");
    }
}

fn two_or_three_digits(out: &mut Vec<u8>, random: &mut Random) {
    if random.below(2) == 0 {
        digits::<2>(out, random.between(10, 99))
    } else {
        digits::<3>(out, random.between(100, 999))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_tables_have_their_sizes_and_no_doubles() {
        let romanian = Romanian::new();
        assert_eq!((romanian.women, romanian.first.len() - romanian.women), (389, 291));
        assert_eq!((romanian.last.len(), romanian.towns.len()), (44, 320));
        assert_eq!(romanian.first.iter().map(|name| name.text).collect::<BTreeSet<_>>().len(), 389 + 291);
        assert_eq!(romanian.towns.iter().collect::<BTreeSet<_>>().len(), 320);
    }

    #[test]
    fn names_are_spelled_with_comma_below() {
        let romanian = Romanian::new();
        for name in romanian.first.iter().chain(&romanian.last) {
            assert!(
                name.text.chars().all(|letter| letter.is_ascii_alphabetic() || "ăâîșțĂÂÎȘȚ".contains(letter)),
                "{}",
                name.text
            );
        }
        assert!(romanian.towns.iter().all(|town| town.is_ascii() && !town.trim().is_empty()));
    }
}
