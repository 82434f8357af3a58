//! Who we are: credentials, account, partition, region; and how calls are made.

use crate::dns::{Resolver, is_loopback};
use crate::reads::Patient;
use crate::{Cancel, During, Error, Exit, Pace, Poll, trace, wait};
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::app_name::AppName;
use std::time::Duration;

/// What the person said on the command line; everything else is found as every AWS tool finds it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The program: it says so in each call's user agent, so that the endpoint's record tells who needs which right.
    pub program: &'static str,
    /// What it is doing: `down`. Goes into the user agent, too.
    pub verb: &'static str,
    /// `--region`.
    pub region: Option<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--endpoint-url`.
    pub endpoint_url: Option<String>,
}

/// The account where it was not looked up.
pub const UNKNOWN_ACCOUNT: &str = "000000000000";

/// A place that calls go to.
#[derive(Debug, Clone)]
pub struct Session {
    /// Configuration that every SDK client is made from. It makes only reads again: for all else the runner looks first.
    pub sdk: SdkConfig,
    /// Twelve digits.
    pub account: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// Region name.
    pub region: String,
    /// The endpoint, where it is not AWS's own.
    pub endpoint_url: Option<String>,
}

impl Session {
    /// Find credentials and region, and ask AWS who we are.
    ///
    /// # Errors
    /// [`Exit::Usage`] when the region is not known, credentials are missing or expired, or the endpoint does not answer.
    pub async fn connect(options: &Options, region: Option<&str>) -> Result<Self, Error> {
        let doing = || "finding out which account this is".to_owned();
        let sdk = config(options, region).await;
        let region = match sdk.region() {
            Some(region) => region.to_string(),
            None => {
                let error = Error::usage(doing(), "no region is set");
                return Err(error.advise("give --region, set AWS_REGION, or write `region` into the pipeline"));
            }
        };
        if let Some(problem) = strata_state::region_problem(&region) {
            return Err(Error::usage(doing(), problem));
        }
        if let Some(stray) = stray(&sdk) {
            return Err(stray);
        }
        if let Some(provider) = sdk.credentials_provider() {
            let advice = "sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
            if let Err(error) = provider.provide_credentials().await {
                // What is behind it may quote the credentials themselves.
                let message = match error {
                    CredentialsError::CredentialsNotLoaded(_) => "no AWS credentials were found",
                    CredentialsError::InvalidConfiguration(_) => "the AWS configuration cannot be read",
                    CredentialsError::ProviderTimedOut(_) => "the AWS credentials were not given in time",
                    _ => "the AWS credentials have expired, or cannot be read",
                };
                return Err(Error::usage(doing(), message).advise(advice));
            }
        }
        let sts = aws_sdk_sts::Client::new(&sdk);
        let (asking, never) = (doing(), Cancel::default());
        let identity = wait(&asking, Pace::seconds(1, 10), &never, async || {
            match sts.get_caller_identity().send().await.during(doing) {
                Ok(identity) => Ok(Poll::Ready(identity)),
                Err(error) if error.exit == Exit::Again && error.code.is_some() => Err(error),
                Err(error) => Ok(Poll::Failed(error)),
            }
        });
        // Nothing has been touched yet, whatever went wrong.
        let identity = identity.await.map_err(|error| Error { exit: Exit::Usage, ..error })?;
        let arn = identity.arn().unwrap_or_default();
        Ok(Self {
            account: identity.account().unwrap_or_default().to_owned(),
            partition: arn.split(':').nth(1).unwrap_or("aws").to_owned(),
            region,
            endpoint_url: endpoint(&sdk),
            sdk,
        })
    }

    /// For verbs that make no AWS call: names and ARNs, and no client that could call. `known` is account and
    /// partition.
    ///
    /// # Errors
    /// [`Exit::Usage`] when the region is not known.
    pub fn offline(region: Option<&str>, known: Option<(&str, &str)>) -> Result<Self, Error> {
        let from_environment = || std::env::var("AWS_REGION").or_else(|_| std::env::var("AWS_DEFAULT_REGION")).ok();
        let Some(region) = region.map(str::to_owned).or_else(from_environment) else {
            let error = Error::usage("finding out which region this is", "no region is set");
            return Err(error.advise("give --region, set AWS_REGION, or write `region` into the pipeline"));
        };
        if let Some(problem) = strata_state::region_problem(&region) {
            return Err(Error::usage("finding out which region this is", problem));
        }
        let (account, partition) = known.unwrap_or((UNKNOWN_ACCOUNT, "aws"));
        let (account, partition) = (account.to_owned(), partition.to_owned());
        Ok(Self { sdk: SdkConfig::builder().build(), account, partition, region, endpoint_url: None })
    }

    /// An ARN in this account and region.
    #[must_use]
    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{rest}", self.partition, self.region, self.account)
    }

    /// Whether calls go to this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.endpoint_url.as_deref().is_some_and(is_here)
    }
}

/// Whether an address leads to this machine.
fn is_here(url: &str) -> bool {
    let host = url.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next());
    host.is_some_and(is_loopback)
}

/// One service of this machine among those of AWS: what `local env` has set in a shell that now works on an account.
fn stray(sdk: &SdkConfig) -> Option<Error> {
    if sdk.endpoint_url().is_some() {
        return None;
    }
    let (name, url) = std::env::vars_os().find_map(|(name, url)| {
        let (name, url) = (name.into_string().ok()?, url.into_string().ok()?);
        (name.starts_with("AWS_ENDPOINT_URL_") && is_here(&url)).then_some((name, url))
    })?;
    let error = Error::usage("finding out where calls go", format!("{name} is {url}, and all other calls go to AWS"));
    Some(error.advise("unset it, or set AWS_ENDPOINT_URL, too"))
}

fn endpoint(sdk: &SdkConfig) -> Option<String> {
    sdk.endpoint_url().map(str::to_owned)
}

/// The configuration that SDK clients are made from: credentials and region as every AWS tool finds them, and no retries but of
/// reads. `region` is what is taken where the options name none. No call is made.
pub async fn config(options: &Options, region: Option<&str>) -> SdkConfig {
    let mut http = Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring));
    if options.endpoint_url.as_deref().is_some_and(|url| url.starts_with("http://")) {
        // No TLS will be spoken: reading the system's certificates would only cost time.
        let trust = tls::TlsContext::builder().with_trust_store(tls::TrustStore::empty()).build();
        if let Ok(trust) = trust {
            http = http.tls_context(trust);
        }
    }
    let http = http.build_with_resolver(Resolver);
    let http = Patient(if trace::is_on() { SharedHttpClient::new(trace::Traced(http)) } else { http });
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(60))
        .build();
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .retry_config(RetryConfig::disabled())
        .timeout_config(timeouts);
    if let Some(region) = options.region.as_deref().or(region) {
        loader = loader.region(Region::new(region.to_owned()));
    }
    // Every program's name is a valid one.
    if let Ok(name) = AppName::new(format!("strata-{}.{}", options.program, options.verb)) {
        loader = loader.app_name(name);
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &options.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    loader.load().await
}
