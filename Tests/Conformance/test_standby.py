"""The compiler and the linker that are started ahead, and the assistant that is not told of cells nobody asks about."""

import os
import signal
import time

import psutil
import pytest

from session import Session
from test_completion import assistants, matches, wait_until


def waiting(process):
    """The compilers that wait for their arguments."""
    found = []
    for child in process.children():
        try:
            if child.cmdline()[1:] == ["@/dev/stdin"] and "swift-frontend" in child.cmdline()[0]:
                found.append(child)
        except (psutil.Error, IndexError):
            continue
    return found


@pytest.fixture
def process(fresh_kernel):
    return psutil.Process(fresh_kernel.manager.provisioner.pid)


def test_one_compiler_waits_and_each_cell_takes_it(fresh_kernel, process):
    taken = []
    for number in range(3):
        # No other test has a cell of this text, which would come from the cache.
        assert fresh_kernel.value(f"{number} + 4711") == str(number + 4711)
        assert wait_until(lambda: len(waiting(process)) == 1)
        taken.append(waiting(process)[0].pid)
    assert len(set(taken)) == 3
    # Whatever the flags of the next cell are.
    assert fresh_kernel.value("func f(_ x: Int) -> Int { var s = 0; for i in 0..<x { s += i }; return s }\nf(4)") == "6"
    fresh_kernel.fails("let a: Int = \"text\"")
    assert fresh_kernel.value("f(5)") == "10"
    assert fresh_kernel.value("import FoundationXML\nXMLElement(name: \"a\").name ?? \"\"") == '"a"'
    assert fresh_kernel.value("1 + 1") == "2"
    assert wait_until(lambda: len(waiting(process)) == 1)


def test_one_that_was_killed_is_not_missed(fresh_kernel, process):
    fresh_kernel.ok("1")
    assert wait_until(lambda: waiting(process))
    for compiler in waiting(process):
        compiler.kill()
    assert fresh_kernel.value("2 + 2") == "4"


@pytest.mark.parametrize("end", ["shutdown", "kill"])
def test_it_ends_with_the_kernel(end):
    session = Session()
    try:
        session.ok("1")
        process = psutil.Process(session.manager.provisioner.pid)
        assert wait_until(lambda: waiting(process))
        compilers = waiting(process)
        if end == "kill":
            os.kill(process.pid, signal.SIGKILL)
        else:
            session.request("shutdown_request", {"restart": False}, "control")
        assert not psutil.wait_procs(compilers, timeout=10)[1]
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
