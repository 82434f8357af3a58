"""Fetches the program `transform` and starts it: the script of Glue's Python shell jobs, and of an EMR step.

    run_transform.py --program s3://bucket/scripts/glue/transform-<hash>.gz --spec s3://bucket/scripts/transforms/x.json
                     [--date YYYY-MM-DD] [--memory SIZE]

No Python touches the data. What the program says goes on to this script's output, and its exit code is this script's. Glue adds
arguments of its own, which are left out.
"""

import argparse
import gzip
import hashlib
import json
import os
import subprocess
import sys
import tempfile

# Set while the program runs, which asks this script for credentials: where the person's own configuration is.
CONFIG = "STRATA_AWS_CONFIG_FILE"


def fetch(url, folder):
    """The program, whose bytes are those that were uploaded."""
    import boto3

    bucket, _, key = url[len("s3://") :].partition("/")
    answer = boto3.client("s3").get_object(Bucket=bucket, Key=key)
    packed = answer["Body"].read()
    if hashlib.sha256(packed).hexdigest() != answer["Metadata"].get("strata-sha256"):
        sys.exit("run_transform: %s is not the program that was uploaded; delete it and run `up` again" % url)
    path = os.path.join(folder, "transform")
    with open(path, "wb") as file:
        file.write(gzip.decompress(packed))
    os.chmod(path, 0o700)
    return path


def print_credentials():
    """Those of this job, as a credential_process prints them: the program asks again before they expire."""
    del os.environ["AWS_CONFIG_FILE"]
    if CONFIG in os.environ:
        os.environ["AWS_CONFIG_FILE"] = os.environ[CONFIG]
    import boto3

    found = boto3.Session().get_credentials()
    now = found.get_frozen_credentials()
    said = {"Version": 1, "AccessKeyId": now.access_key, "SecretAccessKey": now.secret_key, "SessionToken": now.token}
    expires = getattr(found, "_expiry_time", None)
    if expires:
        said["Expiration"] = expires.strftime("%Y-%m-%dT%H:%M:%SZ")
    print(json.dumps({name: value for name, value in said.items() if value}))


def environment(folder):
    """The program's environment. It finds credentials that are in variables itself; all others it gets from boto3."""
    import boto3

    found = dict(os.environ, AWS_REGION=boto3.Session().region_name or "")
    if "AWS_ACCESS_KEY_ID" not in found:
        config = os.path.join(folder, "config")
        with open(config, "w") as file:
            file.write('[default]\ncredential_process = "%s" "%s" --credentials\n' % (sys.executable, os.path.abspath(__file__)))
        if "AWS_CONFIG_FILE" in found:
            found[CONFIG] = found["AWS_CONFIG_FILE"]
        found["AWS_CONFIG_FILE"] = config
    return found


def main(arguments):
    if arguments == ["--credentials"]:
        return print_credentials()
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--program", required=True)
    parser.add_argument("--spec", required=True)
    parser.add_argument("--date")
    parser.add_argument("--memory")
    options, _ = parser.parse_known_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        command = [fetch(options.program, folder), "--end-with-stdin", "--spec", options.spec]
        for name in ("date", "memory"):
            if getattr(options, name):
                command += ["--" + name, getattr(options, name)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        program = subprocess.Popen(command, env=environment(folder), universal_newlines=True, **pipes)
        last = ""
        for line in program.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
        code = program.wait()
    if code:
        # Glue shows what a script exits with as the reason why the run has failed.
        sys.exit(last if last.startswith("transform: ") else "transform: it ended with %d" % code)


if __name__ == "__main__":
    main(sys.argv[1:])
