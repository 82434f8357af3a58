//! A role whose name an AWS service fixes, such as `dms-vpc-role`: there is one for all of an account, shared by all
//! users of the service. It is created where it is missing; after that it is the account's, and never changed or
//! deleted.

use crate::api::{attach, boundary, from_iam, policy_arns, to_iam};
use aws_sdk_iam::Client;
use futures::future::try_join_all;
use strata_aws::tags::Tags;
use strata_aws::{During, Error};
use strata_layer::{Context, Desired, Observed, Resource, async_trait, props};
use strata_state::demand;
use strata_state::layers::iam::trust;
use strata_state::policy::values;

pub(crate) struct ServiceRole(pub(crate) Client);

props! {
    /// What a role with a fixed name is.
    pub(crate) struct Props {
        fixed {}
        mutable {
            /// Whether it has all that it is created with. One that was created from outside counts as whole.
            is_whole: bool,
        }
    }
}

/// The tag of one whose policies are not attached yet. A run may end before they are; then the next one knows.
const UNFINISHED: &str = "strata:unfinished";

/// The demanded role called `name`.
fn demanded(cx: &Context, name: &str) -> Result<demand::ServiceRole, Error> {
    let role = demand::service_roles(&cx.doc.pipeline).into_iter().find(|role| role.name == name);
    role.ok_or_else(|| Error::failed(format!("looking at role {name}"), "nothing demands it"))
}

/// The managed policies of the demanded role called `name`, as ARNs.
pub(crate) fn managed(cx: &Context, name: &str) -> Result<Vec<String>, Error> {
    let role = demanded(cx, name)?;
    policy_arns(cx, &values(&cx.doc, &cx.place()), role.managed.iter().map(|policy| &**policy))
}

impl ServiceRole {
    async fn look(&self, name: &str) -> Result<Option<Observed<Props>>, Error> {
        match self.0.get_role().role_name(name).send().await.during(|| format!("reading role {name}")) {
            Ok(answer) => Ok(answer.role.map(|role| {
                let is_whole = !from_iam(role.tags()).contains_key(UNFINISHED);
                Observed::new(name, name, Props { is_whole })
            })),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Resource for ServiceRole {
    const KIND: &'static str = "service-role";
    const LABEL: &'static str = "roles with fixed names";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let roles = demand::service_roles(&cx.doc.pipeline).into_iter();
        Ok(roles.map(|role| Desired::new(role.name.clone(), role.name, Props { is_whole: true })).collect())
    }

    async fn observed(&self, _: &Context, desired: &[Desired<Props>]) -> Result<Vec<Observed<Props>>, Error> {
        let seen = try_join_all(desired.iter().map(|role| self.look(&role.name))).await?;
        Ok(seen.into_iter().flatten().collect())
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let name = &desired.name;
        let demand::ServiceRole { service, managed, .. } = demanded(cx, name)?;
        let unfinished = (UNFINISHED.to_owned(), "true".to_owned());
        let tags: Tags = Some(unfinished).filter(|_| !managed.is_empty()).into_iter().collect();
        let call = self
            .0
            .create_role()
            .role_name(name)
            .path("/")
            .description(format!("Created by strata: {service} needs a role of this name"))
            .assume_role_policy_document(trust(&service))
            .set_permissions_boundary(boundary(cx, &values(&cx.doc, &cx.place()))?)
            .set_tags(Some(to_iam(&tags)?));
        call.send().await.during(|| format!("creating role {name}")).map(drop)
    }

    async fn update(&self, cx: &Context, observed: &Observed<Props>, _: &Desired<Props>) -> Result<(), Error> {
        let name = &observed.physical;
        for arn in managed(cx, name)? {
            attach(&self.0, name, &arn).await?;
        }
        let call = self.0.untag_role().role_name(name).tag_keys(UNFINISHED);
        call.send().await.during(|| format!("taking the tag {UNFINISHED} off role {name}")).map(drop)
    }

    // Its tags are not compared.
    async fn retag(&self, _: &Context, _: &Observed<Props>, _: &Tags) -> Result<(), Error> {
        Ok(())
    }

    // The runner deletes nothing that is shared.
    async fn delete(&self, _: &Context, _: &Observed<Props>) -> Result<(), Error> {
        Ok(())
    }

    fn is_shared(&self) -> bool {
        true
    }
}
