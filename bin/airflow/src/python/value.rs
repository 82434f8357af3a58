//! What an expression is, as far as its text tells.

use super::tokens::{Token, Word};
use std::collections::BTreeMap;

/// What an expression may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// One of these texts: several where it is in a loop over a list.
    Texts(Vec<String>),
    /// A text that begins so, and goes on with something that is only known at run time.
    Begins(String),
    /// A dictionary, as far as its keys are plain text.
    Fields(BTreeMap<String, Value>),
    /// `None`.
    Nothing,
    /// Only known at run time.
    Unknown,
}

/// Names that the file gives values to.
pub(super) type Names = BTreeMap<String, Value>;

impl Value {
    /// The texts, where all of them are known.
    pub(crate) fn texts(&self) -> &[String] {
        match self {
            Self::Texts(texts) => texts,
            _ => &[],
        }
    }

    /// What it begins with, one for each text that it may be; none where that is not known. Jinja's templates are not.
    pub(crate) fn beginnings(&self) -> Vec<String> {
        let before = |text: &String| text.split("{{").next().unwrap_or_default().to_owned();
        let begins: Vec<String> = match self {
            Self::Texts(texts) => texts.iter().map(before).collect(),
            Self::Begins(text) => vec![before(text)],
            _ => Vec::new(),
        };
        // Nothing before what is not known is nothing known.
        if begins.iter().any(String::is_empty) { Vec::new() } else { begins }
    }

    fn text(text: &str) -> Self {
        Self::Texts(vec![text.to_owned()])
    }

    /// One text behind the other.
    fn then(self, next: &Self) -> Self {
        match (self, next) {
            (Self::Texts(first), Self::Texts(next)) => {
                let both = |one: &String| next.iter().map(move |two| format!("{one}{two}")).collect::<Vec<_>>();
                Self::Texts(first.iter().flat_map(both).collect())
            }
            (Self::Texts(first), Self::Begins(next)) if first.len() == 1 => Self::Begins(format!("{}{next}", first[0])),
            (Self::Texts(first), _) if first.len() == 1 => Self::Begins(first[0].clone()),
            (Self::Begins(first), _) => Self::Begins(first),
            _ => Self::Unknown,
        }
    }
}

/// The value of an expression.
pub(super) fn value(words: &[Word], names: &Names) -> Value {
    let parts = split(words, '+');
    if parts.len() > 1 {
        let mut parts = parts.into_iter().map(|part| value(part, names));
        let first = parts.next().unwrap_or(Value::Unknown);
        return parts.fold(first, |first, next| first.then(&next));
    }
    match words {
        [Word { token: Token::Name(name), .. }] if name == "None" => Value::Nothing,
        [Word { token: Token::Name(name), .. }] => names.get(name).cloned().unwrap_or(Value::Unknown),
        [Word { token: Token::Sign('('), .. }, inner @ .., Word { token: Token::Sign(')'), .. }] => {
            let items = split(inner, ',');
            if items.len() == 1 { value(inner, names) } else { any(&items, names) }
        }
        [Word { token: Token::Sign('['), .. }, inner @ .., Word { token: Token::Sign(']'), .. }] => {
            any(&split(inner, ','), names)
        }
        [Word { token: Token::Sign('{'), .. }, inner @ .., Word { token: Token::Sign('}'), .. }] => {
            fields(inner, names)
        }
        [Word { token: Token::Text { .. }, .. }, ..] => joined(words, names),
        _ => Value::Unknown,
    }
}

/// One of several.
fn any(items: &[&[Word]], names: &Names) -> Value {
    let mut texts = Vec::new();
    for item in items.iter().filter(|item| !item.is_empty()) {
        match value(item, names) {
            Value::Texts(more) => texts.extend(more),
            _ => return Value::Unknown,
        }
    }
    Value::Texts(texts)
}

fn fields(words: &[Word], names: &Names) -> Value {
    let pair = |item: &&[Word]| {
        let at = item.iter().position(|word| word.token == Token::Sign(':'))?;
        let key = value(&item[..at], names).texts().first()?.clone();
        Some((key, value(&item[at + 1..], names)))
    };
    Value::Fields(split(words, ',').iter().filter_map(pair).collect())
}

/// Strings side by side are one string.
fn joined(words: &[Word], names: &Names) -> Value {
    let mut all = Value::text("");
    for word in words {
        let Token::Text { text, formatted } = &word.token else { return Value::Unknown };
        all = if *formatted { all.then(&filled(text, names)) } else { all.then(&Value::text(text)) };
    }
    all
}

/// `f"..."` with the values of names in it.
fn filled(text: &str, names: &Names) -> Value {
    let mut all = Value::text("");
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        all = all.then(&Value::text(before));
        // Two are one that is meant as such.
        if after.starts_with("{{") || after.starts_with("}}") {
            all = all.then(&Value::text(&after[..1]));
            rest = &after[2..];
            continue;
        }
        let Some((name, behind)) = after[1..].split_once('}') else { return Value::Unknown };
        all = all.then(names.get(name.trim()).unwrap_or(&Value::Unknown));
        rest = behind;
    }
    all.then(&Value::text(rest))
}

/// The parts between signs that are outside of brackets.
pub(super) fn split(words: &[Word], sign: char) -> Vec<&[Word]> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    for (at, word) in words.iter().enumerate() {
        match word.token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
            Token::Sign(found) if found == sign && depth == 0 => {
                parts.push(&words[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&words[start..]);
    parts
}
