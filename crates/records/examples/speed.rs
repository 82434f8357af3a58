//! Makes rows and throws them away: what callgrind and perf look at. `speed ROWS THREADS`.

use std::env::args;
use std::io::{Error, sink};
use strata_records::{Generator, Options};

fn main() -> Result<(), Error> {
    let mut words = args().skip(1).map(|word| word.parse::<u64>().unwrap_or(1));
    let rows = words.next().unwrap_or(1_000_000);
    let threads = words.next().and_then(|threads| usize::try_from(threads).ok()?.try_into().ok());
    let generator = Generator::new(Options { rows, threads, ..Options::default() }).map_err(Error::other)?;
    let start = std::time::Instant::now();
    let stats = generator.write(&mut sink())?;
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{:.2} M rows/s, {:.0} MB/s", rows as f64 / seconds / 1e6, stats.bytes as f64 / seconds / 1e6);
    Ok(())
}
