"""CloudWatch Logs: the tags of a group go with it, and only the retentions that AWS has are taken."""

from moto.logs.exceptions import InvalidParameterException, ResourceNotFoundException
from moto.logs.models import LogsBackend

DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip


def patch():
    LogsBackend.delete_log_group = with_its_tags(LogsBackend.delete_log_group)
    LogsBackend.list_tags_for_resource = of_one_that_exists(LogsBackend.list_tags_for_resource)
    LogsBackend.put_retention_policy = of_awss_days(LogsBackend.put_retention_policy)


def with_its_tags(delete):
    def delete_log_group(self, log_group_name):
        group = self.groups.get(log_group_name)
        delete(self, log_group_name)
        # A new one of the same name has none of them.
        self.tagger.delete_all_tags_for_resource(group.arn)

    return delete_log_group


def of_one_that_exists(list_tags):
    """A group that has just been deleted has no tags: a client that saw it in a list gets an error."""

    def list_tags_for_resource(self, resource_arn):
        name = resource_arn.partition(":log-group:")[2].removesuffix(":*")
        if name and name not in self.groups:
            raise ResourceNotFoundException()
        return list_tags(self, resource_arn)

    return list_tags_for_resource


def of_awss_days(put):
    def put_retention_policy(self, log_group_name, retention_in_days):
        if int(retention_in_days) not in DAYS:
            constraint = f"Member must satisfy enum value set: [{', '.join(map(str, DAYS))}]"
            raise InvalidParameterException(None, constraint, "retentionInDays", retention_in_days)
        return put(self, log_group_name, retention_in_days)

    return put_retention_policy
