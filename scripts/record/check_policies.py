"""Makes policies/deployer/ from the record of the tests, or checks it.

    scripts/policies                      write the policies, and the list in policies/README.md
    scripts/policies --check              fail when a recorded call is not covered, or a right is not used by any
    scripts/policies --check --part       the first of these only, for a record of a part of the tests
    scripts/policies --check --full       as --check; and write into tests/sampled.json what only its programs use

Where a sample was drawn (scripts/test-pool), what only the programs of tests/sampled.json use does not count as unused: the
points that use it may not have been among those that were drawn.
    scripts/policies --lint FILE...       say what is wrong with policies without placeholders
"""

import argparse
import json
import pathlib
import sys

import calls
import lint
import policies
import sources
import table

README = calls.ROOT / "policies/README.md"
SAMPLED = calls.ROOT / "tests/sampled.json"
MARKS = "<!-- made by scripts/policies: begin -->\n", "<!-- made by scripts/policies: end -->\n"


def flat(document):
    """Each right on each resource under each condition, as one line."""
    for statement in lint.statements(document):
        condition = json.dumps(statement.get("Condition"), sort_keys=True)
        for action in lint.listed(statement["Action"]):
            for resource in lint.listed(statement["Resource"]):
                yield f"{action} on {resource}" + (f" if {condition}" if condition != "null" else "")


def stars(made):
    """The table of the README: what is given on `*`."""
    rows = {}
    for program, document in made.items():
        for statement in document["Statement"]:
            if statement["Resource"] == ["*"]:
                words = ", ".join(f"`{action}`" for action in statement["Action"])
                held = ", held to our tags in the call" if "Condition" in statement else ""
                rows.setdefault(program, []).append(words + held)
    lines = [f"| {program} | {'; '.join(words)} |" for program, words in rows.items()]
    return "\n".join(["| program | rights |", "| --- | --- |", *lines]) + "\n"


def with_list(made):
    """The README with the list that the policies make."""
    begin, end = MARKS
    before, _, rest = README.read_text().partition(begin)
    return before + begin + stars(made) + end + rest.partition(end)[2]


def write(made):
    policies.FOLDER.mkdir(exist_ok=True)
    for program, document in made.items():
        (policies.FOLDER / f"{program}.json").write_text(policies.text(document))
    README.write_text(with_list(made))


def both(made):
    """Each program, what its checked-in policy gives, and what the record asks for."""
    for program, document in made.items():
        file = policies.FOLDER / f"{program}.json"
        there = set(flat(json.loads(file.read_text()))) if file.exists() else set()
        yield program, there, set(flat(document))


def missing(made):
    """What the checked-in policies lack."""
    for program, there, asked in both(made):
        yield from (f"{program} may not {line}, and a test calls it" for line in sorted(asked - there))


def unused(made, record):
    """What they have in vain, and what the source has that no test does."""
    for program, there, asked in both(made):
        yield from (f"{program} may {line}, and no test calls it" for line in sorted(there - asked))
    for line in sources.unmade(calls.ours(record), policies.PROGRAMS):
        yield f"no test makes this call of the source: {line}"


def too_much(made, words):
    """Of what is unused, what this record can tell."""
    sampled = json.loads(SAMPLED.read_text())
    alone = sampled["used_by_them_alone"]
    drawn = calls.sample()
    if words.part or (drawn and alone is None):
        return []
    found = list(unused(made, words.record))
    if drawn:
        return [line for line in found if line not in alone]
    if words.full:
        others = calls.without(sampled["programs"])
        alone = sorted(set(unused(policies.made(others)[0], others)) - set(found))
        SAMPLED.write_text(json.dumps({**sampled, "used_by_them_alone": alone}, indent=2) + "\n")
    if README.read_text() != with_list(made):
        found.append("the list in policies/README.md is not what the policies say")
    return found


def wrong():
    """What is wrong with the policies themselves: the table, the programs' and the roles'."""
    yield from table.breaches()
    files = [*sorted(policies.FOLDER.glob("*.json")), *sorted((calls.ROOT / "policies/roles").glob("*.permissions.json"))]
    for file in files:
        text = lint.filled(file.read_text())
        yield from (f"{file.stem}: {finding}" for finding in lint.findings(text))


def main():
    form = argparse.RawDescriptionHelpFormatter
    words = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    words.add_argument("--check", action="store_true", help="change nothing; fail when something is not as it should be")
    words.add_argument("--part", action="store_true", help="the record is of a part of the tests: rights may be unused")
    words.add_argument("--full", action="store_true", help="the record is of all tests, with all their points")
    words.add_argument("--lint", nargs="+", metavar="FILE", help="policies without placeholders")
    words.add_argument("record", nargs="*", default=[calls.RECORD])
    words = words.parse_args()
    if words.lint:
        return report([f"{file}: {found}" for file in words.lint for found in lint.findings(pathlib.Path(file).read_text())])
    made, gaps = policies.made(words.record)
    if not words.check:
        write(made)
    found = gaps + list(missing(made)) + too_much(made, words) + list(wrong())
    count = len(calls.ours(words.record))
    sizes = ", ".join(f"{program} {len(set(actions(document)))}" for program, document in made.items())
    print(f"policies: {count} different calls; rights of each program: {sizes}")
    return report(found)


def actions(document):
    return (action for statement in document["Statement"] for action in statement["Action"])


def report(found):
    for line in found:
        print(f"  {line}")
    print(f"policies: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
