//! `pipeline new`: a pipeline of one's own from a CSV file. It writes files, never over one that is there.

mod files;
mod guess;
mod header;
mod justfile;
mod key;
mod place;
mod sample;

use crate::Failure;
use place::Place;
use sample::Sample;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What the pipeline is called and made from.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of the pipeline: 2 to 24 lower-case letters, digits and hyphens
    name: String,
    /// CSV file to take the columns from
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Name of the table; by default the file's name
    #[arg(long)]
    table: Option<String>,
    /// Folder to write to; by default pipelines/NAME in strata's checkout, and the current folder elsewhere
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Write the pipeline, and say on stderr what was guessed and what to do next.
pub(crate) fn new(args: &Args) -> Result<String, Failure> {
    let place = Place::find(args.folder.as_deref(), &args.name)?;
    let sample = Sample::read(&args.input)?;
    let table = match &args.table {
        Some(table) => table.clone(),
        None => files::table_of(&args.input).ok_or_else(|| {
            let name = args.input.display();
            Failure::usage(format!("naming the table: `{name}` gives no valid name; give one with --table"))
        })?,
    };
    let files = files::all(&args.name, &table, &sample, &place)?;
    let there: Vec<String> = files
        .iter()
        .filter(|file| file.is_own && place.folder.join(&file.name).exists())
        .map(|file| place.folder.join(&file.name).display().to_string())
        .collect();
    if !there.is_empty() {
        let each = if there.len() == 1 { "is there already, and is" } else { "are there already, and are" };
        return Err(Failure::usage(format!(
            "writing the pipeline: {} {each} not replaced; choose another folder",
            there.join(", ")
        )));
    }
    let (mut written, mut kept) = (Vec::new(), Vec::new());
    for file in &files {
        let path = place.folder.join(&file.name);
        match write(&path, &file.text) {
            Ok(()) => written.push(file.name.as_str()),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && !file.is_own => kept.push(file),
            Err(error) => return Err(Failure::failed(&format!("writing {}", path.display()), error)),
        }
    }
    let mut said = told(args, &table, &sample);
    said.push_str(&format!("wrote {} in {}\n", written.join(", "), place.folder.display()));
    for file in kept {
        said.push_str(&format!("{} is there already and stays as it is; it may need:\n{}", file.name, file.text));
    }
    said.push_str(&format!("next: {}\n", place.next(&args.input)));
    // The files are written even if stderr is closed.
    let _ = std::io::stderr().write_all(said.as_bytes());
    Ok(String::new())
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Also where another program makes the same file in this moment.
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(text.as_bytes())
}

/// What was seen in the file, and what of it is a guess.
fn told(args: &Args, table: &str, sample: &Sample) -> String {
    let mut said = format!("new: {} with the table {table}, from {}\n", args.name, files::seen(sample));
    for (column, why) in &sample.columns {
        let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
        said.push_str(&format!("  {}{why}\n", String::from(column.clone())));
    }
    said.push_str(&match sample.key.as_slice() {
        [] => "key: none, since no columns differ between any two rows; rows may repeat\n".to_owned(),
        key => format!("key: {}, a guess; {}\n", key.join(", "), files::KEY_IS_A_GUESS),
    });
    said
}
