//! Romania.

use std::hint::select_unpredictable;

use crate::birth::Birth;
use crate::country::Country;
use crate::digits::{three, two};
use crate::line::{Line, Word};
use crate::person::{Name, Person, Sex, names};
use crate::random::Random;
use crate::{cnp, iban};

const FEMALE: &str = include_str!("../data/ro_RO/first_names_female.txt");
const MALE: &str = include_str!("../data/ro_RO/first_names_male.txt");
const LAST: &str = include_str!("../data/ro_RO/last_names.txt");
const TOWNS: &str = include_str!("../data/ro_RO/towns.txt");
const STREETS: [&str; 6] = ["Strada", "Aleea", "Intrarea", "Bulevardul", "Soseaua", "Drumul"];
const EMAIL_DOMAINS: [&str; 7] = ["gmail.com", "email.ro", "kappa.ro", "acasa.ro", "zzup.ro", "141.ro", "post.ro"];

pub(super) struct Romanian {
    /// Women first, men after them.
    first: Vec<Name>,
    women: usize,
    last: Vec<Name>,
    towns: Vec<Word>,
    streets: Vec<Word>,
    email_domains: Vec<Word>,
}

impl Romanian {
    pub(super) fn new() -> Self {
        let mut first = names(FEMALE.lines());
        let women = first.len();
        first.extend(names(MALE.lines()));
        Self {
            first,
            women,
            last: names(LAST.lines()),
            towns: Word::table(TOWNS.lines()),
            streets: Word::table(STREETS),
            email_domains: Word::table(EMAIL_DOMAINS),
        }
    }
}

impl Country for Romanian {
    #[inline(always)]
    fn person(&self, random: &mut Random) -> Person<'_> {
        let index = random.small(self.first.len() as u32) as usize;
        let sex = if index < self.women { Sex::Female } else { Sex::Male };
        Person { first: &self.first[index], last: random.pick(&self.last), sex }
    }

    #[inline(always)]
    fn email_domain(&self, random: &mut Random) -> &Word {
        random.pick(&self.email_domains)
    }

    #[inline(always)]
    fn personal_number(&self, line: &mut Line, random: &mut Random, sex: Sex, birth: &Birth) {
        cnp::write(line, random, sex, birth);
    }

    #[inline(always)]
    fn address(&self, line: &mut Line, random: &mut Random) {
        line.word(random.pick(&self.streets));
        line.put(b" ");
        // The optional part of an address is always written, and then not counted if it is left out: no branch
        // predictor foresees such jumps. A third of the streets have a person's full name, the others a last name.
        let full = random.small(3) == 0;
        line.word_if(full, &self.first[random.small_if(full, self.first.len() as u32) as usize].text);
        line.put_if(full, b" ");
        line.word(&random.pick(&self.last).text);
        let shape = random.small(3);
        let numbered = shape > 0;
        line.put_if(numbered, b" Nr. ");
        // As many numbers of two digits as of three.
        let (lowest, count) = select_unpredictable(random.small_if(numbered, 2) == 0, (10, 90), (100, 900));
        line.short_if(numbered, lowest + random.small_if(numbered, count));
        let flat = shape > 1;
        let [block, stair, door] =
            [(10, 90), (10, 90), (100, 900)].map(|(lowest, count)| lowest + random.small_if(flat, count));
        // Two spaces, as in the course's file.
        let text = line.room::<23>(select_unpredictable(flat, 23, 0));
        text.copy_from_slice(b" Bl. 00  Sc. 00 Ap. 000");
        text[5..7].copy_from_slice(&two(block));
        text[13..15].copy_from_slice(&two(stair));
        text[20..].copy_from_slice(&three(door)[..3]);
        line.put(b", ");
        line.word(random.pick(&self.towns));
        line.put(b", ");
        line.digits::<6>(random.between(100_000, 999_999));
    }

    #[inline(always)]
    fn phone(&self, line: &mut Line, random: &mut Random) {
        // Two of five are landlines of the counties (023x to 026x), the others mobiles (072x to 078x).
        let prefix = if random.small(5) < 2 { random.between(230, 269) } else { random.between(720, 789) };
        line.digits::<4>(prefix);
        for _ in 0..2 {
            line.put(b" ");
            line.digits::<3>(random.between(0, 999));
        }
    }

    #[inline(always)]
    fn iban(&self, line: &mut Line, random: &mut Random) {
        iban::write::<8>(line, random, b"RO");
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
        assert_eq!(FEMALE.lines().chain(MALE.lines()).collect::<BTreeSet<_>>().len(), 389 + 291);
        assert_eq!(LAST.lines().collect::<BTreeSet<_>>().len(), 44);
        assert_eq!(TOWNS.lines().collect::<BTreeSet<_>>().len(), 320);
    }

    #[test]
    fn names_are_spelled_with_comma_below() {
        let spelled = |letter: char| letter.is_ascii_alphabetic() || "ăâîșțĂÂÎȘȚ".contains(letter);
        for name in FEMALE.lines().chain(MALE.lines()).chain(LAST.lines()) {
            assert!(!name.is_empty() && name.chars().all(spelled), "{name}");
        }
        assert!(TOWNS.lines().all(|town| town.is_ascii() && !town.trim().is_empty()));
    }
}
