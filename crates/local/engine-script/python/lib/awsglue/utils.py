"""A job's arguments."""

import argparse

# What Glue itself passes; a script gets it without asking.
RESERVED = (
    "job-bookmark-option", "job-bookmark-from", "job-bookmark-to", "JOB_ID", "JOB_RUN_ID", "SECURITY_CONFIGURATION",
    "encryption-type", "enable-data-lineage", "RedshiftTempDir",
)  # fmt: skip


class GlueArgumentError(Exception):
    """An argument is missing, or has no value."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise GlueArgumentError(message)


def getResolvedOptions(args, options):
    """The values of these arguments by name, from `--name value` and `--name=value`."""
    parser = Parser(add_help=False)
    for name in options:
        if name in RESERVED:
            raise RuntimeError(f"Using reserved arguments {name}")
        parser.add_argument(f"--{name}", required=True)
    for name in (*RESERVED, *(["TempDir"] if "TempDir" not in options else [])):
        parser.add_argument(f"--{name}", required=False)
    found, _ = parser.parse_known_args(args[1:])
    return vars(found)
