//! IAM's patterns: `*` is any text, `?` any character.

use wildmatch::WildMatch;

/// Whether `text` has the form of `pattern`. A policy variable (`${aws:..}`) matches any text here.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    WildMatch::new(&plain(pattern)).matches(text)
}

fn plain(pattern: &str) -> String {
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((_, after)) = after.split_once('}') else { break };
        plain.push_str(before);
        plain.push('*');
        rest = after;
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text) in [
            ("*", ""),
            ("s3:Get*", "s3:GetObject"),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/dags/x.py"),
            ("*/x.?y", "a/b/x.py"),
            ("a*b*c", "aXbXbXc"),
            ("arn:aws:s3:::b/${aws:userid}/*", "arn:aws:s3:::b/me/x"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("", "a"), ("s3:Get", "s3:GetObject"), ("a*b", "abc"), ("a?", "a"), ("*ab", "aab ")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
