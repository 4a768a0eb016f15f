"""An interrupt ends whatever runs, soon, and leaves every variable usable."""

import contextlib
import os
import subprocess
import sys
import time

import kernel_processes
import pytest

LOOPS = {
    "tight loop": "var n = 0\nwhile true { n &+= 1 }",
    "tight loop over an array": "var a = [0]\nvar n = 0\nwhile true { n &+= 1; a[0] = n }",
    "sleep": "sleep(600)",
    "thread sleep": "Thread.sleep(forTimeInterval: 600)",
    "task sleep": "try await Task.sleep(for: .seconds(600))",
    "allocation-heavy loop": "var s: [[Int]] = []\nwhile true { s.append([Int](repeating: 1, count: 100)); if s.count > 1000 { s.removeAll() } }",
    "printing loop": "while true { print(\"tick\"); usleep(2000) }",
    "long library call": """
        let x = Matrix<Float>(rows: 2000, columns: 600, elements: (0..<1_200_000).map { Float($0 &* 7919 % 1009) })
        let y = Matrix<Float>(rows: 2000, columns: 5000, elements: (0..<10_000_000).map { Float($0 &* 6007 % 997) })
        while true { _ = try Ridge(showsProgress: false).fit(x, to: y) }
        """,
    "loop of matrix products": """
        let m = Matrix<Float>(rows: 1000, columns: 1000, repeating: 1)
        while true { _ = multiply(m, m) }
        """,
    "sorting": "while true { _ = (0..<200_000).map { ($0 &* 7919) % 100_003 }.sorted() }",
}


@pytest.mark.parametrize("kind", LOOPS)
def test_an_interrupt(kernel, kind):
    kernel.ok("var kept = [1, 2]")
    cell = kernel.client.execute('kept.append(3)\nprint("running")\nfflush(stdout)\n' + LOOPS[kind])
    kernel.wait_for_output(cell)
    time.sleep(0.8)
    start = time.monotonic()
    kernel.interrupt()
    outcome = kernel.finish(cell, timeout=20)
    assert time.monotonic() - start < 3
    assert outcome.error["ename"] == outcome.reply["ename"] == "KeyboardInterrupt"
    assert kernel.value("kept") == "[1, 2, 3]"
    assert kernel.value("kept.append(4)\nkept.count") == "4"


def test_an_interrupt_with_nothing_to_interrupt(kernel):
    kernel.interrupt()
    time.sleep(0.2)
    assert kernel.value("1 + 1") == "2"


def test_interrupts_in_a_row(kernel):
    kernel.ok("var rounds = 0")
    for _ in range(5):
        cell = kernel.client.execute('print("running")\nrounds += 1\nwhile true {}')
        kernel.wait_for_output(cell)
        kernel.interrupt()
        assert kernel.finish(cell, timeout=20).reply["ename"] == "KeyboardInterrupt"
    assert kernel.value("rounds") == "5"


# Minutes in a library that never asks whether to stop, at the lowest priority that there is (SCHED_IDLE).
LONG_AND_IDLE = """
import Foundation
let pattern = try NSRegularExpression(pattern: "(a+)+$"), text = String(repeating: "a", count: 48) + "b"
var priority = sched_param(sched_priority: 0)
sched_setscheduler(0, 5, &priority)
print("running")
fflush(stdout)
_ = pattern.firstMatch(in: text, range: NSRange(location: 0, length: 49))
"""


def test_a_computation_that_other_programs_leave_little_time_is_not_taken_for_one_that_hangs(fresh_kernel):
    cell = fresh_kernel.client.execute(LONG_AND_IDLE)
    fresh_kernel.wait_for_output(cell)
    runner, processor = kernel_processes.runner(fresh_kernel).pid, min(os.sched_getaffinity(0))
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        for process in [busy.pid, *map(int, os.listdir(f"/proc/{runner}/task"))]:
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(process, {processor})
        fresh_kernel.interrupt()
        time.sleep(19)
        assert not kernel_processes.has_ended(runner), "it still computes"
        fresh_kernel.interrupt()
        outcome = fresh_kernel.finish(cell, timeout=20)
    finally:
        busy.kill()
        busy.wait()
    # The idle that ends the interrupt may be taken for the cell's: a client counts both kinds of request from one.
    # Now and then the library is in its Swift part when the interrupt comes, where the cell can be stopped.
    if outcome.reply["ename"] == "KeyboardInterrupt":
        return
    assert outcome.reply["ename"] == "RunnerDied"
    assert "was ended, as what it ran did not stop when it was interrupted" in outcome.reply["evalue"]
    assert "Interrupt again" in outcome.text("stderr")
