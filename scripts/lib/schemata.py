"""Puts every mutant of a crate into its sources at once, so that one build serves them all.

Each mutant gets a copy of its function's body, changed as cargo-mutants says. The function begins with a switch: when the
environment names that mutant, the copy runs and returns in its place. The copy is type-checked on its own, so an error of the
compiler that stands in it is that mutant's, and of no other."""

from pathlib import Path

# The variables that the switch reads: which mutant is on; where to write which functions were reached.
ACTIVE = "ATTENTION_MUTANT"
REACHED = "ATTENTION_MUTANT_REACHED"
MODULE = "mutant_switch"
SWITCH = f"""//! Which mutant is on.
use std::io::Write;
use std::sync::LazyLock;
use std::sync::atomic::{{AtomicBool, Ordering}};

static ACTIVE: LazyLock<usize> =
    LazyLock::new(|| std::env::var("{ACTIVE}").map_or(0, |number| number.parse().expect("a number")));
static REACHED: LazyLock<Option<std::ffi::OsString>> = LazyLock::new(|| std::env::var_os("{REACHED}"));
static SEEN: [AtomicBool; FUNCTIONS] = [const {{ AtomicBool::new(false) }}; FUNCTIONS];

pub(crate) fn active(function: usize) -> usize {{
    if let Some(path) = &*REACHED {{
        if !SEEN[function].swap(true, Ordering::Relaxed) {{
            let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).expect("a file to write");
            file.write_all(format!("{{function}}\\n").as_bytes()).expect("room to write");
        }}
    }}
    *ACTIVE
}}

"""


class Source:
    """A source file by lines and columns, both from 1 on, as the compiler and cargo-mutants count."""

    def __init__(self, text):
        self.text = text
        self.starts = [0]
        for line in text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def range(self, span):
        """Where a span begins and ends in the text."""
        return tuple(self.starts[span[end]["line"] - 1] + span[end]["column"] - 1 for end in ("start", "end"))


class Function:
    """A function that can have a switch: its body's place in the text, that of the word `const` before it, and its mutants."""

    def __init__(self, body, const):
        self.body, self.const = body, const
        self.number, self.mutants = None, []


def whole(mutant):
    """Whether it replaces the whole body of its function."""
    return mutant["genre"] == "FnValue"


def key(mutant):
    """What tells functions apart; None for a mutant outside any."""
    function = mutant["function"]
    return function and (mutant["file"], function["span"]["start"]["line"], function["span"]["start"]["column"])


def functions(mutants, source_of, without_const):
    """{key: function} of those that can have a switch. A constant function cannot read the environment, unless nothing constant
    needs it and it can do `without_const`. What returns `impl Trait` has one type, which another body would not have. And a body
    inside another body would be copied with it."""
    found = {}
    for mutant in filter(whole, mutants):
        source = source_of(mutant["file"])
        body = source.range(mutant["span"])
        const = source.text.find("const fn", source.range(mutant["function"]["span"])[0], body[0])
        if "impl " not in mutant["function"]["return_type"] and (const < 0 or without_const):
            found[key(mutant)] = Function(body, None if const < 0 else const)

    def is_inside(place, other):
        (start, end), (first, last) = found[place].body, found[other].body
        return place != other and place[0] == other[0] and first <= start and end <= last

    nested = {place for place in found for other in found if is_inside(place, other)}
    return {place: function for place, function in found.items() if place not in nested}


class Weave:
    """The mutants of one crate in its sources. `numbers` is {mutant: the number that switches it on}."""

    def __init__(self, root, crate, every, chosen, without_const=True):
        """`every` mutant of the crate is needed to know the functions; the `chosen` ones are put in."""
        self.root, self.crate = Path(root), Path(crate)
        self.sources = {}
        possible = functions(every, self.source, without_const)
        self.functions, self.left, self.numbers = {}, [], {}
        for mutant in chosen:
            place = key(mutant)
            if place not in possible:
                self.left.append(mutant)
                continue
            function = self.functions.setdefault(place, possible[place])
            function.mutants.append(mutant)
            self.numbers[mutant["name"]] = len(self.numbers) + 1
        for number, function in enumerate(self.functions.values()):
            function.number = number
        self.lines = {}
        self.text_of_root = (self.root / self.crate / "src/lib.rs").read_text()

    def source(self, file):
        """The file as it was before anything was put in."""
        if file not in self.sources:
            self.sources[file] = Source((self.root / file).read_text())
        return self.sources[file]

    def write(self, without):
        """Writes the sources with all mutants but those `without`, and notes which lines are whose copy."""
        self.lines = {}
        for file in sorted({place[0] for place in self.functions}):
            (self.root / file).write_text(self.woven(file, without))
        top = self.root / self.crate / "src/lib.rs"
        text = top.read_text() if str(top.relative_to(self.root)) in self.lines else self.text_of_root
        top.write_text(f"#![allow(warnings)] {text}\nmod {MODULE};\n")
        (top.parent / f"{MODULE}.rs").write_text(SWITCH + f"const FUNCTIONS: usize = {len(self.functions)};\n")

    def restore(self):
        """Writes the sources as they were."""
        for file, source in self.sources.items():
            (self.root / file).write_text(source.text)
        (self.root / self.crate / "src/lib.rs").write_text(self.text_of_root)

    def woven(self, file, without):
        source, out, line, at = self.source(file), [], 1, 0
        self.lines[file] = []

        def put(text):
            nonlocal line
            out.append(text)
            line += text.count("\n")

        mine = [function for place, function in self.functions.items() if place[0] == file]
        for function in sorted(mine, key=lambda one: one.body):
            start, end = function.body
            if function.const is None:
                put(source.text[at:start])
            else:
                put(source.text[at : function.const] + source.text[function.const + len("const ") : start])
            put(f"match crate::{MODULE}::active({function.number}) {{")
            for mutant in function.mutants:
                if mutant["name"] in without:
                    continue
                begin, stop = source.range(mutant["span"])
                put(f"{self.numbers[mutant['name']]} => return {{\n")
                first = line
                put(source.text[start:begin] + mutant["replacement"] + source.text[stop:end] + "\n")
                self.lines[file].append((first, line, mutant["name"]))
                put("},\n")
            put("_ => {}\n}\n")
            at = start
        put(source.text[at:])
        return "".join(out)

    def at_fault(self, message):
        """The mutants in whose copies an error of the compiler stands."""
        spans = [span for part in (message, *message["children"]) for span in part["spans"]]
        return self.owners(span for span in message["spans"] if span["is_primary"]) or self.owners(spans)

    def owners(self, spans):
        names, spans = set(), list(spans)
        while spans:
            span = spans.pop()
            of_file = self.lines.get(span["file_name"], [])
            names |= {name for first, last, name in of_file if first <= span["line_start"] <= last}
            if span["expansion"]:
                spans.append(span["expansion"]["span"])
        return names
