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
    """A function with a switch: its number, its body's place in the text, and its mutants."""

    def __init__(self, number, body):
        self.number, self.body, self.mutants = number, body, []


def whole(mutant):
    """Whether it replaces the whole body of its function."""
    return mutant["genre"] == "FnValue"


def key(mutant):
    """What tells functions apart; None for a mutant outside any."""
    function = mutant["function"]
    return function and (mutant["file"], function["span"]["start"]["line"], function["span"]["start"]["column"])


def bodies(mutants, source_of):
    """{function: (start, end) of its body}, of the functions that can have a switch. A constant function cannot read the
    environment; what returns `impl Trait` has one type, which another body would not have; and a body inside another body would
    be copied with it."""
    found = {}
    for mutant in mutants:
        if not whole(mutant):
            continue
        source = source_of(mutant["file"])
        start, end = source.range(mutant["span"])
        head = source.text[source.range(mutant["function"]["span"])[0] : start]
        if "const fn" not in head and "impl " not in mutant["function"]["return_type"]:
            found[key(mutant)] = (start, end)
    inside = lambda one, other: one[0][0] == other[0][0] and one != other and other[1][0] <= one[1][0] and one[1][1] <= other[1][1]
    places = list(found.items())
    nested = {one[0] for one in places for other in places if inside(one, other)}
    return {place: body for place, body in places if place not in nested}


class Weave:
    """The mutants of one crate in its sources. `numbers` is {mutant: the number that switches it on}."""

    def __init__(self, root, crate, every, chosen):
        """`every` mutant of the crate is needed to know the functions; the `chosen` ones are put in."""
        self.root, self.crate = Path(root), Path(crate)
        self.sources = {}
        places = bodies(every, self.source)
        self.functions, self.left, self.numbers = {}, [], {}
        for mutant in chosen:
            place = key(mutant)
            if place not in places:
                self.left.append(mutant)
                continue
            function = self.functions.setdefault(place, Function(len(self.functions), places[place]))
            function.mutants.append(mutant)
            self.numbers[mutant["name"]] = len(self.numbers) + 1
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
            put(source.text[at:start])
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
