//! The United States. Names, streets and states come from the `fake` crate, which has no Romanian ones.

use chrono::NaiveDate;
use fake::locales::{Data, EN};

use super::{Locale, Name, Person, Sex, names};
use crate::field::{digits, number};
use crate::iban;
use crate::random::Random;

pub(super) struct AmericanEnglish {
    first: Vec<Name>,
    last: Vec<Name>,
}

impl AmericanEnglish {
    pub(super) fn new() -> Self {
        Self { first: names(EN::NAME_FIRST_NAME.iter().copied()), last: names(EN::NAME_LAST_NAME.iter().copied()) }
    }
}

impl Locale for AmericanEnglish {
    fn person(&self, random: &mut Random) -> Person<'_> {
        // The tables do not say whose names they are, and American numbers do not ask.
        let sex = if random.below(2) == 0 { Sex::Female } else { Sex::Male };
        Person { first: random.pick(&self.first), last: random.pick(&self.last), sex }
    }

    fn email_domain(&self, random: &mut Random) -> &'static str {
        random.word(EN::INTERNET_FREE_EMAIL_PROVIDER)
    }

    /// A social security number: area 001-899 but not 666, group 01-99, serial 0001-9999.
    fn personal_number(&self, out: &mut Vec<u8>, random: &mut Random, _sex: Sex, _birth: NaiveDate) {
        let area = random.between(1, 898);
        digits::<3>(out, if area < 666 { area } else { area + 1 });
        out.push(b'-');
        digits::<2>(out, random.between(1, 99));
        out.push(b'-');
        digits::<4>(out, random.between(1, 9999));
    }

    fn address(&self, out: &mut Vec<u8>, random: &mut Random) {
        number(out, random.between(100, 99_999));
        for word in [random.pick(&self.last).text, random.word(EN::ADDRESS_STREET_SUFFIX)] {
            out.push(b' ');
            out.extend_from_slice(word.as_bytes());
        }
        out.extend_from_slice(b", ");
        if random.below(2) == 0 {
            out.extend_from_slice(random.word(EN::ADDRESS_CITY_PREFIX).as_bytes());
            out.push(b' ');
        }
        out.extend_from_slice(random.pick(&self.last).text.as_bytes());
        out.extend_from_slice(random.word(EN::ADDRESS_CITY_SUFFIX).as_bytes());
        out.extend_from_slice(b", ");
        out.extend_from_slice(random.word(EN::ADDRESS_STATE_ABBR).as_bytes());
        out.push(b' ');
        digits::<5>(out, random.between(501, 99_950));
    }

    fn phone(&self, out: &mut Vec<u8>, random: &mut Random) {
        out.push(b'(');
        digits::<3>(out, random.between(200, 999));
        out.extend_from_slice(b") ");
        digits::<3>(out, random.between(200, 999));
        out.push(b'-');
        digits::<4>(out, random.below(10_000));
    }

    /// There are no American ones: British, as other generators do.
    fn iban(&self, out: &mut Vec<u8>, random: &mut Random) {
        iban::write::<14>(out, random, *b"GB");
    }
}
