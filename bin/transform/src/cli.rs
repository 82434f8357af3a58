//! The command line.

use chrono::NaiveDate;
use clap::Parser;
use std::path::PathBuf;
use strata_engine::Limits;

/// Run transforms: read their tables, run their SQL, replace a slice of the tables that they make
///
/// Progress and warnings go to stderr. The last line, on stdout, is JSON: for each transform its slices with the rows read,
/// written and rejected, and the SHA-256 of the file that was written.
#[derive(Debug, Parser)]
#[command(name = "transform", version)]
#[command(
    after_help = "Exit codes: 0 done; 1 the input or the SQL is wrong; 2 bad usage or spec, nothing touched; 5 S3 or this machine failed, run it again."
)]
pub(crate) struct Cli {
    /// Specs of transforms, `s3://bucket/key`; several, separated by commas, share one scan of the raw file that they read
    #[arg(long, required = true, value_delimiter = ',', value_name = "URL")]
    spec: Vec<String>,
    /// The day to run: only its slice is read, and only its part of each table is replaced; without it, every slice is
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<NaiveDate>,
    /// A folder in which `s3://bucket/key` is the file `bucket/key`, instead of S3
    #[arg(long, value_name = "FOLDER")]
    pub(crate) root: Option<PathBuf>,
    /// Another S3 than AWS's
    #[arg(long, env = "AWS_ENDPOINT_URL", value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// AWS region
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// About how much memory a run may use, such as 700M or 12G; where it is more, work is done in smaller pieces and on disk
    #[arg(long, value_parser = bytes, value_name = "SIZE")]
    memory: Option<u64>,
    /// Pieces that are worked on side by side; by default the number of processors
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024), value_name = "N")]
    threads: Option<u16>,
    /// End when stdin does: what has started this program is gone then
    #[arg(long, hide = true)]
    pub(crate) end_with_stdin: bool,
}

impl Cli {
    /// Where the specs are.
    pub(crate) fn specs(&self) -> impl Iterator<Item = &str> {
        self.spec.iter().map(|url| url.trim()).filter(|url| !url.is_empty())
    }

    /// What a run may use of the machine.
    pub(crate) fn limits(&self) -> Limits {
        let limits = Limits::default();
        let threads = self.threads.map_or(limits.threads, usize::from);
        let limits = Limits { threads, ..limits };
        self.memory.map_or(limits, |bytes| limits.within(bytes))
    }
}

/// `700M`: bytes, or so many thousands, millions or thousand millions of them.
fn bytes(text: &str) -> Result<u64, String> {
    let text = text.trim();
    let (digits, unit) = text.split_at(text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len()));
    let unit: u64 = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 1,
        "K" | "KB" => 1_000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        _ => return Err("it is not a size such as 700M or 12G".to_owned()),
    };
    let wrong = || "it is not a size such as 700M or 12G".to_owned();
    let size = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(wrong)?;
    // Less than this the engine itself needs.
    if size < 64_000_000 { Err("at least 64M are needed".to_owned()) } else { Ok(size) }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("700M"), Ok(700_000_000));
        assert_eq!(bytes(" 12gb "), Ok(12_000_000_000));
        assert_eq!(bytes("100000000"), Ok(100_000_000));
        for wrong in ["", "M", "12X", "-5G", "1.5G", "99999999999999G", "1M"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
