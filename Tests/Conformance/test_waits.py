"""An interrupt ends every wait within a second, and leaves every variable usable."""

import socket
import subprocess
import time

import kernel_processes
import pytest

WAITS = {
    "semaphore": "let s = DispatchSemaphore(value: 0); s.wait()",
    "semaphore with a limit": "let s2 = DispatchSemaphore(value: 0); _ = s2.wait(timeout: .now() + 600)",
    "semaphore with a limit by the clock": "let s3 = DispatchSemaphore(value: 0); _ = s3.wait(wallTimeout: .now() + 600)",
    "group": "let g = DispatchGroup(); g.enter(); g.wait()",
    "queue": 'let q = DispatchQueue(label: "q"); q.async { sleep(4) }; usleep(50_000); q.sync { kept = [] }',
    "queue for a work item": 'let q6 = DispatchQueue(label: "q6"); q6.async { sleep(4) }; usleep(50_000)\n'
    "q6.sync(execute: DispatchWorkItem { leaked = [] })",
    "inside a work item": 'let q7 = DispatchQueue(label: "q7"), s7 = DispatchSemaphore(value: 0)\n'
    "q7.sync(execute: DispatchWorkItem { s7.wait() })",
    "condition": "let c = NSCondition(); c.lock(); c.wait()",
    "condition with a limit": "let c2 = NSCondition(); c2.lock(); _ = c2.wait(until: Date(timeIntervalSinceNow: 600))",
    "condition by the other clock": "var ca = pthread_condattr_t(); pthread_condattr_init(&ca)\n"
    "pthread_condattr_setclock(&ca, CLOCK_MONOTONIC); let c3 = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)\n"
    "pthread_cond_init(c3, &ca); let m3 = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)\n"
    "pthread_mutex_init(m3, nil); pthread_mutex_lock(m3); var until = timespec(); clock_gettime(CLOCK_MONOTONIC, &until)\n"
    "until.tv_sec += 600; pthread_cond_timedwait(c3, m3, &until)",
    "condition by a clock of the wait": "let c4 = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1); pthread_cond_init(c4, nil)\n"
    "let m4 = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1); pthread_mutex_init(m4, nil); pthread_mutex_lock(m4)\n"
    "typealias ClockWait = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer, Int32, UnsafeRawPointer) -> Int32\n"
    'let clockWait = unsafeBitCast(dlsym(nil, "pthread_cond_clockwait"), to: ClockWait.self)\n'
    "var until4 = timespec(); clock_gettime(CLOCK_MONOTONIC, &until4); until4.tv_sec += 600\n"
    "clockWait(c4, m4, Int32(CLOCK_MONOTONIC), &until4)",
    "mutex": "var m = pthread_mutex_t(); pthread_mutex_init(&m, nil); pthread_mutex_lock(&m); pthread_mutex_lock(&m)",
    "lock": "let l = NSLock(); l.lock(); l.lock()",
    "process": 'let p = Process(); p.executableURL = URL(fileURLWithPath: "/bin/sleep"); p.arguments = ["600"]\n'
    "try p.run(); p.waitUntilExit()",
    "process that ignores SIGINT": 'let p2 = Process(); p2.executableURL = URL(fileURLWithPath: "/bin/sh")\n'
    "p2.arguments = [\"-c\", \"trap '' INT; sleep 600\"]; try p2.run(); p2.waitUntilExit()",
    "pipe": "let pipe1 = Pipe(); _ = pipe1.fileHandleForReading.readDataToEndOfFile()",
    "read": "var ends: [Int32] = [0, 0]; pipe(&ends); var b = [UInt8](repeating: 0, count: 8); read(ends[0], &b, 8)",
    "poll": "var f = pollfd(); poll(&f, 0, 600_000)",
    "select": "select(0, nil, nil, nil, nil)",
    "accept": "let a = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0); listen(a, 1); accept(a, nil, nil)",
    "pause": "pause()",
    "sigwait": "var set = sigset_t(); sigemptyset(&set); sigaddset(&set, SIGUSR2); var got: Int32 = 0; sigwait(&set, &got)",
    "semaphore of the C library": "let sc = UnsafeMutablePointer<sem_t>.allocate(capacity: 1); sem_init(sc, 0, 0); sem_wait(sc)",
    "readers' lock": "let rw = UnsafeMutablePointer<pthread_rwlock_t>.allocate(capacity: 1); pthread_rwlock_init(rw, nil)\n"
    "pthread_rwlock_rdlock(rw); pthread_rwlock_wrlock(rw)",
    "spin lock": "var sl = pthread_spinlock_t(); pthread_spin_init(&sl, 0); pthread_spin_lock(&sl); pthread_spin_lock(&sl)",
    "sleep": "sleep(600)",
    "usleep": "usleep(600_000_000)",
    "run loop": "RunLoop.current.add(Timer(timeInterval: 600, repeats: true) { _ in }, forMode: .default); RunLoop.current.run()",
    "thread": "var t = pthread_t(); pthread_create(&t, nil, { _ in sleep(600); return nil }, nil); pthread_join(t, nil)",
    "file lock": 'let path = NSTemporaryDirectory() + "gyrus-lock-\\(getpid())"\n'
    "let d1 = open(path, O_RDWR | O_CREAT, 0o600), d2 = open(path, O_RDWR); unlink(path); flock(d1, LOCK_EX); flock(d2, LOCK_EX)",
    "FIFO": 'let fifo = NSTemporaryDirectory() + "gyrus-fifo-\\(getpid())"; mkfifo(fifo, 0o600); defer { unlink(fifo) }\n'
    "let d3 = open(fifo, O_RDONLY)",
    "stream of a command": 'let o = popen("sleep 600", "r")!; var bytes = [UInt8](repeating: 0, count: 8); fread(&bytes, 1, 8, o)',
    "continuation": "await withCheckedContinuation { (c: CheckedContinuation<Void, Never>) in leak(c) }",
    "task": "try await Task.sleep(for: .seconds(600))",
    "another task": "await Task.detached { while true {} }.value",
    "sequence": "let (values, source) = AsyncStream<Int>.makeStream(); for await x in values { print(x) }; leak(source)",
    "operations": "let ops = OperationQueue(); ops.addOperation { sleep(4) }; ops.waitUntilAllOperationsAreFinished()",
    "main actor": "await MainActor.run { while true {} }",
    "concurrent loop": "DispatchQueue.concurrentPerform(iterations: 2) { _ in var n = 0; while true { n &+= 1 } }",
    "waits of a concurrent loop": "let s4 = DispatchSemaphore(value: 0); DispatchQueue.concurrentPerform(iterations: 3) { _ in s4.wait() }",
    "task group": "await withTaskGroup(of: Void.self) { g in for _ in 0..<3 { g.addTask { while true {} } } }",
    "inside a queue": 'let q5 = DispatchQueue(label: "q5"); q5.sync { while true {} }',
}


@pytest.fixture(scope="module", autouse=True)
def variables(kernel):
    kernel.ok("import Foundation\nvar kept = [1]\nvar leaked: [Any] = []\nfunc leak(_ x: Any) { leaked.append(x) }")
    kernel.count = 1


def interrupt(kernel, cell):
    """Interrupts a cell that runs; how long that took, and what the cell left."""
    time.sleep(0.1)
    start = time.monotonic()
    kernel.interrupt()
    outcome = kernel.finish(cell, timeout=20)
    return time.monotonic() - start, outcome


@pytest.mark.parametrize("kind", WAITS)
def test_an_interrupt_ends_a_wait(kernel, kind):
    cell = kernel.client.execute('print("waits")\nfflush(stdout)\n' + WAITS[kind])
    kernel.wait_for_output(cell)
    seconds, outcome = interrupt(kernel, cell)
    assert outcome.reply["status"] == "error" and outcome.error["ename"] == "KeyboardInterrupt"
    assert seconds < 2, "a second, and one for a busy machine"
    kernel.count += 1
    assert kernel.value("kept.append(1); kept.count", timeout=20) == str(kernel.count)


def test_what_was_waited_for_can_be_used(kernel):
    """A wait that was broken off took nothing along."""
    assert kernel.value("s.signal(); s.wait(); 1", timeout=20) == "1"
    assert kernel.value("q5.sync { 2 }", timeout=20) == "2"
    assert kernel.value("q6.sync { 4 }", timeout=20) == "4"
    assert kernel.value("q7.sync { 5 }", timeout=20) == "5"
    assert kernel.value("c.lock(); c.unlock(); 3", timeout=20) == "3"


def test_an_interrupted_question_ends_the_cell(kernel):
    kernel.ok("var went = false")
    cell = kernel.client.execute("let line = readLine()\nwent = true", allow_stdin=True)
    kernel.client.get_stdin_msg(timeout=20)
    seconds, outcome = interrupt(kernel, cell)
    assert seconds < 2 and outcome.error["ename"] == "KeyboardInterrupt"
    assert kernel.value("went") == "false"


def test_the_words_of_an_interrupted_question_are_not_those_of_the_next(kernel):
    cell = kernel.client.execute('let secret = readPassword(prompt: "Secret: ")', allow_stdin=True)
    assert kernel.client.get_stdin_msg(timeout=20)["content"] == {"prompt": "Secret: ", "password": True}
    interrupt(kernel, cell)
    cell = kernel.client.execute("let plain = readLine()", allow_stdin=True)
    assert kernel.client.get_stdin_msg(timeout=20)["content"] == {"prompt": "", "password": False}
    kernel.client.input("typed")
    assert kernel.finish(cell, timeout=20).reply["status"] == "ok"


def test_programs_end_quietly_where_nobody_reads_on(kernel):
    outcome = kernel.ok('system("yes | head -1")')
    assert outcome.text() == "y\n" and outcome.text("stderr") == ""


def test_an_interrupted_download_is_an_interrupt(fresh_kernel):
    """Not the error by which URLSession says that it was cancelled."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        cell = fresh_kernel.client.execute(
            "import Foundation\nimport FoundationNetworking\n"
            'let session = URLSession(configuration: .ephemeral); print("waits"); fflush(stdout)\n'
            f'let (data, _) = try await session.data(from: URL(string: "{address}")!)')
        fresh_kernel.wait_for_output(cell)
        silent.settimeout(20)
        connection, _ = silent.accept()
        with connection:
            _, outcome = interrupt(fresh_kernel, cell)
    assert outcome.error["ename"] == "KeyboardInterrupt"
    assert "keep their values" in outcome.error["evalue"]


def test_children_of_the_cell_end_and_earlier_ones_do_not(kernel):
    start = 'let {0} = Process(); {0}.executableURL = URL(fileURLWithPath: "/bin/sleep"); {0}.arguments = ["600"]; try {0}.run()\n'
    earlier = int(kernel.value(start.format("older") + "Int(older.processIdentifier)"))
    time.sleep(0.1)
    cell = kernel.client.execute(start.format("newer") + 'print("waits")\nfflush(stdout)\nnewer.waitUntilExit()')
    kernel.wait_for_output(cell)
    interrupt(kernel, cell)
    later = int(kernel.value("Int(newer.processIdentifier)"))
    kernel_processes.wait_for_end(later, seconds=5)
    assert not kernel_processes.has_ended(earlier)
    kernel.ok("older.terminate()")


@pytest.mark.parametrize("wait", [
    "while asleep.isRunning { usleep(1000) }", "asleep.waitUntilExit(); print(\"goes on\")",
    "try await Task.sleep(for: .seconds(600))"])
def test_programs_of_an_interrupted_cell_are_interrupted(kernel, wait, tmp_path):
    """As by Control-C: a program may also do something about it."""
    code = ("import time, sys\ntry:\n    print('sleeps', flush=True); time.sleep(600)\n"
            "except KeyboardInterrupt:\n    open(sys.argv[1], 'w').write('interrupted')\n")
    (tmp_path / "asleep.py").write_text(code)
    cell = kernel.client.execute(
        'var asleep = Process(); asleep.executableURL = URL(fileURLWithPath: "/usr/bin/env")\n'
        f'asleep.arguments = ["python3", "{tmp_path}/asleep.py", "{tmp_path}/told"]; try asleep.run()\n{wait}')
    kernel.wait_for_output(cell)
    seconds, outcome = interrupt(kernel, cell)
    assert outcome.error["ename"] == "KeyboardInterrupt" and seconds < 2
    assert "goes on" not in outcome.text()
    kernel_processes.wait_for_end(int(kernel.value("Int(asleep.processIdentifier)")), seconds=5)
    assert (tmp_path / "told").read_text() == "interrupted"


@pytest.mark.parametrize("seconds", [637, 638])
def test_commands_of_the_c_library_are_interrupted(kernel, seconds):
    """Also once one was: `system` has its own process ignore the signal meanwhile."""
    cell = kernel.client.execute(f'print("waits"); fflush(stdout); system("sleep {seconds}")')
    kernel.wait_for_output(cell)
    took, outcome = interrupt(kernel, cell)
    assert outcome.error["ename"] == "KeyboardInterrupt" and took < 2
    deadline = time.monotonic() + 5
    while subprocess.run(["pgrep", "-f", f"^sleep {seconds}"], capture_output=True).returncode == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_interrupt_ends_the_compiler(kernel):
    # A type check of many seconds.
    sums = " + ".join(f"[{i}].map {{ $0 * 2 }}.reduce(0) {{ $0 + $1 }} * 1.5" for i in range(12))
    cell = kernel.client.execute(f"let hard = {sums}\nhard")
    deadline = time.monotonic() + 20
    while not kernel_processes.named(kernel_processes.of(kernel), "swift-frontend"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    seconds, outcome = interrupt(kernel, cell)
    assert outcome.error["ename"] == "KeyboardInterrupt" and "compiled" in outcome.error["evalue"]
    assert seconds < 2
    assert kernel.value("1 + 1") == "2"


def test_an_interrupt_ends_a_command(kernel):
    cell = kernel.client.execute("!echo waits; trap '' INT TERM; sleep 600; sleep 600")
    kernel.wait_for_output(cell)
    seconds, outcome = interrupt(kernel, cell)
    assert outcome.error["ename"] == "KeyboardInterrupt" and seconds < 3


def test_a_lone_async_let_is_refused_with_what_to_write(kernel):
    failure = kernel.fails("async let lone = 5")
    assert failure.error["ename"] == "CompileError" and "Task" in failure.error["evalue"]
    assert kernel.value("1 + 1") == "2"
    assert kernel.ok("do {\n    async let x = kept.count\n    async let y = 2\n    print(await x + y > 2)\n}").text() == "true\n"
