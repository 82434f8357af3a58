//! S3: objects are answered by the store, buckets and their settings by moto, which forgets them when it ends.

mod climate;
mod keys;
mod operation;
mod settings;

use std::sync::Arc;

use futures::FutureExt;
use http::Method;
use http::request::Parts;
use strata_local_cloud::{Cloud, Done, Service, Work};
use strata_local_s3::Operation;
use strata_local_wire::signature::ACCOUNT;
use strata_local_wire::{AwsError, Call, Content, Handled, Protocol, reply, said};

use crate::settings::Setting;

pub use climate::CLIMATE;
pub use keys::KmsKeys;
pub use settings::{are_in, folder};

/// The longest document of a setting: a bucket policy has at most 20 KB, a list of lifecycle rules much less than this.
const LARGEST_BODY: usize = 8 << 20;

/// S3.
pub struct Buckets {
    cloud: Arc<Cloud>,
    keys: Arc<KmsKeys>,
}

impl Buckets {
    /// S3 over the cloud's objects, which are encrypted with these keys.
    pub fn new(cloud: Arc<Cloud>, keys: Arc<KmsKeys>) -> Self {
        Self { cloud, keys }
    }
}

impl Service for Buckets {
    fn name(&self) -> &'static str {
        "s3"
    }

    fn operation(&self, request: &Parts) -> Option<String> {
        Some(operation::name(request).to_string())
    }

    fn streams(&self, operation: &str) -> bool {
        ["PutObject", "UploadPart", "PostObject"].contains(&operation)
    }

    fn handle(self: Arc<Self>, call: Call) -> Work<Handled> {
        async move { answer(&self.cloud, call).await }.boxed()
    }

    fn changed(&self, service: &str) {
        if service == "kms" {
            self.keys.forget();
        }
    }

    fn restore(self: Arc<Self>) -> Work<()> {
        async move { settings::restore(&self.cloud).await }.boxed()
    }

    fn reset(self: Arc<Self>) -> Work<Done> {
        let done = self.cloud.s3.reset().map_err(|why| format!("removing the objects: {why}"));
        self.keys.forget();
        futures::future::ready(done).boxed()
    }
}

async fn answer(cloud: &Cloud, call: Call) -> Handled {
    if let Some(why) = of_another_account(&call.parts) {
        // A client that is still sending would not read the answer; one that waits for `100 Continue` has sent nothing.
        if !call.parts.headers.contains_key("expect") {
            call.body.drain().await;
        }
        return refused(why);
    }
    if let Some(known) = Operation::of(&call.parts) {
        let head = call.parts.method == Method::HEAD;
        let answer = cloud.s3.answer(known, call.parts, call.body.into_body()).await;
        // The answer to a HEAD has no body that could name its code.
        let status = answer.response.status().as_u16();
        let code = answer.code.map(|code| if head { status.to_string() } else { code.to_string() });
        return Handled::response((answer.response, code));
    }
    let path = call.parts.uri.path().trim_start_matches('/');
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    let reads = matches!(call.parts.method, Method::GET | Method::HEAD);
    if reads && key.is_empty() || call.parts.method == Method::OPTIONS {
        return Handled::Moto(Box::new(call));
    }
    if !key.is_empty() || call.operation == "PostObject" {
        let why = format!("The local endpoint cannot do {}.", call.operation);
        return refused(AwsError::new("NotImplemented", why).with_status(501));
    }
    let bucket = bucket.to_string();
    set(cloud, &bucket, call).await
}

/// Makes or deletes a bucket, or sets something of it: at moto, and at the store.
async fn set(cloud: &Cloud, bucket: &str, call: Call) -> Handled {
    let Call { operation, region, parts, .. } = &call;
    let (operation, region, query) = (operation.clone(), region.clone(), parts.uri.query().unwrap_or_default());
    let (query, headers) = (said::query(query), said::headers(&parts.headers));
    let (mut call, body) = (call, Content::Whole(Default::default()));
    let body = match std::mem::replace(&mut call.body, body).read(LARGEST_BODY).await {
        Ok(body) => body,
        Err(why) => return refused(why),
    };
    if operation == "DeleteBucket" && cloud.s3.is_empty(bucket) == Some(false) {
        let versions = match cloud.s3.list(bucket, "") {
            Ok(objects) if objects.is_empty() => ". You must delete all versions in the bucket.",
            _ => "",
        };
        let why = format!("The bucket you tried to delete is not empty{versions}");
        return refused(AwsError::new("BucketNotEmpty", why).with_status(409));
    }
    let setting = Setting::of(&operation, &region, &call.parts, query, headers, &body);
    call.body = Content::Whole(body);
    let (response, code) = cloud.moto.forward(call).await;
    if code.is_none()
        && let Err(why) = settings::learn(cloud, bucket, setting)
    {
        let why = format!("We encountered an internal error. Please try again. (keeping the bucket on disk: {why})");
        return refused(AwsError::new("InternalError", why).with_status(500));
    }
    Handled::response((response, code))
}

/// The error for a request that expects another owner: all buckets here belong to one account.
fn of_another_account(parts: &Parts) -> Option<AwsError> {
    let expected = ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"];
    let mut told = expected.iter().filter_map(|name| parts.headers.get(*name));
    let other = told.any(|owner| owner.as_bytes() != ACCOUNT.as_bytes());
    other.then(|| AwsError::new("AccessDenied", "Access Denied").with_status(403))
}

fn refused(why: AwsError) -> Handled {
    Handled::response((reply::error(Protocol::RestXml, &why), Some(why.code)))
}
