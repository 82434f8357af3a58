"""Which rights strata's programs may need, on what, and under what conditions: `policies/deployer/` is made of these.

Each statement is taken over by a program with those of its rights that the program's recorded calls need, and with those
of its resources that these calls name. What AWS gives on no particular resource needs no line here. A right with a
purpose, such as `iam:PassRole:glue`, is one that a call needs besides its own (see needs.py).
"""

# What is made carries our tags in the very call that makes it; what is touched later must carry them already.
NEW = {"StringEquals": {"aws:RequestTag/strata:pipeline": "${pipeline}", "aws:RequestTag/strata:env": "${env}"}}
OURS = {"StringEquals": {"aws:ResourceTag/strata:pipeline": "${pipeline}", "aws:ResourceTag/strata:env": "${env}"}}
OURS_IN_S3 = {**OURS, "StringLike": {"kms:ViaService": "s3.${region}.amazonaws.com*"}}
# A read that tells ours from others' has to see the others.
HERE = {"StringEquals": {"aws:ResourceAccount": "${account}"}}


def passed_to(service):
    return {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}


def arns(service, *tails):
    return [f"arn:${{partition}}:{service}:${{region}}:${{account}}:{tail}" for tail in tails]


def s3(*tails):
    return [f"arn:${{partition}}:s3:::{tail}" for tail in tails]


def iam(*tails):
    return [f"arn:${{partition}}:iam::${{account}}:{tail}" for tail in tails]


NETWORK = [
    "vpc", "subnet", "internet-gateway", "elastic-ip", "natgateway", "route-table", "security-group", "vpc-endpoint",
]  # fmt: skip
# Several regions share an account's roles, so the region is part of their path.
ROLES = "role/strata/${pipeline}/${env}/${region}/"
PROFILES = "instance-profile/strata/${pipeline}/${env}/${region}/"
CATALOG = arns("glue", "catalog", "database/${database}", "table/${database}/*", "userDefinedFunction/${database}/*")

# Name of the statement, rights, resources, condition.
STATEMENTS = [
    # Network. A thing that is made in another needs the right on both: on the new one by the tags in the call, on the
    # other by the tags that it has. The two are never in one statement, or tags in a call would open others' VPCs.
    ("MakeVpc", "ec2:CreateVpc ec2:CreateInternetGateway ec2:AllocateAddress",
     arns("ec2", "vpc/*", "internet-gateway/*", "elastic-ip/*"), NEW),
    ("MakeInVpc", "ec2:CreateSubnet ec2:CreateRouteTable ec2:CreateSecurityGroup",
     arns("ec2", "subnet/*", "route-table/*", "security-group/*"), NEW),
    ("MakeInSubnet", "ec2:CreateNatGateway ec2:CreateVpcEndpoint", arns("ec2", "natgateway/*", "vpc-endpoint/*"), NEW),
    ("TagWhatIsMade", "ec2:CreateTags", arns("ec2", *(f"{kind}/*" for kind in NETWORK)),
     {"StringEquals": {"ec2:CreateAction": [
         "AllocateAddress", "CreateInternetGateway", "CreateNatGateway", "CreateRouteTable", "CreateSecurityGroup",
         "CreateSubnet", "CreateVpc", "CreateVpcEndpoint"]}}),
    ("OurNetwork",
     "ec2:CreateSubnet ec2:CreateRouteTable ec2:CreateSecurityGroup ec2:CreateNatGateway ec2:CreateVpcEndpoint "
     "ec2:CreateTags ec2:DeleteTags ec2:DescribeVpcAttribute ec2:ModifyVpcAttribute ec2:ModifyVpcEndpoint "
     "ec2:AttachInternetGateway ec2:DetachInternetGateway ec2:AssociateRouteTable ec2:DisassociateRouteTable "
     "ec2:ReplaceRouteTableAssociation ec2:CreateRoute ec2:ReplaceRoute ec2:DeleteRoute ec2:AuthorizeSecurityGroupIngress "
     "ec2:AuthorizeSecurityGroupEgress ec2:RevokeSecurityGroupIngress ec2:RevokeSecurityGroupEgress "
     "ec2:ModifySecurityGroupRules ec2:DeleteVpc ec2:DeleteSubnet ec2:DeleteInternetGateway ec2:DeleteNatGateway "
     "ec2:DeleteRouteTable ec2:DeleteSecurityGroup ec2:DeleteVpcEndpoints ec2:ReleaseAddress ec2:DisassociateAddress",
     arns("ec2", *(f"{kind}/*" for kind in NETWORK)), OURS),
    # MWAA may leave interfaces in our subnets, which carry no tags; the program looks at their description first.
    ("LeftByAirflow", "ec2:DeleteNetworkInterface", arns("ec2", "network-interface/*"), None),
    # Rules have no tags; the group's own are asked for in the statement above.
    ("RulesOfOurGroups", "ec2:ModifySecurityGroupRules", arns("ec2", "security-group-rule/*"), None),
    # AWS's own zones of private endpoint names.
    ("PrivateNames", "route53:AssociateVPCWithHostedZone", ["arn:${partition}:route53:::hostedzone/*"], None),

    # Roles. A name that is taken may have any owner, under any path: reading it tells whose it is.
    ("OurRoles",
     "iam:CreateRole iam:DeleteRole iam:GetRole iam:GetRolePolicy iam:PutRolePolicy iam:DeleteRolePolicy "
     "iam:AttachRolePolicy iam:DetachRolePolicy iam:PutRolePermissionsBoundary iam:ListAttachedRolePolicies "
     "iam:ListRolePolicies iam:ListInstanceProfilesForRole iam:TagRole iam:UpdateRole iam:UpdateAssumeRolePolicy "
     "iam:ListRoleTags", iam(ROLES + "*"), None),
    ("WhoseRole", "iam:GetRole", iam("role/*${role}"), None),
    ("OurProfiles",
     "iam:CreateInstanceProfile iam:DeleteInstanceProfile iam:GetInstanceProfile iam:AddRoleToInstanceProfile "
     "iam:TagInstanceProfile", iam(PROFILES + "*"), None),
    ("WhoseProfile", "iam:GetInstanceProfile", iam("instance-profile/*${profile_role}"), None),
    ("PassToMachines", "iam:PassRole:ec2", iam(ROLES + "${profile_role}"), passed_to("ec2")),
    # Only a role of ours can be taken out of one: AWS asks for that right on the profile alone.
    ("ProfilesOfOurRoles", "iam:RemoveRoleFromInstanceProfile", iam("instance-profile/*"), None),
    # Roles whose names services fix: the account's, created where they are missing.
    ("FixedRoles", "iam:CreateRole iam:GetRole iam:AttachRolePolicy iam:TagRole iam:UntagRole",
     iam("role/${service_role}"), None),
    # The airflow plan reads what the roles may do, also where a policy of another name was attached; that of iam looks
    # whether a policy exists.
    ("WhatRolesMay", "iam:GetPolicy iam:GetPolicyVersion", ["arn:${partition}:iam::*:policy/*"], None),
    ("PassToGlue", "iam:PassRole:glue", iam(ROLES + "${role_glue}"), passed_to("glue")),
    ("PassToAirflow", "iam:PassRole:airflow", iam(ROLES + "${role_airflow}"), passed_to("airflow")),
    ("PassToWorkflow", "iam:PassRole:airflow-serverless", iam(ROLES + "${role_airflow}"), passed_to("airflow-serverless")),

    # The buckets. Names are the only thing that S3 asks for.
    ("Bucket",
     "s3:CreateBucket s3:DeleteBucket s3:DeleteBucketPolicy s3:GetBucketOwnershipControls s3:GetBucketPolicy "
     "s3:GetBucketPublicAccessBlock s3:GetBucketVersioning s3:GetEncryptionConfiguration s3:GetLifecycleConfiguration "
     "s3:GetBucketLocation s3:ListBucket s3:ListBucketMultipartUploads s3:ListBucketVersions "
     "s3:PutBucketOwnershipControls s3:PutBucketPolicy s3:PutBucketPublicAccessBlock s3:PutBucketTagging "
     "s3:PutBucketVersioning s3:PutEncryptionConfiguration s3:PutLifecycleConfiguration s3:TagResource",
     s3("${bucket}", "${other_bucket}"), None),
    ("WhoseBucket", "s3:GetBucketTagging", s3("*"), HERE),
    ("Objects", "s3:DeleteObject s3:DeleteObjectVersion s3:GetObject s3:GetObjectVersion",
     s3("${bucket}/*", "${other_bucket}/*"), None),
    ("Uploads", "s3:AbortMultipartUpload s3:ListMultipartUploadParts", s3("${bucket}/*", "${other_bucket}/*"), None),
    ("Programs", "s3:PutObject",
     s3("${bucket}/dags/*", "${bucket}/requirements.txt", "${bucket}/scripts/*", "${bucket}/sql/*"), None),
    ("Input", "s3:GetObject s3:PutObject", s3("${bucket}/${input_path}*"), None),
    ("Results", "s3:PutObject:athena s3:AbortMultipartUpload:athena s3:ListMultipartUploadParts:athena",
     s3("${bucket}/athena-results/*"), None),

    # The key of buckets that are encrypted with the pipeline's; in other pipelines the statement is left out.
    ("KeyOfBuckets", "kms:Decrypt:s3 kms:GenerateDataKey:s3", arns("kms", "key/${bucket_key}"), OURS_IN_S3),

    # Catalog. Tables have no tags; the database's name says whose they are.
    ("Catalog",
     "glue:CreateDatabase glue:UpdateDatabase glue:DeleteDatabase glue:GetDatabase glue:CreateTable glue:UpdateTable "
     "glue:DeleteTable glue:BatchDeleteTable glue:GetTable glue:GetTables glue:GetPartition glue:GetPartitions "
     "glue:BatchGetPartition", CATALOG, None),
    ("WhoseDatabase", "glue:GetDatabases", arns("glue", "catalog", "database/*"), None),
    ("WhoseIsIt", "glue:GetTags", arns("glue", "database/*", "crawler/*", "job/*"), None),
    ("TagOurNames", "glue:TagResource", arns("glue", "database/${database}", "crawler/${crawler}", "job/${job}"), NEW),
    ("MakeCrawler", "glue:CreateCrawler", ["*"], NEW),
    ("LookAtCrawlers", "glue:BatchGetCrawlers glue:GetCrawler", arns("glue", "crawler/*"), None),
    ("OurCrawlers", "glue:UpdateCrawler glue:DeleteCrawler glue:StartCrawler glue:StopCrawler",
     arns("glue", "crawler/*"), OURS),
    ("OurLogs", "logs:DeleteLogStream logs:GetLogEvents logs:DescribeLogStreams",
     arns("logs", "log-group:/aws-glue/*", "log-group:/aws-glue/*:log-stream:*"), None),
    # A key is made with its policy and tags; an alias needs the right on itself, which its name gives, and on its key.
    ("MakeKey", "kms:CreateKey", ["*"], NEW),
    ("TagNewKey", "kms:TagResource", arns("kms", "key/*"), NEW),
    ("OurKey",
     "kms:DescribeKey kms:GetKeyPolicy kms:PutKeyPolicy kms:GetKeyRotationStatus kms:EnableKeyRotation "
     "kms:DisableKeyRotation kms:EnableKey kms:UpdateKeyDescription kms:TagResource kms:ScheduleKeyDeletion "
     "kms:CancelKeyDeletion",
     arns("kms", "key/*"), OURS),
    ("LookAtKeys", "kms:ListResourceTags", arns("kms", "key/*"), HERE),
    ("OurAlias", "kms:CreateAlias kms:UpdateAlias kms:DeleteAlias", arns("kms", "alias/${key}", "key/*"), None),
    ("MakeWorkgroup", "athena:CreateWorkGroup athena:TagResource", arns("athena", "workgroup/${workgroup}"), NEW),
    ("LookAtWorkgroups", "athena:GetWorkGroup athena:ListTagsForResource", arns("athena", "workgroup/*"), None),
    ("OurWorkgroup", "athena:UpdateWorkGroup athena:DeleteWorkGroup", arns("athena", "workgroup/*"), OURS),
    ("Query",
     "athena:StartQueryExecution athena:StopQueryExecution athena:GetQueryExecution athena:GetQueryResults",
     arns("athena", "workgroup/${workgroup}"), None),

    # Jobs.
    ("MakeJob", "glue:CreateJob", arns("glue", "job/${job}"), NEW),
    ("LookAtJobs", "glue:BatchGetJobs glue:GetJob glue:GetJobRun glue:GetJobRuns", arns("glue", "job/*"), None),
    ("OurJobs", "glue:UpdateJob glue:DeleteJob glue:StartJobRun glue:BatchStopJobRun", arns("glue", "job/*"), OURS),
    # Glue may have made them, without tags: their name says whose they are.
    ("JobLogs",
     "logs:CreateLogGroup logs:DeleteLogGroup logs:ListTagsForResource logs:PutRetentionPolicy logs:TagResource",
     arns("logs", "log-group:/aws-glue/jobs/${pipeline}-${env}/*"), None),

    # Airflow.
    ("MakeEnvironment", "airflow:CreateEnvironment airflow:TagResource",
     arns("airflow", "environment/${environment}"), NEW),
    ("WhoseEnvironment", "airflow:GetEnvironment", arns("airflow", "environment/*"), None),
    ("OurEnvironment", "airflow:UpdateEnvironment airflow:DeleteEnvironment", arns("airflow", "environment/*"), OURS),
    # What is in Airflow: runs, their tasks, Variables. The role Op may do that, and no more (users and their rights).
    ("UseAirflow", "airflow:InvokeRestApi airflow:CreateWebLoginToken", arns("airflow", "role/${environment}/Op"), None),
    ("TaskLogs", "logs:DescribeLogStreams logs:GetLogEvents",
     arns("logs", "log-group:airflow-${environment}-Task", "log-group:airflow-${environment}-Task:log-stream:*",
          "log-group:/aws/mwaa-serverless/${workflow}:log-stream:*"), None),
    ("OurLogGroups",
     "logs:CreateLogGroup logs:DeleteLogGroup logs:ListTagsForResource logs:PutRetentionPolicy logs:TagResource",
     arns("logs", "log-group:airflow-${environment}-*", "log-group:/aws/mwaa-serverless/${workflow}"), None),
    # A workflow's ARN ends in ten characters that are not known beforehand; tags say which are ours.
    ("MakeWorkflow", "airflow-serverless:CreateWorkflow", ["*"], NEW),
    ("TagOurWorkflow", "airflow-serverless:TagResource", arns("airflow-serverless", "workflow/${workflow}-*"), NEW),
    ("WhoseWorkflow", "airflow-serverless:ListTagsForResource", arns("airflow-serverless", "workflow/*"), None),
    ("OurWorkflow",
     "airflow-serverless:GetWorkflow airflow-serverless:UpdateWorkflow airflow-serverless:DeleteWorkflow "
     "airflow-serverless:StartWorkflowRun airflow-serverless:ListWorkflowRuns airflow-serverless:GetWorkflowRun "
     "airflow-serverless:ListTaskInstances airflow-serverless:GetTaskInstance",
     arns("airflow-serverless", "workflow/*"), OURS),
    # MWAA tries with the caller's rights whether it could make its endpoints and interfaces. They carry its own tags.
    ("TryInOurNetwork", "ec2:CreateVpcEndpoint:airflow ec2:CreateNetworkInterface",
     arns("ec2", "vpc/*", "subnet/*", "security-group/*"), OURS),
    ("TryEndpoints", "ec2:CreateVpcEndpoint:airflow ec2:CreateNetworkInterface",
     arns("ec2", "vpc-endpoint/*", "network-interface/*"), None),
    ("ServiceRole", "iam:CreateServiceLinkedRole",
     iam("role/aws-service-role/airflow.amazonaws.com/AWSServiceRoleForAmazonMWAA"),
     {"StringEquals": {"iam:AWSServiceName": "airflow.amazonaws.com"}}),

    # Quotas.
    ("Quotas", "servicequotas:GetServiceQuota", arns("servicequotas", "vpc/*", "ec2/*", "airflow/*", "glue/*"), None),

    # The lock: one run at a time.
    ("Lock",
     "logs:CreateLogGroup logs:DeleteLogGroup logs:ListTagsForResource logs:TagResource",
     arns("logs", "log-group:/strata/lock/${pipeline}/${env}/*"), None),
]  # fmt: skip

# Where the reference lists every kind that a right knows as if all were asked for at once.
ANY_KIND = {"athena:ListTagsForResource", "athena:TagResource"}

# Rights whose further needs, as the reference has them, are not ours, with the reason.
NEEDS_NO_MORE = {
    "servicequotas:GetServiceQuota": "those are for the quotas of other services",
}

# Where the second statement gives a right on all that a call names, it replaces the first, which gives it on more; else it
# is left out.
INSTEAD = {"Objects": "Input"}

# The values that placeholders may have, where the record's own names are held against the statements.
PLACEHOLDERS = {
    "account": r"\d{12}",
    "partition": "aws",
    # Where strata puts its programs, and Athena its results, no input is.
    "input_path": r"(?!dags/|scripts/|sql/|athena-results/)[^/]+/(.*/)?",
    "bucket": r"[a-z0-9.-]+",
    # The ids that the tests give to buckets besides the main one.
    "other_bucket": r"[a-z0-9-]+-(archive|logs)-\d{12}-[a-z0-9-]+-an",
    "region": r"[a-z0-9-]+",
}
