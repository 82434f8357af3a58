//! A script that a service runs, and what the service knows of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use strata_local_wire::Caller;

/// Where the environments of scripts come from.
#[derive(Debug)]
pub struct Python {
    /// The folder of the virtual environments, which other endpoints use, too.
    pub cache: PathBuf,
    /// An interpreter with pip.
    pub interpreter: PathBuf,
}

/// One run of a script.
#[derive(Debug)]
pub struct Script<'a> {
    /// The job's name.
    pub job: &'a str,
    /// The run's.
    pub run: &'a str,
    /// Bucket and key of the script.
    pub place: (&'a str, &'a str),
    /// `pythonshell`, `glueetl`.
    pub command: &'a str,
    /// The arguments of job and run.
    pub arguments: &'a BTreeMap<String, String>,
    /// The region that it runs in.
    pub region: &'a str,
    /// The name or the ARN of its role.
    pub role: &'a str,
    /// The service that takes the role: `glue.amazonaws.com`.
    pub principal: &'static str,
    /// What its log groups begin with.
    pub logs: &'a str,
    /// One more group for its stdout.
    pub continuous: Option<&'a str>,
}

impl Script<'_> {
    /// In whose name its logs are written.
    pub(crate) fn caller(&self) -> Caller {
        Caller::role(self.principal, self.role)
    }
}
