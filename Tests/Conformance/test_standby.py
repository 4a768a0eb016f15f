"""The compilers and the linker that are started ahead, and the assistant that is not told of cells nobody asks about."""

import json
import os
import signal
import time
from pathlib import Path

import kernel_processes
import psutil
import pytest

from session import Session
from test_completion import assistants, matches, wait_until


def compilers(process, fits):
    """The compilers that wait and whose arguments fit."""
    found = []
    for child in process.children():
        try:
            words = child.cmdline()
            if "swift-frontend" in words[0] and child.status() != psutil.STATUS_ZOMBIE and fits(words[1:]):
                found.append(child)
        except (psutil.Error, IndexError):
            continue
    return found


def waiting(process):
    """Those that wait for their arguments."""
    return compilers(process, lambda words: words == ["@/dev/stdin"])


def preloaded(process):
    """Those that have read what every cell imports, and wait for the cell."""
    return compilers(process, lambda words: "_GyrusGate" in words)


def is_ready(process):
    return len(preloaded(process)) == 2 and len(waiting(process)) == 1


def folder(process):
    """Where the kernel keeps the files of its session."""
    source = preloaded(process)[0].cmdline()
    return Path(source[source.index("-primary-file") + 1]).parents[1]


@pytest.fixture
def process(fresh_kernel):
    return kernel_processes.of(fresh_kernel)


def test_each_cell_takes_a_preloaded_compiler(fresh_kernel, process):
    """No other test has cells of these texts, which would come from the cache."""
    fresh_kernel.ok("4710")
    assert wait_until(lambda: is_ready(process))
    place = folder(process)
    taken = set()
    for number, (cell, value) in enumerate([
            ("4711 + 1", "4712"), ("func f(_ x: Int) -> Int { var s = 0; for i in 0..<x { s += i }; return s }\nf(4712)", "11099116"),
            ("let kept = f(4713)\nkept", "11103828"), ("f(4) + kept", "11103834")]):
        assert wait_until(lambda: is_ready(process))
        ready = {compiler.pid for compiler in preloaded(process)}
        assert not ready & taken
        assert fresh_kernel.value(cell) == value
        # One that starts when its cell comes gets its source here.
        assert not (place / f"Cell{number + 2}.swift").exists() and (place / f"Cell{number + 2}.o").exists()
        taken |= ready
    assert wait_until(lambda: is_ready(process))
    assert len(list(place.glob("next*"))) == 2


def test_what_no_preloaded_compiler_fits(fresh_kernel, process):
    for cell, value in [
            ("%optimize off\nfunc g(_ x: Int) -> Int { x + 4711 }\ng(1)", "4712"), ("%optimize on\n4711 + 3", "4714"),
            ("import FoundationXML\nXMLElement(name: \"a4711\").name ?? \"\"", '"a4711"'),
            ("extension Int: @retroactive Identifiable { public var id: Int { 4711 } }\n1.id", "4711"),
            ("let long = \"" + 140_000 * "x" + "\"\nlong.count", "140000")]:
        assert wait_until(lambda: len(waiting(process)) == 1)
        assert fresh_kernel.value(cell) == value


def test_errors_are_where_they_were(fresh_kernel, process):
    for number, cell in enumerate(["struct Open4711 { var x = 1", "let a4711: Int = \"text\"", "[1, 2].map { $0 + nothing4711 }", "\n\n1 + nothing4711\n\n"]):
        # A cell that is compiled brings new compilers: one that cannot be parsed needs none.
        fresh_kernel.ok(f"{number} + 47130")
        assert wait_until(lambda: is_ready(process))
        first = fresh_kernel.fails(cell)
        assert wait_until(lambda: is_ready(process))
        for compiler in preloaded(process):
            compiler.kill()
        second = fresh_kernel.fails(cell)
        count = second.reply["execution_count"]
        assert first.traceback.replace(f"In[{count - 1}]", "In[N]") == second.traceback.replace(f"In[{count}]", "In[N]")


def test_those_that_were_killed_are_not_missed(fresh_kernel, process):
    fresh_kernel.ok("1")
    assert wait_until(lambda: is_ready(process))
    for compiler in waiting(process) + preloaded(process):
        compiler.kill()
    assert fresh_kernel.value("2 + 4711") == "4713"


@pytest.mark.parametrize("end", ["shutdown", "kill"])
def test_it_ends_with_the_kernel(end):
    session = Session()
    try:
        session.ok("1")
        process = kernel_processes.of(session)
        assert wait_until(lambda: is_ready(process))
        waited = waiting(process) + preloaded(process)
        if end == "kill":
            os.kill(process.pid, signal.SIGKILL)
        else:
            session.request("shutdown_request", {"restart": False}, "control")
        assert not psutil.wait_procs(waited, timeout=10)[1]
    finally:
        session.close()


def test_names_of_folders_are_no_matter(tmp_path):
    place = tmp_path / 'a "quoted" \\ folder'
    place.mkdir()
    session = Session(env=dict(os.environ, TMPDIR=str(place)))
    try:
        assert session.value("6 * 7") == "42" and session.value("let a = [1]\na.count") == "1"
    finally:
        session.close()


def test_the_assistant_rests_while_nobody_asks(fresh_kernel):
    assert wait_until(lambda: assistants(fresh_kernel), 30)
    assistant = assistants(fresh_kernel)[0]

    def spent():
        times = assistant.cpu_times()
        return times.user + times.system

    def is_quiet():
        before = spent()
        time.sleep(1)
        return spent() == before

    assert wait_until(is_quiet, 60)
    before = spent()
    for number in range(8):
        fresh_kernel.ok(f"let quiet{number} = {number}")
        time.sleep(0.4)
    assert spent() - before < 0.1
    # Asked, it knows them.
    assert wait_until(lambda: "quiet7" in matches(fresh_kernel, "quiet|"), 30)


def test_the_assistant_stays_small(fresh_kernel):
    assert wait_until(lambda: assistants(fresh_kernel), 30)
    largest = 0
    for number in range(25):
        fresh_kernel.ok(f"struct Item{number} {{ var x = {number}.0 }}\nlet item{number} = Item{number}()")
        matches(fresh_kernel, f"item{number}.|")
        time.sleep(0.35)
        largest = max([largest] + [assistant.memory_info().rss for assistant in assistants(fresh_kernel)])
    assert largest < 300e6, f"{largest / 1e6:.0f} MB"


def test_a_compiler_that_is_not_taken_writes_nothing(tmp_path):
    """One that was started for the other flags is ended when the cell has been compiled by its twin; a file of its own would
    take the place of what the cell's compiler said, in the cache too."""
    session = Session(env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)})
    try:
        session.ok("4720")
        process = kernel_processes.of(session)
        for number in range(8):
            assert wait_until(lambda: is_ready(process))
            session.ok(f"func wide{number}(_ n: Int) -> Int {{ var sum = 0; for i in 0..<n {{ sum += i }}; return sum }}"
                       if number % 2 else f"let narrow{number} = {number}")
    finally:
        session.close()
    entries = list(tmp_path.rglob("sizes.json"))
    assert len(entries) >= 9
    for entry in entries:
        sizes = json.loads(entry.read_text())
        assert sizes == {ending: (entry.parent / f"cell.{ending}").stat().st_size for ending in sizes}
