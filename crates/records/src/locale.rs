//! What differs between countries: names, addresses, personal numbers, phones, bank accounts.

mod en_us;
mod ro_ro;

use crate::birth::Birth;
use crate::columns::Gather;
use crate::line::{Line, Word};
use crate::options::Error;
use crate::random::Random;
use crate::record::Common;

/// Which first names and personal numbers somebody can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sex {
    Female,
    Male,
}

/// A first or last name, with the form that it has in a user name.
pub(crate) struct Name {
    pub(crate) text: Word,
    /// Lower case, letters only; diacritics stay.
    pub(crate) user: Word,
}

/// One person's names. The user name and the e-mail address are made of the same two.
pub(crate) struct Person<'a> {
    pub(crate) first: &'a Name,
    pub(crate) last: &'a Name,
    pub(crate) sex: Sex,
}

/// One country's way to write a person. Each method that takes a line appends one field to it, without its comma. All are
/// compiled into the loop over the rows: a call for each field would cost more than most fields do.
pub(crate) trait Country: Send + Sync {
    fn person(&self, random: &mut Random) -> Person<'_>;
    fn email_domain(&self, random: &mut Random) -> &Word;
    fn personal_number(&self, line: &mut Line, random: &mut Random, sex: Sex, birth: &Birth);
    /// Between quotes that the caller writes: every address has commas. Made of words, so it has no quotes itself.
    fn address(&self, line: &mut Line, random: &mut Random);
    fn phone(&self, line: &mut Line, random: &mut Random);
    fn iban(&self, line: &mut Line, random: &mut Random);
}

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

/// A table of names.
fn names(texts: impl IntoIterator<Item = &'static str>) -> Vec<Name> {
    texts.into_iter().filter_map(name).collect()
}

fn name(text: &str) -> Option<Name> {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    let user: String = letters.flat_map(char::to_lowercase).collect();
    Some(Name { text: Word::new(text)?, user: Word::new(&user)? })
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
    fn user_names_keep_diacritics_and_drop_apostrophes() {
        let mut line = Line::new();
        for name in names(["Ștefăniță", "O'Connor"]) {
            line.word(&name.user);
            line.put(b"|");
        }
        assert_eq!(line.as_bytes(), "ștefăniță|oconnor|".as_bytes());
    }
}
