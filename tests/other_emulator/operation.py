"""Which operation a request is, by AWS's own models of its services."""

import functools
import re
import urllib.parse

import botocore.session

# Signing names that the models know under another name.
NAMES = {"airflow": "mwaa", "tagging": "resourcegroupstaggingapi", "servicequotas": "service-quotas"}


def service(headers):
    """The service that a request was signed for."""
    signed = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", headers.get("authorization", ""))
    return signed[1] if signed else "?"


def operation(name, method, path, query, headers, body):
    """The operation's name: in a header, in a form, or in method, path and query."""
    if "x-amz-target" in headers:
        return headers["x-amz-target"].rpartition(".")[2]
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace"))).get("Action", "?")
    return rest(name, method, path, query, headers)


def rest(name, method, path, query, headers):
    """Of all operations that fit, the one that asks for the most: `PUT /b/k?uploadId=u` is no PutObject."""
    given = set(dict(urllib.parse.parse_qsl(query, keep_blank_values=True))) | set(headers)
    fits = [one for one in routes(name) if one[0] == method and one[1].fullmatch(path) and one[2] <= given]
    return max(fits, key=lambda one: len(one[2]))[3] if fits else "?"


@functools.cache
def routes(name):
    model = botocore.session.get_session().get_service_model(NAMES.get(name, name))
    operations = map(model.operation_model, model.operation_names)
    return [route(one) for one in operations if not one.deprecated]


def route(operation):
    """Method, pattern of the path, the query parameters and headers that have to be there, and the name."""
    path, _, fixed = operation.http["requestUri"].partition("?")
    needed = set(dict(urllib.parse.parse_qsl(fixed, keep_blank_values=True)))
    shape = operation.input_shape
    for member in shape.required_members if shape else ():
        told = shape.members[member].serialization
        if told.get("location") in ("querystring", "header"):
            needed.add(told["name"] if told["location"] == "querystring" else told["name"].lower())
    parts = re.split(r"\{(\w+\+?)\}", path)
    pattern = re.escape(parts[0].rstrip("/") if len(parts) == 1 else parts[0])
    for label, text in zip(parts[1::2], parts[2::2]):
        pattern += (".+" if label.endswith("+") else "[^/]+") + re.escape(text)
    return operation.http["method"], re.compile(pattern + "/?"), needed, operation.name
