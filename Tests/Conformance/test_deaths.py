"""Whatever ends the process that runs the cells: the user reads once what is lost, and goes on."""

import signal

import kernel_processes
import pytest
from kernel_processes import runner


def kill(session, number=signal.SIGKILL):
    """Ends the runner from outside and waits until the system says that it is gone."""
    process = runner(session)
    process.send_signal(number)
    kernel_processes.wait_for_end(process.pid)


def reports(outcome):
    """How often a cell said that the runner died."""
    return (outcome.text("stderr") + outcome.traceback).count("everything that cells declared is gone")


def assert_told(outcome, *names):
    assert outcome.error["ename"] == "RunnerDied"
    assert reports(outcome) == 1
    for name in names:
        assert name in outcome.error["evalue"]
    assert "LoadError" not in outcome.traceback


def assert_alive(session):
    """A cell runs, and nothing is said again."""
    outcome = session.ok("let alive = 6 * 7\nalive")
    assert outcome.result == "42" and reports(outcome) == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_between_cells(kernel, number):
    for _ in range(2):
        kernel.ok("var kept = [1]\nfunc twice() -> Int { 2 }")
        kill(kernel, number)
        outcome = kernel.fails("kept")
        assert_told(outcome, "Lost:", "kept", "was not run")
        assert_alive(kernel)
        assert kernel.fails("kept").error["ename"] == "CompileError"


def test_a_cell_that_needs_nothing_of_what_is_lost_runs(kernel):
    kernel.ok("var kept = [1]")
    kill(kernel)
    outcome = kernel.ok("let kept = 5\nkept + 1")
    assert outcome.result == "6"
    assert reports(outcome) == 1 and "Lost: " in outcome.text("stderr")
    assert_alive(kernel)


def test_a_function_that_is_lost_is_named(kernel):
    kernel.ok("func lostFunction() -> Int { 2 }")
    kill(kernel)
    assert_told(kernel.fails("lostFunction()"), "lostFunction")
    assert_alive(kernel)


def test_a_magic_tells_it_too(kernel):
    kernel.ok("var kept = [1]")
    kill(kernel)
    outcome = kernel.ok("%who")
    assert "kept" not in outcome.text() and reports(outcome) == 1
    assert_alive(kernel)


def test_during_a_cell(kernel):
    kernel.ok("var kept = [1]")
    cell = kernel.client.execute('print("running")\nwhile true {}')
    kernel.wait_for_output(cell)
    kill(kernel)
    assert_told(kernel.finish(cell, timeout=20), "kept")
    assert_alive(kernel)


def test_during_a_compilation(kernel):
    """Either the cell is not run, since it uses what is lost, or it was sent just before and says so."""
    kernel.ok("var kept = [1]")
    cell = kernel.client.execute("let slow = kept.map { Double($0) * 2.5 + 1 }.reduce(0, +)\nslow")
    kill(kernel)
    outcome = kernel.finish(cell, timeout=30)
    if outcome.reply["status"] == "error":
        assert_told(outcome, "kept")
        assert_alive(kernel)


ENDINGS = {
    "exit": "exit(3)",
    "_exit": "_exit(4)",
    "kill": "kill(getpid(), SIGKILL)",
    "exit of another thread": "Thread { exit(5) }.start()\nsleep(30)",
    "kill by a child": 'let killer = Process()\nkiller.executableURL = URL(fileURLWithPath: "/bin/sh")\n'
    'killer.arguments = ["-c", "kill -9 $PPID"]\ntry killer.run()\nsleep(30)',
}


@pytest.mark.parametrize("kind", ENDINGS)
def test_by_its_own_code(kernel, kind):
    kernel.ok("import Foundation\nvar kept = [1]")
    assert_told(kernel.fails(ENDINGS[kind], timeout=30), "kept")
    assert_alive(kernel)


def test_a_lost_name_is_known_later(fresh_kernel):
    fresh_kernel.ok("let gone = [1], other = 2")
    fresh_kernel.fails("import Foundation\nexit(0)", timeout=30)
    for _ in range(2):
        assert fresh_kernel.fails("gone").error["evalue"].endswith(
            "'gone' is declared in In[1], which is to be run again, since the process that ran it has ended")
    assert "no cell that ran has declared it" in fresh_kernel.fails("unknown").error["evalue"]
    fresh_kernel.ok("let gone = [2]")
    assert fresh_kernel.value("gone") == "[2]"


def test_after_an_end_the_magics_settings_are_there(kernel):
    kernel.ok("%env SURVIVES=yes")
    kill(kernel)
    assert kernel.ok("%env SURVIVES").text() == "yes\n"


def test_a_fork_is_harmless(fresh_kernel):
    kernel = fresh_kernel
    outcome = kernel.ok('import Foundation\nvar kept = 1\nlet child = fork()\nif child == 0 { kept = 2 }\nprint("once")')
    assert reports(outcome) == 0
    assert kernel.value("kept") == "1"
    own = runner(kernel).pid
    kernel.ok("var status: Int32 = 0\nwaitpid(child, &status, 0)")
    assert kernel.value("child > 0 && status == 0") == "true"
    assert runner(kernel).pid == own
    # One that never ends goes with its runner.
    pid = int(kernel.value("let second = fork()\nif second == 0 { while true { pause() } }\nsecond"))
    assert not kernel_processes.has_ended(pid)
    kill(kernel)
    kernel.run("1")
    kernel_processes.wait_for_end(pid)
