//! The calls of a file.

use super::tokens::{Token, Word, words};
use super::value::{Names, Value, split, value};
use std::collections::BTreeMap;

/// One call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) line: usize,
    /// What is called: `GlueJobOperator`, `Variable.get`, `hook.load_string`.
    pub(crate) name: String,
    /// Whether it is made while the file is imported, not only when a task runs.
    pub(crate) at_import: bool,
    pub(crate) positional: Vec<Value>,
    pub(crate) named: BTreeMap<String, Value>,
}

impl Call {
    /// The last part of its name.
    pub(crate) fn short(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }

    /// An argument by name, or by place.
    pub(crate) fn argument(&self, name: &str, place: Option<usize>) -> Option<&Value> {
        self.named.get(name).or_else(|| self.positional.get(place?))
    }
}

/// All calls of a file, and all its texts that are no documentation, with their lines.
pub(crate) fn read(source: &str) -> (Vec<Call>, Vec<(usize, String)>) {
    let words = words(source);
    let names = names(&words);
    let mut calls = Vec::new();
    let mut blocks = Blocks::default();
    for at in 0..words.len() {
        if let Token::Line(indent) = words[at].token {
            blocks.line(indent, &words[at + 1..]);
        }
        if words[at].token == Token::Sign('(')
            && let Some(name) = callee(&words[..at])
        {
            let inner = &words[at + 1..close(&words, at)];
            calls.push(call(words[at].line, name, blocks.run_at_import(), inner, &names));
        }
    }
    (calls, texts(&words))
}

/// The blocks that contain the line: those of functions run later, but for one that is a DAG.
#[derive(Default)]
struct Blocks {
    functions: Vec<usize>,
    is_dag: bool,
}

impl Blocks {
    fn line(&mut self, indent: usize, words: &[Word]) {
        self.functions.retain(|function| *function < indent);
        let name = |at: usize| match words.get(at).map(|word| &word.token) {
            Some(Token::Name(name)) => name.as_str(),
            Some(Token::Sign('@')) => "@",
            _ => "",
        };
        match (name(0), name(1)) {
            ("@", decorator) => self.is_dag |= decorator == "dag",
            ("def", _) | ("async", "def") => {
                if !std::mem::take(&mut self.is_dag) {
                    self.functions.push(indent);
                }
            }
            _ => self.is_dag = false,
        }
    }

    fn run_at_import(&self) -> bool {
        self.functions.is_empty()
    }
}

/// The dotted name before a bracket, unless it is being defined.
fn callee(before: &[Word]) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let mut words = before.iter().rev().map(|word| &word.token).peekable();
    while let Some(Token::Name(name)) = words.next() {
        parts.push(name);
        if words.next_if(|token| **token == Token::Sign('.')).is_none() {
            break;
        }
    }
    let defined = matches!(words.peek(), Some(Token::Name(word)) if word == "def" || word == "class");
    const WORDS: [&str; 8] = ["if", "in", "and", "or", "not", "return", "print", "assert"];
    let named = parts.first().is_some_and(|name| !WORDS.contains(name));
    parts.reverse();
    (named && !defined).then(|| parts.join("."))
}

/// Where the bracket at `open` is closed.
fn close(words: &[Word], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, word) in words.iter().enumerate().skip(open) {
        match word.token {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    words.len()
}

fn call(line: usize, name: String, at_import: bool, inner: &[Word], names: &Names) -> Call {
    let mut call = Call { line, name, at_import, positional: Vec::new(), named: BTreeMap::new() };
    for argument in split(inner, ',').into_iter().filter(|argument| !argument.is_empty()) {
        match argument {
            [Word { token: Token::Name(name), .. }, Word { token: Token::Sign('='), .. }, rest @ ..]
                if rest.first().is_none_or(|word| word.token != Token::Sign('=')) =>
            {
                call.named.insert(name.clone(), value(rest, names));
            }
            _ => call.positional.push(value(argument, names)),
        }
    }
    call
}

/// The values of the file's names: a plain assignment, or a loop over plain texts. The value of one that is assigned
/// twice is unknown.
fn names(words: &[Word]) -> Names {
    let mut names = Names::new();
    let mut lines: Vec<&[Word]> = words.split(|word| matches!(word.token, Token::Line(_))).collect();
    lines.retain(|line| !line.is_empty());
    for line in lines {
        let (name, expression) = match line {
            [Word { token: Token::Name(name), .. }, Word { token: Token::Sign('='), .. }, rest @ ..]
                if rest.first().is_some_and(|word| word.token != Token::Sign('=')) =>
            {
                (name, rest)
            }
            [
                Word { token: Token::Name(word), .. },
                Word { token: Token::Name(name), .. },
                Word { token: Token::Name(of), .. },
                rest @ ..,
            ] if word == "for" && of == "in" => {
                (name, rest.strip_suffix(&[last(rest)]).filter(|_| last(rest).token == Token::Sign(':')).unwrap_or(&[]))
            }
            _ => continue,
        };
        let found = value(expression, &names);
        let known = names.entry(name.clone()).or_insert_with(|| found.clone());
        if *known != found {
            *known = Value::Unknown;
        }
    }
    names
}

fn last(words: &[Word]) -> Word {
    words.last().cloned().unwrap_or(Word { line: 0, token: Token::Line(0) })
}

/// Texts that are used for something: a string that is a line by itself is documentation.
fn texts(words: &[Word]) -> Vec<(usize, String)> {
    let is_line =
        |at: Option<usize>| at.and_then(|at| words.get(at)).is_none_or(|word| matches!(word.token, Token::Line(_)));
    let text = |(at, word): (usize, &Word)| match &word.token {
        Token::Text { text, .. } if !(is_line(at.checked_sub(1)) && is_line(Some(at + 1))) => {
            Some((word.line, text.clone()))
        }
        _ => None,
    };
    words.iter().enumerate().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(words: &[&str]) -> Value {
        Value::Texts(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn arguments_are_known_where_they_are_written_out() {
        let source = r#"
"""Reads s3://documentation/only."""
PREFIX = "staging"
TABLES = ["dim_date", "dim_person"]
with DAG("x"):
    for table in TABLES:
        GlueJobOperator(task_id=f"run_{table}", job_name=f"{PREFIX}_{table}")
    GlueCrawlerOperator(
        task_id="crawl",
        config={"Name": PREFIX + "_all", "Targets": {"S3Targets": []}},
    )
    GlueJobOperator(job_name=Variable.get("JOB"), script_args={"--x": "s3://used/x"})
def extract(date):
    hook.load_string("x", f"data/raw/{date}.csv", bucket_name=BUCKET)
    Variable.get("IN_A_TASK")
@dag(schedule=None)
def flow():
    Variable.get("IN_A_DAG")
    @task
    def inner():
        Variable.get("INNER")
"#;
        let (calls, found) = read(source);
        let find = |name: &str| -> Vec<&Call> { calls.iter().filter(|call| call.short() == name).collect() };
        let jobs = find("GlueJobOperator");
        assert_eq!(jobs[0].named["job_name"], texts(&["staging_dim_date", "staging_dim_person"]));
        assert_eq!((jobs[0].line, jobs[0].at_import), (7, true));
        assert_eq!(jobs[1].named["job_name"], Value::Unknown);
        let Value::Fields(config) = &find("GlueCrawlerOperator")[0].named["config"] else { unreachable!() };
        assert_eq!(config["Name"], texts(&["staging_all"]));
        let load = find("load_string")[0];
        assert_eq!(load.argument("key", Some(1)).map(Value::beginnings), Some(vec!["data/raw/".to_owned()]));
        assert_eq!(load.named["bucket_name"], Value::Unknown);
        let variables: Vec<(&[String], bool)> =
            find("get").iter().map(|call| (call.positional[0].texts(), call.at_import)).collect();
        let expected = [("JOB", true), ("IN_A_TASK", false), ("IN_A_DAG", true), ("INNER", false)];
        assert_eq!(variables.len(), expected.len());
        for ((texts, at_import), (name, expected)) in variables.iter().zip(expected) {
            assert_eq!((texts[0].as_str(), *at_import), (name, expected));
        }
        assert!(found.iter().any(|(_, text)| text == "s3://used/x"));
        assert!(!found.iter().any(|(_, text)| text.contains("documentation")));
    }
}
