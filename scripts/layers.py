"""The table of layers, as the program `pipeline` prints it: there is no other list of them."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]


def layers(wish=None):
    """All layers there are, or those that the pipeline in the file `wish` asks for, in the order of `up`."""
    command = [ROOT / "target/release/pipeline", "layers", *([] if wish else ["--all"])]
    done = subprocess.run(command, stdin=open(wish) if wish else subprocess.DEVNULL, stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout.split()
