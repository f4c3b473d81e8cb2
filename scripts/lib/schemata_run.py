"""Runs the tests of a crate on mutants that were all built at once (see schemata.py): one test after another, each in a process
of its own, only those that reach the mutant's function, until one fails."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from schemata import ACTIVE, REACHED, Weave

# A loop without end must not take a busy machine's time for its own: what counts is the processor's, many times what the test
# takes without a mutant. The clock only ends what waits for ever.
CPU_SECONDS, CPU_FACTOR, CLOCK_SECONDS = 10, 10, 3600
# Tests that take longer than this of the processor's time, like long random searches, meet only what the others did not notice.
QUICK_SECONDS = 3
# A loop may also take memory without end.
MEMORY_BYTES = 4 << 30
# The compiler reports errors of one phase after another.
BUILDS_MAX = 12


class Failed(Exception):
    """Something other than a mutant went wrong."""


def say(text):
    print(f"mutants: {text}", file=sys.stderr, flush=True)


class NeedsConst(Exception):
    """Something constant calls a function that is no longer."""


def copy_tree(root, to):
    """The files that git knows or would take, without what was built."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, check=True, capture_output=True
    ).stdout
    for name in sorted(set(names.decode().split("\0")) - {""}):
        path = Path(root) / name
        if path.is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to / name)


def build(tree, package):
    """Builds the tests as cargo-mutants would: the programs, or the errors of the compiler."""
    settings = tree / ".cargo/mutants.toml"
    extra = tomllib.loads(settings.read_text()).get("additional_cargo_args", []) if settings.exists() else []
    command = ["cargo", "test", "--no-run", "--quiet", "--message-format=json", "--package", package, *extra]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    messages = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode == 0:
        built = [one for one in messages if one["reason"] == "compiler-artifact" and one["profile"]["test"]]
        return [one["executable"] for one in built if one["executable"]], []
    errors = [one["message"] for one in messages if one["reason"] == "compiler-message" and one["message"]["level"] == "error"]
    if not errors:
        raise Failed(f"{package} does not build: {done.stderr.strip()}")
    return [], errors


def build_all(weave, tree, package):
    """The programs, and the mutants that do not compile: what the compiler refuses is left out until the rest builds."""
    unviable = set()
    for _ in range(BUILDS_MAX):
        weave.write(unviable)
        programs, errors = build(tree, package)
        if programs:
            return programs, unviable
        found = set()
        if any(error["code"] and error["code"]["code"] == "E0015" for error in errors):
            raise NeedsConst
        for error in errors:
            owners = weave.at_fault(error)
            # What the compiler says last of all ("aborting due to …") stands nowhere.
            if not owners and error["spans"]:
                raise Failed(f"{package}: an error that is no mutant's:\n{error['rendered']}")
            found |= owners
        if not found - unviable:
            raise Failed(f"{package} does not build:\n{errors[0]['rendered']}")
        unviable |= found
    raise Failed(f"{package}: mutants still do not compile after {BUILDS_MAX} builds")


class Test:
    """One test: how much of the processor's time it takes and which functions it reaches without a mutant."""

    def __init__(self, program, name, folder):
        self.program, self.name, self.folder = program, name, folder
        self.cpu_seconds, self.reached = 0.0, frozenset()

    def run(self, variables, cpu_max):
        """"passed", "failed", or "timed out" after `cpu_max` seconds of the processor's time; and how many it took."""
        limits = ["prlimit", f"--cpu={cpu_max}:{cpu_max + 5}", f"--as={MEMORY_BYTES}", "--core=0"]
        environment = {**os.environ, "CARGO_MANIFEST_DIR": str(self.folder), "RUST_BACKTRACE": "0", **variables}
        command = [*limits, self.program, "--exact", self.name]
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, cwd=self.folder, env=environment, **quiet)
        clock = threading.Timer(CLOCK_SECONDS, process.kill)
        clock.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            clock.cancel()
        process.returncode = code = os.waitstatus_to_exitcode(status)
        seconds = usage.ru_utime + usage.ru_stime
        if code == 0:
            return "passed", seconds
        return "timed out" if code in (-signal.SIGXCPU, -signal.SIGKILL) else "failed", seconds

    def meet(self, number):
        """Runs it with a mutant."""
        return self.run({ACTIVE: str(number)}, int(CPU_SECONDS + CPU_FACTOR * self.cpu_seconds))[0]

    def measure(self, note, cpu_max):
        """Runs it without a mutant: whether it ends in time."""
        result, self.cpu_seconds = self.run({REACHED: str(note)}, cpu_max)
        if result == "failed":
            raise Failed(f"the test {self.name} fails without any mutant: nothing was tested")
        self.reached = frozenset(map(int, note.read_text().split())) if note.exists() else frozenset()
        return result == "passed"


def tests_of(programs, folder):
    found = []
    for program in programs:
        listed = subprocess.run([program, "--list", "--format", "terse"], cwd=folder, check=True, capture_output=True, text=True)
        names = [line.removesuffix(": test") for line in listed.stdout.splitlines() if line.endswith(": test")]
        found += [Test(program, name, folder) for name in names]
    return found


def judge(mutant, function, number, tests, kills, deadline):
    """What happened to a mutant: a kind, or None when the time was over."""
    # What noticed another mutant of the function or of the file will notice this one, too; else the quick ones first.
    def order(test):
        return (-kills.get((test, function.number), 0), -kills.get((test, mutant["file"]), 0), test.cpu_seconds)

    for test in sorted((test for test in tests if function.number in test.reached), key=order):
        if deadline and time.monotonic() > deadline:
            return None
        result = test.meet(number)
        if result != "passed":
            for place in (function.number, mutant["file"]):
                kills[test, place] = kills.get((test, place), 0) + 1
            return "caught" if result == "failed" else "timed_out"
    return "survived"


def run_package(tree, package, every, chosen, accepted, jobs, deadline):
    """Tests the chosen mutants of one crate: ({mutant: kind}, those that have to be built one by one)."""
    crate = chosen[0]["file"].split("/src/")[0]
    weave = Weave(tree, crate, every, chosen)
    if not weave.numbers:
        return {}, weave.left
    started = time.monotonic()
    try:
        programs, unviable = build_all(weave, tree, package)
    except NeedsConst:
        weave.restore()
        weave = Weave(tree, crate, every, chosen, without_const=False)
        programs, unviable = build_all(weave, tree, package)
    say(f"{package}: {len(weave.numbers) - len(unviable)} mutants in one build, {len(unviable)} do not compile,"
        f" {len(weave.left)} cannot be put in, {time.monotonic() - started:.0f} s")
    notes = tree / "reached"
    notes.mkdir()
    work = [(mutant, function) for function in weave.functions.values() for mutant in function.mutants]
    work = [(mutant, function) for mutant, function in work if mutant["name"] not in unviable]
    kinds, kills = {name: "unviable" for name in unviable}, {}
    tests = tests_of(programs, tree / crate)
    for cpu in (QUICK_SECONDS, CLOCK_SECONDS):
        started = time.monotonic()
        tests, slow = measure(tests, notes, cpu, jobs)
        say(f"{package}: {len(tests)} tests pass without a mutant, {time.monotonic() - started:.0f} s")
        kinds |= judge_all(work, weave, tests, kills, jobs, deadline)
        work = [(mutant, function) for mutant, function in work if kinds.get(mutant["name"]) == "survived"]
        # What is listed with a reason needs no long search.
        work = [(mutant, function) for mutant, function in work if mutant["name"] not in accepted]
        if not (slow and work):
            break
        # Not known before the slow ones have met them, too.
        for mutant, _ in work:
            del kinds[mutant["name"]]
        if deadline and time.monotonic() > deadline:
            break
        say(f"{package}: {len(work)} left for {len(slow)} slow tests")
        tests = slow
    return kinds, weave.left


def measure(tests, notes, cpu, jobs):
    """The tests that end in time, and those that do not."""
    with ThreadPoolExecutor(jobs) as pool:
        ended = list(pool.map(lambda pair: pair[1].measure(notes / f"{cpu}-{pair[0]}", cpu), enumerate(tests)))
    return tuple([test for test, is_quick in zip(tests, ended) if is_quick == wanted] for wanted in (True, False))


def judge_all(work, weave, tests, kills, jobs, deadline):
    """What happened to each mutant, {name: kind}, without those for which there was no time."""
    kinds, started = {}, time.monotonic()

    def one(pair):
        mutant, function = pair
        kind = judge(mutant, function, weave.numbers[mutant["name"]], tests, kills, deadline)
        if kind == "survived":
            say(f"survived these tests: {mutant['name']}")
        return mutant["name"], kind

    with ThreadPoolExecutor(jobs) as pool:
        for done, (name, kind) in enumerate(pool.map(one, work), 1):
            if kind:
                kinds[name] = kind
            if done % 50 == 0:
                say(f"{done} of {len(work)}, {time.monotonic() - started:.0f} s")
    return kinds


def run(root, folder, every, chosen, accepted, jobs, deadline):
    """Tests mutants of any crates, {name: mutant}: ({name: kind}, the mutants that have to be built one by one). The `accepted` ones
    are expected to survive."""
    kinds, left = {}, []
    for package in sorted({mutant["package"] for mutant in chosen.values()}):
        mine = [mutant for mutant in chosen.values() if mutant["package"] == package]
        all_mine = [mutant for mutant in every.values() if mutant["package"] == package]
        # A tree for each: a switch that another crate has in its own sources would answer to the same number.
        tree = folder / package
        tree.mkdir()
        copy_tree(root, tree)
        try:
            some, others = run_package(tree, package, all_mine, mine, accepted, jobs, deadline)
        finally:
            shutil.rmtree(tree)
        kinds.update(some)
        left += others
    return kinds, left
