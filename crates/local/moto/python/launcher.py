"""Runs moto's WSGI application on a free loopback port until stdin closes.

`local` holds the other end of stdin: when it dies, however it dies, this process ends too.
"""

import gc
import json
import os
import re
import sys
import threading

# What is loaded stays. Looking through all of it for garbage takes a seventh of a second, in the middle of a client's
# call.
gc.disable()

os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
os.environ["S3_IGNORE_SUBDOMAIN_BUCKETNAME"] = "true"


def end_with_parent():
    sys.stdin.buffer.read()
    try:
        kept_state.write()
    finally:
        os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

import regions  # noqa: E402

regions.patch()

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.test import EnvironBuilder, run_wsgi_app  # noqa: E402

import bucket_encryption  # noqa: E402
import buckets  # noqa: E402
import interfaces  # noqa: E402
import kept_keys  # noqa: E402
import kept_state  # noqa: E402
import key_lists  # noqa: E402
import key_names  # noqa: E402
import key_policies  # noqa: E402
import keys  # noqa: E402
import logs  # noqa: E402
import network  # noqa: E402
import policies  # noqa: E402
import quick  # noqa: E402
import quotas  # noqa: E402
import server  # noqa: E402
import tokens  # noqa: E402
import weather  # noqa: E402
import workgroups  # noqa: E402

# A form, or the target of a JSON call. S3 lists its buckets.
FIRST_QUESTIONS = {
    "sts": "Action=GetCallerIdentity&Version=2011-06-15",
    "ec2": "Action=DescribeVpcs&Version=2016-11-15",
    "iam": "Action=ListRoles&Version=2010-05-08",
    "s3": None,
    "logs": "Logs_20140328.DescribeLogGroups",
    "glue": "AWSGlue.GetDatabases",
    "athena": "AmazonAthena.ListWorkGroups",
    "kms": "TrentService.ListKeys",
    "tagging": "ResourceGroupsTaggingAPI_20170126.GetResources",
}


# As in host.rs: whatever browsers say about a page of another site is refused here, too.
HERE = re.compile(r"([a-z0-9._-]+\.)?(localhost|127\.0\.0\.1)(:[0-9]+)?", re.IGNORECASE)


def is_from_here(environ):
    origin = environ.get("HTTP_ORIGIN")
    return (
        HERE.fullmatch(environ.get("HTTP_HOST", ""))
        and (origin is None or HERE.fullmatch(origin.partition("://")[2]))
        and "cross-site" not in environ.get("HTTP_SEC_FETCH_SITE", "").lower()
    )


class Application(DomainDispatcherApplication):
    """Looks the application up by service, once: moto matches every host against 200 patterns."""

    def __call__(self, environ, start_response):
        if is_from_here(environ):
            return super().__call__(environ, start_response)
        start_response("403 FORBIDDEN", [("Content-Length", "0")])
        return [b""]

    def __init__(self):
        super().__init__(create_backend_app)
        self.known = {}

    def get_backend_for_host(self, host):
        if host not in self.known:
            self.known[host] = super().get_backend_for_host(host)
        return self.known[host]


def warm(application):
    """Asks the usual services something harmless in the background, in the order in which `up` meets them.

    A service's first call loads its modules, its model and its templates: all of them take two seconds.
    """
    for service, question in FIRST_QUESTIONS.items():
        credential = f"Credential=local/20260101/us-east-1/{service}/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"}
        if question is None:
            builder = EnvironBuilder(method="GET", path="/", headers=headers)
        elif question.startswith("Action="):
            form = "application/x-www-form-urlencoded"
            builder = EnvironBuilder(method="POST", path="/", headers=headers, data=question, content_type=form)
        else:
            headers["X-Amz-Target"] = question
            kind = "application/x-amz-json-1.1"
            builder = EnvironBuilder(method="POST", path="/", headers=headers, data="{}", content_type=kind)
        answer, _, _ = run_wsgi_app(application, builder.get_environ())
        for _ in answer:
            pass


def load(application):
    try:
        warm(application)
    finally:
        gc.freeze()
        gc.enable()


def main():
    regions.patch_zones()
    kms = (keys, key_policies, key_lists, key_names, kept_keys)
    s3 = (buckets, bucket_encryption)
    for part in (network, policies, logs, interfaces, quotas, tokens, weather, workgroups, *s3, *kms, quick, kept_state):
        part.patch()
    resources, unread = kept_state.restore()
    weather.settle()
    application = Application()
    listening = server.Server(application)
    print(json.dumps({"port": listening.port, "resources": resources + kept_keys.count(), "unread": unread}), flush=True)
    threading.Thread(target=load, args=(application,), daemon=True).start()
    threading.Thread(target=kept_state.keep, daemon=True).start()
    listening.serve_forever()


main()
