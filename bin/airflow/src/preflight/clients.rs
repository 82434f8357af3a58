//! Whom the topics ask. Only the preflight reads what other layers own; nothing here changes anything.

use aws_sdk_s3::config::Builder;
use strata_layer::Context;

/// The services of other layers.
pub(crate) struct Clients {
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) s3: aws_sdk_s3::Client,
}

impl Clients {
    pub(crate) fn new(cx: &Context) -> Self {
        // Another endpoint than AWS's own need not know the host name of each bucket.
        let s3 = Builder::from(&cx.session.sdk).force_path_style(cx.session.endpoint_url.is_some());
        Self {
            ec2: aws_sdk_ec2::Client::new(&cx.session.sdk),
            iam: aws_sdk_iam::Client::new(&cx.session.sdk),
            s3: aws_sdk_s3::Client::from_conf(s3.build()),
        }
    }
}
