"""Runs a job's script as a program of its own, and writes down why it failed: `launch.py REPORT SET SCRIPT ARGUMENT...`.

It runs in the job's environment. The report is the text of ErrorMessage; it is missing when the process was killed.
"""

import linecache
import pathlib
import re
import sys
import traceback
import types

# Categories of AWS Glue's job run errors ("Error Category", Glue developer guide). What has none here is UNCLASSIFIED_ERROR.
CATEGORIES = {
    "ImportError": "IMPORT_ERROR",
    "ModuleNotFoundError": "IMPORT_ERROR",
    "SyntaxError": "SYNTAX_ERROR",
    "IndentationError": "SYNTAX_ERROR",
    "GlueArgumentError": "INVALID_ARGUMENT_ERROR",
    "AnalysisException": "QUERY_ERROR",
    "ParseException": "QUERY_ERROR",
    "NotImplementedError": "UNSUPPORTED_OPERATION_ERROR",
}
LONGEST = 1000


def words(error):
    """The error in one line, as a traceback ends with it."""
    if isinstance(error, SystemExit):
        return f"SystemExit: {error.code}"
    if isinstance(error, SyntaxError):
        return traceback.format_exception_only(type(error), error)[-1].strip()
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
    # py4j says what was called in one line, and what Java answered in the next.
    text = " ".join(line.lstrip(": ") for line in lines[:2]) if type(error).__name__ == "Py4JJavaError" else lines[0]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def line_in(script, trace):
    """The last line of the script itself that was running."""
    lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename == script]
    return lines[-1] if lines else None


def message(error, script, trace, is_spark):
    text = words(error)
    if is_spark:
        name = type(error).__name__
        line = error.lineno if isinstance(error, SyntaxError) else line_in(script, trace)
        where = f"Failed Line Number: {line}; " if line else ""
        text = f"Error Category: {CATEGORIES.get(name, 'UNCLASSIFIED_ERROR')}; {where}{text}"
    return re.sub(r"\s+", " ", text)[:LONGEST]


def main():
    report, is_spark, script = pathlib.Path(sys.argv[1]), sys.argv[2] == "spark", sys.argv[3]
    sys.argv = sys.argv[3:]
    sys.path[0] = str(pathlib.Path(script).parent)
    module = types.ModuleType("__main__")
    module.__file__ = script
    module.__builtins__ = __builtins__
    sys.modules["__main__"] = module
    try:
        with open(script, "rb") as file:
            code = compile(file.read(), script, "exec")
        exec(code, module.__dict__)  # noqa: S102 - this is what it is for
    except BaseException as error:  # noqa: BLE001 - whatever ends a script is its error
        if isinstance(error, SystemExit) and error.code in (None, 0):
            return
        # Without the frames of this file.
        trace = error.__traceback__.tb_next
        linecache.checkcache(script)
        traceback.print_exception(type(error), error, trace)
        report.write_text(message(error, script, trace, is_spark))
        sys.stdout.flush()
        sys.exit(1)


main()
