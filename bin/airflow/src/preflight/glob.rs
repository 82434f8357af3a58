//! IAM's patterns: `*` is any text, `?` any character.

/// Whether `text` has the form of `pattern`. A policy variable (`${aws:..}`) stands for any text here.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = plain(pattern).chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where the last star was, and up to where it has been tried.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, tried)) = star {
            star = Some((at, tried + 1));
            p = at + 1;
            t = tried + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
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
