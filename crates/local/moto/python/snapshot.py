"""All that moto knows, as bytes: one pickle for each service, so that one that cannot be pickled does not cost the others.

Backends themselves are not in it, only what they hold: whatever refers to a backend finds the one that is there on reading.
"""

import io
import marshal
import pickle
import sys
import threading
import types
from collections import defaultdict

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.common_models import BaseModel

# Settings of buckets are kept by `local`, KMS keys by `kept_keys`: both outlive a change of moto.
ELSEWHERE = ("s3", "kms", "moto_api")
LOCK = type(threading.RLock())
# A call that reads may make something too, in the middle of a snapshot.
TRIES = 3
# The last piece of each service.
taken = {}
# Services whose failure has been reported.
failed = set()


def take():
    """A list of bytes, one for each service. One that cannot be pickled is as it was the last time."""
    used = [one for one in list(BackendDict._instances) if one.service_name not in ELSEWHERE]
    for all_of_it in used:
        for _ in range(TRIES):
            try:
                taken[variable(all_of_it)] = piece(all_of_it)
                break
            except Exception as failure:  # noqa: BLE001: whatever a model has in it
                why = failure
        else:
            if all_of_it.service_name not in failed:
                failed.add(all_of_it.service_name)
                print(f"{all_of_it.service_name} cannot be kept for the next start: {why}", file=sys.stderr, flush=True)
    return [taken[name] for name in map(variable, used) if name in taken]


def piece(all_of_it):
    held = [(account, region, vars(backend)) for account, region, backend in all_of_it.iter_backends()]
    text = io.BytesIO()
    Writer(text, pickle.HIGHEST_PROTOCOL).dump((variable(all_of_it), held))
    return text.getvalue()


def give_back(pieces):
    """Fills the backends; the answer is how many resources they hold. Nothing is filled if a piece cannot be read."""
    read = [pickle.loads(piece) for piece in pieces]
    count = 0
    for (where, held), text in zip(read, pieces):
        taken[where] = text
        for account, region, state in held:
            backend = find(where, account, region)
            # What every account has, such as AWS's own policies, does not count.
            count += max(0, resources(state) - resources(vars(backend)))
            vars(backend).clear()
            vars(backend).update(state)
    return count


def resources(state):
    """How many things of a backend's dictionaries are models, also where there is a dictionary of them, or a list of versions."""
    tables = [value for value in state.values() if isinstance(value, dict)]
    rows = [row for table in tables for row in table.values()]
    rows += [inner for row in rows if isinstance(row, dict) for inner in row.values()]
    rows += [row[-1] for row in rows if isinstance(row, list) and row]
    return len({id(row) for row in rows if isinstance(row, BaseModel)})


class Writer(pickle.Pickler):
    """Takes what pickle refuses: backends, locks, default dictionaries of a kind of their own, and lambdas in others."""

    def reducer_override(self, thing):
        if isinstance(thing, BaseBackend):
            return find, place(thing)
        if isinstance(thing, LOCK):
            return threading.RLock, ()
        if isinstance(thing, defaultdict) and type(thing) is not defaultdict:
            # The class has an __init__ of its own, which pickle would call as it calls defaultdict's.
            return dictionary, (type(thing), thing.default_factory), vars(thing), None, iter(thing.items())
        if isinstance(thing, types.FunctionType) and "<" in thing.__qualname__:
            cells = tuple(cell.cell_contents for cell in thing.__closure__ or ())
            return function, (marshal.dumps(thing.__code__), thing.__module__, thing.__defaults__, cells)
        return NotImplemented


def dictionary(kind, factory):
    made = kind.__new__(kind)
    made.default_factory = factory
    return made


def function(code, module, defaults, cells):
    __import__(module)
    code, closure = marshal.loads(code), tuple(types.CellType(cell) for cell in cells)
    return types.FunctionType(code, vars(sys.modules[module]), code.co_name, defaults, closure)


def place(thing):
    """Where a backend is: the variable of its service, its account, its region."""
    for all_of_it in list(BackendDict._instances):
        for account, region, backend in all_of_it.iter_backends():
            if backend is thing:
                return variable(all_of_it), account, region
    raise pickle.PicklingError(f"{thing} is not the backend of an account")


def variable(all_of_it):
    module = sys.modules[all_of_it.backend.__module__]
    return module.__name__, next(name for name, value in vars(module).items() if value is all_of_it)


def find(where, account, region):
    module, name = where
    __import__(module)
    return getattr(sys.modules[module], name)[account][region]
