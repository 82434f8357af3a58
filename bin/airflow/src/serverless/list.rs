//! The workflows of MWAA Serverless that there are.

use aws_sdk_mwaaserverless::Client;
use strata_aws::{During, Error, Session, is_unknown_host};

pub(super) fn client(session: &Session) -> Client {
    Client::new(&session.sdk)
}

/// ARN and name of every workflow of the region.
pub(super) async fn all(client: &Client) -> Result<Vec<(String, String)>, Unlisted> {
    let mut pages = client.list_workflows().into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(one) = pages.next().await {
        // A region without the service has no host of its name.
        let no_host = one.as_ref().is_err_and(|error| is_unknown_host(error));
        let one = one.during(|| "listing workflows of MWAA Serverless".into());
        let one = one.map_err(|error| Unlisted::of(error, no_host))?;
        found.push((one.workflow_arn().to_owned(), one.name().unwrap_or_default().to_owned()));
    }
    Ok(found)
}

/// Why workflows cannot be listed.
pub(super) enum Unlisted {
    /// The region, or the endpoint, does not have MWAA Serverless.
    NoService(Error),
    /// Anything else.
    Other(Error),
}

impl Unlisted {
    fn of(error: Error, no_host: bool) -> Self {
        const CODES: [&str; 4] = ["UnknownOperationException", "UnknownOperation", "NotImplemented", "InvalidAction"];
        // An answer without any code is none of AWS's: another endpoint does not know the service.
        const MUTE: [&str; 4] = ["400", "404", "405", "501"];
        if no_host || error.is(&CODES) || error.is(&MUTE) { Self::NoService(error) } else { Self::Other(error) }
    }
}

impl From<Unlisted> for Error {
    fn from(why: Unlisted) -> Self {
        match why {
            Unlisted::NoService(error) | Unlisted::Other(error) => error,
        }
    }
}
