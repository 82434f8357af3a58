//! Runs the nine driven-data transforms of one day in a folder, each a run of its own that shares nothing with the
//! others, and prints the seconds of each. Called by `scripts/bench/transform`: `bench <pipeline.json> <folder> <date>`.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;
use strata_state::Spec;
use strata_transform::{Folder, Store, run};

// Columns are large and short-lived; the system's allocator gives them back to the kernel each time, which costs a sixth.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wish, folder, date] = arguments.as_slice() else { return Err("bench <pipeline.json> <folder> <date>".into()) };
    let document = strata_state::read(&std::fs::read_to_string(wish)?)?;
    let source = Path::new(wish).parent().ok_or("the wish has no folder")?;
    let store = Folder(PathBuf::from(folder));
    let mut out = std::io::stdout().lock();
    let start = Instant::now();
    for transform in &document.pipeline.transforms {
        let spec = Spec::new(&document.pipeline, transform, "bench").ok_or("a table is missing")?;
        store.put(&spec.sql, std::fs::read(source.join(&transform.sql))?)?;
        let one = Instant::now();
        let report = run(&spec, &store, Some(date.parse()?), &mut |_| {})?;
        writeln!(out, "{} {:.2} s, {} rows", spec.name, one.elapsed().as_secs_f64(), report.rows_out())?;
    }
    writeln!(out, "total {:.3}", start.elapsed().as_secs_f64())?;
    Ok(())
}
