//! The Airflow versions that can be started: those of MWAA's for which a pinned list is here.

use sha2::{Digest, Sha256};

/// Version and list. The lists are made by `scripts/airflow-requirements`.
const LISTS: [(&str, &str); 4] = [
    ("2.10.3", include_str!("requirements-2.10.3.txt")),
    ("2.11.2", include_str!("requirements-2.11.2.txt")),
    ("3.0.6", include_str!("requirements-3.0.6.txt")),
    ("3.2.1", include_str!("requirements-3.2.1.txt")),
];

/// The packages of a version, or what versions there are.
pub(crate) fn list(version: &str) -> Result<&'static str, String> {
    LISTS.iter().find(|(name, _)| *name == version).map(|(_, list)| *list).ok_or_else(|| {
        let names: Vec<&str> = LISTS.iter().map(|(name, _)| *name).collect();
        format!(
            "Apache Airflow {version} cannot be started by a local endpoint. The versions that can: {}.",
            names.join(", ")
        )
    })
}

/// The folder of a version: another one when its list changes, so that none changes under a running Airflow.
pub(crate) fn folder(version: &str, list: &str) -> String {
    let hash: String = Sha256::digest(list).iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("airflow-{version}-{hash}")
}
