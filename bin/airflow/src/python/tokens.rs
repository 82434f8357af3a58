//! Python's words: names, strings, signs, and where a logical line begins.

/// One word, and the line that it begins on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub(super) line: usize,
    pub(super) token: Token,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A name, a keyword or a number.
    Name(String),
    /// A string; `formatted` ones have values in braces.
    Text {
        text: String,
        formatted: bool,
    },
    Sign(char),
    /// A new logical line with this indentation.
    Line(usize),
}

/// All words of a file. A file that is no Python gives some words, too: it is Airflow's business to refuse it.
pub(super) fn words(source: &str) -> Vec<Word> {
    let signs: Vec<char> = source.chars().collect();
    let mut reader = Reader { signs: &signs, at: 0, line: 1, depth: 0, words: Vec::new() };
    reader.new_line();
    while reader.at < signs.len() {
        reader.next();
    }
    reader.words
}

struct Reader<'a> {
    signs: &'a [char],
    at: usize,
    line: usize,
    /// Open brackets: inside of them a line's end means nothing.
    depth: usize,
    words: Vec<Word>,
}

impl Reader<'_> {
    fn peek(&self, ahead: usize) -> char {
        self.signs.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn add(&mut self, line: usize, token: Token) {
        self.words.push(Word { line, token });
    }

    /// At the beginning of a line: its indentation, unless it is empty.
    fn new_line(&mut self) {
        let mut indent = 0;
        while matches!(self.peek(0), ' ' | '\t') {
            indent += if self.peek(0) == '\t' { 8 } else { 1 };
            self.at += 1;
        }
        if !matches!(self.peek(0), '\n' | '\r' | '#' | '\0') {
            self.add(self.line, Token::Line(indent));
        }
    }

    fn next(&mut self) {
        let sign = self.peek(0);
        match sign {
            '\n' => {
                (self.at, self.line) = (self.at + 1, self.line + 1);
                if self.depth == 0 {
                    self.new_line();
                }
            }
            '\\' if self.peek(1) == '\n' => (self.at, self.line) = (self.at + 2, self.line + 1),
            '#' => {
                while !matches!(self.peek(0), '\n' | '\0') {
                    self.at += 1;
                }
            }
            '\'' | '"' => self.text(""),
            sign if sign.is_alphanumeric() || sign == '_' => self.name(),
            sign if sign.is_whitespace() || sign == '\0' => self.at += 1,
            sign => {
                match sign {
                    '(' | '[' | '{' => self.depth += 1,
                    ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
                    _ => {}
                }
                self.add(self.line, Token::Sign(sign));
                self.at += 1;
            }
        }
    }

    /// A name, or a string's prefix: `f"`, `rb'`.
    fn name(&mut self) {
        let start = self.at;
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            self.at += 1;
        }
        let name: String = self.signs[start..self.at].iter().collect();
        let is_prefix = name.len() <= 2 && name.chars().all(|sign| "rRbBuUfF".contains(sign));
        if is_prefix && matches!(self.peek(0), '\'' | '"') {
            return self.text(&name.to_lowercase());
        }
        self.add(self.line, Token::Name(name));
    }

    fn text(&mut self, prefix: &str) {
        let (quote, line) = (self.peek(0), self.line);
        let length = if self.peek(1) == quote && self.peek(2) == quote { 3 } else { 1 };
        self.at += length;
        let mut text = String::new();
        while self.at < self.signs.len() {
            let sign = self.peek(0);
            let ends = (0..length).all(|ahead| self.peek(ahead) == quote);
            if ends || (sign == '\n' && length == 1) {
                break;
            }
            self.line += usize::from(sign == '\n');
            if sign == '\\' && !prefix.contains('r') {
                self.line += usize::from(self.peek(1) == '\n');
                match self.peek(1) {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    '\n' => {}
                    other => text.push(other),
                }
                self.at += 2;
            } else {
                text.push(sign);
                self.at += 1;
            }
        }
        if self.peek(0) == quote {
            self.at += length;
        }
        self.add(line, Token::Text { text, formatted: prefix.contains('f') });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_comments_and_lines() {
        let source = "a = 'x#y' # no\nif b:\n    c(\n  \"\"\"two\nlines\"\"\", rb'\\n', f\"{a}\")\n# nothing\n\nd = \\\n  '\\''\n";
        let text = |text: &str| Token::Text { text: text.into(), formatted: false };
        let name = |name: &str| Token::Name(name.into());
        let expected = vec![
            (1, Token::Line(0)),
            (1, name("a")),
            (1, Token::Sign('=')),
            (1, text("x#y")),
            (2, Token::Line(0)),
            (2, name("if")),
            (2, name("b")),
            (2, Token::Sign(':')),
            (3, Token::Line(4)),
            (3, name("c")),
            (3, Token::Sign('(')),
            (4, text("two\nlines")),
            (5, Token::Sign(',')),
            (5, text("\\n")),
            (5, Token::Sign(',')),
            (5, Token::Text { text: "{a}".into(), formatted: true }),
            (5, Token::Sign(')')),
            (8, Token::Line(0)),
            (8, name("d")),
            (8, Token::Sign('=')),
            (9, text("'")),
        ];
        let found: Vec<(usize, Token)> = words(source).into_iter().map(|word| (word.line, word.token)).collect();
        assert_eq!(found, expected);
    }
}
