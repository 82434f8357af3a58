"""strata against Terraform: the same resources, on the same endpoint, one after the other. Prints and keeps ratios of the
times by the clock on the wall: everything new, nothing to do, plan, and everything gone.

    python3 scripts/bench/terraform.py
"""

import argparse
import os
import pathlib
import shutil
import tempfile

from bench import ROOT, Endpoint, chain, down, plan, seconds
from report import Report

HCL = ROOT / "scripts/bench/terraform"
AIMS = {"up": 40, "no-op": 60, "plan": 60, "down": 30}


def mirror():
    """The folder with the AWS provider, where this machine has one."""
    named = os.environ.get("TF_PLUGINS")
    places = [pathlib.Path(named)] if named else [pathlib.Path("/opt/tf-plugins"), pathlib.Path("/usr/share/terraform/providers")]
    return next((place for place in places if place.is_dir()), None)


def terraform(endpoint, folder, plugins):
    """Seconds of apply, of apply with nothing to do, of plan, of destroy."""
    for file in HCL.glob("*.tf"):
        shutil.copy(file, folder)
    rc = folder / "terraformrc"
    rc.write_text(f'provider_installation {{\n  filesystem_mirror {{ path = "{plugins}" }}\n}}\n')
    env = {
        **endpoint.env,
        "TF_CLI_CONFIG_FILE": str(rc),
        "CHECKPOINT_DISABLE": "1",
        "TF_VAR_endpoint": endpoint.url,
        "TF_VAR_root": str(ROOT),
        # Its client for MWAA puts a name before the host that not every system resolves: the endpoint is its proxy, too.
        "HTTP_PROXY": endpoint.url,
    }
    seconds(["terraform", "init"], env, folder)
    words = ["-no-color", "-input=false"]
    return {
        "up": seconds(["terraform", "apply", *words, "-auto-approve"], env, folder),
        "no-op": seconds(["terraform", "apply", *words, "-auto-approve"], env, folder),
        "plan": seconds(["terraform", "plan", *words], env, folder),
        "down": seconds(["terraform", "destroy", *words, "-auto-approve"], env, folder),
    }


def strata(endpoint):
    return {
        "up": seconds(chain(), endpoint.env),
        "no-op": seconds(chain(), endpoint.env),
        "plan": seconds(plan(), endpoint.env),
        "down": seconds(down(), endpoint.env),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    plugins = mirror()
    if not shutil.which("terraform") or plugins is None:
        print("terraform: it, or its AWS provider, is not on this machine: nothing was compared")
        return
    times = {"strata": {name: [] for name in AIMS}, "terraform": {name: [] for name in AIMS}}
    with Endpoint() as endpoint:
        # The first calls of an endpoint's life are slow; both sides shall find it as it is afterwards.
        strata(endpoint)
        for _ in range(options.rounds):
            with tempfile.TemporaryDirectory() as folder:
                for name, took in strata(endpoint).items():
                    times["strata"][name].append(took)
                for name, took in terraform(endpoint, pathlib.Path(folder), plugins).items():
                    times["terraform"][name].append(took)
    report = Report("terraform", "The same 77 resources on the same endpoint: strata and Terraform 1.11, AWS provider 5.100")
    for name, aim in AIMS.items():
        report.compare(name, "Terraform", times["strata"][name], times["terraform"][name], "s", at_least=aim)
    report.save()


if __name__ == "__main__":
    main()
