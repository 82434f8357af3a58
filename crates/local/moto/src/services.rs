//! What moto serves here.

/// Signing names.
pub const SERVICES: [&str; 23] = [
    "s3",
    "ec2",
    "iam",
    "sts",
    "glue",
    "athena",
    "logs",
    "kms",
    "tagging",
    "monitoring",
    "events",
    "scheduler",
    "secretsmanager",
    "ssm",
    "sns",
    "sqs",
    "budgets",
    "rds",
    "dms",
    "elasticmapreduce",
    "emr-serverless",
    "redshift",
    "servicequotas",
];
