"""The record that the test suite leaves in target/record: one JSON line for each different call."""

import dataclasses
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RECORD = ROOT / "target/record"


@dataclasses.dataclass(frozen=True)
class Call:
    """One call, as `local serve --record` wrote it."""

    service: str
    operation: str
    status: int
    code: str | None
    program: str | None
    verb: str | None
    region: str
    method: str
    path: str
    query: str
    headers: dict
    body: str | None
    file: str

    @property
    def name(self):
        return f"{self.service}:{self.operation}"


def read(places):
    """All calls in these files and folders. A last line that was cut by a kill is left out."""
    for place in map(pathlib.Path, places):
        for file in sorted(place.glob("*.jsonl")) if place.is_dir() else [place]:
            for line in file.read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    yield Call(**json.loads(line), file=file.name)


def sample():
    """What the tests have drawn of their points (scripts/test-pool); None where they did all."""
    file = RECORD / "sample.json"
    return json.loads(file.read_text()) if file.exists() else None


def without(programs):
    """The files of the record that other test programs than these have written."""
    return [file for file in sorted(RECORD.glob("*.jsonl")) if file.name.rsplit("-", 2)[0] not in programs]


def ours(places):
    """The calls of strata's own programs. Without any, nothing would be checked: that is an error."""
    calls = [call for call in read(places) if call.program]
    if not calls:
        sys.exit(f"there are no calls in {', '.join(map(str, places))}: run the tests first (cargo test)")
    return calls
