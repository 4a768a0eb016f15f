"""Code on subshells runs beside the main shell's cell (JEP 91), each with its own output, result, error and interrupt."""

import time

import pytest

from session import Outcome, Session


class Shell:
    """A subshell of a kernel."""

    def __init__(self, session):
        self.session = session
        self.id = session.request("create_subshell_request", channel="control")["subshell_id"]

    def send(self, code, **options):
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": True}
        return self.session.send("execute_request", content | options, subshell_id=self.id)

    def interrupt(self):
        message = self.session.send("interrupt_request", channel="control", subshell_id=self.id)
        self.session.reply(message, channel="control")

    def delete(self):
        return self.session.request("delete_subshell_request", {"subshell_id": self.id}, "control")


class Traffic:
    """Sorts what comes on iopub and shell by the request that it belongs to."""

    def __init__(self, session):
        self.session = session
        self.messages, self.replies, self.order = {}, {}, []

    def pump(self, until, timeout=60):
        deadline = time.monotonic() + timeout
        while not until():
            assert time.monotonic() < deadline, (self.messages, self.replies)
            for channel in (self.session.client.iopub_channel, self.session.client.shell_channel):
                while channel.msg_ready():
                    message = channel.get_msg(timeout=1)
                    parent = message["parent_header"].get("msg_id")
                    if channel is self.session.client.iopub_channel:
                        self.messages.setdefault(parent, []).append(message)
                    else:
                        self.replies[parent] = message["content"]
                        self.order.append(parent)
            time.sleep(0.005)

    def is_idle(self, request):
        return request in self.replies and any(
            m["msg_type"] == "status" and m["content"]["execution_state"] == "idle"
            for m in self.messages.get(request, []))

    def text(self, request):
        return Outcome({}, self.messages.get(request, [])).text()

    def wait_for_text(self, request, text, timeout=60):
        self.pump(lambda: text in self.text(request) or request in self.replies, timeout)
        assert text in self.text(request), (self.messages.get(request), self.replies.get(request))

    def finish(self, request, timeout=60):
        self.pump(lambda: self.is_idle(request), timeout)
        return Outcome(self.replies[request], self.messages[request])


@pytest.fixture
def shell(kernel):
    shell = Shell(kernel)
    yield shell
    shell.delete()


@pytest.fixture
def traffic(kernel):
    return Traffic(kernel)


def waiting_cell(kernel, traffic, code=""):
    """A main cell that runs until a subshell releases it."""
    kernel.ok("import Synchronization\nfinal class Release: Sendable { let flag = Atomic(false) }\nlet release = Release()")
    cell = kernel.client.execute(
        f'print("running")\n{code}\nwhile !release.flag.load(ordering: .relaxed) {{ usleep(2000) }}\nprint("released")\n"main"')
    traffic.wait_for_text(cell, "running")
    return cell


RELEASE = "release.flag.store(true, ordering: .relaxed)"


def test_code_runs_beside_the_main_cell(kernel, shell, traffic):
    cell = waiting_cell(kernel, traffic)
    asked = shell.send('print("beside")\nlet fromSubshell = 41\nfromSubshell + 1')
    outcome = traffic.finish(asked)
    assert outcome.reply["status"] == "ok" and outcome.result == "42" and outcome.text() == "beside\n"
    assert cell not in traffic.replies
    # What it declared is there for later cells, on both shells.
    assert traffic.finish(shell.send("fromSubshell")).result == "41"
    assert traffic.finish(shell.send(RELEASE)).reply["status"] == "ok"
    main = traffic.finish(cell)
    assert main.reply["status"] == "ok" and main.result == '"main"' and main.text() == "running\nreleased\n"
    assert kernel.value("fromSubshell") == "41"


def test_a_name_of_a_cell_that_runs_is_told(kernel, shell, traffic):
    cell = waiting_cell(kernel, traffic, "let early = 5\nstruct Early { static let a = 1 }")
    outcome = traffic.finish(shell.send("early + 1"))
    assert "'early' is declared in In[" in outcome.error["evalue"] and "has not ended yet" in outcome.error["evalue"]
    assert "has not ended yet" in traffic.finish(shell.send("Early.a")).error["evalue"]
    traffic.finish(shell.send(RELEASE))
    traffic.finish(cell)
    assert traffic.finish(shell.send("early + Early.a")).result == "6"


def test_what_both_shells_declare_at_once(kernel, shell, traffic):
    """A name is that of the cell that ended last, and neither cell takes what the other one declares for its own."""
    cell = waiting_cell(kernel, traffic, "let both = 1; func ofBoth() -> Int { 1 }; func ofMain() -> Int { 1 }")
    beside = "let both = 2; func ofBoth() -> Int { 2 }; func ofShell() -> Int { 2 }"
    assert traffic.finish(shell.send(beside)).reply["status"] == "ok"
    traffic.finish(shell.send(RELEASE))
    traffic.finish(cell)
    assert kernel.value("[both, ofBoth(), ofMain(), ofShell()]") == "[1, 1, 1, 2]"
    kernel.ok(beside)
    assert kernel.value("[both, ofBoth(), ofMain(), ofShell()]") == "[2, 2, 1, 2]"


def test_each_request_has_its_own_count(kernel, shell, traffic):
    cell = waiting_cell(kernel, traffic)
    counts = [traffic.finish(shell.send(code)).reply["execution_count"] for code in ("1", "2", RELEASE)]
    main = traffic.finish(cell).reply["execution_count"]
    assert counts == [main + 1, main + 2, main + 3]
    assert kernel.ok("1").reply["execution_count"] == main + 4


def test_what_is_printed_at_once_is_not_mixed(kernel, shell, traffic):
    cell = waiting_cell(kernel, traffic, code='print("no line break", terminator: "")')
    for _ in range(3):
        asked = shell.send('print("a", terminator: ""); usleep(120_000); print("b")')
        assert traffic.finish(asked).text() == "ab\n"
    traffic.finish(shell.send(RELEASE))
    assert traffic.finish(cell).text() == "running\nno line breakreleased\n"


@pytest.mark.parametrize("code, name", [
    ("struct Wrong: Error {}\nthrow Wrong()", "Wrong"),
    ("[Int]()[0]", "Fatal error"),
    ("let a: Int = \"text\"", "CompileError"),
])
def test_an_error_stops_its_own_shell_alone(kernel, shell, traffic, code, name):
    cell = waiting_cell(kernel, traffic)
    failed, aborted = shell.send(code), shell.send("1 + 1")
    assert traffic.finish(failed).error["ename"] == name
    assert traffic.finish(aborted).reply["status"] in ("aborted", "ok")
    assert cell not in traffic.replies
    # And the subshell goes on.
    assert traffic.finish(shell.send("6 * 7")).result == "42"
    traffic.finish(shell.send(RELEASE))
    assert traffic.finish(cell).result == '"main"'


def test_a_main_cell_that_fails_leaves_the_subshell_alone(kernel, shell, traffic):
    kernel.ok("var rounds = 0")
    asked = shell.send('print("on")\nfor _ in 0..<150 { rounds += 1; usleep(10_000) }\nrounds')
    traffic.wait_for_text(asked, "on")
    failed = traffic.finish(kernel.client.execute("let gone = [1, 2][5]"))
    assert failed.error["ename"] == "Fatal error"
    assert traffic.finish(asked).result == "150"


def test_an_interrupt_is_for_the_main_cell(kernel, shell, traffic):
    asked = shell.send('print("on")\nvar own = 0\nfor _ in 0..<200 { own += 1; usleep(10_000) }\nown')
    traffic.wait_for_text(asked, "on")
    cell = kernel.client.execute('print("loop")\nvar n = 0\nwhile true { n &+= 1 }')
    traffic.wait_for_text(cell, "loop")
    kernel.interrupt()
    assert traffic.finish(cell).error["ename"] == "KeyboardInterrupt"
    outcome = traffic.finish(asked)
    assert outcome.reply["status"] == "ok" and outcome.result == "200"


def test_an_interrupt_with_a_subshell_is_for_it_alone(kernel, shell, traffic):
    cell = waiting_cell(kernel, traffic)
    for code in ('print("loop")\nwhile true {}', 'print("loop")\nsleep(100)',
                 'print("loop")\ntry await Task.sleep(for: .seconds(100))'):
        asked = shell.send(code)
        traffic.wait_for_text(asked, "loop")
        shell.interrupt()
        assert traffic.finish(asked).error["ename"] == "KeyboardInterrupt", code
    assert cell not in traffic.replies
    traffic.finish(shell.send(RELEASE))
    assert traffic.finish(cell).result == '"main"'


def test_an_interrupt_reaches_a_subshell_if_the_main_shell_runs_nothing(kernel, shell, traffic):
    asked = shell.send('print("loop")\nwhile true {}')
    traffic.wait_for_text(asked, "loop")
    kernel.interrupt()
    assert traffic.finish(asked).error["ename"] == "KeyboardInterrupt"
    assert kernel.value("6 * 7") == "42"


def test_several_subshells_run_at_once(kernel, traffic):
    shells = [Shell(kernel) for _ in range(4)]
    kernel.ok("import Synchronization\nfinal class Meeting: Sendable { let here = Atomic(0) }\nlet meeting = Meeting()")
    # None of them ends before all have begun.
    code = "meeting.here.add(1, ordering: .relaxed)\nwhile meeting.here.load(ordering: .relaxed) < 4 {{ usleep(1000) }}\n{0} * 10"
    asked = [shell.send(code.format(number)) for number, shell in enumerate(shells)]
    assert [traffic.finish(request).result for request in asked] == ["0", "10", "20", "30"]
    for shell in shells:
        assert shell.delete()["status"] == "ok"


def test_input_is_asked_for_the_shell_that_reads(kernel, shell, traffic):
    cell = waiting_cell(kernel, traffic)
    asked = shell.send('readLine(prompt: "Who? ")')
    demand = kernel.client.get_stdin_msg(timeout=30)
    assert demand["parent_header"]["msg_id"] == asked and demand["content"]["prompt"] == "Who? "
    kernel.client.input("Swift")
    assert traffic.finish(asked).result == 'Optional("Swift")'
    # An interrupt of the one does not end the other's wait.
    asked = shell.send("readLine()")
    kernel.client.get_stdin_msg(timeout=30)
    kernel.interrupt()
    assert traffic.finish(cell).error["ename"] == "KeyboardInterrupt"
    kernel.client.input("still there")
    assert traffic.finish(asked).result == 'Optional("still there")'


def test_magics_and_commands_run_beside_the_main_cell(kernel, shell, traffic):
    cell = waiting_cell(kernel, traffic)
    assert traffic.finish(shell.send("!echo from the shell")).text() == "from the shell\n"
    assert "release" in traffic.finish(shell.send("%who")).text()
    asked = shell.send("!sleep 100")
    time.sleep(0.3)
    shell.interrupt()
    assert traffic.finish(asked).reply["status"] == "error"
    traffic.finish(shell.send(RELEASE))
    assert traffic.finish(cell).result == '"main"'


def test_a_wait_that_a_subshell_may_end_is_left_alone(fresh_kernel):
    """After a failure, a wait that nothing can end is ended: an open subshell can, though it is idle."""
    kernel, traffic, shell = fresh_kernel, Traffic(fresh_kernel), Shell(fresh_kernel)
    for runner in ("first", "second"):
        if runner == "second":
            kernel.fails("exit(3)")
        kernel.ok("import Foundation\nlet gate = DispatchSemaphore(value: 0)")
        kernel.fails("_ = [1][5]")
        cell = kernel.client.execute('print("waits")\ngate.wait()\n"through"')
        traffic.wait_for_text(cell, "waits")
        time.sleep(6)
        assert traffic.finish(shell.send("gate.signal()")).reply["status"] == "ok"
        assert traffic.finish(cell).result == '"through"'
    shell.delete()
    assert kernel.fails("gate.wait()", timeout=30).error["ename"] == "WaitInVain"


def test_the_end_of_the_process_is_told_to_both(fresh_kernel):
    traffic, shell = Traffic(fresh_kernel), Shell(fresh_kernel)
    cell = waiting_cell(fresh_kernel, traffic)
    ended = traffic.finish(shell.send("exit(3)"))
    main = traffic.finish(cell)
    for outcome in (ended, main):
        assert outcome.error["ename"] == "RunnerDied" and "release" in outcome.error["evalue"]
    assert fresh_kernel.value("1 + 1") == "2"
    assert traffic.finish(shell.send("2 + 2")).result == "4"
    fresh_kernel.fails("release")


def test_a_shutdown_ends_what_subshells_run():
    session = Session()
    traffic, shell = Traffic(session), Shell(session)
    asked = shell.send('print("loop")\nwhile true {}')
    traffic.wait_for_text(asked, "loop")
    session.request("shutdown_request", {"restart": False}, "control")
    deadline = time.monotonic() + 20
    while session.manager.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not session.manager.is_alive()
    session.close()
