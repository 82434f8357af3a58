//! The Justfile of a new pipeline: strata's own words, each passed on to strata's entry.
//!
//! just knows no recipe for any name, so each word is one. They are read from strata's Justfile when this program is
//! compiled, so there is no second list of them.

use super::place::Place;

const OWN: &str = include_str!("../../../../Justfile");

/// Groups of recipes that are for those who work on strata itself.
const NOT_FOR_PIPELINES: [&str; 2] = ["check", "bench"];

/// The Justfile's text.
pub(super) fn text(place: &Place) -> String {
    let entry = match (&place.up, &place.checkout) {
        (Some(up), _) => format!("env(\"STRATA\", justfile_directory() / \"{up}\")"),
        (None, Some(checkout)) => format!("env(\"STRATA\", {})", quoted(&checkout.display().to_string())),
        (None, None) => "env(\"STRATA\")".to_owned(),
    };
    let mut text = format!(
        "# strata's words for this pipeline, such as `just up run query`; STRATA is the folder that strata is in.\n\
         set positional-arguments\n\
         export STRATA_AS := \"just\"\n\
         strata := {entry} / \"scripts/strata\"\n\n\
         [private]\ndefault:\n    @just --list --unsorted\n"
    );
    for (name, about) in words(OWN) {
        text.push_str(&format!("\n# {about}\n{name} *words:\n    @\"{{{{strata}}}}\" {name} \"$@\"\n"));
    }
    text
}

/// The recipes for pipelines in a Justfile, each with its comment.
fn words(justfile: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let (mut about, mut is_for_pipelines) = ("", false);
    for line in justfile.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            about = comment;
        } else if let Some(group) = line.strip_prefix("[group('").and_then(|rest| rest.strip_suffix("')]")) {
            is_for_pipelines = !NOT_FOR_PIPELINES.contains(&group);
        } else if line.trim().is_empty() {
            (about, is_for_pipelines) = ("", false);
        } else if is_for_pipelines && line.starts_with(|c: char| c.is_ascii_lowercase()) {
            let name = line.split([' ', ':']).next().unwrap_or_default();
            found.push((name, about));
            (about, is_for_pipelines) = ("", false);
        }
    }
    // A pipeline that is there is not made again from inside itself.
    found.retain(|(name, _)| *name != "new");
    found
}

/// A string of just: in single quotes nothing is an escape.
fn quoted(text: &str) -> String {
    if text.contains('\'') {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        format!("'{text}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_for_pipelines() {
        let found: Vec<&str> = words(OWN).into_iter().map(|(name, _)| name).collect();
        for word in ["up", "run", "query", "down", "plan", "status"] {
            assert!(found.contains(&word), "{word}: {found:?}");
        }
        for word in ["test", "check", "ci", "bench", "new", "default"] {
            assert!(!found.contains(&word), "{word}: {found:?}");
        }
        assert!(words(OWN).iter().all(|(_, about)| !about.is_empty()));
    }
}
