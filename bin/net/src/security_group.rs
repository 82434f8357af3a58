//! The security groups that the wish and the layers name. Members of `main`, which MWAA uses, may talk to each other; members of
//! any group may go out; and in comes only what is named, from a range or from members of a group.

use crate::ec2::{filter, from_ec2, ours, retag, specification};
use crate::rule::Rule;
use crate::vpc::Vpc;
use crate::{holders, interface};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{ResourceType, SecurityGroup as Group};
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Pace};
use strata_layer::{Context, Desired, Holder, Observed, Promise, Resource, async_trait, props};
use strata_state::{Kind, layers::net};

pub(crate) struct SecurityGroup(pub(crate) Client);

props! {
    /// What a security group is. Its description is said once, when it is made: AWS cannot change it, and a new group for a new
    /// text would take the network from its members.
    pub(crate) struct Props {
        fixed {
            /// Its VPC.
            vpc_id: Promise,
        }
        mutable {
            /// What may come in, sorted.
            ingress: Vec<Rule>,
            /// What may go out, sorted.
            egress: Vec<Rule>,
        }
    }
}

/// What the calls need besides: each rule with its id.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    ingress: Vec<(Rule, String)>,
    egress: Vec<(Rule, String)>,
}

type Seen = Observed<Props, Facts>;

/// The ids of those rules.
fn ids<'a>(rules: &'a [(Rule, String)], are: impl Fn(&Rule) -> bool + 'a) -> Vec<String> {
    rules.iter().filter(|(rule, _)| are(rule)).map(|(_, id)| id.clone()).collect()
}

fn sorted(mut rules: Vec<Rule>) -> Vec<Rule> {
    rules.sort();
    rules
}

impl SecurityGroup {
    /// The rules of a group, inbound and outbound, each with its id.
    async fn rules(&self, group: &str) -> Result<Facts, Error> {
        let call = self.0.describe_security_group_rules().filters(filter("group-id", group));
        let mut pages = call.into_paginator().items().send();
        let mut facts = Facts::default();
        while let Some(rule) = pages.next().await {
            let rule = rule.during(|| format!("listing the rules of {group}"))?;
            let side = if rule.is_egress() == Some(true) { &mut facts.egress } else { &mut facts.ingress };
            side.push((Rule::observed(group, &rule), rule.security_group_rule_id().unwrap_or_default().to_owned()));
        }
        Ok(facts)
    }

    async fn seen(&self, cx: &Context, group: &Group, desired: &[Desired<Props>]) -> Result<Seen, Error> {
        let physical = group.group_id().unwrap_or_default();
        let facts = self.rules(physical).await?;
        let side = |rules: &[(Rule, String)]| sorted(rules.iter().map(|(rule, _)| rule.clone()).collect());
        let (vpc_id, ingress, egress) = (group.vpc_id().into(), side(&facts.ingress), side(&facts.egress));
        // Names are unique in a VPC: one that lost the tag that says which it is still has its name.
        let named = desired.iter().find(|one| Some(one.name.as_str()) == group.group_name());
        let id = named.map_or("", |one| one.id.as_str());
        let seen = Seen::new(id, physical, Props { vpc_id, ingress, egress });
        Ok(seen.tagged(cx, from_ec2(group.tags())).facts(facts))
    }

    /// Make the inbound rules as desired: one call where one rule changed.
    async fn set_ingress(&self, observed: &Seen, shall: &[Rule]) -> Result<(), Error> {
        let (group, is) = (&observed.physical, &observed.facts.ingress);
        let surplus: Vec<&(Rule, String)> = is.iter().filter(|(rule, _)| !shall.contains(rule)).collect();
        let lacking: Vec<&Rule> = shall.iter().filter(|rule| !observed.props.ingress.contains(rule)).collect();
        if let ([(old, id)], [new]) = (surplus.as_slice(), lacking.as_slice())
            && old.can_become(new)
        {
            let call = self.0.modify_security_group_rules().group_id(group);
            let call = call.security_group_rules(new.modification(group, id)?);
            return call.send().await.during(|| format!("changing rule {id} of security group {group}")).map(drop);
        }
        // Two rules that differ only in their description are one to AWS: the old one has to go first.
        if !surplus.is_empty() {
            let ids = surplus.into_iter().map(|(_, id)| id.clone()).collect();
            let call = self.0.revoke_security_group_ingress().group_id(group).set_security_group_rule_ids(Some(ids));
            call.send().await.during(|| format!("removing rules from security group {group}"))?;
        }
        if !lacking.is_empty() {
            let permissions = lacking.into_iter().map(|rule| rule.permission(group)).collect::<Result<_, _>>()?;
            let call = self.0.authorize_security_group_ingress().group_id(group).set_ip_permissions(Some(permissions));
            match call.send().await.during(|| format!("adding rules to security group {group}")) {
                Err(error) if error.is(&["InvalidPermission.Duplicate"]) => {}
                result => result.map(drop)?,
            }
        }
        Ok(())
    }

    async fn set_egress(&self, observed: &Seen, shall: &[Rule]) -> Result<(), Error> {
        let group = &observed.physical;
        let lacking = shall.iter().filter(|rule| !observed.props.egress.contains(rule));
        let lacking: Vec<_> = lacking.map(|rule| rule.permission(group)).collect::<Result<_, _>>()?;
        if !lacking.is_empty() {
            let call = self.0.authorize_security_group_egress().group_id(group).set_ip_permissions(Some(lacking));
            call.send().await.during(|| format!("adding outbound rules to security group {group}"))?;
        }
        let surplus = ids(&observed.facts.egress, |rule| !shall.contains(rule));
        if !surplus.is_empty() {
            let call = self.0.revoke_security_group_egress().group_id(group);
            let call = call.set_security_group_rule_ids(Some(surplus));
            call.send().await.during(|| format!("removing outbound rules from security group {group}"))?;
        }
        Ok(())
    }

    /// Take away its rules that name another group: where that one names it, too, neither could be deleted first.
    async fn let_go(&self, observed: &Seen) -> Result<(), Error> {
        let group = &observed.physical;
        let doing = || format!("removing rules of security group {group} that name other groups");
        let inbound = ids(&observed.facts.ingress, Rule::names_another);
        if !inbound.is_empty() {
            let call = self.0.revoke_security_group_ingress().group_id(group);
            call.set_security_group_rule_ids(Some(inbound)).send().await.during(doing)?;
        }
        let outbound = ids(&observed.facts.egress, Rule::names_another);
        if !outbound.is_empty() {
            let call = self.0.revoke_security_group_egress().group_id(group);
            call.set_security_group_rule_ids(Some(outbound)).send().await.during(doing)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Resource for SecurityGroup {
    const KIND: &'static str = "security-group";
    const LABEL: &'static str = "security groups";
    type Props = Props;
    type Facts = Facts;

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let desired = |(id, group): (String, net::Group)| {
            let name = cx.name(Kind::Network, &id);
            let ingress = sorted(group.rules.iter().map(|rule| Rule::desired(cx, rule)).collect());
            Desired::new(id, name, Props { vpc_id: cx.id_of::<Vpc>("main"), ingress, egress: vec![Rule::anywhere()] })
        };
        Ok(net::groups(&cx.doc.pipeline).into_iter().map(desired).collect())
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let mut pages = self.0.describe_security_groups().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(group) = pages.next().await {
            all.push(self.seen(cx, &group.during(|| "listing security groups".into())?, desired).await?);
        }
        Ok(all)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let description = net::groups(&cx.doc.pipeline).remove(&desired.id).map(|group| group.description);
        let call = self
            .0
            .create_security_group()
            .group_name(&desired.name)
            .description(description.unwrap_or_default())
            .vpc_id(desired.props.vpc_id.known()?)
            .tag_specifications(specification::<Self>(cx, desired, ResourceType::SecurityGroup));
        match call.send().await.during(|| format!("creating security group {}", desired.name)) {
            // Names are unique in a VPC, and the VPC is ours: an earlier answer was lost.
            Err(error) if error.is(&["InvalidGroup.Duplicate"]) => Err(Error::again(error.doing, error.message)),
            result => result.map(drop),
        }
    }

    // A rule waits until the group that it names is there.
    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (is, shall) = (&observed.props, &desired.props);
        if is.ingress != shall.ingress && shall.ingress.iter().all(Rule::is_known) {
            self.set_ingress(observed, &shall.ingress).await?;
        }
        if is.egress != shall.egress {
            self.set_egress(observed, &shall.egress).await?;
        }
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        retag::<Self>(&self.0, &observed.physical, tags).await
    }

    async fn delete(&self, cx: &Context, observed: &Seen) -> Result<(), Error> {
        self.let_go(observed).await?;
        let id = &observed.physical;
        let call = self.0.delete_security_group().group_id(id);
        let result = call.send().await.during(|| format!("deleting security group {id}")).map(drop);
        if result.as_ref().is_err_and(|error| error.is(&["DependencyViolation", "InvalidGroup.InUse"])) {
            interface::sweep(&self.0, cx, "group-id", id).await?;
        }
        result
    }

    async fn held_by(&self, cx: &Context, observed: &Seen) -> Result<Vec<Holder>, Error> {
        let vpc = observed.props.vpc_id.known()?;
        holders::of_group(&self.0, cx, vpc, &observed.physical).await
    }

    // As long as a subnet: the same interfaces hold both.
    fn pace(&self) -> Pace {
        Pace::seconds(5, 1200)
    }
}
