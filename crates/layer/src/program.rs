//! The portable build of the program `transform`, which `scripts/portable` makes: jobs in AWS fetch it from the bucket.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use strata_aws::{Error, Session};

/// Names another folder, and has jobs at a local endpoint fetch the program as those in AWS do.
const FOLDER: &str = "STRATA_PORTABLE";

/// The portable build of this checkout.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Program {
    /// Its key in the bucket.
    pub key: String,
    /// SHA-256 of the compressed file, in hexadecimal digits.
    pub sha256: String,
    /// The compressed file.
    #[serde(skip)]
    pub path: PathBuf,
}

impl Program {
    /// The one that jobs fetch. None at a local endpoint, whose job runs start the program next to it.
    ///
    /// # Errors
    /// When there is none, or what is said of it cannot be read.
    pub(crate) fn find(session: &Session) -> Result<Option<Self>, Error> {
        let folder = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        match folder {
            Some(folder) => Self::read(&folder).map(Some),
            None if session.is_local() => Ok(None),
            None => Self::read(&default()).map(Some),
        }
    }

    fn read(folder: &Path) -> Result<Self, Error> {
        let about = folder.join("transform.json");
        let doing = || format!("looking for the program that jobs run, {}", about.display());
        let advice = "scripts/portable makes it";
        let text =
            std::fs::read_to_string(&about).map_err(|error| Error::usage(doing(), error.to_string()).advise(advice))?;
        let found: Self =
            serde_json::from_str(&text).map_err(|error| Error::usage(doing(), error.to_string()).advise(advice))?;
        Ok(Self { path: folder.join("transform.gz"), ..found })
    }
}

/// The folder `portable` of the target folder that this program is in.
fn default() -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.parent().and_then(Path::parent).unwrap_or(Path::new(".")).join("portable")
}
