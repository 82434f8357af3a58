"""What exists of Glue's catalog and of Athena."""

from look import account, client, each, every, glue_tags, optional, region, tagged


def databases():
    glue = client("glue")

    def partitions(table):
        database, name = table["DatabaseName"], table["Name"]
        found = [("table", f"{database}.{name}", table)]
        if table.get("PartitionKeys"):
            try:
                parts = every("glue", "get_partitions", "Partitions", DatabaseName=database, TableName=name)
            except glue.exceptions.EntityNotFoundException:
                return None
            found += [("partition", f"{database}.{name}/{'/'.join(one['Values'])}", one) for one in parts]
        return found

    found, tables = [], []
    for database in every("glue", "get_databases", "DatabaseList"):
        name = database["Name"]
        try:
            tables += every("glue", "get_tables", "TableList", DatabaseName=name)
        except glue.exceptions.EntityNotFoundException:
            continue
        found.append(("database", name, {**database, "tags": glue_tags(f"database/{name}")}))
    return found + sum(each(tables, partitions), [])


def classifiers():
    found = every("glue", "get_classifiers", "Classifiers")
    return [("classifier", next(iter(one.values()))["Name"], one) for one in found]


def workgroups():
    athena = client("athena")

    def ask(group):
        name = group["Name"]
        answer = optional(athena.get_work_group, WorkGroup=name)
        if answer is None:
            return None
        arn = f"arn:aws:athena:{region()}:{account()}:workgroup/{name}"
        tags = optional(athena.list_tags_for_resource, ResourceARN=arn)
        # moto says each time that it was made just now.
        answer["WorkGroup"].pop("CreationTime", None)
        found = [("workgroup", name, {**answer["WorkGroup"], "tags": (tags or {}).get("Tags")})]
        queries = every("athena", "list_query_executions", "QueryExecutionIds", WorkGroup=name)
        return found + [("query", one, {"workgroup": name}) for one in queries]

    return sum(each(every("athena", "list_work_groups", "WorkGroups"), ask), [])


LOOKS = (
    databases,
    tagged("crawler", "get_crawlers", "Crawlers"),
    classifiers,
    workgroups,
)
KINDS = "database table partition crawler classifier workgroup query".split()
