"""What a cell does to its own process takes no variable along, as far as a process can be brought back from it."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def variables(kernel):
    kernel.ok("import Foundation\nvar kept = [1]\nfunc deep(_ n: Int) -> Int { n == -1 ? 0 : deep(n + 1) + 1 }")
    kernel.count = 1


def assert_kept(kernel):
    kernel.count += 1
    assert kernel.value("kept.append(1); kept.count") == str(kernel.count)


def test_a_cell_that_opens_all_descriptors_is_followed_by_one_that_closes_them(kernel):
    opened = kernel.value(
        "var limit = rlimit()\ngetrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)\nlimit.rlim_cur = 256\n"
        "setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)\nvar opened: [Int32] = []\n"
        'while true { let f = open("/dev/null", O_RDONLY); if f < 0 { break }; opened.append(f) }\nopened.count')
    assert int(opened) > 100
    assert_kept(kernel)
    kernel.ok("for f in opened { close(f) }")
    assert kernel.ok("!echo free").text() == "free\n"


def test_a_limit_of_no_descriptors_can_be_raised_again(fresh_kernel):
    kernel = fresh_kernel
    kernel.ok(
        "import Foundation\nvar kept = [1]\nvar limit = rlimit()\nlet files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)\n"
        "getrlimit(files, &limit)\nlet usual = limit.rlim_cur\nlimit.rlim_cur = 0\nsetrlimit(files, &limit)")
    kernel.ok("limit.rlim_cur = usual\nsetrlimit(files, &limit)")
    assert kernel.value("kept.count") == "1"


CLOSED = {
    "standard descriptors": "for f in Int32(0)...2 { close(f) }",
    "descriptors of the kernel": "close(3); close(4)",
    "all": "closefrom(3)",
    "by another": 'let null = open("/dev/null", O_RDWR); for f in Int32(0)...4 { dup2(null, f) }',
    "streams": "fclose(stdout); fclose(stderr); fclose(stdin)",
    "a file instead": '_ = freopen("/dev/null", "w", stdout)',
}


@pytest.mark.parametrize("kind", CLOSED)
def test_what_the_kernel_needs_cannot_be_closed(fresh_kernel, kind):
    kernel = fresh_kernel
    kernel.ok("import Foundation\nvar kept = [1]")
    kernel.ok(CLOSED[kind])
    outcome = kernel.ok('print("out"); fputs("error\\n", stderr); kept.count')
    assert outcome.text() == "out\n" and outcome.text("stderr") == "error\n" and outcome.result == "1"


CLOSED_STANDARD = {"each": "for f in Int32(0)...2 { close(f) }", "all": "closefrom(0)"}


@pytest.mark.parametrize("kind", CLOSED_STANDARD)
def test_a_file_that_is_opened_after_the_standard_descriptors_were_closed(fresh_kernel, kind):
    """It has another number than theirs, so that what is written into it is no output."""
    kernel = fresh_kernel
    kernel.ok("import Foundation\n" + CLOSED_STANDARD[kind])
    outcome = kernel.ok(
        'let path = NSTemporaryDirectory() + "gyrus-file-\\(getpid())"; defer { unlink(path) }\n'
        'let held = open("/dev/null", O_RDONLY), file = open(path, O_RDWR | O_CREAT, 0o600)\n'
        'write(file, "data", 4)\ntry String(contentsOfFile: path, encoding: .utf8)')
    assert outcome.result == '"data"' and outcome.text() == ""


ENDS_OF_THREADS = {
    "pthread_exit": "pthread_exit(nil)",
    "Thread.exit": "Thread.exit()",
    "pthread_cancel": "pthread_cancel(pthread_self()); usleep(1000)",
}


@pytest.mark.parametrize("kind", ENDS_OF_THREADS)
def test_a_cell_that_ends_its_own_thread_fails(kernel, kind):
    assert "thread" in kernel.fails(ENDS_OF_THREADS[kind], timeout=20).error["evalue"]
    assert_kept(kernel)
    kernel.ok("let ends = Thread { Thread.exit() }; ends.start(); usleep(100_000)")
    assert_kept(kernel)


NOWHERE = {
    "call": "nowhere()",
    "on a queue": "DispatchQueue.global().sync { nowhere() }",
    "on a thread": "Thread { nowhere() }.start(); sleep(10)",
}


@pytest.mark.parametrize("kind", NOWHERE)
def test_a_call_to_where_no_code_is(kernel, kind):
    kernel.ok("let nowhere = unsafeBitCast(0x10, to: (@convention(c) () -> Void).self)")
    assert kernel.fails(NOWHERE[kind], timeout=20).error["ename"] == "Fatal error"
    assert_kept(kernel)


SIGNALS = {
    "handlers taken away": "for s in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT] { signal(s, SIG_DFL) }",
    "ignored": "for s in [SIGILL, SIGTRAP, SIGSEGV, SIGURG] { signal(s, SIG_IGN) }",
    "sigaction": "var a = sigaction(); sigaction(SIGSEGV, &a, nil); sigaction(SIGILL, &a, nil); sigaction(SIGURG, &a, nil)",
    "blocked": "var all = sigset_t(); sigfillset(&all); pthread_sigmask(SIG_BLOCK, &all, nil)",
    "no stack for handlers": "var none = stack_t(); none.ss_flags = 2; sigaltstack(&none, nil)",
}


@pytest.mark.parametrize("kind", SIGNALS)
def test_signals_of_the_cell(kernel, kind):
    """A trap, the end of the stack and an interrupt end the cell alone."""
    assert "out of range" in kernel.fails(SIGNALS[kind] + "\n_ = [1][5]", timeout=20).error["evalue"]
    assert "overflow" in kernel.fails(SIGNALS[kind] + "\ndeep(0)", timeout=20).error["evalue"]
    cell = kernel.client.execute(SIGNALS[kind] + '\nprint("runs")\nfflush(stdout)\nwhile true {}')
    kernel.wait_for_output(cell)
    kernel.interrupt()
    assert kernel.finish(cell, timeout=20).error["ename"] == "KeyboardInterrupt"
    assert_kept(kernel)


def test_a_handler_of_the_cell_is_called(kernel):
    kernel.ok("signal(SIGUSR1) { _ in kept.append(0) }\nraise(SIGUSR1)")
    kernel.count += 1
    assert_kept(kernel)
    outcome = kernel.fails('signal(SIGSEGV) { _ in fputs("mine\\n", stderr) }\nUnsafePointer<Int>(bitPattern: 8)!.pointee')
    assert "SIGSEGV" in outcome.error["evalue"] and "mine" in outcome.text("stderr")
    assert_kept(kernel)


def test_a_handler_of_the_signal_of_interrupts_is_called(kernel):
    """But not for the runner's own interrupts."""
    kernel.ok("signal(SIGURG) { _ in kept.append(0) }\nraise(SIGURG)")
    kernel.count += 1
    assert_kept(kernel)
    cell = kernel.client.execute('print("runs")\nfflush(stdout)\nwhile true {}')
    kernel.wait_for_output(cell)
    kernel.interrupt()
    assert kernel.finish(cell, timeout=20).error["ename"] == "KeyboardInterrupt"
    kernel.ok("signal(SIGURG, SIG_DFL)")
    assert_kept(kernel)


def test_a_process_that_stopped_itself_is_interrupted(kernel):
    cell = kernel.client.execute('print("stops")\nfflush(stdout)\nraise(SIGSTOP)\nwhile true {}')
    kernel.wait_for_output(cell)
    kernel.interrupt()
    assert kernel.finish(cell, timeout=20).error["ename"] == "KeyboardInterrupt"
    assert_kept(kernel)


def test_a_misuse_of_libdispatch_ends_the_cell_alone(kernel):
    kernel.fails("let item = DispatchWorkItem { _ = [1][5] }\nDispatchQueue.global().async(execute: item); sleep(5)", timeout=20)
    kernel.ok("item.wait()")
    kernel.fails("DispatchQueue.global().sync(execute: item)")
    assert_kept(kernel)
    kernel.fails("let semaphore = DispatchSemaphore(value: 1); semaphore.wait(); _ = [1][5]")
    kernel.ok("let semaphore = 1")
    kernel.ok("var source: DispatchSourceTimer? = DispatchSource.makeTimerSource()")
    kernel.fails("source = nil")
    assert_kept(kernel)


def test_another_program_in_its_place_is_told(fresh_kernel):
    fresh_kernel.ok("import Foundation\nvar kept = [1]")
    failure = fresh_kernel.fails(
        'var words: [UnsafeMutablePointer<CChar>?] = [strdup("sleep"), strdup("60"), nil]\nexecv("/bin/sleep", words)', timeout=20)
    assert failure.error["ename"] == "RunnerDied" and "kept" in failure.error["evalue"]
    assert fresh_kernel.value("1 + 1") == "2"


def test_a_limit_of_the_stack_beyond_the_memory(fresh_kernel):
    fresh_kernel.ok(
        "import Foundation\nvar limit = rlimit(); getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)\n"
        "limit.rlim_cur = min(limit.rlim_max, 1 << 46)\n"
        "setrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)")
    assert fresh_kernel.value("1 + 1") == "2"


def test_functions_at_the_end_of_the_process(fresh_kernel):
    fresh_kernel.ok('import Foundation\natexit { print("last words"); fflush(stdout) }')
    outcome = fresh_kernel.fails("exit(0)", timeout=20)
    assert outcome.error["ename"] == "RunnerDied" and outcome.text() == "last words\n"


def test_what_was_written_before_the_end_of_the_process_is_seen(fresh_kernel):
    outcome = fresh_kernel.fails('import Foundation\nprint("half a line", terminator: "")\nexit(3)', timeout=20)
    assert outcome.error["ename"] == "RunnerDied" and outcome.text() == "half a line"


def test_functions_of_the_c_library_are_its_newest(kernel):
    """Cells name them without versions, and the loader would take those of before 2002."""
    assert kernel.value('realpath("/usr/../usr", nil).map { String(cString: $0) } ?? "none"') == '"/usr"'
    arrived = kernel.value(
        "let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1); pthread_mutex_init(lock, nil)\n"
        "let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1); pthread_cond_init(change, nil)\n"
        "var arrived = 0\n"
        "Thread { usleep(200_000); pthread_mutex_lock(lock); arrived = 1; pthread_cond_signal(change)\n"
        "    pthread_mutex_unlock(lock) }.start()\n"
        "pthread_mutex_lock(lock); while arrived == 0 { pthread_cond_wait(change, lock) }; pthread_mutex_unlock(lock)\n"
        "pthread_cond_destroy(change); arrived", timeout=20)
    assert arrived == "1"
    assert_kept(kernel)
