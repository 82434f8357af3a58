//! Finds the drift of layers, so that no list of them has to be kept: each `tests/drift/<layer>.rs` with a `DRIFT` is one.
#![allow(clippy::expect_used, reason = "a build script ends by panicking")]

use std::fmt::Write;
use std::path::Path;

fn main() {
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let folder = Path::new(&root).join("tests/drift");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut parts: Vec<(String, String)> = std::fs::read_dir(&folder)
        .expect("tests/drift is there")
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let text = std::fs::read_to_string(&path).ok()?;
            let name = path.file_stem()?.to_str()?.to_owned();
            text.contains("\npub(crate) const DRIFT: Drift").then(|| (name, path.display().to_string()))
        })
        .collect();
    parts.sort();
    let mut text = String::new();
    let mut names = String::new();
    for (name, path) in parts {
        let _ = writeln!(text, "#[path = {path:?}]\nmod {name};");
        let _ = write!(names, "({name:?}, {name}::DRIFT), ");
    }
    let _ = writeln!(text, "/// The drift of each layer, by the layer's name.");
    let _ = writeln!(text, "pub(crate) static DRIFTS: &[(&str, Drift)] = &[{names}];");
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&out).join("drifts.rs"), text).expect("OUT_DIR can be written");
}
