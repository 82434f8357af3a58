//! The names of all layers, for what is made of them: fields of the wish and of the document, the table, the checks.

include!(concat!(env!("OUT_DIR"), "/each_layer.rs"));
