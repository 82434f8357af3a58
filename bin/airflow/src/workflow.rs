//! The workflow of MWAA Serverless, where the pipeline has no environment. Its definition is a file that `storage` uploads;
//! the service takes a copy of the version that it is given, so a new version of the file is an update.
//!
//! An update makes a new version of the workflow, and takes all settings each time. Networks are not given: the tasks only
//! call AWS, and do so from the service's own.

use crate::serverless::{self, client, has_no_service};
use aws_sdk_mwaaserverless::Client;
use aws_sdk_mwaaserverless::operation::get_workflow::GetWorkflowOutput;
use aws_sdk_mwaaserverless::types::{
    DefinitionS3Location, LoggingConfiguration, NetworkConfiguration, WorkflowStatus as Status,
};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::collections::HashMap;
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Exit, Pace, Session};
use strata_layer::{Change, Context, Live, State, Untyped, Wish, async_trait, later};
use strata_state::{Kind, workflow};

pub(crate) struct Workflow(Client);

impl Workflow {
    pub(crate) fn new(session: &Session) -> Self {
        Self(client(session))
    }

    /// The workflow with what it is, if it is one of ours or holds our name.
    async fn look(&self, cx: &Context, arn: &str, name: &str) -> Result<Option<Live>, Error> {
        let doing = || format!("reading the tags of workflow {name}");
        let tags: Tags = match self.0.list_tags_for_resource().resource_arn(arn).send().await.during(doing) {
            Ok(answer) => answer.tags.unwrap_or_default().into_iter().collect(),
            Err(error) if error.is_gone() => return Ok(None),
            Err(error) => return Err(error),
        };
        // Its name is what stands in our way, if it is somebody else's: its ARN has an end of its own.
        let live = Live::new(name, name).tagged(cx, tags);
        if live.foreign.is_some() {
            return Ok(Some(live));
        }
        match self.0.get_workflow().workflow_arn(arn).send().await.during(|| format!("reading workflow {name}")) {
            Ok(found) => Ok(Some(described(live, &found))),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Untyped for Workflow {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let (pipeline, doc) = (&cx.doc.pipeline, &cx.doc);
        if !pipeline.is_serverless() {
            return Ok(Vec::new());
        }
        let name = cx.name(Kind::Workflow, "airflow");
        let role = doc.iam.as_ref().and_then(|iam| iam.role_arns.get("airflow"));
        let key = workflow::key(pipeline);
        let definition = doc.storage.as_ref().and_then(|storage| {
            let version = storage.files.get(&key)?;
            Some(json!({ "bucket": storage.bucket, "key": key, "version": version }))
        });
        let wish = Wish::new("main", &name)
            .prop("name", name.as_str())
            .prop("definition", definition.unwrap_or_else(|| later("storage")))
            .prop("role_arn", role.map_or_else(|| later("iam"), |arn| json!(arn)))
            .prop("description", workflow::description(pipeline))
            .prop("log_group", workflow::log_group(&name))
            .prop("trigger", SCHEDULED)
            .prop("subnets", json!([]))
            .fixed(&["name"]);
        Ok(vec![wish])
    }

    async fn list(&self, cx: &Context, wishes: &[Wish]) -> Result<Vec<Live>, Error> {
        let found = match serverless::all(&self.0).await {
            Ok(found) => found,
            // Not every region has the service, and not every endpoint: then nothing of ours is there either.
            Err(error) if wishes.is_empty() && has_no_service(&error) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let looks: Vec<_> = found.iter().map(|(arn, name)| self.look(cx, arn, name)).collect();
        let looks = stream::iter(looks).buffered(usize::from(cx.global.parallel));
        looks.try_filter_map(|live| async move { Ok(live) }).try_collect().await
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let tags: HashMap<String, String> = cx.tags("workflow", &wish.id, &wish.name).into_iter().collect();
        let call = self
            .0
            .create_workflow()
            .name(&wish.name)
            .client_token(cx.token("workflow", wish))
            .definition_s3_location(definition(wish)?)
            .role_arn(wish.text("role_arn"))
            .description(wish.text("description"))
            .logging_configuration(logging(wish)?)
            .set_tags(Some(tags));
        passing(call.send().await.during(|| format!("creating workflow {}", wish.name))).map(drop)
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let (arn, name) = (&live.physical, &wish.name);
        let is = |field: &str| changes.iter().any(|change| change.field == field);
        if is("tags") {
            let tags: HashMap<String, String> = cx.tags("workflow", &wish.id, name).into_iter().collect();
            let call = self.0.tag_resource().resource_arn(arn).set_tags(Some(tags));
            call.send().await.during(|| format!("tagging workflow {name}"))?;
        }
        if changes.iter().all(|change| change.field == "tags") {
            return Ok(());
        }
        let mut call = self
            .0
            .update_workflow()
            .workflow_arn(arn)
            .definition_s3_location(definition(wish)?)
            .role_arn(wish.text("role_arn"))
            .description(wish.text("description"))
            .logging_configuration(logging(wish)?);
        if is("trigger") {
            call = call.trigger_mode(SCHEDULED);
        }
        if is("subnets") {
            let none = NetworkConfiguration::builder().set_subnet_ids(Some(Vec::new()));
            call = call.network_configuration(none.set_security_group_ids(Some(Vec::new())).build());
        }
        let answer = passing(call.send().await.during(|| format!("changing workflow {name}")))?;
        for warning in answer.warnings() {
            cx.report.say(&format!("airflow: workflow {name}: {warning}"));
        }
        Ok(())
    }

    async fn delete(&self, _: &Context, live: &Live) -> Result<(), Error> {
        let arn = &live.physical;
        self.0.delete_workflow().workflow_arn(arn).send().await.during(|| format!("deleting workflow {arn}")).map(drop)
    }

    // What ran, and how, goes with it.
    fn is_missed(&self) -> bool {
        true
    }

    // Terraform waits up to 30 minutes.
    fn pace(&self) -> Pace {
        Pace::seconds(5, 1800)
    }
}

/// The guide's word for a workflow that runs on the schedule of its definition. The API tells no list of such words, so it
/// is said only where another one has been set.
const SCHEDULED: &str = "SCHEDULED";

/// What the service tells of a workflow.
fn described(mut live: Live, found: &GetWorkflowOutput) -> Live {
    found.workflow_arn().clone_into(&mut live.physical);
    let definition = found
        .definition_s3_location()
        .map(|place| json!({ "bucket": place.bucket(), "key": place.object_key(), "version": place.version_id() }));
    let trigger = found.trigger_mode().unwrap_or(SCHEDULED);
    let trigger = if trigger.eq_ignore_ascii_case(SCHEDULED) { SCHEDULED } else { trigger };
    let subnets = found.network_configuration().map(|network| network.subnet_ids()).unwrap_or_default();
    let state = match found.workflow_status() {
        Some(Status::Ready) | None => State::Ready,
        Some(Status::Deleting) => State::Leaving("DELETING".into()),
        Some(status) => State::NotYet(status.as_str().to_owned()),
    };
    live.state(state)
        .fact("name", found.name().unwrap_or_default())
        .fact("version", found.workflow_version().unwrap_or_default())
        .prop("name", found.name())
        .prop("definition", definition.unwrap_or(Value::Null))
        .prop("role_arn", found.role_arn())
        .prop("description", found.description().unwrap_or_default())
        .prop("log_group", found.logging_configuration().map(|logging| logging.log_group_name()))
        .prop("trigger", trigger)
        .prop("subnets", json!(subnets))
}

fn definition(wish: &Wish) -> Result<DefinitionS3Location, Error> {
    let place = wish.props.get("definition").unwrap_or(&Value::Null);
    let text = |field: &str| place[field].as_str().map(str::to_owned);
    let place = DefinitionS3Location::builder().set_bucket(text("bucket")).set_object_key(text("key"));
    let wrong = |_| {
        let message = "the document does not say where its definition is";
        Error::usage(format!("making workflow {}", wish.name), message).advise("run `storage up` first")
    };
    place.set_version_id(text("version")).build().map_err(wrong)
}

fn logging(wish: &Wish) -> Result<LoggingConfiguration, Error> {
    let logging = LoggingConfiguration::builder().log_group_name(wish.text("log_group")).build();
    logging
        .map_err(|error| Error::failed(format!("setting the log group of workflow {}", wish.name), error.to_string()))
}

/// A new role may not be known to every service yet.
fn passing<T>(result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| {
        let of_role = error.message.to_lowercase().contains("assume");
        let passes = of_role && error.is(&["ValidationException", "AccessDeniedException"]);
        if passes { Error { exit: Exit::Again, ..error } } else { error }
    })
}
