"""Holds every recorded request of strata's programs against AWS's service models: an emulator forgives what AWS does not.

    scripts/requests [--part] [FILE or FOLDER of a record]...
"""

import argparse
import collections
import json
import sys

import botocore
import calls
import models
import shapes
import wire

EXCLUDED = calls.ROOT / "tests/requests/excluded.json"


def violations(call):
    """What AWS would not accept in a call, one line each."""
    operation = models.operation(call)
    if operation is None:
        return [f"AWS has no operation {call.name}"]
    params, unknown = wire.parse(call, operation)
    return [f"AWS does not know {what}" for what in unknown] + shapes.violations(operation, params)


def is_excluded(call, violation, excluded):
    """Whether a test sends this on purpose; marks the line of the list that says so."""
    for line in excluded:
        if line["call"] == call.name and line["violation"] in violation:
            line["used"] = True
            return True
    return False


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--check", action="store_true", help="as without: it always fails where AWS would")
    words.add_argument("--part", action="store_true", help="the record is of a part of the tests")
    words.add_argument("record", nargs="*", default=[calls.RECORD])
    words = words.parse_args()
    checked, found = collections.Counter(), collections.defaultdict(list)
    excluded = json.loads(EXCLUDED.read_text())
    for call in calls.ours(words.record):
        checked[call.service] += 1
        for violation in violations(call):
            if not is_excluded(call, violation, excluded):
                found[f"{call.program}: {call.name}: {violation}"].append(call.file)
    per_service = ", ".join(f"{service} {count}" for service, count in sorted(checked.items()))
    print(f"requests: {sum(checked.values())} checked against botocore {botocore.__version__} ({per_service})")
    for violation, files in sorted(found.items()):
        print(f"  {violation} ({len(files)} times, first in {files[0]})")
    # What is sent on purpose may be sent by a point that was not drawn.
    unused = [] if words.part or calls.sample() else [line for line in excluded if not line.get("used")]
    for line in unused:
        print(f"  {EXCLUDED.name} excludes {line['call']}, {line['violation']}: no test does that any more")
    print(f"requests: {len(found)} violations")
    return 1 if found or unused else 0


if __name__ == "__main__":
    sys.exit(main())
