"""Endless recursion ends at the stack, whatever it does on the way, and leaves malloc and all else usable."""

import re

import kernel_processes
import pytest
from session import Session

KINDS = {
    "numbers": "func f1(_ n: Int) -> Int { f1(n + 1) + 1 }\nf1(0)",
    "strings": 'func f2(_ t: String) -> String { f2(t + "x") + "y" }\nf2("")',
    "arrays": "func f3(_ t: [Int]) -> [Int] { f3(t.suffix(3) + [1]) + [2] }\nf3([])",
    "classes": "final class N { var n: N?; init(_ n: N?) { self.n = n } }\n"
    "func f4(_ n: N) -> Int { let m = N(n); return f4(m) + 1 }\nf4(N(nil))",
    "closures": "func f5(_ f: @escaping () -> Int) -> Int { let x = f(); return f5({ x + 1 }) + x }\nf5({ 1 })",
    "dictionaries": "func f6(_ t: [Int: Int]) -> Int { var u = t; u[t.count % 7] = 1; return f6(u) + 1 }\nf6([:])",
    "printing": 'func f7(_ n: Int) -> Int { print(n, terminator: ""); return f7(n + 1) + 1 }\nf7(0)',
    "Foundation": 'func f8(_ n: Int) -> String { let x = String(format: "%d", n); return f8(n + 1) + x }\nf8(0)',
    "descriptions": 'struct D: CustomStringConvertible { var description: String { "\\(self)" } }\nprint(D())',
    "deinitialization": "final class L { var next: L?; init(_ n: L?) { next = n }; deinit { next = nil; names += 1 } }\nvar names = 0\n"
    "do { var head: L? = nil\nfor _ in 0..<2_000_000 { head = L(head) }\nhead = nil }",
    "the main actor": "@MainActor func f9(_ n: Int) -> [Int] { f9(n + 1) + [n] }\nawait MainActor.run { f9(0).count }",
}


@pytest.mark.parametrize("kind", KINDS)
def test_endless_recursion(kernel, kind):
    kernel.ok("import Foundation\nvar kept = [1]")
    for _ in range(2):
        failure = kernel.fails(KINDS[kind], timeout=60)
        assert failure.error["ename"] == "Fatal error" and "recursion" in failure.error["evalue"]
        assert f"In[{failure.reply['execution_count']}]:" in failure.traceback
    assert kernel.value('kept.append(2); String(repeating: "ab", count: 1000).count + kept.count') == "2002"


def test_twenty_times_in_a_row(kernel):
    kernel.ok("import Foundation\nvar rounds = 0\nfunc deeper(_ t: [Int]) -> [Int] { deeper(t.suffix(3) + [1]) + [2] }")
    for _ in range(20):
        assert "recursion" in kernel.fails("rounds += 1\n_ = deeper([])").error["evalue"]
    assert kernel.value("rounds") == "20"


def test_recursion_of_tasks_ends_before_the_memory_does(monkeypatch):
    monkeypatch.setenv("GYRUS_MEMORY", "600")
    session = Session()
    try:
        session.ok("var kept = [1]\nfunc deep(_ n: Int) async -> Int { await deep(n + 1) + 1 }")
        assert session.fails("await deep(0)").error["ename"] == "OutOfMemory"
        assert session.value("kept.append(2); kept.count") == "2"
    finally:
        session.close()


@pytest.mark.parametrize("limit, words", [
    ("abc", "no whole number of megabytes above 0"), ("-5", "no whole number"), ("8G", "no whole number"), ("0", "no whole number"),
    ("10", "a cell that adds 64 is stopped"), ("600", None), ("", None),
])
def test_a_limit_that_is_none_is_told_once(monkeypatch, limit, words):
    monkeypatch.setenv("GYRUS_MEMORY", limit)
    session = Session()
    try:
        told = session.ok("1").text("stderr")
        assert told == "" if words is None else f"GYRUS_MEMORY is {limit}" in told and words in told
        assert session.ok("2").text("stderr") == ""
    finally:
        session.close()


def test_small_objects_do_not_take_the_last_of_the_memory(monkeypatch):
    monkeypatch.setenv("GYRUS_MEMORY", "600")
    session = Session()
    try:
        session.ok("final class Small { var next: Small? }\nvar kept = [1]\nvar all: [Small] = []")
        failure = session.fails("while true { all.append(Small()) }")
        assert failure.error["ename"] == "OutOfMemory" and "In[2]:1" in failure.traceback
        assert session.value("all.count > 1000") == "true"
        session.ok("all = []")
        assert session.value("kept") == "[1]"
    finally:
        session.close()


def test_a_large_array_is_not_filled_beyond_the_memory(monkeypatch):
    monkeypatch.setenv("GYRUS_MEMORY", "600")
    session = Session()
    try:
        session.ok("var kept = [1]")
        failure = session.fails("let large = [Double](repeating: 1, count: 400_000_000)")
        assert failure.error["ename"] == "OutOfMemory"
        status = open(f"/proc/{kernel_processes.runner(session).pid}/status").read()
        peak = int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1e6
        assert peak < 2, f"{peak} GB of 3.2"
        assert session.value("kept") == "[1]"
    finally:
        session.close()
