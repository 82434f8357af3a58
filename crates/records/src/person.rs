//! A person's names and sex.

use crate::line::Word;

/// Which first names and personal numbers a person can have.
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

/// A table of names.
pub(crate) fn names(texts: impl IntoIterator<Item = &'static str>) -> Vec<Name> {
    texts.into_iter().filter_map(name).collect()
}

fn name(text: &str) -> Option<Name> {
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    let user: String = letters.flat_map(char::to_lowercase).collect();
    Some(Name { text: Word::new(text)?, user: Word::new(&user)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::Line;

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
