//! `datagen generate`: records to stdout or a file. `bucket.rs` does the third place.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use strata_records::{Generator, Options};
use strata_state::wish::Generate;

use crate::failure::Failure;
use crate::parquet;

/// What to make and where to write it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Number of records; by default the document's, or 1000.
    #[arg(long)]
    rows: Option<u64>,
    /// Seed; another seed makes other people. By default the document's, or 0.
    #[arg(long)]
    seed: Option<u64>,
    /// Day of the batch, YYYY-MM-DD; today (UTC) by default.
    #[arg(long)]
    date: Option<NaiveDate>,
    /// Locale of names and places: ro_RO or en_US; by default the document's, or ro_RO.
    #[arg(long)]
    locale: Option<String>,
    /// First load: access times are spread over the year before the date, not over the day before.
    #[arg(long)]
    history: bool,
    /// File to write, - for stdout, or `bucket` for the day's file in the bucket of the document on stdin. A file is
    /// written whole or not at all.
    #[arg(long, value_name = "FILE", default_value = "-")]
    to: PathBuf,
    /// Do nothing if the bucket has the day's file
    #[arg(long)]
    pub(crate) if_missing: bool,
    /// Format; by default parquet if the file's name ends in .parquet, else csv. The bucket takes csv.
    #[arg(long)]
    format: Option<Format>,
    /// Number of threads; by default that of the machine's cores. Never changes the bytes.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
}

/// A way to write records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Text with a first line that names the columns
    Csv,
    /// Typed columns, not compressed
    Parquet,
}

impl Args {
    /// How to write.
    pub(crate) fn format(&self) -> Format {
        let named = self.to.extension().is_some_and(|end| end == "parquet");
        self.format.unwrap_or(if named { Format::Parquet } else { Format::Csv })
    }

    /// What to make; the command line wins over the document, and the document over the defaults.
    pub(crate) fn options(&self, wish: Option<&Generate>) -> Options {
        let defaults = Options::default();
        Options {
            rows: self.rows.or(wish.map(|wish| wish.rows)).unwrap_or(defaults.rows),
            seed: self.seed.or(wish.map(|wish| wish.seed)).unwrap_or(defaults.seed),
            date: self.date.unwrap_or_else(|| Utc::now().date_naive()),
            locale: self.locale.clone().or(wish.map(|wish| wish.locale.clone())).unwrap_or(defaults.locale),
            history: self.history,
            threads: self.threads,
        }
    }

    /// Whether the bucket is the place. A file of that name is `./bucket`.
    pub(crate) fn to_bucket(&self) -> bool {
        self.to == Path::new("bucket")
    }
}

/// Makes the records.
pub(crate) fn run(args: &Args, quiet: bool) -> Result<(), Failure> {
    let options = args.options(None);
    let rows = options.rows;
    let generator = Generator::new(options)?;
    let to_stdout = args.to == Path::new("-");
    // A progress bar between the lines of a CSV on the same terminal is no help.
    let visible = !quiet && io::stderr().is_terminal() && !(to_stdout && io::stdout().is_terminal());
    let bar = progress(rows, visible);
    let work = Work { generator, format: args.format(), bar: bar.clone() };
    let done = if to_stdout { work.to_stdout() } else { work.to_file(&args.to) };
    bar.finish_and_clear();
    done
}

fn progress(rows: u64, visible: bool) -> ProgressBar {
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} rows, {per_sec}, {eta} left");
    let bar = ProgressBar::with_draw_target(Some(rows), target);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

/// What is made, and how it is written and shown.
struct Work {
    generator: Generator,
    format: Format,
    bar: ProgressBar,
}

impl Work {
    fn write_all(&self, out: &mut (impl Write + Send)) -> io::Result<()> {
        match self.format {
            Format::Csv => self.generator.blocks(|block| {
                out.write_all(&block.bytes)?;
                self.bar.inc(block.rows);
                Ok(())
            })?,
            Format::Parquet => {
                let mut file = parquet::File::new(&mut *out)?;
                self.generator.columns(|piece| {
                    file.write(piece)?;
                    self.bar.inc(piece.rows);
                    Ok(())
                })?;
                file.finish()?;
            }
        }
        out.flush()
    }

    fn to_stdout(&self) -> Result<(), Failure> {
        // Whichever thread has the turn writes, and the lock of stdout could not go from one to the other.
        let out = io::stdout().as_fd().try_clone_to_owned().map(File::from);
        match out.and_then(|mut out| self.write_all(&mut out)) {
            // `datagen | head` has what it wanted.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            done => done.map_err(Failure::Stdout),
        }
    }

    /// Writes to a temporary file in the same folder and renames it, so that a reader never sees half of it.
    fn to_file(&self, path: &Path) -> Result<(), Failure> {
        let open_failed = |source| Failure::Open { path: path.to_owned(), source };
        let failed = |source| Failure::File { path: path.to_owned(), source };
        if path.is_dir() {
            return Err(open_failed(ErrorKind::IsADirectory.into()));
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut file = tempfile::Builder::new()
            .prefix(".datagen-")
            .suffix(".tmp")
            .permissions(file_mode())
            .tempfile_in(folder)
            .map_err(open_failed)?;
        self.write_all(&mut file).map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// What any program's new file has (the umask still takes its part); the default of temporary files is the owner alone.
fn file_mode() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}
