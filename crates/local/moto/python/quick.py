"""What moto computes on every request, though it need not."""

import functools
import secrets

from moto.core import responses


def patch():
    # Which methods a class has. EC2's has hundreds: finding them took half of each call.
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    responses.gen_amzn_requestid_long = request_id


def request_id(headers):
    """A name for the request, 52 digits, drawn at once and not one by one."""
    name = secrets.token_hex(26).upper()
    headers["x-amzn-requestid"] = name
    return name
