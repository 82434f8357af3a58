//! Which operations change something, by their names.

/// Operations with these beginnings only read.
const READS: [&str; 11] =
    ["Get", "List", "Describe", "Head", "BatchGet", "Search", "Query", "Simulate", "Filter", "Test", "Validate"];

/// Reads whose names do not say so: they make credentials or tokens, not resources.
const ALSO_READS: [&str; 6] = [
    "AssumeRole",
    "AssumeRoleWithWebIdentity",
    "CreateAirflowUiUrl",
    "CreateCliToken",
    "CreateWebLoginToken",
    "SelectObjectContent",
];

/// Operations of KMS that use a key and change nothing.
const KMS_READS: [&str; 13] = [
    "Decrypt",
    "DeriveSharedSecret",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GenerateRandom",
    "ReEncrypt",
    "Sign",
    "Verify",
    "VerifyMac",
];

/// Whether the operation changes what the account holds.
pub fn is_mutating(service: &str, operation: &str) -> bool {
    let reads = READS.iter().any(|prefix| operation.starts_with(prefix)) || ALSO_READS.contains(&operation);
    let uses_key = service == "kms" && KMS_READS.contains(&operation);
    // S3's CORS preflight has no name in AWS's model.
    !(reads || uses_key || (service == "s3" && operation == "Options"))
}

#[cfg(test)]
mod tests {
    use super::is_mutating;

    #[test]
    fn names_tell_reads_from_changes() {
        for read in ["GetCallerIdentity", "DescribeVpcs", "HeadBucket", "BatchGetJobs", "SimulateCustomPolicy"] {
            assert!(!is_mutating("x", read), "{read}");
        }
        assert!(!is_mutating("kms", "GenerateDataKey") && is_mutating("kms", "ScheduleKeyDeletion"));
        for change in ["CreateVpc", "StartQueryExecution", "StartCrawler", "PutObject", "TagResource", "UpdateJob"] {
            assert!(is_mutating("x", change), "{change}");
        }
    }
}
