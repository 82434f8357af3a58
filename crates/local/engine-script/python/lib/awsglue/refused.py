"""What the local endpoint's awsglue has not, it refuses in a sentence with its name."""

import sys


def sentence(what):
    return f"the local endpoint's awsglue has no {what}: run this job in AWS Glue, or use the DataFrame (toDF) for this step"


def refuse(what):
    raise NotImplementedError(sentence(what))


class Refusing:
    """A class whose missing methods are refused by name."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(sentence(f"{type(self).__name__}.{name}"))


def known(what, given, names):
    """Refuses options that would change the result."""
    for name in given or {}:
        if name not in names:
            refuse(f"{what} {name!r}")


def ignore(what, given, names):
    """Options that AWS Glue ignores, too."""
    for name in given or {}:
        if name not in names:
            print(f"{what} has no option {name!r}: it is ignored, as AWS Glue ignores it", file=sys.stderr)
