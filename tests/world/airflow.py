"""What exists of MWAA and MWAA Serverless."""

import botocore.exceptions
import botocore.parsers

from look import NOT_SERVED, client, code, each, every, optional


def environments():
    mwaa = client("mwaa")

    def ask(name):
        answer = optional(mwaa.get_environment, Name=name)
        return answer and ("environment", name, answer["Environment"])

    return each(every("mwaa", "list_environments", "Environments"), ask)


def workflows():
    serverless = client("mwaa-serverless")

    def ask(workflow):
        arn = workflow["WorkflowArn"]
        tags = optional(serverless.list_tags_for_resource, ResourceArn=arn)
        found = tags and optional(serverless.get_workflow, WorkflowArn=arn)
        return found and ("workflow", arn, {**found, "Tags": tags["Tags"]})

    try:
        found = every("mwaa-serverless", "list_workflows", "Workflows")
    except (botocore.exceptions.ClientError, botocore.parsers.ResponseParserError) as error:
        # An endpoint that does not know the service answers without a code of AWS's.
        known = isinstance(error, botocore.exceptions.ClientError) and code(error) not in NOT_SERVED | {"", "400", "404"}
        if known:
            raise
        return []
    return each(found, ask)


LOOKS = (
    environments,
    workflows,
)
KINDS = "environment workflow".split()
