//! The MWAA environment. It takes half an hour to make and costs money by the hour, so it is asked for last, when
//! everything that MWAA checks is there.

use crate::{cost, logging};
use aws_sdk_mwaa::Client;
use aws_sdk_mwaa::types::{
    EndpointManagement, EnvironmentStatus as Status, NetworkConfiguration, UpdateNetworkConfigurationInput,
    WebserverAccessMode,
};
use futures::future::try_join_all;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use strata_aws::{During, Error, Exit, Pace};
use strata_layer::{Change, Context, Live, State, Untyped, Wish, async_trait, later};
use strata_state::Kind;
use strata_state::layers::airflow::Local;

pub(crate) struct Environment {
    mwaa: Client,
    /// Whether this run has sent an update already: one that MWAA rolled back is not sent again.
    updated: AtomicBool,
}

impl Environment {
    pub(crate) fn new(mwaa: Client) -> Self {
        Self { mwaa, updated: AtomicBool::new(false) }
    }

    async fn look(&self, cx: &Context, name: &str) -> Result<Option<Live>, Error> {
        let answer = self.mwaa.get_environment().name(name).send().await;
        let environment = match answer.during(|| format!("reading MWAA environment {name}")) {
            Ok(answer) => answer.environment,
            Err(error) if error.is_gone() => None,
            Err(error) => return Err(error),
        };
        Ok(environment.and_then(|environment| live(cx, &environment)))
    }
}

#[async_trait]
impl Untyped for Environment {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let (pipeline, doc) = (&cx.doc.pipeline, &cx.doc);
        if pipeline.is_serverless() {
            return Ok(Vec::new());
        }
        let wish = pipeline.airflow();
        let role = doc.iam.as_ref().and_then(|iam| iam.role_arns.get("airflow"));
        let known = |value: Option<Value>, layer: &str| value.unwrap_or_else(|| later(layer));
        let subnets = doc.net.as_ref().map(|net| sorted(net.private_subnets(2)));
        let groups = doc.net.as_ref().map(|net| json!([net.security_group_id]));
        let mut made = Wish::new("main", cx.name(Kind::Environment, "airflow"))
            .prop("version", wish.version.as_str())
            .prop("class", wish.class.as_str())
            .prop("min_workers", wish.min_workers)
            .prop("max_workers", wish.max_workers)
            .prop("schedulers", wish.schedulers)
            .prop("access", wish.access.as_str())
            .prop("logs", logging::wished(&wish.logs))
            .prop("maintenance", wish.maintenance.as_str())
            .prop("config", json!(wish.config))
            .prop("dags_path", "dags")
            .prop("role_arn", known(role.map(|arn| json!(arn)), "iam"))
            .prop("bucket_arn", known(doc.storage.as_ref().map(|storage| json!(storage.arn)), "storage"))
            .prop("subnets", known(subnets, "net"))
            .prop("security_groups", known(groups, "net"));
        // MWAA cannot take requirements away again; an empty file does that.
        if let Some(version) = doc.storage.as_ref().and_then(|storage| storage.files.get(REQUIREMENTS)) {
            made = made.prop("requirements_path", REQUIREMENTS).prop("requirements_version", version.as_str());
        }
        // In AWS there is no such thing.
        if let (Some(local), true) = (wish.local, cx.session.is_local()) {
            made = made.prop("local", local.as_str());
        }
        let major = |version: &str| version.split('.').next().unwrap_or_default().to_owned();
        let live = cx.live("environment", "main").and_then(|live| Some(major(live.props.get("version")?.as_str()?)));
        Ok(vec![match live {
            Some(live) if live != major(&wish.version) => made.fixed(&["subnets", "version", "local"]),
            _ => made.fixed(&["subnets", "local"]),
        }])
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut pages = self.mwaa.list_environments().into_paginator().items().send();
        let mut names = Vec::new();
        while let Some(name) = pages.next().await {
            names.push(name.during(|| "listing MWAA environments".into())?);
        }
        // Only the environment itself knows its tags. AWS allows ten in a region.
        let lives = try_join_all(names.iter().map(|name| self.look(cx, name))).await?;
        Ok(lives.into_iter().flatten().collect())
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let network = NetworkConfiguration::builder()
            .set_subnet_ids(Some(texts(&wish.props, "subnets")))
            .set_security_group_ids(Some(texts(&wish.props, "security_groups")))
            .build();
        let mut tags: HashMap<String, String> = cx.tags("environment", &wish.id, &wish.name).into_iter().collect();
        if wish.text("local") == "real" {
            tags.insert(REAL.into(), "real".into());
        }
        let optional = |name: &str| Some(wish.text(name)).filter(|text| !text.is_empty());
        let call = self
            .mwaa
            .create_environment()
            .name(&wish.name)
            .airflow_version(wish.text("version"))
            .environment_class(wish.text("class"))
            .min_workers(number(wish, "min_workers"))
            .max_workers(number(wish, "max_workers"))
            .schedulers(number(wish, "schedulers"))
            .webserver_access_mode(WebserverAccessMode::from(wish.text("access").as_str()))
            .logging_configuration(logging::input(wish.props.get("logs").unwrap_or(&Value::Null))?)
            .weekly_maintenance_window_start(wish.text("maintenance"))
            .set_airflow_configuration_options(Some(map(wish.props.get("config"))))
            .dag_s3_path(wish.text("dags_path"))
            .set_requirements_s3_path(optional("requirements_path"))
            .set_requirements_s3_object_version(optional("requirements_version"))
            .execution_role_arn(wish.text("role_arn"))
            .source_bucket_arn(wish.text("bucket_arn"))
            .network_configuration(network)
            .endpoint_management(EndpointManagement::Service)
            .set_tags(Some(tags));
        match call.send().await.during(|| format!("creating MWAA environment {}", wish.name)) {
            // It was not there a moment ago: an earlier answer was lost.
            Err(error) if error.is(&["ValidationException"]) && error.message.contains("already exists") => {
                Err(Error::again(error.doing, error.message))
            }
            result => result.map(drop),
        }
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let name = &live.physical;
        if changes.iter().any(|change| change.field == "tags") {
            let tags: HashMap<String, String> = cx.tags("environment", &wish.id, &wish.name).into_iter().collect();
            let arn = live.facts.get("arn").map(String::as_str).unwrap_or_default();
            let call = self.mwaa.tag_resource().resource_arn(arn).set_tags(Some(tags));
            call.send().await.during(|| format!("tagging MWAA environment {name}"))?;
        }
        if changes.iter().all(|change| change.field == "tags") {
            return Ok(());
        }
        if self.updated.load(Ordering::SeqCst)
            && let Some(error) = live.facts.get("error")
        {
            let fields: Vec<&str> = changes.iter().map(|change| change.field.as_str()).collect();
            let doing = format!("setting {} of MWAA environment {name}", fields.join(", "));
            return Err(
                Error::failed(doing, error.as_str()).advise("MWAA took the change back; the environment still works")
            );
        }
        let mut call = self.mwaa.update_environment().name(name);
        for change in changes {
            let text = || wish.text(&change.field);
            call = match change.field.as_str() {
                "version" => call.airflow_version(text()),
                "class" => call.environment_class(text()),
                "min_workers" => call.min_workers(number(wish, "min_workers")),
                "max_workers" => call.max_workers(number(wish, "max_workers")),
                "schedulers" => call.schedulers(number(wish, "schedulers")),
                "access" => call.webserver_access_mode(WebserverAccessMode::from(text().as_str())),
                "logs" => call.logging_configuration(logging::input(&change.to)?),
                "maintenance" => call.weekly_maintenance_window_start(text()),
                // An empty map clears all options, and none at all leaves them.
                "config" => call.set_airflow_configuration_options(Some(map(Some(&change.to)))),
                "dags_path" => call.dag_s3_path(text()),
                // Neither is taken without the other.
                "requirements_path" | "requirements_version" => call
                    .requirements_s3_path(wish.text("requirements_path"))
                    .requirements_s3_object_version(wish.text("requirements_version")),
                "role_arn" => call.execution_role_arn(text()),
                "bucket_arn" => call.source_bucket_arn(text()),
                "security_groups" => {
                    let network = UpdateNetworkConfigurationInput::builder()
                        .set_security_group_ids(Some(texts(&wish.props, "security_groups")))
                        .build()
                        .map_err(|error| Error::failed("writing the security groups", error.to_string()))?;
                    call.network_configuration(network)
                }
                _ => call,
            };
        }
        busy(call.send().await.during(|| format!("changing MWAA environment {name}")))?;
        self.updated.store(true, Ordering::SeqCst);
        Ok(())
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let name = &live.physical;
        let answer = self.mwaa.delete_environment().name(name).send().await;
        match busy(answer.during(|| format!("deleting MWAA environment {name}"))) {
            Err(error) if error.is(&["ValidationException"]) && error.message.contains("DELETED") => Ok(()),
            result => result.map(drop),
        }
    }

    fn costs(&self, live: &Live) -> f64 {
        cost::environment(live.props.get("class").and_then(Value::as_str).unwrap_or_default())
    }

    async fn loses(&self, cx: &Context, _: &Live) -> Result<Option<String>, Error> {
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

    fn lasts(&self) -> Duration {
        Duration::from_secs(1500)
    }

    fn takes(&self) -> Option<&'static str> {
        Some("20 to 30 minutes")
    }

    fn leaves(&self) -> Option<&'static str> {
        Some("20 to 30 minutes")
    }
}

/// The tag by which a local endpoint knows that Airflow is to run.
const REAL: &str = "strata:airflow";

/// Key of the requirements in the bucket.
const REQUIREMENTS: &str = "requirements.txt";

fn live(cx: &Context, environment: &aws_sdk_mwaa::types::Environment) -> Option<Live> {
    let last = environment.last_update().and_then(|update| update.error());
    let words = |error: &aws_sdk_mwaa::types::UpdateError| {
        format!("{}: {}", error.error_code().unwrap_or_default(), error.error_message().unwrap_or_default())
    };
    let error = last.map(words);
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
    let network = environment.network_configuration();
    let config: BTreeMap<&String, &String> =
        environment.airflow_configuration_options().into_iter().flatten().collect();
    let tags = environment.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    let name = environment.name().unwrap_or_default();
    let real = environment.tags().and_then(|tags| tags.get(REAL));
    let mut live = Live::new(name, name)
        .tagged(cx, tags)
        .state(state)
        .fact("arn", environment.arn().unwrap_or_default())
        .fact("webserver", environment.webserver_url().unwrap_or_default())
        .prop("local", real.map_or(Local::Api.as_str(), String::as_str))
        .prop("version", environment.airflow_version())
        .prop("class", environment.environment_class())
        .prop("min_workers", environment.min_workers())
        .prop("max_workers", environment.max_workers())
        .prop("schedulers", environment.schedulers())
        .prop("access", environment.webserver_access_mode().map(WebserverAccessMode::as_str))
        .prop("logs", logging::live(environment.logging_configuration()))
        .prop("maintenance", environment.weekly_maintenance_window_start())
        .prop("config", json!(config))
        .prop("dags_path", environment.dag_s3_path())
        .prop("requirements_path", environment.requirements_s3_path())
        .prop("requirements_version", environment.requirements_s3_object_version())
        .prop("role_arn", environment.execution_role_arn())
        .prop("bucket_arn", environment.source_bucket_arn())
        .prop("subnets", sorted(network.map(|network| network.subnet_ids()).unwrap_or_default()))
        .prop("security_groups", sorted(network.map(|network| network.security_group_ids()).unwrap_or_default()));
    if let (Some(Status::UpdateFailed), Some(error)) = (status, error) {
        live = live.fact("error", error);
    }
    Some(live)
}

/// MWAA does one thing at a time, and may have begun one by itself: that passes.
fn busy<T>(result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| {
        let passes = error.is(&["ValidationException"]) && error.message.contains("must complete previous operation");
        if passes { Error { exit: Exit::Again, ..error } } else { error }
    })
}

fn sorted(ids: &[String]) -> Value {
    let mut ids = ids.to_vec();
    ids.sort();
    json!(ids)
}

fn texts(props: &std::collections::BTreeMap<&'static str, Value>, name: &str) -> Vec<String> {
    let items = props.get(name).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

fn map(value: Option<&Value>) -> HashMap<String, String> {
    let fields = value.and_then(Value::as_object).into_iter().flatten();
    fields.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

fn number(wish: &Wish, name: &str) -> i32 {
    i32::try_from(wish.number(name)).unwrap_or_default()
}
