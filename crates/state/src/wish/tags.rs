//! The person's own tags.

use super::Pipeline;
use regex::Regex;

/// AWS takes 50 tags on a thing, and strata has up to ten of its own.
const MOST_TAGS: usize = 40;

/// What AWS takes in tags (S3 API: Tag). The expression is only made for text that needs it: it takes a millisecond.
fn tag_like(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c);
    text.chars().all(plain) || Regex::new(r"^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$").is_ok_and(|form| form.is_match(text))
}

/// What is wrong with them.
pub(super) fn check(found: &mut Vec<String>, pipeline: &Pipeline) {
    if pipeline.tags.len() > MOST_TAGS {
        found.push(format!("pipeline.tags: {} of them; there may be {MOST_TAGS}", pipeline.tags.len()));
    }
    for (key, value) in &pipeline.tags {
        let reserved = |text: &str| text.to_lowercase().starts_with("aws:");
        if key.starts_with("strata:") || reserved(key) || key == "Name" {
            found.push(format!("pipeline.tags: `{key}` is set by strata or by AWS; choose another key"));
        } else if reserved(value) {
            found.push(format!("pipeline.tags: `{key}` = `{value}`: what starts with aws: is AWS's own"));
        } else if !(1..=128).contains(&key.chars().count())
            || value.chars().count() > 256
            || !tag_like(key)
            || !tag_like(value)
        {
            found.push(format!(
                "pipeline.tags: `{key}` = `{value}`: a key has 1 to 128, a value up to 256 letters, digits, spaces and _.:/=+-@"
            ));
        }
    }
}
