//! Finds the layers, so that no list of them has to be kept: each module in `src/layers/` is one.
#![allow(clippy::expect_used, reason = "a build script ends by panicking")]

use std::fmt::Write;
use std::path::Path;

fn main() {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("src/layers");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut layers: Vec<(String, String)> = std::fs::read_dir(&folder)
        .expect("src/layers is there")
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_stem()?.to_str()?.to_owned();
            let module = if path.is_dir() { path.join("mod.rs") } else { path };
            (module.extension()? == "rs").then(|| (name, module.display().to_string()))
        })
        .collect();
    layers.sort();
    let mut text = String::new();
    let mut names = String::new();
    for (name, path) in layers {
        let _ = writeln!(text, "#[path = {path:?}]\npub mod {name};");
        let _ = write!(names, "{name} ");
    }
    let each = format!(
        "/// Hands the names of all layers to another macro.\n\
         macro_rules! with_layers {{ ($then:ident) => {{ $then! {{ {names}}} }} }}\n\
         pub(crate) use with_layers;\n"
    );
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    for (file, text) in [("layers.rs", text), ("each_layer.rs", each)] {
        std::fs::write(Path::new(&out).join(file), text).expect("OUT_DIR can be written");
    }
}
