//! Runs one of the driven-data transforms for one day in a folder. Called by `scripts/bench/transform.py`, once for each,
//! as workers are: `bench <pipeline.json> <folder> <date> <transform>`. Its lines go to stderr, as theirs.

use std::error::Error;
use std::path::{Path, PathBuf};
use strata_engine::{Folder, Store, run};
use strata_state::Spec;

// Columns are large and short-lived; the system's allocator gives them back to the kernel each time, which costs a sixth.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wish, folder, date, name] = arguments.as_slice() else {
        return Err("bench <pipeline.json> <folder> <date> <transform>".into());
    };
    let document = strata_state::read(&std::fs::read_to_string(wish)?)?;
    let source = Path::new(wish).parent().ok_or("the wish has no folder")?;
    let transform = document.pipeline.transforms.iter().find(|transform| transform.name == *name);
    let transform = transform.ok_or("there is no such transform")?;
    let store = Folder(PathBuf::from(folder));
    let spec = Spec::new(&document.pipeline, transform, "bench").ok_or("a table is missing")?;
    store.put(&spec.sql, std::fs::read(source.join(&transform.sql))?)?;
    run(&spec, &store, Some(date.parse()?), &mut |line| eprintln!("{line}"))?;
    Ok(())
}
