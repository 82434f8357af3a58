"""AWS's own models of its services, from botocore."""

import functools

import botocore.session

# Signing names that botocore knows under another name.
NAMES = {
    "airflow": "mwaa",
    "airflow-serverless": "mwaa-serverless",
    "elasticmapreduce": "emr",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
    "servicequotas": "service-quotas",
}


@functools.cache
def service(name):
    """The model of the service that signs as `name`."""
    return botocore.session.get_session().get_service_model(NAMES.get(name, name))


def operation(call):
    """The model of the call's operation; None where AWS has no such operation."""
    model = service(call.service)
    return model.operation_model(call.operation) if call.operation in model.operation_names else None
