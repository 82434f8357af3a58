//! The file: a JSON array that is never closed, which the format allows, since no program knows whether it is the last
//! to write.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result, Write};
use std::path::Path;

/// Open the file to append to. Each event is one write of a whole line, and the system puts each at the end: lines of
/// several programs do not mix, and a program that is killed leaves whole lines.
pub(super) fn open(path: &Path) -> Result<File> {
    let append = || OpenOptions::new().append(true).open(path);
    match append() {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        result => return result,
    }
    // It appears with its first line in it, or another program's file is there first.
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}", std::process::id()));
    let written = File::create(&temporary).and_then(|mut file| file.write_all(b"[\n"));
    let linked = written.and_then(|()| match std::fs::hard_link(&temporary, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    });
    std::fs::remove_file(&temporary)?;
    linked?;
    append()
}
