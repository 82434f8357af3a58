//! A bucket's journal: one line of JSON for each change, appended before the change is answered. A line without its end
//! was being written when the process died; it was never acknowledged, so it is cut off.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::index::Record;

/// Up to so many lines more than needed, rewriting the journal is not worth it.
const SLACK: usize = 10_000;

/// An open journal.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes of whole lines in the file.
    length: u64,
    lines: usize,
    staged: Vec<u8>,
    staged_lines: usize,
}

impl Journal {
    /// Opens or makes it, and hands each record on.
    pub(super) fn open(path: PathBuf, mut apply: impl FnMut(Record)) -> io::Result<Self> {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        let mut reader = BufReader::with_capacity(1 << 20, &file);
        let (mut length, mut lines, mut line) = (0, 0, Vec::new());
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line)?;
            if !line.ends_with(b"\n") {
                break;
            }
            let record = serde_json::from_slice(&line).map_err(|why| {
                let why = format!("{}, line {}: {why}", path.display(), lines + 1);
                io::Error::new(io::ErrorKind::InvalidData, why)
            })?;
            apply(record);
            length += read as u64;
            lines += 1;
        }
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        Ok(Self { path, file, length, lines, staged: Vec::new(), staged_lines: 0 })
    }

    /// Adds a record to those that `write` will write.
    pub(super) fn stage(&mut self, record: &Record) -> io::Result<()> {
        serde_json::to_writer(&mut self.staged, record)?;
        self.staged.push(b'\n');
        self.staged_lines += 1;
        Ok(())
    }

    /// Writes what is staged, all of it or nothing.
    pub(super) fn write(&mut self) -> io::Result<()> {
        let written = self.file.write_all(&self.staged);
        if written.is_ok() {
            self.length += self.staged.len() as u64;
            self.lines += self.staged_lines;
        } else {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
        }
        self.staged.clear();
        self.staged.shrink_to(1 << 20);
        self.staged_lines = 0;
        written
    }

    /// Whether rewriting it with so many records is worth it.
    pub(super) fn is_long_for(&self, records: usize) -> bool {
        self.lines > 3 * records + SLACK
    }

    /// Rewrites it as a temporary file, and renames that.
    pub(super) fn rewrite(&mut self, records: impl Iterator<Item = Record>) -> io::Result<()> {
        let path = self.path.with_extension("new");
        let mut writer = BufWriter::with_capacity(1 << 20, File::create(&path)?);
        let mut lines = 0;
        for record in records {
            serde_json::to_writer(&mut writer, &record)?;
            writer.write_all(b"\n")?;
            lines += 1;
        }
        let mut file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        let length = file.stream_position()?;
        std::fs::rename(&path, &self.path)?;
        (self.file, self.length, self.lines) = (file, length, lines);
        Ok(())
    }
}

/// The journal of a bucket's folder.
pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("journal")
}
