//! Where a new pipeline goes, and where strata is seen from there.

use crate::Failure;
use std::path::{Path, PathBuf};

/// The folder of a pipeline and the one of strata.
#[derive(Debug)]
pub(super) struct Place {
    /// Where the files go.
    pub(super) folder: PathBuf,
    /// Where strata's Justfile and scripts are.
    pub(super) checkout: Option<PathBuf>,
    /// The checkout seen from the folder, where the folder is inside.
    pub(super) up: Option<String>,
    /// Whether the folder is the current one.
    is_here: bool,
}

impl Place {
    /// The folder that was `asked` for; else `pipelines/<name>` in strata's checkout; else the current folder.
    ///
    /// # Errors
    /// When the current folder cannot be told, or something other than a folder is in the place.
    pub(super) fn find(asked: Option<&Path>, name: &str) -> Result<Self, Failure> {
        let failed = |error| Failure::failed("looking for the current folder", error);
        let here = std::env::current_dir().and_then(|here| here.canonicalize()).map_err(failed)?;
        let checkout = checkout();
        let is_empty = std::fs::read_dir(&here).is_ok_and(|mut entries| entries.next().is_none());
        let folder = match (asked, &checkout) {
            (Some(asked), _) => here.join(asked),
            (None, Some(checkout)) if here.starts_with(checkout) && !is_empty => checkout.join("pipelines").join(name),
            (None, _) => here.clone(),
        };
        if folder.exists() && !folder.is_dir() {
            return Err(Failure::usage(format!("writing the pipeline: {} is not a folder", folder.display())));
        }
        let up = checkout.as_ref().and_then(|checkout| {
            let below = folder.strip_prefix(checkout).ok()?;
            Some(vec![".."; below.components().count()].join("/"))
        });
        let is_here = folder == here;
        Ok(Self { folder, checkout, up, is_here })
    }

    /// The commands that run the pipeline with the file `input` for the first time.
    pub(super) fn next(&self, input: &Path) -> String {
        let whole = input.canonicalize().unwrap_or(input.to_owned());
        let folder = self.folder.canonicalize().unwrap_or(self.folder.clone());
        let seen = whole.strip_prefix(folder).map_or(whole.as_path(), |inside| inside);
        let run = format!("just up run input={} query", quoted(&seen.display().to_string()));
        if self.is_here { run } else { format!("cd {} && {run}", quoted(&self.folder.display().to_string())) }
    }
}

/// A word of a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=,@".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// `STRATA`, or the checkout that this program was compiled in (`target/release/pipeline`).
fn checkout() -> Option<PathBuf> {
    let said = std::env::var_os("STRATA").filter(|path| !path.is_empty()).map(PathBuf::from);
    let own = || Some(std::env::current_exe().ok()?.ancestors().nth(3)?.to_owned());
    let checkout = said.or_else(own)?.canonicalize().ok()?;
    checkout.join("scripts/strata").is_file().then_some(checkout)
}
