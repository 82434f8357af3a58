"""Glue on the local endpoint, as boto3 sees it. Each function is one check; arguments name those to run."""

import json
import os

from common import bucket, columns, crawl, crawler, glue, logs, main, put, quotes, refused, role, s3, unique, until

ADDRESSES = 'id,address,n\na1,"Strada Mare Nr. 1, Cernavoda, 389586",7\na2,"Aleea Mica, Curtici, 748095",8\n'


def d17_quotes():
    where = bucket()
    put(where, "data/raw/one.csv", ADDRESSES)
    name, database = crawler(where, "data/raw/", Classifiers=[quotes()])
    assert crawl(name)["Status"] == "SUCCEEDED"
    table = glue.get_table(DatabaseName=database, Name="raw")["Table"]
    assert columns(table) == [("id", "string"), ("address", "string"), ("n", "string")]
    serde = table["StorageDescriptor"]["SerdeInfo"]
    assert serde["SerializationLibrary"] == "org.apache.hadoop.hive.serde2.OpenCSVSerde"
    assert serde["Parameters"] == {"separatorChar": ",", "quoteChar": '"', "escapeChar": "\\"}
    assert table["Parameters"]["skip.header.line.count"] == "1"
    assert table["Parameters"]["classification"] == "csv"
    assert table["StorageDescriptor"]["Location"] == f"s3://{where}/data/raw/"


def d17_built_in():
    """Without the classifier it is as wrong as at AWS: no quotes."""
    where = bucket()
    put(where, "data/raw/one.csv", ADDRESSES)
    name, database = crawler(where, "data/raw/")
    crawl(name)
    table = glue.get_table(DatabaseName=database, Name="raw")["Table"]
    assert table["StorageDescriptor"]["SerdeInfo"]["SerializationLibrary"].endswith("LazySimpleSerDe")
    assert columns(table) == [("id", "string"), ("address", "string"), ("n", "bigint")]


def d18_header():
    where = bucket()
    put(where, "staging/dim_finance/part.csv", "unique_id,iban\na,RO1\nb,RO2\n")
    name, database = crawler(where, "staging/dim_finance/")
    crawl(name)
    bare = glue.get_table(DatabaseName=database, Name="dim_finance")["Table"]
    assert columns(bare) == [("col0", "string"), ("col1", "string")]
    assert "skip.header.line.count" not in bare["Parameters"]
    name, database = crawler(where, "staging/dim_finance/", Classifiers=[quotes()])
    crawl(name)
    kept = glue.get_table(DatabaseName=database, Name="dim_finance")["Table"]
    assert columns(kept) == [("unique_id", "string"), ("iban", "string")]
    assert kept["Parameters"]["recordCount"] == "2"


def d22_path():
    where = bucket()
    put(where, "batch_2024-09-14.csv", "x,y\n1,2\n3,4\n")
    put(where, "data/raw/day.csv", "id,n\na,1\nb,2\n")
    put(where, "data/rawest/day.csv", "other,n\na,1\nb,2\n")
    name, database = crawler(where, "data/raw")
    crawl(name)
    tables = glue.get_tables(DatabaseName=database)["TableList"]
    assert [table["Name"] for table in tables] == ["raw"], tables
    assert columns(tables[0]) == [("id", "string"), ("n", "bigint")]
    assert tables[0]["Parameters"]["objectCount"] == "1"


def classifier_types():
    where = bucket()
    put(where, "t/one.csv", "a,b,c\nx,1,2.5\ny,2,3.5\n")
    types = {"CustomDatatypeConfigured": True, "CustomDatatypes": ["STRING", "LONG", "DOUBLE"]}
    name, database = crawler(where, "t/", Classifiers=[quotes(**types)])
    crawl(name)
    table = glue.get_table(DatabaseName=database, Name="t")["Table"]
    assert columns(table) == [("a", "string"), ("b", "bigint"), ("c", "double")]
    refused("InvalidInputException", "Unsupported custom data type", quotes, CustomDatatypeConfigured=True, CustomDatatypes=["MONEY"])
    refused("EntityNotFoundException", "nope", glue.get_classifier, Name="nope")
    name = quotes()
    refused("AlreadyExistsException", name, glue.create_classifier, CsvClassifier={"Name": name})
    glue.update_classifier(CsvClassifier={"Name": name, "Delimiter": ";"})
    found = glue.get_classifier(Name=name)["Classifier"]["CsvClassifier"]
    assert (found["Delimiter"], found["ContainsHeader"], found["Version"]) == (";", "PRESENT", 2)
    assert name in [one["CsvClassifier"]["Name"] for one in glue.get_classifiers()["Classifiers"]]
    glue.delete_classifier(Name=name)
    refused("EntityNotFoundException", name, glue.delete_classifier, Name=name)


def parquet_partitions():
    where = bucket()
    with open(os.environ["PARQUET"], "rb") as file:
        body = file.read()
    for day in ("2024-09-14", "2024-09-15"):
        put(where, f"staging/dim/batch_date={day}/part-0.parquet", body)
    put(where, "staging/dim/_SUCCESS", "x")
    put(where, "staging/dim/batch_date=2024-09-15/.hidden", "x")
    put(where, "staging/dim/batch_date=2024-09-16/", "")
    name, database = crawler(where, "staging/dim/", TablePrefix="My-")
    crawl(name)
    table = glue.get_table(DatabaseName=database, Name="my-dim")["Table"]
    want = [("id", "string"), ("n", "int"), ("big", "bigint"), ("money", "decimal(18,2)"), ("day", "date"), ("at", "timestamp"), ("ok", "boolean"), ("x", "double")]
    assert columns(table) == want, columns(table)
    assert table["PartitionKeys"] == [{"Name": "batch_date", "Type": "string"}]
    assert table["Parameters"]["objectCount"] == "2"

    def days():
        found = glue.get_partitions(DatabaseName=database, TableName="my-dim")["Partitions"]
        return sorted(partition["Values"][0] for partition in found)

    assert days() == ["2024-09-14", "2024-09-15"]
    put(where, "staging/dim/batch_date=2024-09-17/part-0.parquet", body)
    s3.delete_object(Bucket=where, Key="staging/dim/batch_date=2024-09-14/part-0.parquet")
    crawl(name)
    assert days() == ["2024-09-15", "2024-09-17"]


def new_folders_only():
    """Folders that were crawled are not looked at again; AWS wants changes to be logged only."""
    where = bucket()
    with open(os.environ["PARQUET"], "rb") as file:
        body = file.read()
    log = {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    new = {"RecrawlBehavior": "CRAWL_NEW_FOLDERS_ONLY"}
    words = 'The SchemaChangePolicy for "Crawl new folders only" Amazon S3 target can have only LOG DeleteBehavior value and LOG UpdateBehavior value.'
    for half in ({"UpdateBehavior": "LOG"}, {"DeleteBehavior": "LOG"}, {}):
        refused("InvalidInputException", words, lambda: crawler(where, "t/", RecrawlPolicy=new, SchemaChangePolicy=half))
    inherit = json.dumps({"Version": 1.0, "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}}})
    name, database = crawler(where, "t/", RecrawlPolicy=new, SchemaChangePolicy=log, Configuration=inherit)

    def key(day):
        return f"t/batch_date=2024-09-{day}/part-0.parquet"

    def days():
        found = glue.get_partitions(DatabaseName=database, TableName="t")["Partitions"]
        return sorted(partition["Values"][0][-2:] for partition in found)

    put(where, key(14), body)
    put(where, key(15), body)
    crawl(name)
    assert days() == ["14", "15"]
    before = glue.get_table(DatabaseName=database, Name="t")["Table"]
    # What is no file any more would end a crawl in another table, if it were read.
    put(where, key(14), "no Parquet")
    put(where, key(15), body + b"no Parquet")
    s3.delete_object(Bucket=where, Key=key(14))
    put(where, key(16), body)
    crawl(name)
    assert days() == ["14", "15", "16"]
    assert glue.get_table(DatabaseName=database, Name="t")["Table"] == before
    found = glue.get_partition(DatabaseName=database, TableName="t", PartitionValues=["2024-09-16"])["Partition"]
    assert found["StorageDescriptor"]["Columns"] == before["StorageDescriptor"]["Columns"]
    # Alike enough is added, with the columns of the table; other columns are not.
    put(where, key(17), "one,two\n1,2\n3,4\n")
    crawl(name)
    assert days() == ["14", "15", "16"]
    glue.delete_partition(DatabaseName=database, TableName="t", PartitionValues=["2024-09-16"])
    crawl(name)
    assert days() == ["14", "15"], "a folder that was crawled is not crawled again"
    # A full crawl for once, as AWS advises.
    s3.delete_object(Bucket=where, Key=key(17))
    put(where, key(15), body)
    both = {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DEPRECATE_IN_DATABASE"}
    refused("InvalidInputException", words, glue.update_crawler, Name=name, SchemaChangePolicy=both)
    glue.update_crawler(Name=name, SchemaChangePolicy=both, RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVERYTHING"})
    crawl(name)
    assert days() == ["15", "16"]
    # A crawl that failed has seen nothing.
    glue.update_crawler(Name=name, SchemaChangePolicy=log, RecrawlPolicy=new, DatabaseName=database)
    put(where, key(18), body)
    glue.start_crawler(Name=name)
    glue.stop_crawler(Name=name)
    until("READY", lambda: glue.get_crawler(Name=name)["Crawler"]["State"] == "READY")
    crawl(name)
    assert days() == ["15", "16", "18"]


def samples():
    """So many files of a folder are read, the newest ones; the others count as they are."""
    where = bucket()
    name, database = crawler(where, "t/", target={"SampleSize": 1})
    put(where, "t/1.csv", "id,n\na,1\nb,2\nc,3\nd,4\n")
    put(where, "t/2.csv", "id,n\na,1\nb,2\n")
    crawl(name)
    table = glue.get_table(DatabaseName=database, Name="t")["Table"]
    assert columns(table) == [("id", "string"), ("n", "bigint")], columns(table)
    assert table["Parameters"]["objectCount"] == "2" and table["Parameters"]["recordCount"] in ("5", "6", "7"), table
    put(where, "t/1.csv", "\0\0 this is never read")
    crawl(name)
    assert columns(glue.get_table(DatabaseName=database, Name="t")["Table"]) == columns(table)


def exclusions_and_empty():
    where = bucket()
    put(where, "t/keep.csv", "id,n\na,1\nb,2\n")
    put(where, "t/drop.tmp", "id,n\na,1\nb,2\n")
    name, database = crawler(where, "t/", target={"Exclusions": ["**.tmp"]})
    crawl(name)
    assert glue.get_table(DatabaseName=database, Name="t")["Table"]["Parameters"]["objectCount"] == "1"
    name, database = crawler(where, "nothing/")
    assert crawl(name)["Status"] == "SUCCEEDED"
    assert glue.get_tables(DatabaseName=database)["TableList"] == []
    name, _ = crawler("no-such-bucket-at-all", "x/")
    last = crawl(name)
    assert last["Status"] == "FAILED" and "does not exist" in last["ErrorMessage"], last
    lines = logs.get_log_events(logGroupName=last["LogGroup"], logStreamName=last["LogStream"])["events"]
    assert any(last["MessagePrefix"] in line["message"] and "does not exist" in line["message"] for line in lines)


def other_targets():
    """A crawler with targets that the endpoint does not serve fails, and says which: it has looked at nothing."""
    where = bucket()
    put(where, "t/one.csv", "id,n\na,1\nb,2\n")
    others = {"DynamoDBTargets": [{"Path": "table"}], "DeltaTargets": [{"DeltaTables": [f"s3://{where}/t/"]}]}
    for kind, targets in others.items():
        name, database = crawler(where, "t/")
        glue.update_crawler(Name=name, Targets={kind: targets, "S3Targets": [{"Path": f"s3://{where}/t/"}]})
        last = crawl(name)
        assert last["Status"] == "FAILED" and kind in last["ErrorMessage"], last
        assert database not in [one["Name"] for one in glue.get_databases()["DatabaseList"]], kind


def schema_policy():
    where = bucket()
    put(where, "t/one.csv", "id,n\na,1\nb,2\n")
    policy = {"UpdateBehavior": "LOG", "DeleteBehavior": "DELETE_FROM_DATABASE"}
    name, database = crawler(where, "t/", SchemaChangePolicy=policy)
    crawl(name)
    put(where, "t/one.csv", "id,n,more\na,1,2\nb,2,3\n")
    crawl(name)
    assert len(columns(glue.get_table(DatabaseName=database, Name="t")["Table"])) == 2
    glue.update_crawler(Name=name, SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "DELETE_FROM_DATABASE"})
    crawl(name)
    assert len(columns(glue.get_table(DatabaseName=database, Name="t")["Table"])) == 3
    s3.delete_object(Bucket=where, Key="t/one.csv")
    crawl(name)
    assert glue.get_tables(DatabaseName=database)["TableList"] == []


def crawler_states():
    """READY before RUNNING cannot be seen, so a waiter that starts at once cannot be fooled."""
    where = bucket()
    put(where, "t/one.csv", "id,n\na,1\nb,2\n")
    name, _ = crawler(where, "t/")
    for _ in range(5):
        glue.start_crawler(Name=name)
        seen = [glue.get_crawler(Name=name)["Crawler"]["State"]]
        refused("CrawlerRunningException", "already started", glue.start_crawler, Name=name)
        refused("CrawlerRunningException", name, glue.update_crawler, Name=name, Description="x")
        refused("CrawlerRunningException", name, glue.delete_crawler, Name=name)

        def ready():
            state = glue.get_crawler(Name=name)["Crawler"]["State"]
            seen.append(state)
            return state == "READY"

        until("READY", ready)
        order = ["RUNNING", "STOPPING", "READY"]
        assert seen[0] == "RUNNING" and seen == sorted(seen, key=order.index), seen
    metrics = glue.get_crawler_metrics(CrawlerNameList=[name])["CrawlerMetricsList"][0]
    assert metrics["TablesUpdated"] == 1 and metrics["LastRuntimeSeconds"] > 0, metrics
    refused("CrawlerNotRunningException", name, glue.stop_crawler, Name=name)
    glue.start_crawler(Name=name)
    glue.stop_crawler(Name=name)
    until("READY", lambda: glue.get_crawler(Name=name)["Crawler"]["State"] == "READY")
    assert glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]["Status"] == "CANCELLED"
    glue.delete_crawler(Name=name)
    refused("EntityNotFoundException", name, glue.get_crawler, Name=name)


def crawler_checks():
    where, good = bucket(), role()
    target = {"S3Targets": [{"Path": f"s3://{where}/x/"}]}
    words = "Service is unable to assume provided role. Please verify role's TrustPolicy"
    create = glue.create_crawler
    refused("InvalidInputException", words, create, Name="c", Role="absent-role", DatabaseName="d", Targets=target)
    lambda_only = role({"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    refused("InvalidInputException", words, create, Name="c", Role=lambda_only, DatabaseName="d", Targets=target)
    refused("InvalidInputException", "Database name", create, Name="c", Role=good, Targets=target)
    refused("InvalidInputException", "targets", create, Name="c", Role=good, DatabaseName="d", Targets={})
    refused("EntityNotFoundException", "nope", create, Name="c", Role=good, DatabaseName="d", Targets=target, Classifiers=["nope"])
    bad = {"UpdateBehavior": "MAYBE"}
    refused("ValidationException", "enum value set", create, Name="c", Role=good, DatabaseName="d", Targets=target, SchemaChangePolicy=bad)
    name = unique("c")
    create(Name=name, Role=good, DatabaseName="d", Targets=target, Tags={"owner": name})
    refused("AlreadyExistsException", name, create, Name=name, Role=good, DatabaseName="d", Targets=target)
    assert glue.list_crawlers(Tags={"owner": name})["CrawlerNames"] == [name]
    found = glue.batch_get_crawlers(CrawlerNames=[name, "nope"])
    assert [one["Name"] for one in found["Crawlers"]] == [name] and found["CrawlersNotFound"] == ["nope"]
    arn = f"arn:aws:glue:eu-central-1:123456789012:crawler/{name}"
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"a": "b"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["owner"])
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"a": "b"}
    refused("EntityNotFoundException", "nope", glue.get_tags, ResourceArn=arn.replace(name, "nope"))


def catalog_of_moto():
    """What is left to moto and has to work: tags of databases, batches, pages."""
    database = unique("db").replace("-", "_")
    glue.create_database(DatabaseInput={"Name": database}, Tags={"a": "b"})
    arn = f"arn:aws:glue:eu-central-1:123456789012:database/{database}"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"a": "b"}
    assert database in [one["Name"] for one in glue.get_databases()["DatabaseList"]]
    for at in range(3):
        glue.create_table(DatabaseName=database, TableInput={"Name": f"t{at}"})
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database, PaginationConfig={"PageSize": 2})
    assert [table["Name"] for page in pages for table in page["TableList"]] == ["t0", "t1", "t2"]
    errors = glue.batch_delete_table(DatabaseName=database, TablesToDelete=["t0", "nope"])["Errors"]
    assert [error["TableName"] for error in errors] == ["nope"]


main(globals())
