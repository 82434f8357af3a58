//! YAML that people like to read: block style, and quotes only where a plain word would be something else.

use std::fmt;

/// A node of a document.
pub(super) enum Node {
    Text(String),
    Number(i64),
    Truth(bool),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// A list is one line up to this many characters, its own only.
const WIDTH: usize = 100;

impl Node {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    fn scalar(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(word(text)),
            Self::Number(number) => Some(number.to_string()),
            Self::Truth(truth) => Some(truth.to_string()),
            Self::List(_) | Self::Map(_) => None,
        }
    }

    fn write(&self, to: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let indent = "  ".repeat(depth);
        match self {
            Self::Map(fields) => fields.iter().try_for_each(|(name, node)| {
                write!(to, "{indent}{}:", word(name))?;
                node.behind(to, depth)
            }),
            Self::List(items) => items.iter().try_for_each(|item| {
                write!(to, "{indent}-")?;
                item.behind(to, depth)
            }),
            scalar => writeln!(to, "{indent}{}", scalar.scalar().unwrap_or_default()),
        }
    }

    /// What follows a name or a dash.
    fn behind(&self, to: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        if let Some(scalar) = self.scalar() {
            return writeln!(to, " {scalar}");
        }
        match self {
            Self::Map(fields) if fields.is_empty() => writeln!(to, " {{}}"),
            Self::List(items) => {
                let words: Option<Vec<String>> = items.iter().map(Self::scalar).collect();
                // In a list of one line more signs mean something.
                let flat = words.filter(|words| words.iter().all(|word| !word.contains([',', '[', ']', '{', '}'])));
                match flat.map(|words| words.join(", ")).filter(|line| line.len() <= WIDTH) {
                    Some(line) => writeln!(to, " [{line}]"),
                    None => {
                        writeln!(to)?;
                        self.write(to, depth + 1)
                    }
                }
            }
            _ => {
                writeln!(to)?;
                self.write(to, depth + 1)
            }
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(to, 0)
    }
}

/// A text as it is, where YAML 1.1 and 1.2 both read it as that text; else in quotes, with JSON's escapes, which are YAML's.
fn word(text: &str) -> String {
    let lower = text.to_lowercase();
    let means = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "~", "nan", "inf"];
    // A sign at the beginning, or before or behind a space, may begin or end something.
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/' || c == '_')
        || text.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let legal = text.chars().all(|c| c.is_ascii_alphanumeric() || " _-./*={},+@".contains(c));
    // Numbers, times and days have a digit and only such signs: any other one makes a text of it.
    let number = lower.contains(|c: char| c.is_ascii_digit())
        && lower.chars().all(|c| c.is_ascii_hexdigit() || "_-+.,xot: ".contains(c));
    let word = begins && legal && !number && !text.ends_with(' ') && !means.contains(&lower.as_str());
    // A cron line is five words of numbers and stars.
    let cron = legal && text.split(' ').count() == 5 && text.starts_with(|c: char| c.is_ascii_digit());
    if word || cron { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            ' '..='~' => out.push(c),
            c if u32::from(c) > 0xffff => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yaml_would_read_as_something_else_is_quoted() {
        for plain in ["raw_driven_data", "a/b={{ x or y }}/*", "0 7 * * *", "mw1.small", "--date", "not-b"] {
            assert_eq!(word(plain), plain);
        }
        let quoted =
            ["", "yes", "12", "1e5", "0x1f", "2024-09-15", "{{ x }}", "*x", "a: b", "a #b", "-a", "null", "7:30"];
        for text in quoted {
            assert_eq!(word(text), format!("\"{text}\""));
        }
        assert_eq!(word("it's \"ä\"\n"), "\"it's \\\"\\u00e4\\\"\\u000a\"");
    }

    #[test]
    fn long_lists_are_many_lines() {
        let list = |many: usize| {
            Node::Map(vec![(
                "a".into(),
                Node::List((0..many).map(|n| Node::text(format!("task_number_{n}"))).collect()),
            )])
        };
        assert_eq!(list(2).to_string(), "a: [task_number_0, task_number_1]\n");
        assert!(list(9).to_string().starts_with("a:\n  - task_number_0\n  - task_number_1\n"));
        assert_eq!(list(0).to_string(), "a: []\n");
    }
}
