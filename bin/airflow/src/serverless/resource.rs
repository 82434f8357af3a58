//! The workflow of MWAA Serverless, where the pipeline has no environment. Its definition is a file that `storage` uploads;
//! the service takes a copy of the version that it is given, so a new version of the file is an update.
//!
//! An update makes a new version of the workflow, and takes all settings each time. Networks are not given: the tasks only
//! call AWS, and do so from the service's own.

use super::list::{self, Unlisted};
use crate::refusal::{Refusal, passing};
use aws_sdk_mwaaserverless::Client;
use aws_sdk_mwaaserverless::operation::get_workflow::GetWorkflowOutput;
use aws_sdk_mwaaserverless::types::{
    DefinitionS3Location, LoggingConfiguration, NetworkConfiguration, WorkflowStatus as Status,
};
use futures::{StreamExt, TryStreamExt, stream};
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Pace, Session};
use strata_layer::{Context, Desired, Observed, Promise, Resource, Serialize, State, async_trait, props};
use strata_state::{Kind, workflow};

pub(crate) struct Workflow(Client);

props! {
    /// What a workflow is.
    pub(crate) struct Props {
        fixed {
            /// Its name.
            name: String,
        }
        mutable {
            /// The file that it was made from.
            definition: Promise<Option<Definition>>,
            /// Its role.
            role_arn: Promise,
            /// What the console shows.
            description: String,
            /// Where its tasks write.
            log_group: String,
            /// What starts it.
            trigger: String,
            /// Subnets of its tasks; none where they are the service's own.
            subnets: Vec<String>,
        }
    }
}

/// A file in a version.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(crate = "strata_layer::serde")]
pub(crate) struct Definition {
    bucket: String,
    key: String,
    version: Option<String>,
}

/// What else is told of a workflow.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The version of the workflow, which each update makes.
    pub(crate) version: String,
}

type Seen = Observed<Props, Facts>;

/// The guide's word for a workflow that runs on the schedule of its definition. The API tells no list of such words, so it
/// is said only where another one has been set.
const SCHEDULED: &str = "SCHEDULED";

impl Workflow {
    pub(crate) fn new(session: &Session) -> Self {
        Self(list::client(session))
    }

    /// The workflow with what it is, if it is one of ours or holds our name.
    async fn look(&self, cx: &Context, arn: &str, name: &str) -> Result<Option<Seen>, Error> {
        let doing = || format!("reading the tags of workflow {name}");
        let tags: Tags = match self.0.list_tags_for_resource().resource_arn(arn).send().await.during(doing) {
            Ok(answer) => answer.tags.unwrap_or_default().into_iter().collect(),
            Err(error) if error.is_gone() => return Ok(None),
            Err(error) => return Err(error),
        };
        // Another owner's conflicts with ours by its name: its ARN has an end of its own.
        let seen = Seen::new(name, name, Props::default()).tagged(cx, tags);
        if seen.foreign.is_some() {
            return Ok(Some(seen));
        }
        match self.0.get_workflow().workflow_arn(arn).send().await.during(|| format!("reading workflow {name}")) {
            Ok(found) => Ok(Some(described(seen, &found))),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Resource for Workflow {
    const KIND: &'static str = "workflow";
    const LABEL: &'static str = "MWAA Serverless workflows";
    type Props = Props;
    type Facts = Facts;

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let (pipeline, doc) = (&cx.doc.pipeline, &cx.doc);
        if !pipeline.is_serverless() {
            return Ok(Vec::new());
        }
        let name = cx.name(Kind::Workflow, "airflow");
        let role = doc.iam.as_ref().and_then(|iam| iam.role_arns.get("airflow"));
        let key = workflow::key(pipeline);
        let definition = doc.storage.as_ref().and_then(|storage| {
            let version = Some(storage.files.get(&key)?.clone());
            Some(Some(Definition { bucket: storage.bucket.clone(), key, version }))
        });
        let props = Props {
            name: name.clone(),
            definition: Promise::of(definition, "storage"),
            role_arn: Promise::of(role.cloned(), "iam"),
            description: workflow::description(pipeline),
            log_group: workflow::log_group(&name),
            trigger: SCHEDULED.into(),
            subnets: Vec::new(),
        };
        Ok(vec![Desired::new("main", name, props)])
    }

    async fn observed(&self, cx: &Context, desired: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let found = match list::all(&self.0).await {
            Ok(found) => found,
            // Not every region has the service, and not every endpoint: then nothing of ours is there either.
            Err(Unlisted::NoService(_)) if desired.is_empty() => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let looks: Vec<_> = found.iter().map(|(arn, name)| self.look(cx, arn, name)).collect();
        let looks = stream::iter(looks).buffered(usize::from(cx.global.parallel));
        looks.try_filter_map(|seen| async move { Ok(seen) }).try_collect().await
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let (name, props) = (&desired.name, &desired.props);
        let call = self
            .0
            .create_workflow()
            .name(name)
            .client_token(cx.token_of::<Self>(desired))
            .definition_s3_location(definition(desired)?)
            .role_arn(props.role_arn.known()?)
            .description(&props.description)
            .logging_configuration(logging(desired)?)
            .set_tags(Some(cx.tags_of::<Self>(desired).into_iter().collect()));
        passing(call.send().await.during(|| format!("creating workflow {name}")), Refusal::NewRole).map(drop)
    }

    async fn update(&self, cx: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        let (name, is, shall) = (&desired.name, &observed.props, &desired.props);
        let mut call = self
            .0
            .update_workflow()
            .workflow_arn(&observed.physical)
            .definition_s3_location(definition(desired)?)
            .role_arn(shall.role_arn.known()?)
            .description(&shall.description)
            .logging_configuration(logging(desired)?);
        if is.trigger != shall.trigger {
            call = call.trigger_mode(&shall.trigger);
        }
        if is.subnets != shall.subnets {
            let none = NetworkConfiguration::builder().set_subnet_ids(Some(shall.subnets.clone()));
            call = call.network_configuration(none.set_security_group_ids(Some(Vec::new())).build());
        }
        let answer = passing(call.send().await.during(|| format!("changing workflow {name}")), Refusal::NewRole)?;
        for warning in answer.warnings() {
            cx.report.say(&format!("airflow: workflow {name}: {warning}"));
        }
        Ok(())
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        let arn = &observed.physical;
        let call = self.0.tag_resource().resource_arn(arn).set_tags(Some(tags.clone().into_iter().collect()));
        call.send().await.during(|| format!("setting tags of workflow {}", observed.props.name)).map(drop)
    }

    async fn delete(&self, _: &Context, observed: &Seen) -> Result<(), Error> {
        let arn = &observed.physical;
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

/// What the service tells of a workflow.
fn described(seen: Seen, found: &GetWorkflowOutput) -> Seen {
    let definition = found.definition_s3_location().map(|place| Definition {
        bucket: place.bucket().to_owned(),
        key: place.object_key().to_owned(),
        version: place.version_id().map(str::to_owned),
    });
    let trigger = found.trigger_mode().filter(|trigger| !trigger.eq_ignore_ascii_case(SCHEDULED));
    let logging = found.logging_configuration();
    let network = found.network_configuration();
    let props = Props {
        name: found.name().unwrap_or_default().to_owned(),
        definition: Promise::Known(definition),
        role_arn: found.role_arn().into(),
        description: found.description().unwrap_or_default().to_owned(),
        log_group: logging.map(|logging| logging.log_group_name().to_owned()).unwrap_or_default(),
        trigger: trigger.unwrap_or(SCHEDULED).to_owned(),
        subnets: network.map(|network| network.subnet_ids().to_vec()).unwrap_or_default(),
    };
    let state = match found.workflow_status() {
        Some(Status::Ready) | None => State::Ready,
        Some(Status::Deleting) => State::Leaving("DELETING".into()),
        Some(status) => State::NotYet(status.as_str().to_owned()),
    };
    let facts = Facts { version: found.workflow_version().unwrap_or_default().to_owned() };
    let physical = found.workflow_arn().to_owned();
    Seen { physical, props, ..seen }.state(state).facts(facts)
}

fn definition(desired: &Desired<Props>) -> Result<DefinitionS3Location, Error> {
    let wrong = || {
        let message = "the document does not say where its definition is";
        Error::usage(format!("making workflow {}", desired.name), message).advise("run `storage up` first")
    };
    let file = desired.props.definition.get().and_then(Option::as_ref).ok_or_else(wrong)?;
    let place = DefinitionS3Location::builder().bucket(&file.bucket).object_key(&file.key);
    place.set_version_id(file.version.clone()).build().map_err(|_| wrong())
}

fn logging(desired: &Desired<Props>) -> Result<LoggingConfiguration, Error> {
    let logging = LoggingConfiguration::builder().log_group_name(&desired.props.log_group).build();
    let doing = format!("setting the log group of workflow {}", desired.name);
    logging.map_err(|error| Error::failed(doing, error.to_string()))
}
