//! What a layer asks of the network.

use std::collections::{BTreeMap, BTreeSet};

/// What a layer wants of the network. The default is nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// Classes of subnets.
    pub classes: BTreeSet<Class>,
    /// Whether its private subnets need a way to the internet, or to AWS's services.
    pub way_out: bool,
    /// AWS's services that it reaches where the way out is endpoints: `glue`, `airflow.api`.
    pub endpoints: BTreeSet<&'static str>,
    /// Security groups by id, with what may come in.
    pub groups: BTreeMap<&'static str, Group>,
}

/// A class of subnets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// With a route to the internet gateway.
    Public,
    /// With the way out that the wish names.
    Private,
    /// Without any route out: for databases.
    Database,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Public, Self::Private, Self::Database];

    /// As ids and the document have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Database => "database",
        }
    }
}

/// A security group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Group {
    /// What the console shows; AWS cannot change it.
    pub description: &'static str,
    /// What may come in, besides what the wish names.
    pub rules: Vec<Rule>,
}

/// What may come into a security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// From where.
    pub from: Source,
    /// TCP port; all traffic without one.
    pub port: Option<u16>,
    /// Why; shown in the console.
    pub description: &'static str,
}

/// Where traffic comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Members of the group itself.
    Itself,
    /// Members of another group of this pipeline, by its id.
    Group(&'static str),
}
