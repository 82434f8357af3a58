"""Small crates whose arrows are known; each run of the check begins with them."""

import sys

from crate import Crate, circles

# What is shown, the files, and each arrow with its names.
CASES = [
    (
        "super, nested trees, aliases, and paths in expressions",
        {
            "lib.rs": "mod a; mod b; mod c; mod d;",
            "a.rs": "use super::b::{self as other, One, Two as Second}; fn f() { other::three(); crate::c::four::<u8>() }",
            "b.rs": "pub(crate) struct One; pub enum Two { X } pub fn three() { let _ = super::d::Five::new; }",
            "c.rs": "use crate::{b::{self, Two::X}, d::{Five}}; fn four<T>() -> b::One { X }",
            "d.rs": "pub struct Five; impl Five { fn new() {} }",
        },
        {"a b": "One Two three", "a c": "four", "b d": "Five", "c b": "One Two", "c d": "Five"},
    ),
    (
        "re-exports lead to the definition, `mod` is no arrow",
        {
            "lib.rs": "mod a; mod b; pub use b::Thing; pub(crate) use b::deep::*; use serde::Serialize;",
            "a.rs": "use crate::{Deep, Serialize, Thing};",
            "b.rs": "pub mod deep; pub struct Thing;",
            "b/deep.rs": "pub struct Deep; fn f() { crate::Thing; }",
        },
        {"lib b": "Thing", "lib b/deep": "*", "a b": "Thing", "a b/deep": "Deep", "b/deep b": "Thing"},
    ),
    (
        "globs: the module itself, and whatever is named of what comes through",
        {
            "lib.rs": "mod a; mod b; use b::Other; pub struct Root; pub struct Unused;",
            "a.rs": "use super::*; fn f(other: Other) -> Root { other.Unused }",
            "b.rs": "pub struct Other;",
        },
        {"lib b": "Other", "a lib": "* Root", "a b": "Other"},
    ),
    (
        "a module and a function of one name, a module and a crate of one name",
        {
            "lib.rs": "mod wait; mod csv; mod a; pub use wait::wait;",
            "wait.rs": "pub fn wait() {} pub struct Pace;",
            "csv.rs": "use csv::Reader; use ::csv::Writer; pub struct Rows;",
            "a.rs": "use crate::wait; use crate::csv::Rows; fn f() -> wait::Pace { wait() }",
        },
        {"lib wait": "wait", "a wait": "Pace wait", "a csv": "Rows"},
    ),
    (
        "tests inside a file do not count, those with a file of their own do",
        {
            "lib.rs": "mod a; mod b; #[cfg(test)] mod tests; #[cfg(test)] #[path = \"odd.rs\"] mod other;",
            "a.rs": "#[cfg(test)] use crate::b::B; #[cfg(test)] mod tests { use crate::b::B; } #[cfg(not(test))] use crate::b::C;",
            "b.rs": "pub struct B; pub struct C;",
            "tests.rs": "use crate::a; use crate::b::B;",
            "odd.rs": "use super::b::C;",
        },
        {"a b": "C", "tests b": "B", "odd b": "C"},
    ),
    (
        "macros: exported, by text, and what they define",
        {
            "lib.rs": "extern crate self as strata; #[macro_use] mod m; mod a; mod b;",
            "m.rs": "#[macro_export] macro_rules! props { () => { $crate::b::Base } } macro_rules! local { () => {} }",
            "a.rs": "crate::props! { pub struct Made { x: u8 } } fn f() { local!(); strata::props!{} }",
            "b.rs": "pub struct Base; fn f(made: super::a::Made) -> crate::a::Unknown { 1 }",
        },
        {"a m": "local! props!", "m b": "Base", "b a": "Made Unknown"},
    ),
    (
        "inline modules, files that only a build script declares, and mod.rs",
        {
            "main.rs": "mod layers { include!(\"x\"); } mod a { pub mod deep; pub struct InMain; }",
            "a/deep.rs": "use super::InMain; #[serde(default = \"crate::layers::net::yes\")] struct S;",
            "layers/net/mod.rs": "mod shape; pub fn yes() { self::shape::draw() }",
            "layers/net/shape.rs": "pub fn draw() { super::yes() }",
        },
        {"a/deep main": "InMain", "a/deep layers/net/mod": "yes", "layers/net/mod layers/net/shape": "draw", "layers/net/shape layers/net/mod": "yes"},
    ),
    (
        "what looks like a path and is none",
        {
            "lib.rs": "mod a; mod b;",
            "a.rs": "// use crate::b::B;\n/* crate::b::B /* */ crate::b::B */ /// [`crate::b::B`]\n"
            "fn f<'b>(x: &'b str) { \"crate::b::B\"; r#\"crate::b::B\" \"#; '\"'; x.b::<u8>(); ::b::B; std::b::B }",
            "b.rs": "pub struct B;",
        },
        {},
    ),
]


def check():
    """Ends the program where a case is not what it should be."""
    for shown, files, expected in CASES:
        crate = Crate(files, "lib.rs" if "lib.rs" in files else "main.rs")
        crate.add_rest(files)
        arrows = {
            f"{file} {other}".replace(".rs", ""): " ".join(sorted(names))
            for file, others in crate.arrows().items()
            for other, names in others.items()
        }
        if arrows != expected:
            sys.exit(f"circles: the check itself is wrong about {shown}: {arrows}, and not {expected}")
    ring = {"a": "b", "b": "c", "c": "ad", "d": "e", "e": "d", "f": "a"}
    if circles({file: set(others) for file, others in ring.items()}) != [["a", "b", "c"], ["d", "e"]]:
        sys.exit("circles: the check itself finds no circles")
