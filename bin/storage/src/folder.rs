//! The pipeline's folder on this machine. Nothing outside it is read, also not through a symbolic link.

use crate::check::demanded;
use std::path::{Path, PathBuf};
use strata_aws::Error;
use strata_state::Document;
use strata_state::demand::Body;
use strata_state::wish::Pipeline;

/// Refuse a folder, a SQL file or a DAG file that cannot be used. Nothing has been touched yet.
pub(crate) fn check(doc: &Document) -> Result<(), Error> {
    let pipeline = &doc.pipeline;
    let folder = Path::new(&pipeline.folder);
    if !folder.is_dir() {
        let message = format!("there is no folder {}", folder.display());
        let advice = "run it in the folder that `pipeline.folder` is relative to, or correct `pipeline.folder`";
        return Err(Error::usage("looking for the pipeline's files", message).advise(advice));
    }
    for transform in &pipeline.transforms {
        let doing = || format!("checking the SQL of transform {}", transform.name);
        let wrong = |error: strata_sql::Error| Error::usage(doing(), error.to_string());
        let query = strata_sql::load(folder, &transform.sql).map_err(wrong)?;
        let reads: Vec<&str> = transform.reads.iter().map(String::as_str).collect();
        query.check(&reads).map_err(wrong)?;
    }
    let demanded = demanded(pipeline);
    for (own, folder) in demanded.iter().filter_map(|file| match &file.body {
        Body::Folder(folder) => Some((file, folder)),
        _ => None,
    }) {
        for (key, path) in walked(pipeline, folder, &own.key)? {
            if demanded.iter().any(|file| file.bucket == own.bucket && file.key == key) {
                let message = format!("{} would replace strata's own {key}", path.display());
                let error = Error::usage("looking for the pipeline's files", message);
                return Err(error.advise("give the file another name"));
            }
        }
    }
    Ok(())
}

/// Read a file of the folder, and nothing else: not what a link outside leads to, and no device or pipe, which have no
/// end.
pub(crate) fn read(folder: &Path, path: &Path) -> Result<Vec<u8>, String> {
    inside(folder, path).map_err(|error| error.to_string())?;
    let wrong = |error: std::io::Error| format!("reading {}: {error}", path.display());
    if !path.metadata().map_err(wrong)?.is_file() {
        return Err(format!("{} is not a file", path.display()));
    }
    std::fs::read(path).map_err(wrong)
}

/// Refuse a path that leads out of the folder. A file that is not there leads nowhere.
fn inside(folder: &Path, path: &Path) -> Result<(), Error> {
    let (Ok(folder), Ok(real)) = (folder.canonicalize(), path.canonicalize()) else { return Ok(()) };
    if real.starts_with(&folder) {
        return Ok(());
    }
    let message = format!("{} leads out of the pipeline's folder, to {}", path.display(), real.display());
    Err(Error::usage("looking for the pipeline's files", message).advise("copy the file into the folder"))
}

/// The files of one folder of the pipeline's: key in the bucket, which starts with `prefix`, and path here, in the order of
/// the keys.
pub(crate) fn walked(pipeline: &Pipeline, name: &str, prefix: &str) -> Result<Vec<(String, PathBuf)>, Error> {
    let folder = Path::new(&pipeline.folder);
    let top = folder.join(name);
    let mut files = Vec::new();
    if top.is_dir() {
        inside(folder, &top)?;
        walk(folder, &top, prefix.trim_end_matches('/'), &mut files)?;
    }
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, within: &Path, key: &str, files: &mut Vec<(String, PathBuf)>) -> Result<(), Error> {
    let doing = "looking for the pipeline's files";
    let wrong = |error: std::io::Error| Error::usage(doing, format!("{}: {error}", within.display()));
    for entry in std::fs::read_dir(within).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            return Err(Error::usage(doing, format!("the name of {} is not UTF-8", path.display())));
        };
        // Editors' and Python's own files are no DAGs.
        if name.starts_with('.') || name == "__pycache__" {
            continue;
        }
        inside(folder, &path)?;
        let key = format!("{key}/{name}");
        if path.is_file() {
            files.push((key, path));
        } else if !path.is_dir() {
            return Err(Error::usage(doing, format!("{} is not a file", path.display())));
        } else if path.is_symlink() {
            let message = format!("{} is a link to a folder, and those can form cycles", path.display());
            return Err(Error::usage(doing, message).advise("copy the folder, or link its files"));
        } else {
            walk(folder, &path, &key, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn pipeline(folder: &Path) -> Pipeline {
        let wish = serde_json::json!({ "name": "some", "folder": folder });
        serde_json::from_value(wish).unwrap()
    }

    #[test]
    fn dags_are_found_at_any_depth_without_what_python_leaves() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("dags/helpers/__pycache__");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(deep.join("x.pyc"), "").unwrap();
        std::fs::write(folder.path().join("dags/.swp"), "").unwrap();
        std::fs::write(folder.path().join("dags/helpers/x.py"), "").unwrap();
        std::fs::write(folder.path().join("dags/own.py"), "").unwrap();
        let keys: Vec<String> =
            walked(&pipeline(folder.path()), "dags", "dags/").unwrap().into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["dags/helpers/x.py", "dags/own.py"]);
    }

    #[test]
    fn a_link_out_of_the_folder_is_refused() {
        let outside = tempfile::NamedTempFile::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("dags")).unwrap();
        symlink(outside.path(), folder.path().join("dags/secret.py")).unwrap();
        let error = walked(&pipeline(folder.path()), "dags", "dags/").unwrap_err();
        assert!(error.to_string().contains("leads out of the pipeline's folder"), "{error}");
    }

    #[test]
    fn a_link_to_a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("dags")).unwrap();
        symlink(folder.path().join("dags"), folder.path().join("dags/again")).unwrap();
        let error = walked(&pipeline(folder.path()), "dags", "dags/").unwrap_err();
        assert!(error.to_string().contains("a link to a folder"), "{error}");
    }
}
