//! The `pipeline` object itself.

use super::{Generate, Table, Transform};
use crate::each_layer::with_layers;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

macro_rules! pipeline {
    ($($layer:ident)*) => {
        /// One pipeline in one environment.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[schemars(transform = crate::envs_schema::add)]
        pub struct Pipeline {
            /// Lower-case letters, digits and hyphens, 2 to 24 characters; part of every name and tag.
            pub name: String,
            /// Which copy of the pipeline: `dev`, `prod`, a person's name. Lower-case letters, digits and hyphens, at most 12.
            #[serde(default = "dev")]
            pub env: String,
            /// The AWS region. `--region` wins; without either, the profile's or AWS_REGION decides.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub region: Option<String>,
            /// The pipeline's folder, relative to the working directory, with `sql/` and, if there is one, `dags/`. By
            /// default the working directory itself.
            #[serde(default = "here")]
            pub folder: String,
            /// The user's own tags, set on every resource besides strata's.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pub tags: BTreeMap<String, String>,
            /// The day (YYYY-MM-DD) after which this copy may be deleted; becomes the tag `strata:expires`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub expires: Option<String>,
            /// `down` removes this copy only when its name, `<name>-<env>`, is typed or given as `--confirm`.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            pub protect: bool,
            /// Name patterns per kind (`bucket`, `database`, `crawler`, `classifier`, `job`, `workgroup`, `environment`, `workflow`,
            /// `role`, `key`, `network`) with the placeholders `{pipeline} {env} {_env} {name} {account} {region}`.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pub names: BTreeMap<String, String>,
            $(
                #[doc = concat!("The wish for the layer `", stringify!($layer), "`.")]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $layer: Option<crate::layers::$layer::Wish>,
            )*
            /// Generated input, for pipelines without input of their own.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub generate: Option<Generate>,
            /// Tables by name: where their files are, what their columns are.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            pub tables: BTreeMap<String, Table>,
            /// SQL files that make tables out of tables.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub transforms: Vec<Transform>,
        }

        impl Pipeline {
            $(
                #[doc = concat!("The wish for the layer `", stringify!($layer), "`, or what holds without one.")]
                #[must_use]
                pub fn $layer(&self) -> &crate::layers::$layer::Wish {
                    static DEFAULT: LazyLock<crate::layers::$layer::Wish> = LazyLock::new(Default::default);
                    self.$layer.as_ref().unwrap_or(&DEFAULT)
                }
            )*
        }
    };
}
with_layers!(pipeline);

fn here() -> String {
    ".".to_owned()
}

fn dev() -> String {
    "dev".to_owned()
}
