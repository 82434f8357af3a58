"""The parts of AWS Glue's Python library that the local endpoint has. What it has not, it refuses by name.

A pythonshell job has no PySpark: there only `awsglue.utils` can be imported, as at AWS.
"""


def __getattr__(name):
    # `from awsglue import DynamicFrame`; not at the top, since it needs PySpark.
    if name == "DynamicFrame":
        from awsglue.dynamicframe import DynamicFrame

        return DynamicFrame
    raise AttributeError(f"module 'awsglue' has no attribute {name!r}")
