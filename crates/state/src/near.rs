//! What was probably meant by a word that does not exist.

/// The column types, as people read them.
const TYPES: [&str; 8] = ["string", "int", "bigint", "double", "boolean", "date", "timestamp", "decimal(p,s)"];

/// What other systems call the column types; a length in parentheses after them says nothing here.
const ELSEWHERE: [(&str, &[&str]); 7] = [
    ("string", &["str", "text", "varchar", "char", "character", "nvarchar", "varchar2", "utf8", "uuid", "json"]),
    ("int", &["integer", "int32", "int4", "i32", "smallint", "tinyint", "int2", "mediumint"]),
    ("bigint", &["long", "int64", "int8", "i64", "biginteger"]),
    ("double", &["float", "real", "float64", "float8", "float32", "f64"]),
    ("boolean", &["bool", "bit"]),
    ("timestamp", &["datetime", "datetime2", "timestamptz", "timestamp_ntz"]),
    ("decimal(18,2)", &["decimal", "numeric", "number", "money", "dec"]),
];

/// The nearest of `known`, where one is near, and the first of several; capitals count as the small letters that they are.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let scored = known.map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &word), name));
    scored.min_by(|a, b| b.0.total_cmp(&a.0)).filter(|(score, _)| *score > 0.7).map(|(_, name)| name)
}

/// A sentence for a column type that does not exist: the types that do, and the one that is probably meant.
pub(crate) fn unknown_type(word: &str) -> String {
    let lower = word.to_lowercase();
    let (plain, arguments) = lower.split_once('(').map_or((lower.as_str(), ""), |(plain, rest)| (plain, rest));
    let elsewhere = ELSEWHERE.iter().find(|(_, names)| names.contains(&plain)).map(|(name, _)| *name);
    let meant = match elsewhere {
        // Their digits are as good as ours.
        Some(name) if name.starts_with("decimal") && arguments.contains(',') => Some(format!("decimal({arguments}")),
        Some(name) => Some(name.to_owned()),
        None => nearest(plain, TYPES.iter().copied()).map(|name| name.replace("(p,s)", "(18,2)")),
    };
    let meant = meant.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    format!("unknown type `{word}`; types are {}{meant}", TYPES.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_does_not_exist_is_answered_with_those_that_do() {
        let cases = [
            ("strng", "string"),
            ("integer", "int"),
            ("varchar(10)", "string"),
            ("bool", "boolean"),
            ("Integer", "int"),
            ("STRING", "string"),
            ("long", "bigint"),
            ("float", "double"),
            ("datetime", "timestamp"),
            ("numeric(10,2)", "decimal(10,2)"),
            ("decimal", "decimal(18,2)"),
            ("boolen", "boolean"),
            ("timestmp", "timestamp"),
        ];
        for (word, meant) in cases {
            let said = unknown_type(word);
            assert!(said.contains(&format!("unknown type `{word}`; types are string, int, bigint,")), "{said}");
            assert!(said.ends_with(&format!("; did you mean `{meant}`?")), "{said}");
        }
        assert!(unknown_type("blob").ends_with("decimal(p,s)"), "{}", unknown_type("blob"));
    }
}
