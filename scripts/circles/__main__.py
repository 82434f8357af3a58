"""Circles of files: `scripts/tidy` calls this to check that none has more than six. Prints each larger one; exit 1.

A file draws an arrow to each file of its crate whose items it names: in `use`, or by a path anywhere in its code. What it
names through a re-export, an alias or a glob counts for the file that defines it, not for the files on the way; the re-export
is a use itself. Files that lead to each other along arrows form a circle: none of them can be understood, moved or compiled
without the others.

`mod` says where the file of a module is. That it contains the module is no arrow. Tests inside a file do not count; tests in
a file of their own do, and as no one uses them they are in no circle.

Not seen: a method that is called on a value, since the call names no file; what a macro makes of its arguments.

    python3 scripts/circles [--most N] [CRATE..]    # crates/layer; all crates when none is named
"""

import argparse
import pathlib
import subprocess
import sys

import selfcheck
from crate import Crate, circles

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST = 6


def folders():
    """All crates in bin/ and crates/."""
    manifests = [f"{place}/**/Cargo.toml" for place in ("bin", "crates")]
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *manifests]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(str(pathlib.PurePosixPath(manifest).parent) for manifest in listed.split())


def targets(folder):
    """The library and the program of a crate."""
    source = ROOT / folder / "src"
    files = {str(file.relative_to(source)): file.read_text() for file in source.rglob("*.rs")}
    crates = [Crate(files, root) for root in ("lib.rs", "main.rs") if root in files]
    for crate in crates[:1]:
        crate.add_rest([file for file in files if not any(other.has(file) for other in crates)])
    return crates


def report(folder, circle, arrows, most):
    print(f"circles: {folder}/src: {len(circle)} files lead to each other ({most} at most)", file=sys.stderr)
    for file in circle:
        for other in circle:
            if names := arrows[file].get(other):
                print(f"    {file} -> {other}: {', '.join(sorted(names))}", file=sys.stderr)


def main():
    arguments = argparse.ArgumentParser(prog="scripts/circles", description="Check that no circle of files is too large.")
    arguments.add_argument("--most", type=int, default=MOST, metavar="N", help="files that a circle may have")
    arguments.add_argument("crates", nargs="*", metavar="CRATE", help="folder of a crate, such as crates/layer")
    given = arguments.parse_args()
    selfcheck.check()
    is_tidy = True
    for folder in given.crates or folders():
        for crate in targets(folder):
            arrows = crate.arrows()
            for circle in circles(arrows):
                if len(circle) > given.most:
                    is_tidy = False
                    report(folder, circle, arrows, given.most)
    return 0 if is_tidy else 1


if __name__ == "__main__":
    sys.exit(main())
