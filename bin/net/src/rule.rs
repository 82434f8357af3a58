//! A rule of a security group, in the form in which what is desired and what is observed are compared.

use crate::security_group::SecurityGroup;
use aws_sdk_ec2::types::{
    IpPermission, IpRange, SecurityGroupRule, SecurityGroupRuleRequest, SecurityGroupRuleUpdate, UserIdGroupPair,
};
use strata_aws::Error;
use strata_layer::serde::Serializer;
use strata_layer::{Context, Promise, Serialize};
use strata_state::layers::net;

/// Who may connect to what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(crate = "strata_layer::serde")]
pub(crate) struct Rule {
    /// The other end: from where, or to where.
    pub(crate) from: End,
    /// What may pass.
    pub(crate) port: Traffic,
    /// Why; shown in the console.
    pub(crate) description: String,
}

/// The other end of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// Members of the group itself.
    Itself,
    /// Members of another group, by its id in AWS.
    Group(Promise),
    /// An IPv4 range.
    Range(String),
    /// Something that is never desired.
    Other(String),
}

/// What may pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Traffic {
    /// Everything.
    All,
    /// One TCP port.
    Tcp(i32),
    /// Something that is never desired.
    Other(String),
}

impl Serialize for End {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Itself => serializer.serialize_str("the group itself"),
            Self::Group(id) => id.serialize(serializer),
            Self::Range(text) | Self::Other(text) => serializer.serialize_str(text),
        }
    }
}

impl Serialize for Traffic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Tcp(port) => serializer.collect_str(port),
            Self::Other(text) => serializer.serialize_str(text),
        }
    }
}

impl Rule {
    /// What a pipeline desires.
    pub(crate) fn desired(cx: &Context, rule: &net::Rule) -> Self {
        let from = match &rule.from {
            net::Origin::Itself => End::Itself,
            net::Origin::Group(id) => End::Group(cx.id_of::<SecurityGroup>(id)),
            net::Origin::Range(range) => End::Range(range.clone()),
        };
        let port = rule.port.map_or(Traffic::All, |port| Traffic::Tcp(port.into()));
        Self { from, port, description: rule.description.clone() }
    }

    /// Everything to anywhere.
    pub(crate) fn anywhere() -> Self {
        Self { from: End::Range("0.0.0.0/0".into()), port: Traffic::All, description: String::new() }
    }

    /// A rule of `group` as AWS answers it.
    pub(crate) fn observed(group: &str, rule: &SecurityGroupRule) -> Self {
        let other = || rule.cidr_ipv6().or(rule.prefix_list_id()).unwrap_or("another source").to_owned();
        let from = match (rule.cidr_ipv4(), rule.referenced_group_info().and_then(|info| info.group_id())) {
            (Some(range), _) => End::Range(range.to_owned()),
            (None, Some(id)) if id == group => End::Itself,
            (None, Some(id)) => End::Group(id.into()),
            (None, None) => End::Other(other()),
        };
        let port = match (rule.ip_protocol(), rule.from_port(), rule.to_port()) {
            (Some("tcp"), Some(from), Some(to)) if from == to => Traffic::Tcp(from),
            (Some("-1"), ..) => Traffic::All,
            (protocol, from, to) => {
                let protocol = protocol.unwrap_or_default();
                Traffic::Other(format!("{protocol} {}-{}", from.unwrap_or(0), to.unwrap_or(0)))
            }
        };
        Self { from, port, description: rule.description().unwrap_or_default().to_owned() }
    }

    /// Whether all of it is known: the group that it names is there.
    pub(crate) fn is_known(&self) -> bool {
        !matches!(self.from, End::Group(Promise::Later(_)))
    }

    /// Whether it names another group.
    pub(crate) fn names_another(&self) -> bool {
        matches!(self.from, End::Group(_))
    }

    /// Whether AWS can change it into `new`: another range, port or description, but no other kind of source.
    pub(crate) fn can_become(&self, new: &Self) -> bool {
        let same = match (&self.from, &new.from) {
            (End::Range(_), End::Range(_)) => true,
            (old, new) => old == new && !matches!(old, End::Other(_)),
        };
        same && matches!(new.port, Traffic::Tcp(_))
    }

    fn ports(&self) -> (&'static str, Option<i32>) {
        match self.port {
            Traffic::Tcp(port) => ("tcp", Some(port)),
            Traffic::All | Traffic::Other(_) => ("-1", None),
        }
    }

    /// In the form of Authorize, for `group`.
    pub(crate) fn permission(&self, group: &str) -> Result<IpPermission, Error> {
        let (protocol, port) = self.ports();
        let permission = IpPermission::builder().ip_protocol(protocol).set_from_port(port).set_to_port(port);
        let description = Some(self.description.clone()).filter(|text| !text.is_empty());
        let pair = |id: &str| UserIdGroupPair::builder().group_id(id).set_description(description.clone()).build();
        let permission = match &self.from {
            End::Itself => permission.user_id_group_pairs(pair(group)),
            End::Group(id) => permission.user_id_group_pairs(pair(id.known()?)),
            End::Range(range) | End::Other(range) => {
                permission.ip_ranges(IpRange::builder().cidr_ip(range).set_description(description).build())
            }
        };
        Ok(permission.build())
    }

    /// The change of the rule `id` of `group` into this one.
    pub(crate) fn modification(&self, group: &str, id: &str) -> Result<SecurityGroupRuleUpdate, Error> {
        let (protocol, port) = self.ports();
        let request = SecurityGroupRuleRequest::builder()
            .ip_protocol(protocol)
            .set_from_port(port)
            .set_to_port(port)
            .description(&self.description);
        let request = match &self.from {
            End::Itself => request.referenced_group_id(group),
            End::Group(id) => request.referenced_group_id(id.known()?),
            End::Range(range) | End::Other(range) => request.cidr_ipv4(range),
        };
        let update = SecurityGroupRuleUpdate::builder().security_group_rule_id(id);
        Ok(update.security_group_rule(request.build()).build())
    }
}
