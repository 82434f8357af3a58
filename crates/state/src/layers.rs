//! The table of layers: one module in `src/layers/` for each, found by the build script. A module has what a person may ask
//! for (`wish.rs`: `Wish`), what the layer reports (`Section`), a line of the table (`LAYER`): what it needs, when a pipeline has
//! it, and what it demands of the layers below; and what its wish must hold to (`check.rs`).

use crate::each_layer::with_layers;
use crate::wish::Pipeline;
use std::collections::BTreeSet;

pub use crate::layer::Layer;

include!(concat!(env!("OUT_DIR"), "/layers.rs"));

/// In stages, by name within each.
fn sorted(mut layers: Vec<&'static Layer>) -> Vec<&'static Layer> {
    let among = layers.clone();
    layers.sort_by_key(|layer| (layer.stage(&among), layer.name));
    layers
}

macro_rules! table {
    ($($layer:ident)*) => {
        /// All layers, by name.
        pub static ALL: &[&Layer] = &[$(&$layer::LAYER),*];
    };
}
with_layers!(table);

/// The layer of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Layer> {
    ALL.iter().copied().find(|layer| layer.name == name)
}

/// The layers that `pipeline` asks for, by its wish or because an asked one needs them: in stages, by name within each.
#[must_use]
pub fn asked(pipeline: &Pipeline) -> Vec<&'static Layer> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut next: Vec<&'static Layer> = ALL.iter().copied().filter(|layer| (layer.asked)(pipeline)).collect();
    while let Some(layer) = next.pop() {
        if names.insert(layer.name) {
            next.extend((layer.needs)(pipeline).iter().filter_map(|name| find(name)));
        }
    }
    sorted(ALL.iter().copied().filter(|layer| names.contains(layer.name)).collect())
}

/// Whether `pipeline` asks for the layer of this name. A program that is no layer is always asked for.
#[must_use]
pub fn is_asked(name: &str, pipeline: &Pipeline) -> bool {
    find(name).is_none() || asked(pipeline).iter().any(|layer| layer.name == name)
}

/// All layers there are, in stages, by name within each.
#[must_use]
pub fn all() -> Vec<&'static Layer> {
    sorted(ALL.to_vec())
}

/// The layers that use `name`: those go before it.
#[must_use]
pub fn users(name: &str) -> Vec<&'static str> {
    ALL.iter().filter(|layer| layer.uses.contains(&name)).map(|layer| layer.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pipeline(wish: serde_json::Value) -> Pipeline {
        serde_json::from_value(wish).unwrap_or_else(|error| unreachable!("{error}"))
    }

    #[test]
    fn a_layer_is_called_as_its_module() {
        macro_rules! same {
            ($($layer:ident)*) => { $(assert_eq!($layer::LAYER.name, stringify!($layer));)* };
        }
        with_layers!(same);
    }

    #[test]
    fn what_a_layer_uses_are_layers_that_come_before() {
        let pipeline = pipeline(serde_json::json!({ "name": "some" }));
        for layer in ALL {
            for name in layer.uses {
                let used = find(name).unwrap_or_else(|| unreachable!("{} uses {name}, which is no layer", layer.name));
                assert!(used.stage(ALL) < layer.stage(ALL));
            }
            assert!((layer.needs)(&pipeline).iter().all(|need| layer.uses.contains(need)), "{}", layer.name);
        }
    }

    #[test]
    fn a_layer_waits_only_for_those_that_the_pipeline_has() {
        let stages = |storage: &str| -> Vec<(usize, &str)> {
            let storage = serde_json::json!({ "encryption": storage });
            let asked = asked(&pipeline(serde_json::json!({ "name": "some", "net": {}, "storage": storage })));
            asked.iter().map(|layer| (layer.stage(&asked), layer.name)).collect()
        };
        assert_eq!(stages("sse-s3"), [(0, "net"), (0, "storage")]);
        assert_eq!(stages("key"), [(0, "keys"), (0, "net"), (1, "storage")]);
    }

    #[test]
    fn files_are_below_the_prefixes_of_their_layer() {
        let place = crate::policy::Place {
            partition: "aws".into(),
            account: "123456789012".into(),
            region: "eu-central-1".into(),
            program: None,
        };
        let mut wish: serde_json::Value =
            serde_json::from_str(include_str!("../../../pipelines/driven-data/pipeline.json"))
                .unwrap_or_else(|error| unreachable!("{error}"));
        let mut files = 0;
        for kind in ["environment", "serverless"] {
            wish["pipeline"]["airflow"]["kind"] = kind.into();
            let pipeline = pipeline(wish["pipeline"].clone());
            for layer in ALL {
                for file in (layer.files)(&pipeline, &place) {
                    let known = layer.prefixes.iter().any(|prefix| file.key.starts_with(prefix));
                    assert!(known, "{}: {} is below none of its prefixes", layer.name, file.key);
                    files += 1;
                }
            }
        }
        assert!(files > 20, "{files}");
    }

    #[test]
    fn an_absent_wish_is_a_layer_that_is_not_asked_for() {
        assert!(asked(&pipeline(serde_json::json!({ "name": "some" }))).is_empty());
    }
}
