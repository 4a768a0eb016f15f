"""A failure on any thread is located and survived, and what the thread held is given back."""

import ctypes
import os
import time

import pytest

START = "import Foundation\nimport Synchronization\nvar kept = [1]"


@pytest.fixture(scope="module", autouse=True)
def variables(kernel):
    kernel.ok(START)
    kernel.count = 1


def assert_kept(kernel):
    kernel.count += 1
    assert kernel.value("kept.append(1); kept.count") == str(kernel.count)


# Each traps in its second line, on a thread that the cell waits for.
TRAPS = {
    "concurrentPerform": "DispatchQueue.concurrentPerform(iterations: 4) { i in\n _ = [1, 2][i + 5] }",
    "one of many iterations": 'DispatchQueue.concurrentPerform(iterations: 100_000) { i in\n if i == 50_000 { fatalError("it") } }',
    "main actor": "await MainActor.run {\n _ = [1][5] }",
    "main queue": "DispatchQueue.main.sync {\n _ = [1][5] }",
    "main queue, not waited for": "DispatchQueue.main.async {\n _ = [1][5] }; sleep(30)",
    "task": "await Task {\n _ = [1][5] }.value",
    "detached task": "await Task.detached {\n _ = [1][5] }.value",
    "task group": "await withTaskGroup(of: Void.self) { g in for i in 0..<4 { g.addTask {\n _ = [1][i + 3] } } }",
    "throw in a task": "struct Bad: Error {}; func bad() throws { throw Bad() }; await Task.detached {\n try! bad() }.value",
    "group": "let g1 = DispatchGroup(); DispatchQueue.global().async(group: g1) {\n _ = [1][5] }; g1.wait()",
    "global queue": "DispatchQueue.global().sync {\n _ = [1][5] }",
    "serial queue": 'let q1 = DispatchQueue(label: "q1"); q1.async {\n _ = [1][5] }; q1.sync { 1 }; sleep(30)',
    "operation": "let o1 = OperationQueue(); o1.addOperation {\n _ = [1][5] }; o1.waitUntilAllOperationsAreFinished()",
    "Thread": "let s1 = DispatchSemaphore(value: 0); Thread {\n _ = [1][5]; s1.signal() }.start(); s1.wait()",
    "pthread": "var p1 = pthread_t(); pthread_create(&p1, nil, { _ in\n _ = [1][5]; return nil }, nil); pthread_join(p1, nil)",
    "timer": "DispatchQueue.global().asyncAfter(deadline: .now() + 0.1) {\n _ = [1][5] }; sleep(30)",
    "abort": "let s2 = DispatchSemaphore(value: 0); Thread {\n abort() }.start(); s2.wait()",
    "null pointer": "DispatchQueue.global().async {\n UnsafeMutablePointer<Int>(bitPattern: 8)!.pointee = 1 }; sleep(30)",
    "overflow": "func deep(_ n: Int) -> Int {\n deep(n + 1) + 1 }; let g2 = DispatchGroup()\n"
    "DispatchQueue.global().async(group: g2) { print(deep(0)) }; g2.wait()",
}


@pytest.mark.parametrize("kind", TRAPS)
def test_a_trap(kernel, kind):
    for _ in range(2):
        failure = kernel.fails(TRAPS[kind], timeout=20)
        assert failure.error["ename"] == "Fatal error"
        assert f"In[{failure.reply['execution_count']}]:2" in failure.traceback
        assert_kept(kernel)


def test_many_traps_leave_the_queues_usable(kernel):
    for _ in range(20):
        kernel.fails("DispatchQueue.concurrentPerform(iterations: 4) { i in _ = [1, 2][i + 5] }", timeout=20)
    start = time.monotonic()
    kernel.ok("let sums = Mutex(0)\nDispatchQueue.concurrentPerform(iterations: 100) { i in sums.withLock { $0 += i } }")
    assert kernel.value("sums.withLock { $0 }") == "4950"
    assert time.monotonic() - start < 8


def test_threads_are_taken_out_of_the_stubs_of_calls(kernel, soak):
    """A cell calls libraries through stubs that are in no table of the stack's layout: one round in fifty met a thread there."""
    calls = "_ = toascii(1); " * 20
    for _ in range(100 if soak else 8):
        failure = kernel.fails(
            f'DispatchQueue.concurrentPerform(iterations: 100_000) {{ i in\n {calls}\n if i == 50_000 {{ fatalError("it") }} }}',
            timeout=20)
        assert failure.error["ename"] == "Fatal error"
        assert_kept(kernel)


LATE = {
    "Thread": 'Thread { usleep(300_000); fatalError("late") }.start()',
    "queue": 'DispatchQueue.global().asyncAfter(deadline: .now() + 0.3) { fatalError("late") }',
    "main queue": 'DispatchQueue.main.asyncAfter(deadline: .now() + 0.3) { fatalError("late") }',
    "queue in a queue": 'let inner = DispatchQueue(label: "inner")\n'
    'DispatchQueue.global().async { usleep(300_000); inner.sync { fatalError("late") }; kept = [] }',
}


@pytest.mark.parametrize("kind", LATE)
def test_a_trap_between_cells_takes_no_variable_along(kernel, kind):
    outcome = kernel.ok(LATE[kind])
    text, deadline = "", time.monotonic() + 20
    while "In[" not in text:
        message = kernel.client.get_iopub_msg(timeout=max(0.1, deadline - time.monotonic()))
        text += message["content"].get("text", "")
    assert f"In[{outcome.reply['execution_count']}]:" in text and "late" in text
    assert_kept(kernel)


# What the running cell does while a thread of an earlier cell traps.
BUSY = {
    "computes": "let end = Date() + 3; var rounds = 0; while Date() < end { rounds &+= 1 }",
    "sleeps": "sleep(3)",
    "computes in a group": "let end = Date() + 3\n"
    "await withTaskGroup(of: Void.self) { g in g.addTask { var rounds = 0; while Date() < end { rounds &+= 1 } } }",
}


@pytest.mark.parametrize("kind", BUSY)
def test_a_trap_of_an_earlier_cells_thread_leaves_the_running_cell_alone(kernel, kind):
    begun = kernel.ok("let go = DispatchSemaphore(value: 0); Thread { go.wait(); usleep(500_000); _ = [1][5] }.start()")
    outcome = kernel.ok(f"go.signal()\n{BUSY[kind]}\n6 * 7", timeout=30)
    assert outcome.result == "42"
    text = outcome.text("stderr")
    assert "A thread in the background was stopped" in text and f"In[{begun.reply['execution_count']}]" in text
    assert_kept(kernel)


def test_endless_recursion_of_an_earlier_cells_thread_leaves_the_running_cell_alone(kernel):
    """Its end lies inside malloc at times, whose lock the running cell needs, too."""
    kernel.ok("func grow(_ a: [Int]) -> [Int] { grow([a.count]) + a }")
    for _ in range(3):
        kernel.ok("let go = DispatchSemaphore(value: 0); Thread { go.wait(); usleep(500_000); print(grow([])) }.start()")
        code = "go.signal()\nlet end = Date() + 3; var rounds = 0; while Date() < end { rounds += [rounds].count }\n6 * 7"
        outcome = kernel.ok(code, timeout=30)
        assert outcome.result == "42" and "A thread in the background was stopped" in outcome.text("stderr")
        assert_kept(kernel)


def test_a_trap_of_an_earlier_cells_thread_ends_a_cell_that_waits_for_it(kernel):
    begun = kernel.ok(
        "let go = DispatchSemaphore(value: 0), done = DispatchSemaphore(value: 0)\n"
        "Thread { go.wait(); usleep(500_000); _ = [1][5]; done.signal() }.start()")
    failure = kernel.fails("go.signal(); done.wait()", timeout=20)
    assert failure.error["ename"] == "Fatal error"
    assert f"In[{begun.reply['execution_count']}]:2" in failure.traceback
    assert_kept(kernel)


# What makes something, fails while it is held, and uses it again.
FREED = {
    "actor": ("actor A { func bad(_ i: Int) -> Int { [1][i] }; func get() -> Int { 5 } }\nlet a = A()", "await a.bad(7)",
              "await a.get()", "5"),
    "actor of a task": ("actor B { func bad(_ i: Int) -> Int { [1][i] }; func get() -> Int { 5 } }\nlet b = B()",
                        "await Task.detached { await b.bad(7) }.value", "await b.get()", "5"),
    "queue": ('let q2 = DispatchQueue(label: "q2")', "q2.sync { _ = [1][5] }", "q2.sync { 3 }", "3"),
    "barrier": ('let q3 = DispatchQueue(label: "q3", attributes: .concurrent)', "q3.sync(flags: .barrier) { _ = [1][5] }",
                "q3.sync { 3 }", "3"),
    "work item": ('let q4 = DispatchQueue(label: "q4")', "q4.sync(execute: DispatchWorkItem { _ = [1][5] })",
                  "q4.sync { 3 }", "3"),
    "access": ("final class C { var v = [1]; func bad() { change(&v) { $0[9] = 1 } }\n"
               " func change(_ a: inout [Int], _ f: (inout [Int]) -> Void) { f(&a) } }\nlet c = C()",
               "await MainActor.run { c.bad() }", "await MainActor.run { c.v.append(2) }; c.v.count > 1", "true"),
}


@pytest.mark.parametrize("kind", FREED)
def test_what_a_failed_cell_held_is_free(kernel, kind):
    make, fail, use, value = FREED[kind]
    kernel.ok(make)
    for _ in range(2):
        kernel.fails(fail, timeout=20)
        assert kernel.value(use, timeout=20) == value


def test_an_initializer_that_failed_runs_again(kernel):
    kernel.ok("var isReady = false\nstruct Once { static let value: Int = { precondition(isReady, \"not yet\"); return 9 }() }")
    for _ in range(2):
        assert "not yet" in kernel.fails("Once.value", timeout=20).error["evalue"]
    kernel.ok("isReady = true")
    assert kernel.value("Once.value", timeout=20) == "9"


MAKE_RWLOCK = (
    "let {0} = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1); pthread_rwlock_init({0}, nil)")
HELD = {
    "NSLock": ("let k1 = NSLock()", "k1.lock(); _ = [1][5]", "k1.lock()"),
    "withLock": ("let k2 = NSLock()", "k2.withLock { _ = [1][5] }", "k2.withLock { 1 }"),
    "recursive": ("let k3 = NSRecursiveLock()", "k3.lock(); _ = [1][5]", "k3.lock()"),
    "Mutex": ("let k4 = Mutex(1)", "k4.withLock { $0 = [1][5] }", "k4.withLock { $0 }"),
    "condition": ("let k6 = NSCondition()", "k6.lock(); _ = [1][5]", "k6.lock()"),
    "writers": (MAKE_RWLOCK.format("k7"), "pthread_rwlock_wrlock(k7); _ = [1][5]", "pthread_rwlock_rdlock(k7)"),
    "readers": (MAKE_RWLOCK.format("k8"), "pthread_rwlock_rdlock(k8); _ = [1][5]", "pthread_rwlock_wrlock(k8)"),
    "spin lock": ("var k9 = pthread_spinlock_t(); pthread_spin_init(&k9, 0)", "pthread_spin_lock(&k9); _ = [1][5]",
                  "pthread_spin_lock(&k9)"),
    "lock of a queue's thread": ("let k10 = NSLock()", "DispatchQueue.global().sync { k10.lock(); _ = [1][5] }", "k10.lock()"),
}


@pytest.mark.parametrize("kind", HELD)
def test_a_lock_that_a_failed_cell_held_is_named(kernel, kind):
    make, fail, use = HELD[kind]
    kernel.ok(make)
    holder = kernel.fails(fail, timeout=20).reply["execution_count"]
    failure = kernel.fails(use, timeout=30)
    assert failure.error["ename"] == "LockHeld" and "run the cell that makes" in failure.error["evalue"]
    assert kind == "Mutex" or f"In[{holder}]" in failure.error["evalue"]
    assert_kept(kernel)
    kernel.ok(make)
    kernel.ok(use)


SEMAPHORES = {
    "libdispatch": ("let k5 = DispatchSemaphore(value: 1)", "k5.wait()", "k5.signal()"),
    "a queue was used": ("let k5 = DispatchSemaphore(value: 1); DispatchQueue.global().async {}", "k5.wait()", "k5.signal()"),
    "the C library": ("let k5 = UnsafeMutablePointer<sem_t>.allocate(capacity: 1); sem_init(k5, 0, 1)", "sem_wait(k5)",
                      "sem_post(k5)"),
}


@pytest.mark.parametrize("kind", SEMAPHORES)
def test_a_semaphore_that_a_failed_cell_took_is_named(kernel, kind):
    make, take, give = SEMAPHORES[kind]
    kernel.ok(make)
    holder = kernel.fails(f"{take}; _ = [1][5]").reply["execution_count"]
    failure = kernel.fails(take, timeout=30)
    assert failure.error["ename"] == "LockHeld" and f"In[{holder}]" in failure.error["evalue"]
    kernel.ok(f"{give}; {take}")
    # Made again, and freed while it is taken.
    kernel.ok(make)
    assert_kept(kernel)


def test_a_wait_for_a_semaphore_that_may_still_be_given_back_says_so(kernel):
    """While a timer is set, it may: the wait goes on, and the user is told what for."""
    kernel.ok("let k11 = DispatchSemaphore(value: 1)")
    holder = kernel.fails("k11.wait(); _ = [1][5]").reply["execution_count"]
    outcome = kernel.ok("DispatchQueue.global().asyncAfter(deadline: .now() + 5) { k11.signal() }; k11.wait()", timeout=30)
    assert f"In[{holder}]" in outcome.text("stderr") and "semaphore" in outcome.text("stderr")


# What a stopped cell was to do: who waits for it is told. What runs beside the cell lets it keep the handle first.
UNDONE = {
    "task": ("let u1 = Task.detached { () -> Int in usleep(300_000); return [1][7] }; sleep(5)", "await u1.value"),
    "throwing task": ("let u2 = Task.detached { () throws -> Int in usleep(300_000); return [1][7] }; sleep(5)", "try await u2.value"),
    "group": ("let u3 = DispatchGroup(); u3.enter(); _ = [1][5]; u3.leave()", "u3.wait()"),
    "stream": ("let (u4, source) = AsyncStream<Int>.makeStream(); source.yield([1][5]); source.finish()", "for await x in u4 { print(x) }"),
    "signal": ("let u5 = DispatchSemaphore(value: 0); Thread { usleep(300_000); _ = [1][5]; u5.signal() }.start(); sleep(5)", "u5.wait()"),
}


@pytest.mark.parametrize("kind", UNDONE)
def test_what_a_stopped_cell_was_to_do_is_not_waited_for(kernel, kind):
    fail, use = UNDONE[kind]
    holder = kernel.fails(fail, timeout=20).reply["execution_count"]
    failure = kernel.fails(use, timeout=30)
    assert failure.error["ename"] == ("TaskAbandoned" if "task" in kind else "WaitInVain")
    assert f"In[{holder}]" in failure.error["evalue"]
    assert_kept(kernel)


def test_what_waits_for_something_from_outside_is_left_alone(kernel):
    """After a failure a wait is ended only where nothing can end it: not one with a limit, nor one for a pipe or for input."""
    kernel.fails("_ = [1][5]")
    assert kernel.value("let l1 = DispatchSemaphore(value: 0); l1.wait(timeout: .now() + 3) == .timedOut", timeout=20) == "true"
    assert kernel.value("let l2 = NSCondition(); l2.lock(); l2.wait(until: Date() + 3)", timeout=20) == "false"
    fifo = 'let fifo = NSTemporaryDirectory() + "gyrus-fifo-\\(getpid())"; mkfifo(fifo, 0o600); defer { unlink(fifo) }\n'
    reads = 'let text = try String(decoding: FileHandle(forReadingAtPath: fifo)!.readToEnd()!, as: UTF8.self)\n'
    cell = kernel.client.execute(fifo + 'print(fifo)\nfflush(stdout)\n' + reads + "print(text)")
    path = ""
    while not path.endswith("\n"):
        path += kernel.client.get_iopub_msg(timeout=20)["content"].get("text", "")
    time.sleep(3)
    with open(path.strip(), "w") as pipe:
        pipe.write("late")
    assert kernel.finish(cell, timeout=20).text() == "late\n"
    cell = kernel.client.execute("print(readLine()!)", allow_stdin=True)
    kernel.client.get_stdin_msg(timeout=20)
    time.sleep(3)
    kernel.client.input("typed")
    assert kernel.finish(cell, timeout=20).text() == "typed\n"


def test_a_wait_that_will_end_is_left_alone(kernel):
    """Though an earlier cell left a semaphore taken, and all threads are blocked."""
    kernel.ok("let later = DispatchSemaphore(value: 1)")
    kernel.fails("later.wait(); _ = [1][5]")
    kernel.ok("DispatchQueue.global().asyncAfter(deadline: .now() + 3) { later.signal() }; later.wait()", timeout=20)
    kernel.ok("Thread { sleep(3); later.signal() }.start(); later.wait()", timeout=20)


def test_sleeps_last_after_a_failure(kernel):
    """Threads that are looked at are not woken."""
    kernel.fails("_ = [1][5]")
    assert kernel.value("let before = Date(); sleep(2); usleep(300_000); Date().timeIntervalSince(before) > 2.2", timeout=20) == "true"


def test_a_wait_that_a_signal_ends_is_left_alone(fresh_kernel):
    fresh_kernel.ok("import Foundation")
    fresh_kernel.fails("_ = [1][5]")
    fresh_kernel.ok(
        "let l3 = UnsafeMutablePointer<sem_t>.allocate(capacity: 1); sem_init(l3, 0, 0)\n"
        "signal(SIGALRM) { _ in sem_post(l3) }; alarm(6); sem_wait(l3)", timeout=30)


def test_a_wait_that_another_process_ends_is_left_alone(fresh_kernel):
    library = ctypes.CDLL(None)
    library.sem_open.restype = ctypes.c_void_p
    name = f"/gyrus-test-{os.getpid()}"
    semaphore = ctypes.c_void_p(library.sem_open(name.encode(), os.O_CREAT, 0o600, 0))
    try:
        fresh_kernel.ok("import Foundation")
        fresh_kernel.fails("_ = [1][5]")
        cell = fresh_kernel.client.execute(f'let l4 = sem_open("{name}", 0)!; print("waits"); sem_wait(l4)')
        fresh_kernel.wait_for_output(cell)
        time.sleep(6)
        library.sem_post(semaphore)
        outcome = fresh_kernel.finish(cell, timeout=20)
        assert outcome.reply["status"] == "ok", outcome.traceback
    finally:
        library.sem_unlink(name.encode())
