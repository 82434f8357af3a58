"""Glue's transforms: each is a class with `apply`, as in `SelectFields.apply(frame=..., paths=[...])`."""

import pyspark  # noqa: F401 - as with AWS, a pythonshell job fails here
from awsglue.refused import refuse


class GlueTransform:
    @classmethod
    def apply(cls, *words, **named):
        return cls()(*words, **named)

    @classmethod
    def name(cls):
        return cls.__name__


class ApplyMapping(GlueTransform):
    def __call__(self, frame, mappings, case_sensitive=False, **more):
        return frame.apply_mapping(mappings, case_sensitive, **more)


class SelectFields(GlueTransform):
    def __call__(self, frame, paths, **more):
        return frame.select_fields(paths, **more)


class DropFields(GlueTransform):
    def __call__(self, frame, paths, **more):
        return frame.drop_fields(paths, **more)


class RenameField(GlueTransform):
    def __call__(self, frame, old_name, new_name, **more):
        return frame.rename_field(old_name, new_name, **more)


class Filter(GlueTransform):
    def __call__(self, frame, f, **more):
        return frame.filter(f, **more)


class Map(GlueTransform):
    def __call__(self, frame, f, **more):
        return frame.map(f, **more)


class Join(GlueTransform):
    def __call__(self, frame1, frame2, keys1, keys2, transformation_ctx=""):
        return frame1.join(keys1, keys2, frame2, transformation_ctx)


class ResolveChoice(GlueTransform):
    def __call__(self, frame, specs=None, choice="", **more):
        return frame.resolveChoice(specs, choice, **more)


class DropNullFields(GlueTransform):
    def __call__(self, frame, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        return frame.drop_nulls()


class _Refused(GlueTransform):
    def __call__(self, *words, **named):
        refuse(type(self).__name__)


# `import *` finds the names, and the one that is used says that it is not here.
REFUSED = (
    "EntityDetector", "ErrorsAsDynamicFrame", "EvaluateDataQuality", "FillMissingValues", "FindIncrementalMatches", "FindMatches",
    "FlatMap", "MapToCollection", "Relationalize", "SelectFromCollection", "SimplifyDDBJson", "Spigot", "SplitFields", "SplitRows",
    "Unbox", "UnnestFrame",
)  # fmt: skip
globals().update({name: type(name, (_Refused,), {}) for name in REFUSED})

__all__ = [
    "ApplyMapping", "DropFields", "DropNullFields", "Filter", "GlueTransform", "Join", "Map", "RenameField", "ResolveChoice",
    "SelectFields", *REFUSED,
]  # fmt: skip
