"""KMS: keys are saved to a file and restored at the next start, as the objects are that they encrypt."""

import base64
import json
import os
import threading
from datetime import datetime
from pathlib import Path

from moto.kms.models import Alias, Key, KmsBackend, kms_backends
from moto.kms.responses import KmsResponse

import keys

# The file; without it nothing is saved.
FILE = os.environ.get("STRATA_KEYS")
# Only the kind that S3 uses. Private keys of asymmetric keys are never written to disk.
KEPT = "SYMMETRIC_DEFAULT"
READS = ("Describe", "Get", "List")
NOT_KEPT = ("aliases", "grants", "private_key")

# Each connection has a thread, and moto iterates over dictionaries that other calls change: one call at a time.
ONE_AT_A_TIME = threading.RLock()


def patch():
    KmsResponse.call_action = writing(KmsResponse.call_action)
    # DescribeKey creates AWS managed keys, and the tagging API changes tags: neither is a mutating KMS call.
    for change in ("tag_resource", "untag_resource", "_generate_default_keys"):
        setattr(KmsBackend, change, then_written(getattr(KmsBackend, change)))
    KmsBackend.reset = forgetting(KmsBackend.reset)
    # The tagging API lists keys on its own.
    KmsBackend.list_keys = lambda self: list(self.keys.values())
    if FILE and Path(FILE).exists():
        restore(json.loads(Path(FILE).read_text()))


def writing(call_action):
    def called(self):
        with ONE_AT_A_TIME:
            keys.expire(self.kms_backend)
            answer = call_action(self)
            if not self._get_action().startswith(READS):
                write()
            return answer

    return called


def then_written(change):
    def changed(self, *args):
        with ONE_AT_A_TIME:
            answer = change(self, *args)
            write()
            return answer

    return changed


def forgetting(reset):
    def forgotten(self):
        with ONE_AT_A_TIME:
            reset(self)
            if FILE:
                Path(FILE).unlink(missing_ok=True)

    return forgotten


def write():
    if not FILE:
        return
    backends = [backend for regions in list(kms_backends.values()) for backend in list(regions.values())]
    kept = [told(backend, key) for backend in backends for key in backend.keys.values() if key.key_spec == KEPT]
    temporary = Path(FILE + ".new")
    temporary.write_text(json.dumps(kept))
    temporary.rename(FILE)


def told(backend, key):
    plain = {name: value for name, value in vars(key).items() if name not in NOT_KEPT}
    plain["key_material"] = base64.b64encode(key.key_material).decode()
    plain["deletion_date"] = key.deletion_date and key.deletion_date.isoformat()
    aliases = [dict(vars(alias)) for alias in key.aliases.values()]
    return {"key": plain, "aliases": aliases, "tags": backend.list_resource_tags(key.id)["Tags"]}


def count():
    """How many keys there are."""
    return sum(len(backend.keys) for regions in kms_backends.values() for backend in regions.values())


def restore(kept):
    for one in kept:
        key = Key.__new__(Key)
        vars(key).update(one["key"], grants={}, private_key=None)
        key.key_material = base64.b64decode(key.key_material)
        key.deletion_date = key.deletion_date and datetime.fromisoformat(key.deletion_date)
        key.aliases = {}
        for about in one["aliases"]:
            alias = Alias.__new__(Alias)
            vars(alias).update(about)
            key.aliases[alias.alias_name] = alias
        backend = kms_backends[key.account_id][key.region]
        backend.keys[key.id] = key
        backend.tagger.tag_resource(key.id, one["tags"])
