"""Calls in a program's source that no test makes: nothing shows whether their rights are right."""

import re

import botocore
import models
from calls import ROOT

SERVICES = ["ec2", "s3", "glue", "athena", "logs", "iam", "kms", "airflow", "airflow-serverless", "sts", "servicequotas"]
# What several programs share: a call there has to be made by any of them.
SHARED = ["aws", "glue", "layer"]


def operations():
    """Names of SDK methods: `create_vpc` is CreateVpc."""
    names = [name for service in SERVICES for name in models.service(service).operation_names]
    return {botocore.xform_name(name): name for name in names}


def written(folder):
    """The operations that the source of a crate calls."""
    known = operations()
    text = "".join(file.read_text() for file in sorted(folder.glob("src/**/*.rs")))
    return {known[name] for name in re.findall(r"\.([a-z0-9_]+)\(\)", text) if name in known}


def unmade(calls, programs):
    """Lines such as `net: DeleteRoute`."""
    made = {(call.program, call.operation) for call in calls}
    own = [(program, name) for program in programs for name in written(ROOT / "bin" / program)]
    lines = [f"{program}: {name}" for program, name in own if (program, name) not in made]
    known = {name for _, name in made}
    lines += [f"crates/{crate}: {name}" for crate in SHARED for name in written(ROOT / "crates" / crate) - known]
    return sorted(lines)
