//! The one bucket. Its name ends in account and region (S3's account-regional namespace), so nobody else can hold it.

use crate::contents;
use crate::owner::{self, to_s3};
use crate::settings;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketLocationConstraint, BucketNamespace, CreateBucketConfiguration, Tagging};
use strata_aws::{During, Error, Exit, Pace};
use strata_layer::{Change, Context, Live, Untyped, Wish, async_trait};

pub(crate) struct Bucket(pub(crate) Client);

impl Bucket {
    /// Set our tags beside those that somebody else gave it; the call replaces them all.
    async fn tag(&self, cx: &Context, live: &Live, wish: &Wish) -> Result<(), Error> {
        let name = &live.physical;
        let doing = || format!("tagging bucket {name}");
        let mut tags = live.tags.clone().unwrap_or_default();
        // AWS keeps its own and takes them from nobody.
        tags.retain(|key, _| !key.starts_with("aws:"));
        tags.extend(cx.tags("bucket", &wish.id, &wish.name));
        let tagging = Tagging::builder().set_tag_set(Some(to_s3(&tags))).build();
        let tagging = tagging.map_err(|error| Error::failed(doing(), error.to_string()))?;
        self.0.put_bucket_tagging().bucket(name).tagging(tagging).send().await.during(doing).map(drop)
    }
}

#[async_trait]
impl Untyped for Bucket {
    fn wishes(&self, cx: &Context) -> Result<Vec<Wish>, Error> {
        let name = cx.bucket();
        if let Some(why) = strata_state::wish::bucket_problem(&name) {
            let error = Error::usage("naming the bucket", format!("AWS would refuse `{name}`: {why}"));
            return Err(error.advise("give pipeline.storage.bucket, or a shorter name, env or pattern"));
        }
        let mut wish = Wish::new("main", &name).prop("name", name).fixed(&["name"]);
        wish.props.extend(settings::wished(cx));
        Ok(vec![wish])
    }

    async fn list(&self, cx: &Context, _: &[Wish]) -> Result<Vec<Live>, Error> {
        let mut lives = owner::buckets(&self.0, cx).await?;
        for live in lives.iter_mut().filter(|live| live.foreign.is_none()) {
            live.props = settings::read(&self.0, &live.physical).await?;
            live.props.insert("name", live.physical.as_str().into());
        }
        Ok(lives)
    }

    async fn create(&self, cx: &Context, wish: &Wish) -> Result<(), Error> {
        let (name, region) = (&wish.name, &cx.session.region);
        let tags = to_s3(&cx.tags("bucket", &wish.id, name));
        // us-east-1 is no value of this enumeration: there it is the absence of one.
        let place = (region != "us-east-1").then(|| BucketLocationConstraint::from(region.as_str()));
        let configuration =
            CreateBucketConfiguration::builder().set_location_constraint(place).set_tags(Some(tags)).build();
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
        // An S3 that is older than tags in this call makes the bucket and forgets them; without them it is nobody's.
        match owner::look(&self.0, cx, name).await? {
            Some(live) if live.tags.as_ref().is_some_and(|tags| tags.is_empty()) => self.tag(cx, &live, wish).await,
            _ => Ok(()),
        }
    }

    async fn update(&self, cx: &Context, live: &Live, wish: &Wish, changes: &[Change]) -> Result<(), Error> {
        let name = &live.physical;
        for change in changes {
            let done = match change.field.as_str() {
                "tags" => self.tag(cx, live, wish).await,
                field => settings::set(&self.0, cx, name, field).await,
            };
            // A new bucket is not known everywhere at once.
            done.map_err(
                |error| if error.is(&["NoSuchBucket"]) { Error { exit: Exit::Again, ..error } } else { error },
            )?;
        }
        Ok(())
    }

    async fn delete(&self, cx: &Context, live: &Live) -> Result<(), Error> {
        let name = &live.physical;
        let removed = contents::empty(&self.0, cx, name).await?;
        if !removed.is_empty() {
            cx.report.say(&format!("storage bucket {name}: emptied of {removed}"));
        }
        self.0.delete_bucket().bucket(name).send().await.during(|| format!("deleting bucket {name}")).map(drop)
    }

    async fn loses(&self, cx: &Context, live: &Live) -> Result<Option<String>, Error> {
        let own = cx.lives("file").into_iter().map(|file| file.id).collect();
        let held = contents::count(&self.0, &live.physical, &own).await?;
        Ok((!held.is_empty()).then(|| held.to_string()))
    }

    // A large bucket takes its time to empty; that happens within one `delete`.
    fn pace(&self) -> Pace {
        Pace::seconds(2, 600)
    }
}
