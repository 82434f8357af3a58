//! The security group that everything in the pipeline shares. Its members may talk to each other, which MWAA demands;
//! they may go out; and in comes only what the wish names.

use crate::ec2::{filter, from_ec2, ours, retag, specification};
use crate::{holders, interface};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{
    IpPermission, IpRange, ResourceType, SecurityGroupRule, SecurityGroupRuleRequest, SecurityGroupRuleUpdate,
    UserIdGroupPair,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use strata_aws::{During, Error, Pace};
use strata_layer::{Change, Context, Holder, Live, Untyped, Wish, async_trait};
use strata_state::{Kind, layers::net::Ingress};

pub(crate) struct SecurityGroup(pub(crate) Client);

/// The rule that lets members of the group talk to each other.
fn own() -> Value {
    json!({ "from": "the group itself", "port": "all", "description": "" })
}

fn rule(ingress: &Ingress) -> Value {
    json!({ "from": ingress.cidr, "port": ingress.port.to_string(), "description": ingress.description })
}

fn sorted(mut rules: Vec<Value>) -> Value {
    rules.sort_by_key(ToString::to_string);
    Value::Array(rules)
}

fn text<'a>(rule: &'a Value, field: &str) -> &'a str {
    rule[field].as_str().unwrap_or_default()
}

/// A rule in the form of Authorize and Revoke.
fn permission(group: &str, rule: &Value) -> IpPermission {
    let permission = IpPermission::builder();
    if text(rule, "from") == "the group itself" {
        let pair = UserIdGroupPair::builder().group_id(group).build();
        return permission.ip_protocol("-1").user_id_group_pairs(pair).build();
    }
    let range = IpRange::builder().cidr_ip(text(rule, "from")).description(text(rule, "description")).build();
    match text(rule, "port").parse::<i32>() {
        Ok(port) => permission.ip_protocol("tcp").from_port(port).to_port(port),
        Err(_) => permission.ip_protocol("-1"),
    }
    .ip_ranges(range)
    .build()
}

/// A rule as AWS answers it, in the form of the wish.
fn from_ec2_rule(group: &str, rule: &SecurityGroupRule) -> Value {
    let from = match (rule.cidr_ipv4(), rule.referenced_group_info().and_then(|info| info.group_id())) {
        (Some(range), _) => range.to_owned(),
        (None, Some(id)) if id == group => "the group itself".to_owned(),
        (None, other) => other.unwrap_or("another source").to_owned(),
    };
    let port = match (rule.ip_protocol(), rule.from_port(), rule.to_port()) {
        (Some("tcp"), Some(from), Some(to)) if from == to => from.to_string(),
        (Some("-1"), ..) => "all".to_owned(),
        (protocol, from, to) => format!("{} {}-{}", protocol.unwrap_or_default(), from.unwrap_or(0), to.unwrap_or(0)),
    };
    json!({ "from": from, "port": port, "description": rule.description().unwrap_or_default() })
}

impl SecurityGroup {
    async fn rules(&self, group: &str) -> Result<Vec<SecurityGroupRule>, Error> {
        let call = self.0.describe_security_group_rules().filters(filter("group-id", group));
        let mut pages = call.into_paginator().items().send();
        let mut rules = Vec::new();
        while let Some(rule) = pages.next().await {
            rules.push(rule.during(|| format!("listing the rules of {group}"))?);
        }
        Ok(rules)
    }

    /// Make the inbound rules equal to the wish: one call where one rule changed.
    async fn set_ingress(&self, live: &Live, change: &Change) -> Result<(), Error> {
        let group = &live.physical;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let (from, to) = (list(&change.from), list(&change.to));
        let surplus: Vec<&Value> = from.iter().filter(|rule| !to.contains(rule)).collect();
        let lacking: Vec<&Value> = to.iter().filter(|rule| !from.contains(rule)).collect();
        if let ([old], [new]) = (surplus.as_slice(), lacking.as_slice())
            && let Some(id) = live.facts.get("rules").and_then(|rules| rule_id(rules, old))
            && [old, new].iter().all(|rule| text(rule, "from") != "the group itself")
        {
            return self.modify(group, &id, new).await;
        }
        // Two rules that differ only in their description are one to AWS: the old one has to go first.
        let ids: Vec<String> =
            surplus.iter().filter_map(|rule| live.facts.get("rules").and_then(|rules| rule_id(rules, rule))).collect();
        if !ids.is_empty() {
            let call = self.0.revoke_security_group_ingress().group_id(group).set_security_group_rule_ids(Some(ids));
            call.send().await.during(|| format!("removing rules from security group {group}"))?;
        }
        if !lacking.is_empty() {
            let permissions = lacking.iter().map(|rule| permission(group, rule)).collect();
            let call = self.0.authorize_security_group_ingress().group_id(group).set_ip_permissions(Some(permissions));
            match call.send().await.during(|| format!("adding rules to security group {group}")) {
                Err(error) if error.is(&["InvalidPermission.Duplicate"]) => {}
                result => result.map(drop)?,
            }
        }
        Ok(())
    }

    async fn modify(&self, group: &str, id: &str, rule: &Value) -> Result<(), Error> {
        let port = text(rule, "port").parse::<i32>().ok();
        let request = SecurityGroupRuleRequest::builder()
            .ip_protocol(if port.is_some() { "tcp" } else { "-1" })
            .set_from_port(port)
            .set_to_port(port)
            .cidr_ipv4(text(rule, "from"))
            .description(text(rule, "description"))
            .build();
        let update = SecurityGroupRuleUpdate::builder().security_group_rule_id(id).security_group_rule(request).build();
        let call = self.0.modify_security_group_rules().group_id(group).security_group_rules(update);
        call.send().await.during(|| format!("changing rule {id} of security group {group}")).map(drop)
    }

    /// Take away our rules that name another group: where it names ours, too, neither could go first.
    async fn let_go(&self, group: &str) -> Result<(), Error> {
        let other = |rule: &&SecurityGroupRule| {
            rule.referenced_group_info().and_then(|info| info.group_id()).is_some_and(|id| id != group)
        };
        let rules = self.rules(group).await?;
        let ids = |egress: bool| -> Vec<String> {
            let side = rules.iter().filter(|rule| rule.is_egress() == Some(egress)).filter(other);
            side.filter_map(|rule| rule.security_group_rule_id().map(str::to_owned)).collect()
        };
        let (inbound, outbound) = (ids(false), ids(true));
        let doing = || format!("removing rules of security group {group} that name other groups");
        if !inbound.is_empty() {
            let call = self.0.revoke_security_group_ingress().group_id(group);
            call.set_security_group_rule_ids(Some(inbound)).send().await.during(doing)?;
        }
        if !outbound.is_empty() {
            let call = self.0.revoke_security_group_egress().group_id(group);
            call.set_security_group_rule_ids(Some(outbound)).send().await.during(doing)?;
        }
        Ok(())
    }

    async fn set_egress(&self, live: &Live, change: &Change) -> Result<(), Error> {
        let group = &live.physical;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let (from, to) = (list(&change.from), list(&change.to));
        let lacking: Vec<IpPermission> =
            to.iter().filter(|rule| !from.contains(rule)).map(|rule| permission(group, rule)).collect();
        if !lacking.is_empty() {
            let call = self.0.authorize_security_group_egress().group_id(group).set_ip_permissions(Some(lacking));
            call.send().await.during(|| format!("adding outbound rules to security group {group}"))?;
        }
        let ids: Vec<String> = from
            .iter()
            .filter(|rule| !to.contains(rule))
            .filter_map(|rule| live.facts.get("rules").and_then(|rules| rule_id(rules, rule)))
            .collect();
        if !ids.is_empty() {
            let call = self.0.revoke_security_group_egress().group_id(group).set_security_group_rule_ids(Some(ids));
            call.send().await.during(|| format!("removing outbound rules from security group {group}"))?;
        }
        Ok(())
    }
}

/// The id of a rule, out of the live thing's table of rule text to id.
fn rule_id(rules: &str, rule: &Value) -> Option<String> {
    let table: BTreeMap<String, String> = serde_json::from_str(rules).ok()?;
    table.get(&rule.to_string()).cloned()
}

#[async_trait]
impl Untyped for SecurityGroup {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let mut ingress: Vec<Value> = cx.doc.pipeline.net().ingress.iter().map(rule).collect();
        ingress.push(own());
        let anywhere = json!({ "from": "0.0.0.0/0", "port": "all", "description": "" });
        let wish = Wish::new("main", cx.name(Kind::Network, "main"))
            .prop("vpc_id", cx.physical("vpc", "main"))
            .prop("ingress", sorted(ingress))
            .prop("egress", sorted(vec![anywhere]))
            .fixed(&["vpc_id"]);
        Ok(vec![wish])
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut pages = self.0.describe_security_groups().set_filters(Some(ours(cx))).into_paginator().items().send();
        let mut lives = Vec::new();
        while let Some(group) = pages.next().await {
            let group = group.during(|| "listing security groups".into())?;
            let id = group.group_id().unwrap_or_default();
            let rules = self.rules(id).await?;
            let side = |egress: bool| {
                let side = rules.iter().filter(|rule| rule.is_egress() == Some(egress));
                sorted(side.map(|rule| from_ec2_rule(id, rule)).collect())
            };
            let ids: BTreeMap<String, &str> = rules
                .iter()
                .filter_map(|rule| Some((from_ec2_rule(id, rule).to_string(), rule.security_group_rule_id()?)))
                .collect();
            let live = Live::new("main", id)
                .tagged(cx, from_ec2(group.tags()))
                .prop("vpc_id", group.vpc_id())
                .prop("ingress", side(false))
                .prop("egress", side(true))
                .fact("rules", json!(ids).to_string());
            lives.push(live);
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let call = self
            .0
            .create_security_group()
            .group_name(&wish.name)
            .description(format!("Everything in the pipeline {}", cx.doc.pipeline.name))
            .vpc_id(wish.text("vpc_id"))
            .tag_specifications(specification(cx, "security-group", wish, ResourceType::SecurityGroup));
        match call.send().await.during(|| format!("creating security group {}", wish.name)) {
            // Names are unique in a VPC, and the VPC is ours: an earlier answer was lost.
            Err(error) if error.is(&["InvalidGroup.Duplicate"]) => Err(Error::again(error.doing, error.message)),
            result => result.map(drop),
        }
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        for change in changes {
            match change.field.as_str() {
                "ingress" => self.set_ingress(live, change).await?,
                "egress" => self.set_egress(live, change).await?,
                _ => retag(&self.0, cx, "security-group", live, wish).await?,
            }
        }
        Ok(())
    }

    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error> {
        let id = &live.physical;
        let call = self.0.delete_security_group().group_id(id);
        let result = call.send().await.during(|| format!("deleting security group {id}")).map(drop);
        if result.as_ref().is_err_and(|error| error.is(&["DependencyViolation", "InvalidGroup.InUse"])) {
            interface::sweep(&self.0, cx, "group-id", id).await?;
            self.let_go(id).await?;
        }
        result
    }

    async fn held_by(&self, cx: &Context, live: &Live) -> Result<Vec<Holder>, Error> {
        holders::of_group(&self.0, cx, live).await
    }

    // As long as a subnet: the same interfaces hold both.
    fn pace(&self) -> Pace {
        Pace::seconds(5, 1200)
    }
}
