//! What differs between countries: names, addresses, personal numbers, phones, bank accounts.

mod en_us;
mod ro_ro;

use chrono::NaiveDate;

use crate::options::Error;
use crate::random::Random;

/// Which first names and personal numbers somebody can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sex {
    Female,
    Male,
}

/// A first or last name, with the form that it has in a user name.
pub(crate) struct Name {
    pub(crate) text: &'static str,
    /// Lower case, letters only; diacritics stay.
    pub(crate) user: String,
}

/// One person's names. The user name and the e-mail address are made of the same two.
pub(crate) struct Person<'a> {
    pub(crate) first: &'a Name,
    pub(crate) last: &'a Name,
    pub(crate) sex: Sex,
}

/// One country's way to write a person. Each method appends one field, without quotes or comma.
pub(crate) trait Locale: Send + Sync {
    fn person(&self, random: &mut Random) -> Person<'_>;
    fn email_domain(&self, random: &mut Random) -> &'static str;
    fn personal_number(&self, out: &mut Vec<u8>, random: &mut Random, sex: Sex, birth: NaiveDate);
    fn address(&self, out: &mut Vec<u8>, random: &mut Random);
    fn phone(&self, out: &mut Vec<u8>, random: &mut Random);
    fn iban(&self, out: &mut Vec<u8>, random: &mut Random);
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

/// A table of names. None may hold what CSV would have to quote.
fn names(texts: impl IntoIterator<Item = &'static str>) -> Vec<Name> {
    let user =
        |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    texts.into_iter().map(|text| Name { text, user: user(text) }).collect()
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

    #[test]
    fn names_and_domains_never_need_quotes() {
        let mut random = Random::new(crate::random::Key::new(1, 1, ""), 0);
        for (locale, load) in LOCALES {
            let locale_tables = load();
            for _ in 0..100_000 {
                let person = locale_tables.person(&mut random);
                for text in [person.first.text, person.last.text, locale_tables.email_domain(&mut random)] {
                    assert!(!text.is_empty() && !text.contains([',', '"', '\n', '\r']), "{locale}: {text:?}");
                }
            }
        }
    }

    #[test]
    fn user_names_keep_diacritics_and_drop_apostrophes() {
        let made = names(["Ștefăniță", "O'Connor"]);
        assert_eq!(made[0].user, "ștefăniță");
        assert_eq!(made[1].user, "oconnor");
    }
}
