//! The key. AWS deletes no key at once: it waits for 7 to 30 days, in which the key costs nothing, cannot be used and can be
//! brought back. A pipeline that comes back in that time gets its key again, and with it all that is encrypted.

use crate::kms::{tags_of, to_kms};
use aws_sdk_kms::Client;
use aws_sdk_kms::types::{KeyManagerType, KeyMetadata, KeyState};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};
use strata_aws::tags::{CREATED, LAYER, Tags};
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Resource, State, async_trait, props};
use strata_state::demand;
use strata_state::policy::normal;

pub(crate) struct Key(pub(crate) Client);

/// The only name that the policy of a key may have (KMS API: GetKeyPolicy).
const POLICY: &str = "default";
/// When a key is not on its way to be deleted.
const KEPT: &str = "none";

props! {
    /// What a key is.
    pub(crate) struct Props {
        fixed {
            /// `SYMMETRIC_DEFAULT`: what S3 and CloudWatch encrypt with.
            spec: String,
        }
        mutable {
            /// The day on which AWS deletes it, or `none`.
            deletion: String,
            /// Whether it can be used.
            enabled: bool,
            /// What the console shows.
            description: String,
            /// Days after which AWS makes new key material; 0 where it never does.
            rotation_days: i32,
            /// Who may use it.
            policy: Value,
        }
    }
}

/// What others need of a key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) arn: String,
}

type Seen = Observed<Props, Facts>;

/// The account, which hands rights on by IAM policies, and the services that use the key themselves for this account.
fn policy(cx: &Context) -> Value {
    let account = &cx.session.account;
    let root = format!("arn:{}:iam::{account}:root", cx.session.partition);
    let all = json!({
        "Sid": "Account", "Effect": "Allow", "Principal": { "AWS": root }, "Action": "kms:*", "Resource": "*",
    });
    let service = |service: String| {
        json!({
            "Sid": format!("Service{}", service.split('.').next().unwrap_or_default()),
            "Effect": "Allow",
            "Principal": { "Service": service },
            "Action": ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
            "Resource": "*",
            "Condition": { "StringEquals": { "aws:SourceAccount": account } },
        })
    };
    let mut services = demand::key_services(&cx.doc.pipeline, &cx.place());
    services.extend(cx.doc.pipeline.keys().services.iter().cloned());
    let statements: Vec<Value> = std::iter::once(all).chain(services.into_iter().map(service)).collect();
    normal(json!({ "Version": "2012-10-17", "Statement": statements }))
}

impl Key {
    /// The key of this id, if it carries our tags.
    async fn look(&self, cx: &Context, id: String) -> Result<Option<Seen>, Error> {
        let Some(tags) = tags_of(&self.0, &id).await? else { return Ok(None) };
        // Another program of this pipeline may own keys, too.
        if !strata_aws::tags::is_ours(&tags, &cx.doc.pipeline) || tags.get(LAYER).is_none_or(|layer| layer != cx.layer)
        {
            return Ok(None);
        }
        let gone = |error: Error| if error.is_gone() { Ok(None) } else { Err(error) };
        let answer = self.0.describe_key().key_id(&id).send().await.during(|| format!("reading key {id}"));
        let Some(about) = answer.map_or_else(gone, |answer| Ok(answer.key_metadata))? else { return Ok(None) };
        if about.key_manager == Some(KeyManagerType::Aws) {
            return Ok(None);
        }
        let state = state(&about);
        let policy = self.policy(&id).await?;
        // AWS rotates nothing that is on its way to be deleted.
        let rotation_days = if matches!(state, State::Ready) { self.rotation(&id).await? } else { 0 };
        let props = Props {
            spec: about.key_spec.as_ref().map(|spec| spec.as_str().to_owned()).unwrap_or_default(),
            deletion: if matches!(state, State::Dormant(_)) { day(&about) } else { KEPT.to_owned() },
            enabled: about.enabled,
            description: about.description.unwrap_or_default(),
            rotation_days,
            policy,
        };
        let facts = Facts { arn: about.arn.unwrap_or_default() };
        Ok(Some(Seen::new("main", id, props).tagged(cx, tags).state(state).facts(facts)))
    }

    async fn policy(&self, id: &str) -> Result<Value, Error> {
        let call = self.0.get_key_policy().key_id(id).policy_name(POLICY);
        let answer = call.send().await.during(|| format!("reading the policy of key {id}"))?;
        let text = answer.policy.unwrap_or_default();
        Ok(serde_json::from_str(&text).map_or_else(|_| Value::String(text), normal))
    }

    async fn rotation(&self, id: &str) -> Result<i32, Error> {
        let call = self.0.get_key_rotation_status().key_id(id);
        let answer = call.send().await.during(|| format!("reading the rotation of key {id}"))?;
        // AWS's default, where it does not say.
        Ok(if answer.key_rotation_enabled { answer.rotation_period_in_days.unwrap_or(365) } else { 0 })
    }
}

/// The day on which AWS deletes it.
fn day(about: &KeyMetadata) -> String {
    let text = about.deletion_date.map(|date| date.to_string()).unwrap_or_default();
    text.split('T').next().unwrap_or_default().to_owned()
}

fn state(about: &KeyMetadata) -> State {
    match &about.key_state {
        // A disabled key is there; that it cannot be used is a property.
        Some(KeyState::Enabled | KeyState::Disabled) => State::Ready,
        Some(KeyState::PendingDeletion) => State::Dormant(format!("pending deletion on {}", day(about))),
        Some(state) => State::NotYet(state.as_str().to_owned()),
        None => State::NotYet("unknown".to_owned()),
    }
}

#[async_trait]
impl Resource for Key {
    const KIND: &'static str = "key";
    const LABEL: &'static str = "KMS keys";
    type Props = Props;
    type Facts = Facts;

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let pipeline = &cx.doc.pipeline;
        let wish = pipeline.keys();
        let props = Props {
            spec: "SYMMETRIC_DEFAULT".to_owned(),
            deletion: KEPT.to_owned(),
            enabled: true,
            description: format!("{} in {}: data of the pipeline", pipeline.name, pipeline.env),
            rotation_days: wish.rotation_days,
            policy: policy(cx),
        };
        Ok(vec![Desired::new("main", cx.name(strata_state::Kind::Key, "main"), props)])
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        // A list of keys has ids only, and no filter: each key is asked for its tags.
        let mut pages = self.0.list_keys().into_paginator().items().send();
        let mut ids = Vec::new();
        while let Some(key) = pages.next().await {
            ids.extend(key.during(|| "listing keys".into())?.key_id);
        }
        let looks = stream::iter(ids.into_iter().map(|id| self.look(cx, id)));
        let looks = looks.buffered(usize::from(cx.global.parallel));
        looks.try_filter_map(|seen| async move { Ok(seen) }).try_collect().await
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let mut tags = cx.tags_of::<Self>(desired);
        // KMS takes no token: of two keys that are made for one, the older one stays.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        tags.insert(CREATED.into(), format!("{:020}", now.as_micros()));
        let call = self
            .0
            .create_key()
            .description(&desired.props.description)
            .policy(desired.props.policy.to_string())
            .set_tags(Some(to_kms(&tags)?));
        call.send().await.during(|| format!("creating key {}", desired.name)).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (id, is, shall) = (&observed.physical, &observed.props, &desired.props);
        if is.deletion != shall.deletion {
            let call = self.0.cancel_key_deletion().key_id(id);
            call.send().await.during(|| format!("cancelling the deletion of key {id}"))?;
            // AWS leaves it disabled (KMS API: CancelKeyDeletion); what else it lost the next look tells.
            return self.0.enable_key().key_id(id).send().await.during(|| format!("enabling key {id}")).map(drop);
        }
        if is.enabled != shall.enabled {
            self.0.enable_key().key_id(id).send().await.during(|| format!("enabling key {id}"))?;
        }
        if is.description != shall.description {
            let call = self.0.update_key_description().key_id(id).description(&shall.description);
            call.send().await.during(|| format!("describing key {id}"))?;
        }
        if is.policy != shall.policy {
            let call = self.0.put_key_policy().key_id(id).policy_name(POLICY).policy(shall.policy.to_string());
            call.send().await.during(|| format!("setting the policy of key {id}"))?;
        }
        if is.rotation_days != shall.rotation_days {
            let doing = || format!("setting the rotation of key {id}");
            if shall.rotation_days == 0 {
                self.0.disable_key_rotation().key_id(id).send().await.during(doing)?;
            } else {
                let call = self.0.enable_key_rotation().key_id(id).rotation_period_in_days(shall.rotation_days);
                call.send().await.during(doing)?;
            }
        }
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        let id = &observed.physical;
        let call = self.0.tag_resource().key_id(id).set_tags(Some(to_kms(tags)?));
        call.send().await.during(|| format!("tagging key {id}")).map(drop)
    }

    async fn delete(&self, cx: &Context, observed: &Seen) -> Result<(), Error> {
        let (id, days) = (&observed.physical, cx.doc.pipeline.keys().pending_days);
        let call = self.0.schedule_key_deletion().key_id(id).pending_window_in_days(days);
        call.send().await.during(|| format!("scheduling the deletion of key {id}"))?;
        cx.report.say(&format!(
            "keys: AWS deletes key {id} in {days} days, and with it all that it has encrypted; `keys up` before then restores it"
        ));
        Ok(())
    }

    fn doubles(&self) -> bool {
        true
    }

    // 1 USD a month.
    fn costs(&self, _: &Seen) -> f64 {
        0.0014
    }
}
