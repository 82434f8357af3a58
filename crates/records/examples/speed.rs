//! Makes rows and throws them away: what callgrind and perf look at. `speed ROWS THREADS [columns]`.

use std::env::args;
use std::io::{Error, sink};
use strata_records::{Generator, Options};

fn main() -> Result<(), Error> {
    let words: Vec<String> = args().skip(1).collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse::<u64>().ok());
    let rows = number(0).unwrap_or(1_000_000);
    let threads = number(1).and_then(|threads| usize::try_from(threads).ok()?.try_into().ok());
    let generator = Generator::new(Options { rows, threads, ..Options::default() }).map_err(Error::other)?;
    let start = std::time::Instant::now();
    let bytes = if words.iter().any(|word| word == "columns") {
        let mut bytes = 0;
        generator.columns(|piece| {
            bytes += piece.values.iter().map(|column| column.len() as u64).sum::<u64>();
            Ok(())
        })?;
        bytes
    } else {
        generator.write(&mut sink())?.bytes
    };
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{:.2} M rows/s, {:.0} MB/s", rows as f64 / seconds / 1e6, bytes as f64 / seconds / 1e6);
    Ok(())
}
