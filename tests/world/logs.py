"""What exists of CloudWatch's log groups, whatever caused them."""

from look import client, each, every, optional


def log_groups():
    logs = client("logs")

    def ask(group):
        name = group["logGroupName"]
        tags = optional(logs.list_tags_log_group, logGroupName=name)
        try:
            streams = every("logs", "describe_log_streams", "logStreams", logGroupName=name)
        except logs.exceptions.ResourceNotFoundException:
            return None
        found = [("log-group", name, {**group, "tags": (tags or {}).get("tags")})]
        return found + [("log-stream", f"{name}:{one['logStreamName']}", one) for one in streams]

    return sum(each(every("logs", "describe_log_groups", "logGroups"), ask), [])


LOOKS = (
    log_groups,
)
KINDS = "log-group log-stream".split()
