//! The MWAA environment. It takes half an hour to make and costs money by the hour, so it is asked for last, when
//! everything that MWAA checks is there.

use super::levels::{self, Levels};
use crate::cost;
use crate::refusal::{Refusal, passing, refusal};
use aws_sdk_mwaa::Client;
use aws_sdk_mwaa::types::{
    EndpointManagement, Environment as Answer, EnvironmentStatus as Status, NetworkConfiguration, UpdateError,
    UpdateNetworkConfigurationInput, WebserverAccessMode,
};
use futures::future::try_join_all;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Pace};
use strata_layer::{Context, Desired, Observed, Promise, Resource, State, async_trait, props};
use strata_state::Kind;
use strata_state::layers::airflow::{Class, Local, REQUIREMENTS_KEY};

pub(crate) struct Environment {
    mwaa: Client,
    /// Whether this run has sent an update already: one that MWAA rolled back is not sent again.
    updated: AtomicBool,
}

props! {
    /// What an environment is.
    pub(crate) struct Props {
        fixed {
            /// Ids of its subnets, in order.
            subnets: Promise<Vec<String>>,
            /// What its version begins with: MWAA updates an environment within a major version.
            major: String,
            /// What a local endpoint does for it. In AWS there is no such thing.
            local: Option<String>,
        }
        mutable {
            /// Airflow version.
            version: String,
            /// Environment class.
            class: String,
            /// Fewest workers.
            min_workers: i32,
            /// Most workers.
            max_workers: i32,
            /// Schedulers.
            schedulers: i32,
            /// Who may open the web server.
            access: String,
            /// Levels of its logs.
            logs: Levels,
            /// When AWS may do maintenance.
            maintenance: String,
            /// airflow.cfg options.
            config: BTreeMap<String, String>,
            /// Where its DAGs are in the bucket.
            dags_path: String,
            /// Key of its requirements. MWAA cannot take requirements away again; an empty file does that.
            requirements_path: Option<String>,
            /// Their version.
            requirements_version: Option<String>,
            /// Its role.
            role_arn: Promise,
            /// Its bucket.
            bucket_arn: Promise,
            /// Ids of its security groups, in order.
            security_groups: Promise<Vec<String>>,
        }
    }
}

/// What else is told of an environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    pub(crate) arn: String,
    pub(crate) webserver: String,
    /// Why MWAA has rolled the last update back, if it has.
    error: Option<String>,
}

type Seen = Observed<Props, Facts>;

/// The tag by which a local endpoint knows that Airflow is to run.
const REAL: &str = "strata:airflow";

impl Environment {
    pub(crate) fn new(mwaa: Client) -> Self {
        Self { mwaa, updated: AtomicBool::new(false) }
    }

    async fn look(&self, cx: &Context, name: &str) -> Result<Option<Seen>, Error> {
        let answer = self.mwaa.get_environment().name(name).send().await;
        let environment = match answer.during(|| format!("reading MWAA environment {name}")) {
            Ok(answer) => answer.environment,
            Err(error) if error.is_gone() => None,
            Err(error) => return Err(error),
        };
        Ok(environment.and_then(|environment| seen(cx, environment)))
    }
}

#[async_trait]
impl Resource for Environment {
    const KIND: &'static str = "environment";
    const LABEL: &'static str = "MWAA environments";
    type Props = Props;
    type Facts = Facts;

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let (pipeline, doc) = (&cx.doc.pipeline, &cx.doc);
        if pipeline.is_serverless() {
            return Ok(Vec::new());
        }
        let wish = pipeline.airflow();
        let role = doc.iam.as_ref().and_then(|iam| iam.role_arns.get("airflow"));
        let requirements = doc.storage.as_ref().and_then(|storage| storage.files.get(REQUIREMENTS_KEY));
        let subnets = doc.net.as_ref().map(|net| sorted(net.private_subnets(2)));
        let groups = doc.net.as_ref().map(|net| vec![net.security_group_id.clone()]);
        let local = wish.local.filter(|_| cx.session.is_local());
        let props = Props {
            subnets: Promise::of(subnets, "net"),
            major: major(&wish.version),
            local: local.map(|local| local.as_str().to_owned()),
            version: wish.version.clone(),
            class: wish.class.as_str().to_owned(),
            min_workers: wish.min_workers,
            max_workers: wish.max_workers,
            schedulers: wish.schedulers,
            access: wish.access.as_str().to_owned(),
            logs: levels::wished(&wish.logs),
            maintenance: wish.maintenance.clone(),
            config: wish.config.clone(),
            dags_path: "dags".into(),
            requirements_path: requirements.map(|_| REQUIREMENTS_KEY.to_owned()),
            requirements_version: requirements.cloned(),
            role_arn: Promise::of(role.cloned(), "iam"),
            bucket_arn: Promise::of(doc.storage.as_ref().map(|storage| storage.arn.clone()), "storage"),
            security_groups: Promise::of(groups, "net"),
        };
        Ok(vec![Desired::new("main", cx.name(Kind::Environment, "airflow"), props)])
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let mut pages = self.mwaa.list_environments().into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(name) = pages.next().await {
            names.push(name.during(|| "listing MWAA environments".into())?);
        }
        // Only the environment itself knows its tags. AWS allows ten in a region.
        let seen = try_join_all(names.iter().map(|name| self.look(cx, name))).await?;
        Ok(seen.into_iter().flatten().collect())
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let (name, props) = (&desired.name, &desired.props);
        let network = NetworkConfiguration::builder()
            .set_subnet_ids(Some(props.subnets.known()?.clone()))
            .set_security_group_ids(Some(props.security_groups.known()?.clone()))
            .build();
        let mut tags = cx.tags_of::<Self>(desired);
        if props.local.as_deref() == Some(Local::Real.as_str()) {
            tags.insert(REAL.into(), Local::Real.as_str().into());
        }
        let call = self
            .mwaa
            .create_environment()
            .name(name)
            .airflow_version(&props.version)
            .environment_class(&props.class)
            .min_workers(props.min_workers)
            .max_workers(props.max_workers)
            .schedulers(props.schedulers)
            .webserver_access_mode(WebserverAccessMode::from(props.access.as_str()))
            .logging_configuration(levels::input(&props.logs)?)
            .weekly_maintenance_window_start(&props.maintenance)
            .set_airflow_configuration_options(Some(props.config.clone().into_iter().collect()))
            .dag_s3_path(&props.dags_path)
            .set_requirements_s3_path(props.requirements_path.clone())
            .set_requirements_s3_object_version(props.requirements_version.clone())
            .execution_role_arn(props.role_arn.known()?)
            .source_bucket_arn(props.bucket_arn.known()?)
            .network_configuration(network)
            .endpoint_management(EndpointManagement::Service)
            .set_tags(Some(tags.into_iter().collect()));
        let answer = call.send().await.during(|| format!("creating MWAA environment {name}"));
        // It was not there a moment ago.
        passing(answer, Refusal::Exists).map(drop)
    }

    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (name, is, shall) = (&observed.physical, &observed.props, &desired.props);
        let doing = || format!("changing MWAA environment {name}");
        if self.updated.load(Ordering::SeqCst)
            && let Some(error) = &observed.facts.error
        {
            let advice = "MWAA rolled the change back; the environment still works";
            return Err(Error::failed(doing(), error.as_str()).advise(advice));
        }
        let access = moved(&is.access, &shall.access);
        let logs = moved(&is.logs, &shall.logs);
        // An empty map clears all options, and none at all leaves them.
        let config = moved(&is.config, &shall.config).map(|config| config.into_iter().collect());
        let groups = moved(&is.security_groups, &shall.security_groups).and_then(|groups| groups.get().cloned());
        let network = groups.map(|groups| {
            let network = UpdateNetworkConfigurationInput::builder().set_security_group_ids(Some(groups)).build();
            network.map_err(|error| Error::failed("writing the security groups", error.to_string()))
        });
        let mut call = self
            .mwaa
            .update_environment()
            .name(name)
            .set_airflow_version(moved(&is.version, &shall.version))
            .set_environment_class(moved(&is.class, &shall.class))
            .set_min_workers(moved(&is.min_workers, &shall.min_workers))
            .set_max_workers(moved(&is.max_workers, &shall.max_workers))
            .set_schedulers(moved(&is.schedulers, &shall.schedulers))
            .set_webserver_access_mode(access.map(|access| WebserverAccessMode::from(access.as_str())))
            .set_logging_configuration(logs.map(|logs| levels::input(&logs)).transpose()?)
            .set_weekly_maintenance_window_start(moved(&is.maintenance, &shall.maintenance))
            .set_airflow_configuration_options(config)
            .set_dag_s3_path(moved(&is.dags_path, &shall.dags_path))
            .set_execution_role_arn(moved(&is.role_arn, &shall.role_arn).and_then(|arn| arn.get().cloned()))
            .set_source_bucket_arn(moved(&is.bucket_arn, &shall.bucket_arn).and_then(|arn| arn.get().cloned()))
            .set_network_configuration(network.transpose()?);
        let file = |props: &Props| (props.requirements_path.clone(), props.requirements_version.clone());
        if shall.requirements_path.is_some() && file(is) != file(shall) {
            // Neither is taken without the other.
            let (path, version) = file(shall);
            call = call.set_requirements_s3_path(path).set_requirements_s3_object_version(version);
        }
        passing(call.send().await.during(doing), Refusal::Busy)?;
        self.updated.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        let tags: HashMap<String, String> = tags.clone().into_iter().collect();
        let call = self.mwaa.tag_resource().resource_arn(&observed.facts.arn).set_tags(Some(tags));
        call.send().await.during(|| format!("setting tags of MWAA environment {}", observed.physical)).map(drop)
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        let name = &observed.physical;
        let answer = self.mwaa.delete_environment().name(name).send().await;
        match passing(answer.during(|| format!("deleting MWAA environment {name}")), Refusal::Busy) {
            Err(error) if refusal(&error) == Refusal::Deleted => Ok(()),
            result => result.map(drop),
        }
    }

    fn costs(&self, observed: &Seen) -> f64 {
        // One of a class that is not known here costs as much as the usual one at least.
        cost::environment(Class::named(&observed.props.class).unwrap_or(Class::Small))
    }

    async fn loses(&self, cx: &Context, _: &Seen) -> Result<Option<String>, Error> {
        let unasked = cx.doc.pipeline.is_serverless();
        Ok(unasked.then(|| "the history of its runs and its Variables".to_owned()))
    }

    // Its history and its Variables go with it.
    fn is_missed(&self) -> bool {
        true
    }

    fn pace(&self) -> Pace {
        Pace::seconds(30, 120 * 60)
    }

    fn takes(&self) -> Option<&'static str> {
        Some("20 to 30 minutes")
    }

    fn leaves(&self) -> Option<&'static str> {
        Some("20 to 30 minutes")
    }
}

/// An environment as a resource; None when it is only remembered.
fn seen(cx: &Context, environment: Answer) -> Option<Seen> {
    let words = |error: &UpdateError| {
        format!("{}: {}", error.error_code().unwrap_or_default(), error.error_message().unwrap_or_default())
    };
    let error = environment.last_update().and_then(|update| update.error()).map(words);
    let status = environment.status();
    let word = status.map_or("UNKNOWN", Status::as_str).to_owned();
    let state = match status {
        Some(Status::Deleted) => return None,
        Some(Status::Deleting) => State::Leaving(word),
        // A failed update has been rolled back: the environment works, and differs from the wish.
        Some(Status::Available | Status::UpdateFailed) => State::Ready,
        Some(Status::CreateFailed | Status::Unavailable) => {
            State::Failed(format!("{word}, {}", error.clone().unwrap_or_else(|| "MWAA gives no reason".into())))
        }
        // CREATING, UPDATING, ROLLING_BACK, CREATING_SNAPSHOT, PENDING, MAINTENANCE and whatever comes next all pass.
        _ => State::NotYet(word),
    };
    let rolled_back = status == Some(&Status::UpdateFailed);
    let facts = Facts {
        arn: text(environment.arn()),
        webserver: text(environment.webserver_url()),
        error: error.filter(|_| rolled_back),
    };
    let network = environment.network_configuration();
    let tags: Tags =
        environment.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    let version = text(environment.airflow_version());
    let config = environment.airflow_configuration_options().into_iter().flatten();
    let props = Props {
        subnets: sorted(network.map(|network| network.subnet_ids()).unwrap_or_default()).into(),
        major: major(&version),
        local: Some(tags.get(REAL).map_or(Local::Api.as_str(), String::as_str).to_owned()),
        version,
        class: text(environment.environment_class()),
        min_workers: environment.min_workers().unwrap_or_default(),
        max_workers: environment.max_workers().unwrap_or_default(),
        schedulers: environment.schedulers().unwrap_or_default(),
        access: text(environment.webserver_access_mode().map(WebserverAccessMode::as_str)),
        logs: levels::live(environment.logging_configuration()),
        maintenance: text(environment.weekly_maintenance_window_start()),
        config: config.map(|(key, value)| (key.clone(), value.clone())).collect(),
        dags_path: text(environment.dag_s3_path()),
        requirements_path: environment.requirements_s3_path().map(str::to_owned),
        requirements_version: environment.requirements_s3_object_version().map(str::to_owned),
        role_arn: environment.execution_role_arn().into(),
        bucket_arn: environment.source_bucket_arn().into(),
        security_groups: sorted(network.map(|network| network.security_group_ids()).unwrap_or_default()).into(),
    };
    let name = text(environment.name());
    Some(Seen::new(&name, &name, props).tagged(cx, tags).state(state).facts(facts))
}

fn text(answered: Option<&str>) -> String {
    answered.unwrap_or_default().to_owned()
}

fn major(version: &str) -> String {
    version.split('.').next().unwrap_or_default().to_owned()
}

/// What it shall be, where it is something else.
fn moved<T: Clone + PartialEq>(is: &T, shall: &T) -> Option<T> {
    (is != shall).then(|| shall.clone())
}

fn sorted(ids: &[String]) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}
