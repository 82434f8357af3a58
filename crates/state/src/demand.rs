//! What a layer asks of the layers below it. Those fold the demands of whatever layers a pipeline asks for, and know none of
//! them by name.

use crate::layers::{self, asked};
use crate::policy::Place;
use crate::wish::Pipeline;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A text that is built in, or one that a person wrote.
pub type Text = Cow<'static, str>;

/// A role that an AWS service assumes for a layer. Documents are texts with the placeholders of [`crate::policy::values`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Role {
    /// What the role is called in the document and, by [`crate::Kind::Role`], in AWS. Two layers may demand the same one.
    pub id: Text,
    /// What its files in `policies/roles/` are called. A role of a person's own has none.
    pub file: Text,
    /// What the console shows.
    pub description: Text,
    /// Who may assume it; several documents become one, statement after statement.
    pub trust: Vec<Text>,
    /// What it may do, as an inline policy; several become one, statement after statement.
    pub permissions: Vec<Text>,
    /// Managed policies: AWS's own by their path and name, such as `service-role/AWSGlueServiceRole`, others by their ARN.
    pub managed: Vec<Text>,
    /// Whether machines of EC2 get it, through an instance profile of the same name.
    pub instance_profile: bool,
}

/// A role whose name an AWS service fixes, one for all of an account: created where it is missing, and never changed or
/// deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRole {
    /// The fixed name: `dms-vpc-role`.
    pub name: Text,
    /// The service that may assume it: `dms.amazonaws.com`.
    pub service: Text,
    /// Managed policies that it needs, named as those of a [`Role`].
    pub managed: Vec<Text>,
}

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

/// The id of the main bucket.
pub const MAIN_BUCKET: &str = "main";

/// A file in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The bucket's id.
    pub bucket: String,
    /// Its key, below one of the layer's `prefixes`.
    pub key: String,
    /// What is in it.
    pub body: Body,
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// This text.
    Text(String),
    /// A file of the pipeline's folder, by its path there.
    Path(String),
    /// Every file of a folder of the pipeline's folder, at any depth, below the key; nothing where there is no such folder.
    Folder(String),
}

impl File {
    /// A file in the main bucket.
    #[must_use]
    pub fn new(key: impl Into<String>, body: Body) -> Self {
        Self { bucket: MAIN_BUCKET.to_owned(), key: key.into(), body }
    }

    /// A file with this text, in the main bucket.
    #[must_use]
    pub fn text(key: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(key, Body::Text(text.into()))
    }

    /// The same in another bucket.
    #[must_use]
    pub fn within(mut self, bucket: impl Into<String>) -> Self {
        self.bucket = bucket.into();
        self
    }
}

/// All roles that `pipeline` needs, by id. What is said of one role by several is joined.
#[must_use]
pub fn roles(pipeline: &Pipeline) -> Vec<Role> {
    let mut roles: BTreeMap<Text, Role> = BTreeMap::new();
    for role in asked(pipeline).iter().flat_map(|layer| (layer.roles)(pipeline)) {
        match roles.get_mut(&role.id) {
            Some(known) => {
                // A person's own words come first, and may leave these two out.
                for (text, more) in [(&mut known.file, role.file), (&mut known.description, role.description)] {
                    if text.is_empty() {
                        *text = more;
                    }
                }
                add(&mut known.trust, role.trust);
                add(&mut known.permissions, role.permissions);
                add(&mut known.managed, role.managed);
                known.instance_profile |= role.instance_profile;
            }
            None => drop(roles.insert(role.id.clone(), role)),
        }
    }
    roles.into_values().collect()
}

/// All roles with fixed names that `pipeline` needs, by name.
#[must_use]
pub fn service_roles(pipeline: &Pipeline) -> Vec<ServiceRole> {
    let mut roles: BTreeMap<Text, ServiceRole> = BTreeMap::new();
    for role in asked(pipeline).iter().flat_map(|layer| (layer.service_roles)(pipeline)) {
        match roles.get_mut(&role.name) {
            Some(known) => add(&mut known.managed, role.managed),
            None => drop(roles.insert(role.name.clone(), role)),
        }
    }
    roles.into_values().collect()
}

/// Add those that are not there yet.
fn add(known: &mut Vec<Text>, more: Vec<Text>) {
    for text in more {
        if !known.contains(&text) {
            known.push(text);
        }
    }
}

/// What all layers together want of the network.
#[must_use]
pub fn network(pipeline: &Pipeline) -> Network {
    let mut all = Network::default();
    for wanted in asked(pipeline).iter().map(|layer| (layer.network)(pipeline)) {
        all.classes.extend(wanted.classes);
        all.way_out |= wanted.way_out;
        all.endpoints.extend(wanted.endpoints);
        for (id, group) in wanted.groups {
            let known = all.groups.entry(id).or_insert_with(|| Group { rules: Vec::new(), ..group.clone() });
            let more: Vec<_> = group.rules.into_iter().filter(|rule| !known.rules.contains(rule)).collect();
            known.rules.extend(more);
        }
    }
    all
}

/// All files that `pipeline` needs in its buckets, by bucket and key. A file that two layers want is there once.
#[must_use]
pub fn files(pipeline: &Pipeline, place: &Place) -> Vec<File> {
    let mut files: Vec<File> = asked(pipeline).iter().flat_map(|layer| (layer.files)(pipeline, place)).collect();
    files.sort_by(|a, b| (&a.bucket, &a.key).cmp(&(&b.bucket, &b.key)));
    files.dedup_by(|a, b| (&a.bucket, &a.key) == (&b.bucket, &b.key));
    files
}

/// All services that use the pipeline's key themselves.
#[must_use]
pub fn key_services(pipeline: &Pipeline, place: &Place) -> BTreeSet<String> {
    asked(pipeline).iter().flat_map(|layer| (layer.key_services)(pipeline, place)).collect()
}

/// Where files of layers are, asked for or not: so those of a layer that is no longer asked for are found, too.
#[must_use]
pub fn prefixes() -> BTreeSet<&'static str> {
    layers::ALL.iter().flat_map(|layer| layer.prefixes.iter().copied()).collect()
}
