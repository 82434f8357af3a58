//! One line of the table of layers.

use crate::Document;
use crate::demand::{File, Network, Role, ServiceRole};
use crate::policy::{Added, Place};
use crate::wish::Pipeline;

/// One line of the table. Each function gets the pipeline as it is wished for.
pub struct Layer {
    /// The name of its program, section, folder, module, policy file and test file.
    pub name: &'static str,
    /// One line for `--help`.
    pub about: &'static str,
    /// Whether the wish itself asks for it. A layer that an asked one needs is asked for, too: see [`crate::layers::asked`].
    pub asked: fn(&Pipeline) -> bool,
    /// All layers that it may ever use: their `up` comes before its own, their `down` after it.
    pub uses: &'static [&'static str],
    /// Those of them that this pipeline cannot do without: their sections have to be there before its `up`.
    pub needs: fn(&Pipeline) -> Vec<&'static str>,
    /// Roles that AWS's services assume for it.
    pub roles: fn(&Pipeline) -> Vec<Role>,
    /// Roles with a name that an AWS service fixes.
    pub service_roles: fn(&Pipeline) -> Vec<ServiceRole>,
    /// What it wants of the network.
    pub network: fn(&Pipeline) -> Network,
    /// Files in the buckets.
    pub files: fn(&Pipeline, &Place) -> Vec<File>,
    /// What the keys of all files begin with that it may ever want.
    pub prefixes: &'static [&'static str],
    /// Services of AWS that use the pipeline's key themselves, such as `logs.eu-central-1.amazonaws.com`: they are in
    /// its policy. Roles get their rights on the key by their own policies.
    pub key_services: fn(&Pipeline, &Place) -> Vec<String>,
    /// Placeholders that policies may use, besides the pipeline's own.
    pub values: fn(&Document, &Place) -> Added,
}

impl Layer {
    /// A layer that is never asked for and demands nothing: what a module does not say.
    pub const NONE: Self = Self {
        name: "",
        about: "",
        asked: |_| false,
        uses: &[],
        needs: |_| Vec::new(),
        roles: |_| Vec::new(),
        service_roles: |_| Vec::new(),
        network: |_| Network::default(),
        files: |_, _| Vec::new(),
        prefixes: &[],
        key_services: |_, _| Vec::new(),
        values: |_, _| Added::new(),
    };

    /// Its place in `up` of a pipeline that has these layers: 0 where it uses none of them. Layers of one stage run side by
    /// side.
    #[must_use]
    pub fn stage(&self, among: &[&Layer]) -> usize {
        let used = among.iter().filter(|layer| self.uses.contains(&layer.name));
        used.map(|layer| layer.stage(among) + 1).max().unwrap_or(0)
    }
}
