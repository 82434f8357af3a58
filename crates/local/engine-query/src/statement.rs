//! What a query text asks for.

use regex::Regex;
use sqlparser::{
    ast::{Ident, ObjectName, ObjectNamePart, Statement as Ast, visit_relations},
    dialect::GenericDialect,
    parser::Parser,
    tokenizer::{Token, TokenWithSpan, Tokenizer},
};
use std::ops::ControlFlow;

/// A statement that was understood.
#[derive(Debug)]
pub enum Statement {
    /// SELECT, WITH or VALUES.
    Select(Box<Ast>),
    /// SHOW TABLES, of a database or of the query's own.
    ShowTables(Option<String>),
    /// SHOW DATABASES or SCHEMAS.
    ShowDatabases,
    /// DESCRIBE of a table.
    Describe(String),
    /// SHOW PARTITIONS of a table.
    ShowPartitions(String),
    /// Athena knows it and this endpoint does not: its first word.
    Other(String),
}

impl Statement {
    /// Statement type, sub-type and the suffix of the result object.
    pub fn kind(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Select(_) => ("DML", "SELECT", "csv"),
            Self::ShowTables(_) => ("UTILITY", "SHOW_TABLES", "txt"),
            Self::ShowDatabases => ("UTILITY", "SHOW_DATABASES", "txt"),
            Self::Describe(_) => ("UTILITY", "DESCRIBE_TABLE", "txt"),
            Self::ShowPartitions(_) => ("UTILITY", "SHOW_PARTITIONS", "txt"),
            Self::Other(_) => ("DDL", "OTHER", "txt"),
        }
    }
}

/// Words that begin a statement of Athena.
const OTHERS: &str = "(?i)^(create|drop|alter|msck|insert|update|delete|merge|unload|vacuum|optimize|explain|prepare|execute|deallocate|show|describe|desc|using|truncate|grant|revoke)$";

/// Read a query. The error is AWS's text for a query that cannot be parsed.
pub fn parse(sql: &str) -> Result<Statement, String> {
    let text = sql.trim().trim_end_matches(';').trim();
    if let Some(statement) = utility(text) {
        return Ok(statement);
    }
    let first: String = text.chars().take_while(|letter| letter.is_alphabetic()).collect();
    if Regex::new(OTHERS).is_ok_and(|others| others.is_match(&first)) {
        return Ok(Statement::Other(first.to_uppercase()));
    }
    let owned = sql.to_owned();
    let statements = strata_sql::bounded(move || parser(&owned)).map_err(|error| error.to_string())?;
    let statements = statements.ok_or_else(|| format!("line 1:1: {}", strata_sql::LATE))??;
    match <[Ast; 1]>::try_from(statements) {
        Ok([query @ Ast::Query(_)]) => Ok(Statement::Select(Box::new(query))),
        Ok([other]) => {
            Err(format!("line 1:1: mismatched input '{}'", other.to_string().split(' ').next().unwrap_or_default()))
        }
        Err(many) => Err(format!("Only one sql statement is allowed. Got: {} statements", many.len())),
    }
}

fn parser(sql: &str) -> Result<Vec<Ast>, String> {
    let parser = Parser::new(&GenericDialect).with_tokens_with_locations(tokens(sql)?).parse_statements();
    parser.map_err(|error| mismatch(&error.to_string()))
}

/// Tokens with names in lower case: Athena does not tell `Id` from `id`, and polars does.
fn tokens(sql: &str) -> Result<Vec<TokenWithSpan>, String> {
    let mut tokens =
        Tokenizer::new(&GenericDialect, sql).tokenize_with_location().map_err(|error| mismatch(&error.to_string()))?;
    for token in &mut tokens {
        if let Token::Word(word) = &mut token.token {
            word.value = word.value.to_lowercase();
        }
    }
    Ok(tokens)
}

/// The parser's error in Athena's form: `line 1:8: mismatched input 'x'. Expecting: ...`.
fn mismatch(error: &str) -> String {
    let place = Regex::new(
        r"(?s)(?:sql parser error: )?(?:Expected: (.*?), found: (.*?)|(.*?)) ?at Line: (\d+), Column: (\d+)",
    );
    match place.ok().and_then(|place| place.captures(error)) {
        Some(found) => {
            let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
            match part(2) {
                "" => format!("line {}:{}: {}", part(4), part(5), part(3)),
                input => format!("line {}:{}: mismatched input '{input}'. Expecting: {}", part(4), part(5), part(1)),
            }
        }
        None => format!("line 1:1: {}", error.trim_start_matches("sql parser error: ")),
    }
}

fn utility(text: &str) -> Option<Statement> {
    let name = r#"((?:["`]?[\w-]+["`]?\.)?["`]?[\w-]+["`]?)"#;
    let forms = [
        format!(r"(?is)^show\s+tables(?:\s+(?:in|from)\s+{name})?$"),
        r"(?is)^show\s+(?:databases|schemas)$".to_owned(),
        format!(r"(?is)^(?:describe|desc)(?:\s+(?:extended|formatted))?\s+{name}$"),
        format!(r"(?is)^show\s+partitions\s+{name}$"),
    ];
    let matched = |at: usize| Regex::new(&forms[at]).ok()?.captures(text);
    let name =
        |found: &regex::Captures<'_>| found.get(1).map(|name| name.as_str().replace(['"', '`'], "").to_lowercase());
    if let Some(found) = matched(0) {
        return Some(Statement::ShowTables(name(&found)));
    }
    if matched(1).is_some() {
        return Some(Statement::ShowDatabases);
    }
    if let Some(found) = matched(2) {
        return name(&found).map(Statement::Describe);
    }
    name(&matched(3)?).map(Statement::ShowPartitions)
}

/// A table that a query names.
pub struct Reference {
    /// Its database.
    pub database: String,
    /// Its name.
    pub table: String,
    /// `line:column`.
    pub at: String,
}

/// The plain parts of a name.
pub(crate) fn parts(name: &ObjectName) -> Vec<&Ident> {
    name.0
        .iter()
        .filter_map(|part| match part {
            ObjectNamePart::Identifier(ident) => Some(ident),
            ObjectNamePart::Function(_) => None,
        })
        .collect()
}

/// Database and table of a name, or None when it is one of `ctes`.
pub(crate) fn resolve(name: &ObjectName, database: &str, ctes: &[String]) -> Option<(String, String)> {
    match parts(name).as_slice() {
        [table] if ctes.contains(&table.value) => None,
        [table] => Some((database.to_owned(), table.value.clone())),
        [.., database, table] => Some((database.value.clone(), table.value.clone())),
        [] => None,
    }
}

/// The catalog tables of a query, each once.
pub fn references(ast: &Ast, database: &str, ctes: &[String]) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    let _all: ControlFlow<()> = visit_relations(ast, |name| {
        if let Some((database, table)) = resolve(name, database, ctes) {
            let start = parts(name).first().map(|ident| ident.span.start);
            let at = start.map_or("1:1".to_owned(), |start| format!("{}:{}", start.line, start.column));
            if !found.iter().any(|known| known.database == database && known.table == table) {
                found.push(Reference { database, table, at });
            }
        }
        ControlFlow::Continue(())
    });
    found
}
