//! The locales: each is a country's way to write a person, chosen when the program runs.

mod en_us;
mod ro_ro;

use crate::columns::Gather;
use crate::country::Country;
use crate::options::Error;
use crate::random::Random;
use crate::record::Common;

/// A country that is chosen when the program runs.
pub(crate) trait Locale: Send + Sync {
    /// Make `rows` rows as lines.
    fn lines(&self, common: &Common, random: &mut Random, rows: u64, out: &mut Vec<u8>);
    /// Make `rows` rows as columns.
    fn columns(&self, common: &Common, random: &mut Random, rows: u64, out: &mut Gather);
}

impl<C: Country> Locale for C {
    fn lines(&self, common: &Common, random: &mut Random, rows: u64, out: &mut Vec<u8>) {
        common.lines(self, random, rows, out);
    }

    fn columns(&self, common: &Common, random: &mut Random, rows: u64, out: &mut Gather) {
        common.columns(self, random, rows, out);
    }
}

type Load = fn() -> Box<dyn Locale>;

const LOCALES: &[(&str, Load)] =
    &[("en_US", || Box::new(en_us::AmericanEnglish::new())), ("ro_RO", || Box::new(ro_ro::Romanian::new()))];

/// The locales that [`crate::Options`] may name.
pub fn known() -> Vec<&'static str> {
    LOCALES.iter().map(|(name, _)| *name).collect()
}

pub(crate) fn load(asked: &str) -> Result<Box<dyn Locale>, Error> {
    match LOCALES.iter().find(|(name, _)| *name == asked) {
        Some((_, load)) => Ok(load()),
        None => Err(Error::UnknownLocale { asked: asked.to_owned(), known: known() }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_locale_is_an_error_that_lists_the_known_ones() {
        let error = load("xx_YY").err().unwrap();
        assert_eq!(error.to_string(), "choosing the locale: `xx_YY` is not known; known are en_US, ro_RO");
    }
}
