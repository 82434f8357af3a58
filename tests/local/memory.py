"""What the endpoint knows after a restart, as boto3 sees it: five hundred resources of many kinds are made, and what is told of
them is compared with what was told before. Each function is one check; FOLDER keeps what was told."""

import json
import os
import pathlib

from common import REGION, TRUST, athena, bucket, client, crawl, crawler, glue, iam, logs, main, put, query, unique, until

TAGS = [{"Key": "owner", "Value": "memory"}]
N = 30
ACCOUNT = "123456789012"
TOLD = pathlib.Path(os.environ.get("FOLDER", "."), "told.json")

ec2, ssm, secrets, sns, sqs = (client(name) for name in ("ec2", "ssm", "secretsmanager", "sns", "sqs"))
events, scheduler, kms, rds, alarms = (client(name) for name in ("events", "scheduler", "kms", "rds", "cloudwatch"))
s3, emr, redshift, dms, budgets = (client(name) for name in ("s3", "emr-serverless", "redshift", "dms", "budgets"))


def make():
    """Eighteen kinds of things, `N` of each."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": TAGS}])["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    glue.create_database(DatabaseInput={"Name": "kept"})
    for i in range(N):
        network(vpc, gateway, i)
        rights(i)
        data(i)
        messages(i)
    emr.create_application(name="kept", releaseLabel="emr-7.0.0", type="SPARK")
    master = {"MasterUsername": "kept", "MasterUserPassword": "Kept-Password1"}
    redshift.create_cluster(ClusterIdentifier="kept", NodeType="ra3.large", **master)
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    about = {"ReplicationSubnetGroupIdentifier": "kept", "ReplicationSubnetGroupDescription": "kept"}
    dms.create_replication_subnet_group(SubnetIds=subnets, **about)
    budget = {"BudgetName": "kept", "BudgetLimit": {"Amount": "10", "Unit": "USD"}, "TimeUnit": "DAILY", "BudgetType": "COST"}
    budgets.create_budget(AccountId=ACCOUNT, Budget=budget)


def network(vpc, gateway, i):
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{i}.0/24")["Subnet"]["SubnetId"]
    ec2.create_tags(Resources=[subnet], Tags=TAGS)
    group = ec2.create_security_group(GroupName=f"group-{i}", Description="kept", VpcId=vpc)["GroupId"]
    source = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": group}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[source])
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, ClientToken=f"token-{i}")


def rights(i):
    iam.create_role(RoleName=f"role-{i}", AssumeRolePolicyDocument=json.dumps(TRUST), Tags=TAGS)
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=f"role-{i}", PolicyName="inline", PolicyDocument=policy)
    arn = iam.create_policy(PolicyName=f"policy-{i}", PolicyDocument=policy)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=f"role-{i}", PolicyArn=arn)
    kms.create_key(Tags=[{"TagKey": "owner", "TagValue": "memory"}])
    ssm.put_parameter(Name=f"/kept/{i}", Value=f"value {i}", Type="SecureString")
    secrets.create_secret(Name=f"secret-{i}", SecretString=f"password {i}", Tags=TAGS)


def data(i):
    columns = [{"Name": "id", "Type": "bigint"}, {"Name": "text", "Type": "string"}]
    storage = {"Columns": columns, "Location": f"s3://nowhere/table_{i}/"}
    glue.create_table(DatabaseName="kept", TableInput={"Name": f"table_{i}", "StorageDescriptor": storage})
    command = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": "s3://nowhere/script.py"}
    glue.create_job(Name=f"job-{i}", Role=f"role-{i}", Command=command, Tags={"owner": "memory"})
    target = {"S3Targets": [{"Path": "s3://nowhere/raw/"}]}
    role = f"arn:aws:iam::{ACCOUNT}:role/role-{i}"
    glue.create_crawler(Name=f"crawler-{i}", Role=role, DatabaseName="kept", Targets=target, Tags={"owner": "memory"})
    athena.create_work_group(Name=f"group-{i}", Tags=TAGS)
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=f"kept-{i}", CreateBucketConfiguration=place)
    names = {"DBParameterGroupName": f"parameters-{i}", "DBParameterGroupFamily": "mysql8.0"}
    rds.create_db_parameter_group(Description="kept", **names)


def messages(i):
    logs.create_log_group(logGroupName=f"/kept/{i}", tags={"owner": "memory"})
    logs.create_log_stream(logGroupName=f"/kept/{i}", logStreamName="stream")
    event = {"timestamp": 1_790_000_000_000 + i, "message": f"line {i}"}
    logs.put_log_events(logGroupName=f"/kept/{i}", logStreamName="stream", logEvents=[event])
    topic = sns.create_topic(Name=f"topic-{i}", Tags=TAGS)["TopicArn"]
    url = sqs.create_queue(QueueName=f"queue-{i}")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=f"message {i}")
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue-{i}"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    events.put_rule(Name=f"rule-{i}", ScheduleExpression="rate(1 day)")
    target = {"Arn": queue, "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/role-{i}"}
    every = {"ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}}
    scheduler.create_schedule(Name=f"schedule-{i}", Target=target, **every)
    limit = {"Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1}
    alarms.put_metric_alarm(AlarmName=f"alarm-{i}", Namespace="kept", MetricName="m", Period=60, Statistic="Sum", **limit)


def all_of(service, operation, member, **arguments):
    return [one for page in client(service).get_paginator(operation).paginate(**arguments) for one in page[member]]


def told():
    """What is told of everything, without what only names the request."""
    roles = all_of("iam", "list_roles", "Roles")
    queues = [sqs.get_queue_url(QueueName=f"queue-{i}")["QueueUrl"] for i in range(N)]
    found = {
        "vpcs": ec2.describe_vpcs()["Vpcs"],
        "subnets": ec2.describe_subnets()["Subnets"],
        "groups": ec2.describe_security_groups()["SecurityGroups"],
        "tables": ec2.describe_route_tables()["RouteTables"],
        "addresses": ec2.describe_addresses()["Addresses"],
        "nats": ec2.describe_nat_gateways()["NatGateways"],
        "gateways": ec2.describe_internet_gateways()["InternetGateways"],
        "roles": roles,
        "role tags": [iam.list_role_tags(RoleName=role["RoleName"])["Tags"] for role in roles],
        "inline": [iam.get_role_policy(RoleName=f"role-{i}", PolicyName="inline")["PolicyDocument"] for i in range(N)],
        "policies": all_of("iam", "list_policies", "Policies", Scope="Local"),
        "keys": sorted(key["KeyId"] for key in all_of("kms", "list_keys", "Keys")),
        "parameters": [ssm.get_parameter(Name=f"/kept/{i}", WithDecryption=True)["Parameter"] for i in range(N)],
        "secrets": [secrets.get_secret_value(SecretId=f"secret-{i}")["SecretString"] for i in range(N)],
        "secret arns": [one["ARN"] for one in all_of("secretsmanager", "list_secrets", "SecretList")],
        "catalog": glue.get_tables(DatabaseName="kept")["TableList"],
        "jobs": glue.get_jobs()["Jobs"],
        "job tags": glue.get_tags(ResourceArn=f"arn:aws:glue:{REGION}:{ACCOUNT}:job/job-3")["Tags"],
        "crawlers": glue.get_crawlers()["Crawlers"],
        "work groups": [{**one, "CreationTime": None} for one in athena.list_work_groups()["WorkGroups"]],
        "buckets": sorted(one["Name"] for one in s3.list_buckets()["Buckets"]),
        "parameter groups": rds.describe_db_parameter_groups()["DBParameterGroups"],
        "log groups": all_of("logs", "describe_log_groups", "logGroups"),
        "lines": [logs.get_log_events(logGroupName=f"/kept/{i}", logStreamName="stream")["events"] for i in range(N)],
        "topics": sns.list_topics()["Topics"],
        "subscriptions": sns.list_subscriptions()["Subscriptions"],
        "queues": [sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in queues],
        "rules": events.list_rules()["Rules"],
        "schedules": scheduler.list_schedules()["Schedules"],
        "alarms": alarms.describe_alarms()["MetricAlarms"],
        "applications": emr.list_applications()["applications"],
        "clusters": [one["ClusterIdentifier"] for one in redshift.describe_clusters()["Clusters"]],
        "replication": dms.describe_replication_subnet_groups()["ReplicationSubnetGroups"],
        "budgets": budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"],
    }
    return json.loads(json.dumps(found, default=str))


def histories():
    """A crawl, a failed job run and a query, with their results."""
    where = bucket()
    put(where, "raw/t/a.csv", "id,name\n1,one\n2,two\n")
    name, database = crawler(where, "raw/t/")
    crawl(name)
    put(where, "script.py", "raise SystemExit('no rows')\n")
    job = unique("job")
    command = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": f"s3://{where}/script.py"}
    glue.create_job(Name=job, Role="role-1", Command=command)
    run = glue.start_job_run(JobName=job)["JobRunId"]
    until("the run", lambda: glue.get_job_run(JobName=job, RunId=run)["JobRun"]["JobRunState"] == "FAILED")
    done = query("SELECT count(*) AS n FROM t", database, f"s3://{where}/results/")
    return {"crawler": name, "job": job, "run": run, "query": done["QueryExecutionId"]}


def history(names):
    found = {
        "crawler": glue.get_crawler(Name=names["crawler"])["Crawler"],
        "metrics": glue.get_crawler_metrics(CrawlerNameList=[names["crawler"]])["CrawlerMetricsList"],
        "run": glue.get_job_run(JobName=names["job"], RunId=names["run"])["JobRun"],
        "query": athena.get_query_execution(QueryExecutionId=names["query"])["QueryExecution"],
        "rows": athena.get_query_results(QueryExecutionId=names["query"])["ResultSet"],
    }
    return json.loads(json.dumps(found, default=str))


def before():
    make()
    names = histories()
    TOLD.write_text(json.dumps({"names": names, "history": history(names), "all": told()}))


def same(before, after):
    for name, value in before.items():
        assert after[name] == value, (name, value, after[name])


def after():
    kept = json.loads(TOLD.read_text())
    same(kept["history"], history(kept["names"]))
    same(kept["all"], told())


def works():
    """What is there again can be changed and deleted, and what is new has an id of its own."""
    known = {one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]}
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    new = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.200.0/24")["Subnet"]["SubnetId"]
    assert new not in known
    ec2.delete_subnet(SubnetId=new)
    gateway = ec2.describe_nat_gateways()["NatGateways"][0]
    address = gateway["NatGatewayAddresses"][0]["AllocationId"]
    again = ec2.create_nat_gateway(SubnetId=gateway["SubnetId"], AllocationId=address, ClientToken="token-0")["NatGateway"]
    assert again["NatGatewayId"] in {one["NatGatewayId"] for one in ec2.describe_nat_gateways()["NatGateways"]}
    glue.delete_job(JobName="job-0")
    glue.create_table(DatabaseName="kept", TableInput={"Name": "new"})
    message = sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="queue-7")["QueueUrl"])["Messages"][0]
    assert message["Body"] == "message 7"
    ssm.put_parameter(Name="/kept/new", Value="new", Type="String")


def one():
    """The last moment before a kill."""
    for i in range(30):
        ssm.put_parameter(Name=f"/last/{i}", Value=str(i), Type="String")


def last_one():
    assert ssm.get_parameter(Name="/last/29")["Parameter"]["Value"] == "29"


def make_one():
    assert ec2.describe_vpcs()["Vpcs"] == [] and glue.get_jobs()["Jobs"] == []
    ssm.put_parameter(Name="/kept", Value="1", Type="String")


def under_way():
    """A crawl that goes on for a while, and a job run."""
    where = bucket()
    put(where, "raw/t/a.csv", "id\n1\n")
    put(where, "script.py", "import time\ntime.sleep(3600)\n")
    name, _ = crawler(where, "raw/t/")
    glue.start_crawler(Name=name)
    command = {"Name": "pythonshell", "PythonVersion": "3.9", "ScriptLocation": f"s3://{where}/script.py"}
    job = unique("job")
    glue.create_job(Name=job, Role="role-1", Command=command)
    run = glue.start_job_run(JobName=job)["JobRunId"]
    TOLD.write_text(json.dumps({"crawler": name, "job": job, "run": run}))


def interrupted():
    kept = json.loads(TOLD.read_text())
    found = glue.get_crawler(Name=kept["crawler"])["Crawler"]
    assert found["State"] == "READY" and found["LastCrawl"]["Status"] == "FAILED", found
    assert "the local endpoint ended" in found["LastCrawl"]["ErrorMessage"], found
    run = glue.get_job_run(JobName=kept["job"], RunId=kept["run"])["JobRun"]
    assert run["JobRunState"] == "FAILED" and "the local endpoint ended" in run["ErrorMessage"], run


def nothing():
    assert ec2.describe_vpcs()["Vpcs"] == [] and iam.list_roles()["Roles"] == [] and s3.list_buckets()["Buckets"] == []
    assert glue.get_jobs()["Jobs"] == [] and glue.get_crawlers()["Crawlers"] == [] and glue.get_databases()["DatabaseList"] == []
    assert ssm.describe_parameters()["Parameters"] == [] and secrets.list_secrets()["SecretList"] == []
    assert athena.list_query_executions()["QueryExecutionIds"] == []


main(globals())
