"""Everything that exists at an endpoint, as boto3 sees it, and any call of boto3. Knows nothing of strata.

One JSON line in, one JSON line out: `{"snapshot": true}` gives `{kind: {id: description}}`, and
`{"call": [service, operation, parameters]}` gives the answer, or `{"error": code, "message": text}`.

Each file next to this one that has LOOKS and KINDS is a part of the witness.
"""

import importlib
import json
import pathlib
import sys

import botocore.exceptions

from look import NOT_SERVED, client, code, looks, plain

HERE = pathlib.Path(__file__)
PARTS = [importlib.import_module(path.stem) for path in sorted(HERE.parent.glob("*.py")) if path != HERE]
PARTS = [part for part in PARTS if hasattr(part, "LOOKS")]


def snapshot():
    def run(look):
        try:
            return look()
        except botocore.exceptions.ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if code(error) in NOT_SERVED or status == 501:
                return [("not-served", look.__name__, {"code": code(error)})]
            raise

    world = {kind: {} for part in PARTS for kind in part.KINDS}
    for found in looks.map(run, [look for part in PARTS for look in part.LOOKS]):
        for kind, name, description in found:
            world.setdefault(kind, {})[name] = plain(description)
    return world


def call(service, operation, words):
    try:
        return plain(getattr(client(service), operation)(**words))
    except botocore.exceptions.ClientError as error:
        return {"error": code(error), "message": str(error)}
    except botocore.exceptions.BotoCoreError as error:
        return {"error": type(error).__name__, "message": str(error)}


def main():
    for line in sys.stdin:
        asked = json.loads(line)
        answer = call(*asked["call"]) if "call" in asked else snapshot()
        sys.stdout.write(json.dumps(answer, sort_keys=True) + "\n")
        sys.stdout.flush()


main()
