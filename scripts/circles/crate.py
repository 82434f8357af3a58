"""The modules of a crate, what a path in one of them means, and so the arrows between its files."""

import collections
import pathlib

import source


class Crate:
    """One target, from `lib.rs` or `main.rs` on. `files` has the text of each file by its place in `src/`.

    Modules are known by their paths, tuples of segments; `()` is the root. What a path means is a list of pairs of a module
    and the name of an item in it; the name is empty where the module itself is meant, and the list is empty where the path
    leads to another crate.
    """

    def __init__(self, files, root):
        self.files = files
        self.modules = {}
        self.add((), root)

    def add(self, path, file):
        place = pathlib.PurePosixPath(file)
        is_folder = path == () or place.name == "mod.rs"
        self.admit(source.read(self.files[file], path, file), place.parent if is_folder else place.with_suffix(""))

    def admit(self, module, folder):
        """With the modules that it declares, which are in `folder`."""
        self.modules[module.path] = module
        for name, said in module.declared:
            places = [folder / f"{name}.rs", folder / name / "mod.rs"]
            if said:
                places = [pathlib.PurePosixPath(module.file).parent / said]
            for place in map(str, places):
                if place in self.files:
                    self.add((*module.path, name), place)
        for name, child in module.inline.items():
            self.admit(child, folder / name)

    def has(self, file):
        return any(module.file == file for module in self.modules.values())

    def add_rest(self, files):
        """Files that no `mod` declares, as where a build script writes the declarations: modules by their place."""
        for file in sorted(files, key=lambda file: (file.count("/") - file.endswith("/mod.rs"), file)):
            parts = pathlib.PurePosixPath(file).with_suffix("").parts
            if parts[0] != "bin" and not self.has(file):
                self.add(parts[:-1] if parts[-1] == "mod" else parts, file)

    def arrows(self):
        """file -> file -> the names by which the one uses the other."""
        found = collections.defaultdict(lambda: collections.defaultdict(set))
        for module in self.modules.values():
            for target, name in self.uses(module):
                file = self.modules[target].file
                if name and file != module.file:
                    found[module.file][file].add(name)
        return found

    def uses(self, module):
        for path in [path for _, path in module.imports] + list(module.used):
            yield from self.meaning(module.path, path)
        for path in module.globs:
            yield from ((target, name or "*") for target, name in self.meaning(module.path, path))
        # A name without a path is defined here or imported, and counts there; or it comes out of a glob.
        for name in module.words | module.called if module.globs else ():
            yield from self.look(module.path, name)
        for name in module.called:
            yield from self.look(module.path, name) or self.textual(name)

    def textual(self, name):
        """A macro is also known by its name alone below its definition, and wherever `#[macro_use]` carries it."""
        return [(module.path, f"{name}!") for module in self.modules.values() if name in module.macros]

    def meaning(self, here, path, seen=frozenset()):
        """What a path means in the module `here`. `seen` are the imports on the way, each of which is followed once."""
        at, rest, is_ours = self.start(here, path)
        if at is None:
            return []
        for index, name in enumerate(rest):
            found = self.look(at, name, seen)
            inner = [target for target, item in found if not item]
            if found and index == len(rest) - 1:
                return found
            if inner:
                at, is_ours = inner[0], True
            elif found:
                # A type; what follows is its own: a method, a variant.
                return found
            else:
                # In a module of ours a macro has made it, unless the module has it from another crate.
                from_others = any(name == alias for alias, _ in self.modules[at].imports)
                return [(at, name)] if is_ours and not from_others else []
        return [(at, "")]

    def start(self, here, path):
        """The module in which the rest of a path is looked up, that rest, and whether the path says that it is ours."""
        head, rest = path[0], path[1:]
        if head == "::":
            return None, rest, False
        if head in ("crate", self.modules[()].own_name):
            return (), rest, True
        if head == "self":
            return here, rest, True
        if head != "super":
            return here, path, False
        here = here[:-1]
        while rest and rest[0] == "super":
            here, rest = here[:-1], rest[1:]
        return here, rest, True

    def look(self, at, name, seen=frozenset()):
        """What one name means in a module. It may be a module and a function at once."""
        module, found = self.modules[at], []
        if (*at, name) in self.modules:
            found.append(((*at, name), ""))
        if name in module.defined:
            found.append((at, name))
        if name in module.macros:
            found.append((at, f"{name}!"))
        if at == ():
            found += [(path, f"{name}!") for path, other in self.modules.items() if path and other.macros.get(name)]
        for alias, path in module.imports:
            if alias == name and (at, path) not in seen:
                found += self.meaning(at, path, seen | {(at, path)})
        if not found:
            for path in module.globs:
                # A glob may be looked through for one name after another, but not for the same one.
                step = (at, path, name)
                if step not in seen:
                    targets = [target for target, item in self.meaning(at, path, seen | {step}) if not item]
                    found += [one for target in targets for one in self.look(target, name, seen | {step})]
        return found


def circles(arrows):
    """The sets of files each of which leads to each other one (Tarjan), the largest first."""
    number, low, stack, found = {}, {}, [], []

    def visit(file):
        number[file] = low[file] = len(number)
        stack.append(file)
        for other in sorted(arrows.get(file, ())):
            if other not in number:
                visit(other)
            if other in stack:
                low[file] = min(low[file], low[other])
        if low[file] == number[file]:
            at = stack.index(file)
            found.append(stack[at:])
            del stack[at:]

    for file in sorted(arrows):
        if file not in number:
            visit(file)
    return sorted((sorted(circle) for circle in found if len(circle) > 1), key=lambda circle: (-len(circle), circle))
