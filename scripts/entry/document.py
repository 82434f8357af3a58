"""What the entry asks about documents: document.py WORD ..., with documents on stdin."""

import json
import sys


def documents(text):
    """One after the other, as programs print them."""
    decoder, at, found = json.JSONDecoder(), 0, []
    text = text.strip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        found.append(value)
        while at < len(text) and text[at].isspace():
            at += 1
    return found


def joined(parts):
    """Sections of all; `failed` of the first that has it."""
    whole = {}
    for part in parts:
        for key, value in part.items():
            if key != "failed" or key not in whole:
                whole[key] = value
    return whole


def stop(message):
    print(message, file=sys.stderr)
    sys.exit(2)


def facts():
    """A line each: name, environment, folder, region, whether files are brought, whether they can be made up."""
    wish = json.load(sys.stdin)["pipeline"]
    brings = any(table.get("file") for table in wish.get("tables", {}).values())
    print(wish["name"], wish.get("env", "dev"), wish.get("folder", ".").replace("\n", " "), wish.get("region") or "", sep="\n")
    print("yes" if brings else "no", "yes" if wish.get("generate") else "no", sep="\n")


def airflow(kind):
    """The wish with what the word airflow= says."""
    wish = json.load(sys.stdin)
    section = wish["pipeline"]["airflow"]
    if kind == "serverless":
        section["kind"] = kind
        section.pop("local", None)
    else:
        section["local"] = kind
    json.dump(wish, sys.stdout)


def asked(document):
    """The wish without what a word of `up` may have changed."""
    wish = json.loads(json.dumps(document["pipeline"]))
    for word in ("kind", "local"):
        (wish.get("airflow") or {}).pop(word, None)
    return wish


def load(path, name, env, is_current, again):
    """The saved document if it is of this pipeline and environment; says what is old or broken about it."""
    try:
        with open(path, encoding="utf-8") as file:
            saved = json.load(file)
        whose = saved["pipeline"]["name"], saved["pipeline"].get("env", "dev")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as why:
        stop(f"strata: {path} is no document ({why}): remove it, and `{again}` writes it again")
    if whose != (name, env):
        stop(f"strata: {path} is of pipeline {whose[0]}, env {whose[1]}, and not of {name}, env {env}: move it away; `{again}` writes a new one")
    wish = json.load(sys.stdin)
    if is_current != "1":
        if saved.get("failed"):
            failed = saved["failed"]
            print(f"strata: the last `up` failed ({failed.get('layer')}: {failed.get('doing')}); `{again}` continues it", file=sys.stderr)
        elif asked(saved) != asked(wish):
            print(f"strata: pipeline.json has changed since the last `up`, and what is up is used; run `{again}` to apply it", file=sys.stderr)
    saved.pop("failed", None)
    json.dump(saved, sys.stdout)


def has(section):
    """Whether the document has this section."""
    try:
        sys.exit(0 if json.load(sys.stdin).get(section) else 1)
    except (ValueError, AttributeError):
        sys.exit(1)


def sections(path):
    """The wish on stdin with the sections of a saved document, if there is one."""
    wish = json.load(sys.stdin)
    try:
        with open(path, encoding="utf-8") as file:
            saved = json.load(file)
    except (OSError, ValueError):
        saved = {}
    if saved.get("pipeline", {}).get("name") != wish["pipeline"]["name"]:
        saved = {}
    saved.pop("failed", None)
    json.dump({**saved, **wish}, sys.stdout)


def failed(path):
    """What a failed `up` printed, over the sections of layers that it did not reach."""
    new = joined(documents(sys.stdin.read()))
    try:
        with open(path, encoding="utf-8") as file:
            old = json.load(file)
    except (OSError, ValueError):
        old = {}
    is_same = all(old.get("pipeline", {}).get(key) == new["pipeline"].get(key) for key in ("name", "env"))
    # Another account's or region's sections say nothing about this one.
    is_same = is_same and old.get("target") == new.get("target", old.get("target"))
    old = {key: value for key, value in old.items() if is_same and key != "failed"}
    whole = {**old, **new}
    # What it reached is as it was: the old document is still the truth.
    if old and not new.get("failed", {}).get("left") and all(whole[key] == old.get(key) for key in whole if key not in ("pipeline", "failed")):
        sys.exit(3)
    json.dump(whole, sys.stdout, indent=2, ensure_ascii=False)


def changes():
    """How many changes the plans on stdin have."""
    plans = documents(sys.stdin.read())
    print(sum(change["action"] != "wait" for plan in plans for change in plan["changes"]))


def days(first, last):
    """Each day from the first to the last."""
    import datetime

    try:
        first, last = map(datetime.date.fromisoformat, (first, last))
    except ValueError as why:
        stop(f"dag: {why}")
    for number in range((last - first).days + 1):
        print(first + datetime.timedelta(number))


if __name__ == "__main__":
    known = (facts, airflow, load, has, sections, failed, changes, days)
    {word.__name__: word for word in known}[sys.argv[1]](*sys.argv[2:])
