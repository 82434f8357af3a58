//! Physical names come from here and nowhere else, so that a DAG, a policy and a resource cannot disagree.

use crate::demand::MAIN_BUCKET;
use crate::wish::Pipeline;

/// The pattern of buckets besides the main one; see [`Kind::pattern`] for how it ends.
const OTHER_BUCKET: &str = "{pipeline}-{env}-{name}-{account}-{region}-an";

/// The kinds of thing that have a name of their own in AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// S3 bucket.
    Bucket,
    /// Glue database.
    Database,
    /// Glue crawler.
    Crawler,
    /// Glue classifier.
    Classifier,
    /// Glue job.
    Job,
    /// Athena workgroup.
    Workgroup,
    /// MWAA environment.
    Environment,
    /// MWAA Serverless workflow.
    Workflow,
    /// IAM role. Role names are global to an account, so the region is part of them.
    Role,
    /// Alias of a KMS key, without `alias/`.
    Key,
    /// Anything that shows only a `Name` tag (VPC, subnet, gateway), and security groups.
    Network,
}

impl Kind {
    /// The key under `pipeline.names` that overrides the pattern of this kind.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Bucket => "bucket",
            Self::Database => "database",
            Self::Crawler => "crawler",
            Self::Classifier => "classifier",
            Self::Job => "job",
            Self::Workgroup => "workgroup",
            Self::Environment => "environment",
            Self::Workflow => "workflow",
            Self::Role => "role",
            Self::Key => "key",
            Self::Network => "network",
        }
    }

    /// All kinds, for checks and for the schema's documentation.
    pub const ALL: [Self; 11] = [
        Self::Bucket,
        Self::Database,
        Self::Crawler,
        Self::Classifier,
        Self::Job,
        Self::Workgroup,
        Self::Environment,
        Self::Workflow,
        Self::Role,
        Self::Key,
        Self::Network,
    ];

    fn pattern(self) -> &'static str {
        match self {
            // Only this account can create a name that ends so (S3 account-regional namespace), so two people never collide.
            Self::Bucket => "{pipeline}-{env}-{account}-{region}-an",
            Self::Role => "{pipeline}-{env}-{region}-{name}",
            // A pipeline has one.
            Self::Key => "{pipeline}-{env}",
            _ => "{pipeline}-{env}-{name}",
        }
    }
}

impl Pipeline {
    /// The name of this copy of the pipeline: `driven-data-prod`.
    #[must_use]
    pub fn copy(&self) -> String {
        format!("{}-{}", self.name, self.env)
    }

    /// The physical name of `name`, a thing of this `kind`.
    ///
    /// Placeholders in a pattern: `{pipeline}`, `{env}`, `{name}`, `{account}`, `{region}`, and `{_env}`, which is
    /// nothing in env `dev` and `_<env>` in any other.
    #[must_use]
    pub fn physical(&self, kind: Kind, name: &str, account: &str, region: &str) -> String {
        let pattern = self.names.get(kind.key()).map_or(kind.pattern(), String::as_str);
        let text = self.filled(pattern, name, account, region);
        match kind {
            // Athena folds names to lower case and wants no hyphen unquoted.
            Kind::Database => text.to_lowercase().replace('-', "_"),
            Kind::Role => shorten(text, 64),
            Kind::Environment => shorten(text, 80),
            _ => text,
        }
    }

    fn filled(&self, pattern: &str, name: &str, account: &str, region: &str) -> String {
        let suffix = if self.env == "dev" { String::new() } else { format!("_{}", self.env) };
        pattern
            .replace("{pipeline}", &self.name)
            .replace("{_env}", &suffix)
            .replace("{env}", &self.env)
            .replace("{account}", account)
            .replace("{region}", region)
            .replace("{name}", name)
    }

    /// The bucket called `id` of this pipeline in this account and region.
    #[must_use]
    pub fn bucket_of(&self, id: &str, account: &str, region: &str) -> String {
        if id == MAIN_BUCKET {
            return self.bucket(account, region);
        }
        match self.storage().buckets.get(id).and_then(|bucket| bucket.name.clone()) {
            Some(name) => name,
            None => {
                let pattern = self.names.get(Kind::Bucket.key()).map_or(OTHER_BUCKET, String::as_str);
                self.filled(pattern, id, account, region)
            }
        }
    }

    /// What the log groups of its Spark jobs begin with. The role of Glue may write below `/aws-glue/` alone.
    #[must_use]
    pub fn job_logs(&self) -> String {
        format!("/aws-glue/jobs/{}-{}", self.name, self.env)
    }

    /// The main bucket of this pipeline in this account and region.
    #[must_use]
    pub fn bucket(&self, account: &str, region: &str) -> String {
        match &self.storage().bucket {
            Some(name) => name.clone(),
            None => self.physical(Kind::Bucket, "data", account, region),
        }
    }
}

/// Keep a name within AWS's limit: cut it, and end it with a hash of the whole, so that two long names stay two.
fn shorten(text: String, limit: usize) -> String {
    if text.len() <= limit {
        return text;
    }
    // FNV-1a: small, stable over versions and machines, and no secret depends on it.
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let head: String = text.chars().take(limit - 9).collect();
    format!("{head}-{:08x}", hash >> 32)
}
