"""What a Rust file says of itself: the modules it declares, the names it defines and imports, the paths it uses.

Only as much of the grammar is read as these need. Comments are skipped, and so is what `#[cfg(test)]` marks, except for the
declaration of a module that has a file of its own.
"""

import dataclasses
import re

TOKEN = re.compile(
    r"""\s+ | //[^\n]* | (?P<comment>/\*)
    | [bc]?"(?P<text>(?:[^"\\]|\\.)*)"
    | (?P<literal>[bc]?r(?P<hashes>\#*)".*?"(?P=hashes) | b?'(?:\\u\{[^}]*\}|\\x..|\\.|[^'\\])' | '\w+ | \d\w*(?:\.\d\w*)?)
    | (?P<token>(?:r\#)?[^\W\d]\w* | :: | \.\.\.?=? | [^\s\w])""",
    re.VERBOSE | re.DOTALL,
)
COMMENT = re.compile(r"/\*|\*/")
WORD = re.compile(r"[^\W\d]\w*")
PATH = re.compile(r"[^\W\d]\w*(?:::\w+)*")

OPENING, CLOSING = ("(", "[", "{"), (")", "]", "}")
DEFINING = {"fn", "struct", "enum", "union", "trait", "type", "const", "static"}
ITEM = DEFINING | {"mod", "use", "impl", "async", "unsafe", "extern", "macro_rules"}
KEYWORDS = ITEM - {"union", "macro_rules"} | set(
    "_ Self as await break continue crate dyn else false for if in let loop match move mut pub ref return self super true "
    "where while".split()
)


@dataclasses.dataclass
class Module:
    """A module. A path is a tuple of its segments; that of a module begins at the crate's root."""

    path: tuple
    file: str
    own_name: str = ""  # of the crate, by `extern crate self as NAME`
    declared: list = dataclasses.field(default_factory=list)  # (name, what its attribute `path` says): `mod name;`
    inline: dict = dataclasses.field(default_factory=dict)  # name: Module
    defined: set = dataclasses.field(default_factory=set)
    macros: dict = dataclasses.field(default_factory=dict)  # name: whether it has `#[macro_export]`
    imports: list = dataclasses.field(default_factory=list)  # (name here, path)
    globs: list = dataclasses.field(default_factory=list)  # paths
    used: set = dataclasses.field(default_factory=set)  # paths
    words: set = dataclasses.field(default_factory=set)  # paths of one segment, which may be variables
    called: set = dataclasses.field(default_factory=set)  # macros, by one segment


def read(text, path, file):
    """The module that a file is, with the inline modules in it."""
    module = Module(path, file)
    Reader(tokens(text), module).read()
    return module


def tokens(text):
    """Words and signs. A text keeps its first quotation mark; of another literal, and of a lifetime, only a mark is left."""
    found, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        at = end_of_comment(text, at) if match["comment"] else match.end()
        if match["token"]:
            found.append(match["token"].removeprefix("r#"))
        elif match["text"] is not None:
            found.append('"' + match["text"])
        elif match["literal"]:
            found.append('"')
    return found


def end_of_comment(text, at):
    """Block comments nest."""
    depth = 0
    for mark in COMMENT.finditer(text, at):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(text)


def is_word(token):
    return WORD.fullmatch(token) is not None


class Reader:
    """Reads tokens into a module."""

    def __init__(self, tokens, module):
        self.tokens, self.module, self.at = tokens, module, 0
        self.attributes = []  # tokens of those that are in front of the next item

    def peek(self, ahead=0):
        at = self.at + ahead
        return self.tokens[at] if 0 <= at < len(self.tokens) else ""

    def closing(self, ahead):
        """The place of the bracket that closes the one which opens there."""
        depth = 0
        for at in range(self.at + ahead, len(self.tokens)):
            depth += (self.tokens[at] in OPENING) - (self.tokens[at] in CLOSING)
            if depth == 0:
                return at
        return len(self.tokens)

    def read(self):
        # For each open bracket whether names in it are no longer the module's. Those that a macro is given still are:
        # `props! { struct Props { .. } }` defines `Props`.
        inner = []
        while self.at < len(self.tokens):
            token = self.peek()
            if token == "#" and "[" in (self.peek(1), self.peek(2)):
                self.attribute()
                continue
            if token in OPENING:
                inner.append(any(inner) or not (self.peek(-1) == "!" and is_word(self.peek(-2))))
                self.at += 1
            elif token in CLOSING:
                inner = inner[:-1]
                self.at += 1
            else:
                self.item(token, any(inner))
            self.attributes = []

    def item(self, token, is_inner):
        """From here on, as far as it is understood at once."""
        if token == "use" and self.peek(1) != "<":
            self.at += 1
            self.use(())
        elif token == "mod" and self.peek(2) in (";", "{") and not is_inner:
            self.declaration()
        elif token == "extern" and self.tokens[self.at + 1 : self.at + 4] == ["crate", "self", "as"]:
            self.module.own_name = self.peek(4)
            self.at += 5
        elif token == "macro_rules" and self.peek(1) == "!":
            self.module.macros[self.peek(2)] = "macro_export" in self.attributes
            self.at += 3
        elif token in DEFINING and is_word(self.peek(1)):
            self.at += 2 if self.peek(1) == "mut" else 1
            if not is_inner and self.peek() not in KEYWORDS:
                self.module.defined.add(self.peek())
            self.at += self.peek() not in KEYWORDS
        elif is_word(token):
            self.path()
        else:
            self.at += 1

    def attribute(self):
        ahead = 1 if self.peek(1) == "[" else 2
        end = self.closing(ahead)
        inside = self.tokens[self.at + ahead + 1 : end]
        # serde takes paths as texts.
        self.module.used |= {tuple(token[1:].split("::")) for token in inside if token[0] == '"' and PATH.fullmatch(token[1:])}
        Reader(inside, self.module).read()
        self.attributes += inside
        self.at = end + 1
        if inside[:2] == ["cfg", "("] and "test" in inside and "not" not in inside:
            self.skip()

    def skip(self):
        """What `#[cfg(test)]` marks: an item, or a field, a statement, a branch."""
        while self.peek() == "#":
            self.attributes += self.tokens[self.at + 2 : self.closing(1)]
            self.at = self.closing(1) + 1
        is_item = self.peek() == "pub"
        if is_item:
            self.at = self.closing(1) + 1 if self.peek(1) == "(" else self.at + 1
        if self.peek() == "mod" and self.peek(2) == ";":
            self.declaration()
            return
        is_item = is_item or self.peek() in ITEM
        while self.at < len(self.tokens) and self.peek() not in CLOSING:
            token = self.peek()
            self.at = self.closing(0) + 1 if token in OPENING else self.at + 1
            if token in (";", "{") or (token == "," and not is_item):
                return

    def declaration(self):
        name = self.peek(1)
        if self.peek(2) == ";":
            said = [text[1:] for key, _, text in zip(self.attributes, self.attributes[1:], self.attributes[2:]) if key == "path"]
            self.module.declared.append((name, said[0] if said else ""))
            self.at += 3
        else:
            child = Module((*self.module.path, name), self.module.file)
            end = self.closing(2)
            self.module.inline[name] = child
            Reader(self.tokens[self.at + 3 : end], child).read()
            self.at = end + 1

    def use(self, path):
        """A tree of imports below `path`, up to the sign behind it."""
        if self.peek() == "::":
            path = ("::",)
            self.at += 1
        while is_word(self.peek()):
            # In `{self, ..}` it is the module itself.
            path = path if self.peek() == "self" and path else (*path, self.peek())
            self.at += 1
            if self.peek() != "::":
                is_renamed = self.peek() == "as"
                self.module.imports.append((self.peek(1) if is_renamed else path[-1], path))
                self.at += 2 if is_renamed else 0
                return
            self.at += 1
        if self.peek() == "*":
            self.module.globs.append(path)
        elif self.peek() == "{":
            self.at += 1
            while self.peek() not in ("}", ""):
                self.use(path)
                self.at += self.peek() == ","
        self.at += 1

    def path(self):
        before, path = self.peek(-1), [self.peek()]
        self.at += 1
        while self.peek() == "::" and is_word(self.peek(1)):
            path.append(self.peek(1))
            self.at += 2
        # A field or a method, a path that begins elsewhere, a name that a macro is given.
        if before in (".", "::") or (before == "$" and path[0] != "crate"):
            return
        if len(path) > 1:
            self.module.used.add(tuple(path))
        elif self.peek() == "!" and self.peek(1) in OPENING:
            self.module.called.add(path[0])
        elif path[0] not in KEYWORDS and self.peek() != ":":
            self.module.words.add(path[0])
