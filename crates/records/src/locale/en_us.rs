//! The United States. Names, streets and states come from the `fake` crate, which has no Romanian ones.

use fake::locales::{Data, EN};

use crate::birth::Birth;
use crate::country::Country;
use crate::iban;
use crate::line::{Line, Word};
use crate::person::{Name, Person, Sex, names};
use crate::random::Random;

pub(super) struct AmericanEnglish {
    first: Vec<Name>,
    last: Vec<Name>,
    streets: Vec<Word>,
    city_prefixes: Vec<Word>,
    city_suffixes: Vec<Word>,
    states: Vec<Word>,
    email_domains: Vec<Word>,
}

impl AmericanEnglish {
    pub(super) fn new() -> Self {
        let words = |texts: &[&'static str]| Word::table(texts.iter().copied());
        Self {
            first: names(EN::NAME_FIRST_NAME.iter().copied()),
            last: names(EN::NAME_LAST_NAME.iter().copied()),
            streets: words(EN::ADDRESS_STREET_SUFFIX),
            city_prefixes: words(EN::ADDRESS_CITY_PREFIX),
            city_suffixes: words(EN::ADDRESS_CITY_SUFFIX),
            states: words(EN::ADDRESS_STATE_ABBR),
            email_domains: words(EN::INTERNET_FREE_EMAIL_PROVIDER),
        }
    }
}

impl Country for AmericanEnglish {
    #[inline(always)]
    fn person(&self, random: &mut Random) -> Person<'_> {
        // The tables do not say whose names they are, and American numbers do not ask.
        let sex = if random.small(2) == 0 { Sex::Female } else { Sex::Male };
        Person { first: random.pick(&self.first), last: random.pick(&self.last), sex }
    }

    #[inline(always)]
    fn email_domain(&self, random: &mut Random) -> &Word {
        random.pick(&self.email_domains)
    }

    /// A social security number: area 001-899 but not 666, group 01-99, serial 0001-9999.
    #[inline(always)]
    fn personal_number(&self, line: &mut Line, random: &mut Random, _sex: Sex, _birth: &Birth) {
        let area = random.between(1, 898);
        line.digits::<3>(if area < 666 { area } else { area + 1 });
        line.put(b"-");
        line.digits::<2>(random.between(1, 99));
        line.put(b"-");
        line.digits::<4>(random.between(1, 9999));
    }

    #[inline(always)]
    fn address(&self, line: &mut Line, random: &mut Random) {
        line.number(random.between(100, 99_999));
        line.put(b" ");
        line.word(&random.pick(&self.last).text);
        line.put(b" ");
        line.word(random.pick(&self.streets));
        line.put(b", ");
        if random.small(2) == 0 {
            line.word(random.pick(&self.city_prefixes));
            line.put(b" ");
        }
        line.word(&random.pick(&self.last).text);
        line.word(random.pick(&self.city_suffixes));
        line.put(b", ");
        line.word(random.pick(&self.states));
        line.put(b" ");
        line.digits::<5>(random.between(501, 99_950));
    }

    #[inline(always)]
    fn phone(&self, line: &mut Line, random: &mut Random) {
        line.put(b"(");
        line.digits::<3>(random.between(200, 999));
        line.put(b") ");
        line.digits::<3>(random.between(200, 999));
        line.put(b"-");
        line.digits::<4>(random.between(0, 9999));
    }

    /// There are no American ones: British, as other generators do.
    #[inline(always)]
    fn iban(&self, line: &mut Line, random: &mut Random) {
        iban::write::<6>(line, random, b"GB");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_left_out() {
        let american = AmericanEnglish::new();
        assert_eq!(american.first.len(), EN::NAME_FIRST_NAME.len());
        assert_eq!(american.last.len(), EN::NAME_LAST_NAME.len());
        assert_eq!(american.states.len(), EN::ADDRESS_STATE_ABBR.len());
    }
}
