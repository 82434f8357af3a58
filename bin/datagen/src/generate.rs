//! `datagen generate`: records to stdout or a file.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use strata_records::{Generator, Options};

use crate::failure::Failure;

/// What to make and where to write it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Number of records.
    #[arg(long, default_value_t = 1000)]
    rows: u64,
    /// Another seed makes other people.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Day of the batch, YYYY-MM-DD; today (UTC) when not given.
    #[arg(long)]
    date: Option<NaiveDate>,
    /// Whose names and places: ro_RO or en_US.
    #[arg(long, default_value = "ro_RO")]
    locale: String,
    /// First load: accessed at any moment of the year before the date, not at one moment of the day before.
    #[arg(long)]
    history: bool,
    /// File to write, or - for stdout. A file appears whole or not at all.
    #[arg(long, value_name = "FILE", default_value = "-")]
    to: PathBuf,
    /// Threads to work with; as many as the machine has when not given. Never changes the bytes.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// No progress on stderr.
    #[arg(long)]
    quiet: bool,
}

impl Args {
    fn options(&self) -> Options {
        Options {
            rows: self.rows,
            seed: self.seed,
            date: self.date.unwrap_or_else(|| Utc::now().date_naive()),
            locale: self.locale.clone(),
            history: self.history,
            threads: self.threads,
        }
    }
}

/// Makes the records.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let generator = Generator::new(args.options())?;
    let to_stdout = args.to == Path::new("-");
    // A bar between the lines of a CSV on the same terminal helps nobody.
    let visible = !args.quiet && io::stderr().is_terminal() && !(to_stdout && io::stdout().is_terminal());
    let bar = progress(args.rows, visible);
    let done = if to_stdout { write_stdout(&generator, &bar) } else { write_file(&generator, &bar, &args.to) };
    bar.finish_and_clear();
    done
}

fn progress(rows: u64, visible: bool) -> ProgressBar {
    let target = if visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} rows, {per_sec}, {eta} left");
    let bar = ProgressBar::with_draw_target(Some(rows), target);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

fn write_all(generator: &Generator, bar: &ProgressBar, out: &mut impl Write) -> io::Result<()> {
    for block in generator.blocks()? {
        out.write_all(&block.bytes)?;
        bar.inc(block.rows);
    }
    out.flush()
}

fn write_stdout(generator: &Generator, bar: &ProgressBar) -> Result<(), Failure> {
    match write_all(generator, bar, &mut io::stdout().lock()) {
        // `datagen | head` has what it wanted.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(Failure::Stdout),
    }
}

/// Writes beside the file and renames, so that a reader never sees half of it.
fn write_file(generator: &Generator, bar: &ProgressBar, path: &Path) -> Result<(), Failure> {
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
    write_all(generator, bar, &mut file).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// What any program's new file has (the umask still takes its part); the default of temporary files is the owner alone.
fn file_mode() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}
