//! A bucket. Its name ends in account and region (S3's account-regional namespace), so no other account can hold it.

use crate::contents;
use crate::file::File;
use crate::owner::{self, to_s3};
use crate::settings::{self, Props, Seen};
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketLocationConstraint, BucketNamespace, CreateBucketConfiguration, Tagging};
use strata_aws::tags::Tags;
use strata_aws::{During, Error, Exit, Pace};
use strata_layer::{Context, Desired, Resource, async_trait};
use strata_state::demand::MAIN_BUCKET;
use strata_state::layers::storage::Bucket as Wish;
use strata_state::wish::bucket_problem;

pub(crate) struct Bucket(pub(crate) Client);

impl Bucket {
    /// Set these tags and keep those that others gave it; the call replaces them all.
    async fn tag(&self, observed: &Seen, ours: &Tags) -> Result<(), Error> {
        let name = &observed.physical;
        let doing = || format!("tagging bucket {name}");
        let mut tags = observed.tags.clone().unwrap_or_default();
        // AWS keeps its own tags, and refuses them in a call.
        tags.retain(|key, _| !key.starts_with("aws:"));
        tags.extend(ours.clone());
        let tagging = Tagging::builder().set_tag_set(Some(to_s3(&tags))).build();
        let tagging = tagging.map_err(|error| Error::failed(doing(), error.to_string()))?;
        self.0.put_bucket_tagging().bucket(name).tagging(tagging).send().await.during(doing).map(drop)
    }
}

/// A new bucket is not known everywhere at once.
fn is_new(error: Error) -> Error {
    if error.is(&["NoSuchBucket"]) { Error { exit: Exit::Again, ..error } } else { error }
}

#[async_trait]
impl Resource for Bucket {
    const KIND: &'static str = "bucket";
    const LABEL: &'static str = "buckets";
    type Props = Props;
    type Facts = ();

    fn desired(&self, cx: &Context) -> Result<Vec<Desired<Props>>, Error> {
        let desired = |(id, wish): (&str, Wish)| {
            let name = cx.bucket_of(id);
            if let Some(why) = bucket_problem(&name) {
                let error = Error::usage("naming the bucket", format!("AWS would refuse `{name}`: {why}"));
                let field = match id {
                    MAIN_BUCKET => "bucket".to_owned(),
                    id => format!("buckets.{id}.name"),
                };
                return Err(error.advise(format!("give pipeline.storage.{field}, or a shorter name, env or pattern")));
            }
            let props = settings::wished(cx, id, &name, &wish);
            Ok(Desired::new(id, name, props))
        };
        cx.doc.pipeline.storage().all().into_iter().map(desired).collect()
    }

    async fn observed(&self, cx: &Context, _: &[Desired<Props>]) -> Result<Vec<Seen>, Error> {
        let mut seen = owner::buckets(&self.0, cx).await?;
        for bucket in seen.iter_mut().filter(|bucket| bucket.foreign.is_none()) {
            bucket.props = settings::read(&self.0, &bucket.physical).await?;
        }
        Ok(seen)
    }

    async fn create(&self, cx: &Context, desired: &Desired<Props>) -> Result<(), Error> {
        let (name, region) = (&desired.name, &cx.session.region);
        let tags = cx.tags_of::<Self>(desired);
        // us-east-1 is no value of this enumeration: there it is the absence of one.
        let place = (region != "us-east-1").then(|| BucketLocationConstraint::from(region.as_str()));
        let configuration =
            CreateBucketConfiguration::builder().set_location_constraint(place).set_tags(Some(to_s3(&tags))).build();
        let regional = name.ends_with(&format!("-{}-{region}-an", cx.session.account));
        let call = self
            .0
            .create_bucket()
            .bucket(name)
            .set_bucket_namespace(regional.then_some(BucketNamespace::AccountRegional))
            .create_bucket_configuration(configuration);
        match call.send().await.during(|| format!("creating bucket {name}")) {
            Ok(_) => {}
            // The answer to an earlier call was lost: the next look says whose it is.
            Err(error) if error.is(&["BucketAlreadyOwnedByYou"]) => return Err(Error { exit: Exit::Again, ..error }),
            Err(error) => return Err(error),
        }
        // An S3 that is older than tags in this call creates the bucket and ignores them; without them it has no owner.
        match owner::look(&self.0, cx, &desired.id, name).await? {
            Some(seen) if seen.tags.as_ref().is_some_and(|tags| tags.is_empty()) => self.tag(&seen, &tags).await,
            _ => Ok(()),
        }
    }

    async fn update(&self, _: &Context, observed: &Seen, desired: &Desired<Props>) -> Result<(), Error> {
        settings::set(&self.0, &observed.props, &desired.props).await.map_err(is_new)
    }

    async fn retag(&self, _: &Context, observed: &Seen, tags: &Tags) -> Result<(), Error> {
        self.tag(observed, tags).await.map_err(is_new)
    }

    async fn delete(&self, cx: &Context, observed: &Seen) -> Result<(), Error> {
        let name = &observed.physical;
        let removed = contents::empty(&self.0, cx, name).await?;
        if !removed.is_empty() {
            cx.report.say(&format!("storage bucket {name}: emptied of {removed}"));
        }
        self.0.delete_bucket().bucket(name).send().await.during(|| format!("deleting bucket {name}")).map(drop)
    }

    async fn loses(&self, cx: &Context, observed: &Seen) -> Result<Option<String>, Error> {
        let name = &observed.physical;
        let files = cx.observed::<File>().into_iter().filter(|file| file.props.bucket == *name);
        let held = contents::count(&self.0, name, &files.map(|file| file.facts.key).collect()).await?;
        Ok((!held.is_empty()).then(|| held.to_string()))
    }

    fn is_missed(&self) -> bool {
        true
    }

    // A large bucket takes its time to empty; that happens within one `delete`.
    fn pace(&self) -> Pace {
        Pace::seconds(2, 600)
    }
}
