"""Comms: both ways, with buffers, between cells and while one runs, and what becomes of handlers that fail."""

import time

import kernel_processes
import pytest
from comms import FrontEnd, gather, of, text, until_all_idle

ECHO = """
Comm.register(target: "echo") { comm, opening in
    comm.send(["opened": opening.data], buffers: opening.buffers.map { Data($0.reversed()) })
    comm.onMessage { [comm] message in
        comm.send(message.data, metadata: ["seen": true], buffers: message.buffers)
    }
}
"""

FAILING = """
struct Unwell: Error, CustomStringConvertible { let description = "not today" }
let failing = Comm(target: "failing")
failing.onMessage { message in
    print("handling")
    switch message.data["how"]?.string {
    case "trap":
        let numbers = [1]
        print(numbers[message.data["index"]?.int ?? 9])
    case "throw": throw Unwell()
    case "hang": while true {}
    case "exit": exit(3)
    default: print("well")
    }
}
failing.id
"""


@pytest.fixture(scope="module")
def front(kernel):
    return FrontEnd(kernel)


def strip(result):
    return result.strip('"')


def test_a_cell_opens_sends_and_closes(kernel, front):
    outcome = kernel.ok(
        'let mine = Comm(target: "probe", data: ["x": 1, "deep": ["a", nil, 1.5]], metadata: ["m": true],\n'
        "    buffers: [Data([0, 255])])\n"
        'mine.send(["y": 2], buffers: [Data(), Data([7])])\nmine.id')
    (opened,), (sent,) = of(outcome.messages, "comm_open"), of(outcome.messages, "comm_msg")
    comm = strip(outcome.result)
    assert opened["content"] == {
        "comm_id": comm, "target_name": "probe", "data": {"x": 1, "deep": ["a", None, 1.5]}}
    assert opened["metadata"]["m"] is True
    assert [bytes(buffer) for buffer in opened["buffers"]] == [b"\x00\xff"]
    assert sent["content"] == {"comm_id": comm, "data": {"y": 2}}
    assert [bytes(buffer) for buffer in sent["buffers"]] == [b"", b"\x07"]
    assert front.comms("probe") == {comm: {"target_name": "probe"}} and front.comms("other") == {}
    closed = kernel.ok('mine.close(["why": "over"])\nmine.send(["late": true])\nmine.isOpen')
    assert closed.result == "false"
    assert of(closed.messages, "comm_close")[0]["content"] == {"comm_id": comm, "data": {"why": "over"}}
    assert not of(closed.messages, "comm_msg") and comm not in front.comms()


def test_a_front_end_opens_and_is_answered(kernel, front):
    kernel.ok(ECHO)
    blob = bytes(range(256)) * 5000
    comm, opening = front.open("echo", {"hello": "you"}, [b"abc"])
    assert of(opening, "comm_msg")[0]["content"]["data"] == {"opened": {"hello": "you"}}
    assert bytes(of(opening, "comm_msg")[0]["buffers"][0]) == b"cba"
    assert front.comms("echo") == {comm: {"target_name": "echo"}}
    (answer,) = of(front.message(comm, {"ü": [1, 2.5, "x\ny"]}, [blob, b""]), "comm_msg")
    assert answer["content"] == {"comm_id": comm, "data": {"ü": [1, 2.5, "x\ny"]}}
    assert answer["metadata"]["seen"] is True
    assert [bytes(buffer) for buffer in answer["buffers"]] == [blob, b""]
    kernel.until_idle(front.send("comm_close", {"comm_id": comm, "data": {}}))
    assert front.comms("echo") == {}


def test_an_unknown_target_is_closed_at_once(front):
    comm, messages = front.open("nobody")
    assert of(messages, "comm_close")[0]["content"]["comm_id"] == comm
    assert comm not in front.comms()


def test_a_message_of_a_comm_that_is_not_open_is_dropped(kernel, front):
    messages = front.message("no-such-comm", {"x": 1})
    assert [m["content"].get("execution_state") for m in messages] == ["busy", "idle"]
    assert kernel.value("1 + 1") == "2"


def test_output_of_a_handler_belongs_to_its_message(kernel, front):
    comm = strip(kernel.value(
        'var heard = 0\nlet talker = Comm(target: "talker")\n'
        "talker.onMessage { message in\n"
        '    heard += 1\n    print("heard", message.data["n"] ?? nil)\n    print("no end", terminator: "")\n'
        '    display(MIMEBundle.plain("shown"))\n}\ntalker.id'))
    messages = front.message(comm, {"n": 4})
    assert [m["content"]["execution_state"] for m in of(messages, "status")] == ["busy", "idle"]
    assert messages[0]["msg_type"] == messages[-1]["msg_type"] == "status"
    assert text(messages) == "heard 4\nno end"
    assert of(messages, "display_data")[0]["content"]["data"]["text/plain"] == "shown"
    assert kernel.value("heard") == "1"


def test_a_cell_and_a_handler_print_each_under_its_own_parent(kernel, front):
    comm = strip(kernel.value(
        'let chatter = Comm(target: "chatter")\n'
        'chatter.onMessage { _ in for n in 0..<200 { print("handler", n); usleep(500) } }\nchatter.id'))
    subshell = front.subshell()
    cell = kernel.client.execute('for n in 0..<200 { print("cell", n); usleep(5000) }')
    kernel.wait_for_output(cell)
    sent = front.send("comm_msg", {"comm_id": comm, "data": {}}, subshell=subshell)
    by_parent = until_all_idle(kernel, cell, sent)
    kernel.reply(cell)
    # The cell's first lines came before the message was sent.
    seen = text(by_parent[cell])
    first = int(seen.split()[1])
    assert 0 < first < 100 and seen == "".join(f"cell {n}\n" for n in range(first, 200))
    assert text(by_parent[sent]) == "".join(f"handler {n}\n" for n in range(200))


def test_a_subshell_is_served_while_a_cell_runs(kernel, front):
    comm = strip(kernel.value(
        "import Synchronization\nlet wish = Mutex(0)\n"
        'let wisher = Comm(target: "wisher")\n'
        'wisher.onMessage { message in wish.withLock { $0 = message.data["wish"]?.int ?? 0 } }\nwisher.id'))
    subshell = front.subshell()
    cell = kernel.client.execute(
        'print("waiting")\nwhile wish.withLock({ $0 }) == 0 { usleep(1000) }\nwish.withLock { $0 }')
    kernel.wait_for_output(cell)
    sent = front.send("comm_msg", {"comm_id": comm, "data": {"wish": 42}}, subshell=subshell)
    by_parent = until_all_idle(kernel, cell, sent, timeout=10)
    assert of(by_parent[cell], "execute_result")[0]["content"]["data"]["text/plain"] == "42"
    assert kernel.reply(cell)["status"] == "ok"


def test_the_main_shell_serves_a_message_after_the_cell(kernel, front):
    comm = strip(kernel.value(
        'let order = Comm(target: "order")\norder.onMessage { _ in print("second") }\norder.id'))
    cell = kernel.client.execute('usleep(300_000)\nprint("first")')
    sent = front.send("comm_msg", {"comm_id": comm, "data": {}})
    texts = []
    while True:
        message = kernel.client.get_iopub_msg(timeout=20)
        if message["msg_type"] == "stream":
            texts.append((message["parent_header"]["msg_id"], message["content"]["text"]))
        if message["parent_header"].get("msg_id") == sent and message["content"].get("execution_state") == "idle":
            break
    kernel.reply(cell)
    assert texts == [(cell, "first\n"), (sent, "second\n")]


@pytest.mark.parametrize(
    "data, name, value",
    [({"how": "trap"}, "Fatal error", "Index out of range"), ({"how": "throw"}, "Unwell", "not today")])
def test_a_handler_that_fails_is_reported_and_ends_nothing(kernel, front, data, name, value):
    comm = strip(kernel.value(FAILING))
    messages = front.message(comm, data)
    (error,) = of(messages, "error")
    assert error["content"]["ename"] == name and value in error["content"]["evalue"]
    assert any("In[" in line for line in error["content"]["traceback"]), "the frame in the cell is shown"
    assert text(messages) == "handling\n" and text(messages, "stderr") == ""
    assert text(front.message(comm, {})) == "handling\nwell\n"
    assert kernel.value("1 + 1") == "2"


def test_each_throw_of_a_handler_shows_its_line(kernel, front):
    """Also where the handler's task ran on another thread than the one that waits for it."""
    comm = strip(kernel.value(FAILING))
    for _ in range(40):
        (error,) = of(front.message(comm, {"how": "throw"}), "error")
        assert any("In[" in line for line in error["content"]["traceback"])


def test_a_trap_in_a_handler_leaves_the_running_cell_alone(kernel, front):
    comm = strip(kernel.value(FAILING))
    subshell = front.subshell()
    cell = kernel.client.execute('print("go")\nfor n in 0..<100 { usleep(10_000); print(n) }\n"whole"')
    kernel.wait_for_output(cell)
    sent = front.send("comm_msg", {"comm_id": comm, "data": {"how": "trap"}}, subshell=subshell)
    outcome = kernel.finish(cell, timeout=20)
    assert outcome.result == '"whole"' and outcome.error is None
    assert outcome.text() == "".join(f"{n}\n" for n in range(100))
    assert text(front.message(comm, {})) == "handling\nwell\n"
    assert sent != cell


def test_a_trap_in_a_cell_leaves_the_running_handler_alone(kernel, front):
    comm = strip(kernel.value(
        'let steady = Comm(target: "steady")\n'
        'steady.onMessage { _ in for n in 0..<60 { usleep(10_000); print(n) } }\nsteady.id'))
    sent = front.send("comm_msg", {"comm_id": comm, "data": {}}, subshell=front.subshell())
    cell = kernel.client.execute("usleep(100_000)\nlet none: [Int] = []\nnone[3]")
    by_parent = until_all_idle(kernel, cell, sent)
    kernel.reply(cell)
    assert of(by_parent[cell], "error")[0]["content"]["ename"] == "Fatal error"
    assert text(by_parent[sent]) == "".join(f"{n}\n" for n in range(60))
    assert not of(by_parent[sent], "error")


def test_an_interrupt_ends_a_handler_that_hangs(kernel, front):
    comm = strip(kernel.value(FAILING))
    sent = front.send("comm_msg", {"comm_id": comm, "data": {"how": "hang"}})
    kernel.wait_for_output(sent)
    start = time.monotonic()
    kernel.interrupt()
    messages = kernel.until_idle(sent, timeout=10)
    assert time.monotonic() - start < 3
    assert of(messages, "error")[0]["content"]["ename"] == "KeyboardInterrupt"
    assert text(front.message(comm, {})) == "handling\nwell\n"
    assert kernel.value("1 + 1") == "2"


def test_an_interrupt_cancels_a_handlers_task(kernel, front):
    comm = strip(kernel.value(
        'let patient = Comm(target: "patient")\n'
        'patient.onMessage { _ in print("on"); while true { try Task.checkCancellation(); usleep(1000) } }\n'
        "patient.id"))
    sent = front.send("comm_msg", {"comm_id": comm, "data": {}})
    kernel.wait_for_output(sent)
    kernel.interrupt()
    messages = kernel.until_idle(sent, timeout=10)
    assert of(messages, "error")[0]["content"]["ename"] == "KeyboardInterrupt"


def test_a_handler_may_open_and_close_comms(kernel, front):
    kernel.ok(
        'Comm.register(target: "parent") { comm, _ in\n'
        '    let child = Comm(target: "child", data: ["of": .string(comm.id)])\n'
        '    comm.onMessage { _ in child.close() }\n}')
    comm, opening = front.open("parent")
    (child,) = of(opening, "comm_open")
    assert child["content"]["data"] == {"of": comm}
    assert set(front.comms()) >= {comm, child["content"]["comm_id"]}
    closing = front.message(comm, {})
    assert of(closing, "comm_close")[0]["content"]["comm_id"] == child["content"]["comm_id"]
    assert child["content"]["comm_id"] not in front.comms()


def test_messages_arrive_in_order_and_none_is_lost(kernel, front):
    comm = strip(kernel.value(
        'let counter = Comm(target: "counter")\n'
        "counter.onMessage { [counter] message in counter.send(message.data) }\ncounter.id"))
    last = [front.send("comm_msg", {"comm_id": comm, "data": {"n": n}}) for n in range(300)][-1]
    seen, idle = [], False
    while not idle:
        message = kernel.client.get_iopub_msg(timeout=30)
        if message["msg_type"] == "comm_msg":
            seen.append(message["content"]["data"]["n"])
        idle = (
            message["parent_header"].get("msg_id") == last
            and message["content"].get("execution_state") == "idle")
    assert seen == list(range(300))


def test_a_runner_that_ends_in_a_handler_is_replaced_and_its_comms_are_closed(fresh_kernel):
    front = FrontEnd(fresh_kernel)
    comm = strip(fresh_kernel.value(FAILING))
    messages = front.message(comm, {"how": "exit"})
    (error,) = of(messages, "error")
    assert error["content"]["ename"] == "RunnerDied" and "failing" in error["content"]["evalue"]
    assert of(messages, "comm_close")[0]["content"]["comm_id"] == comm
    assert front.comms() == {}
    assert fresh_kernel.value("1 + 1") == "2"
    assert fresh_kernel.fails("failing").error["ename"] == "CompileError"


def test_a_killed_runner_closes_its_comms(fresh_kernel):
    front = FrontEnd(fresh_kernel)
    comm = strip(fresh_kernel.value(FAILING))
    kernel_processes.kill(kernel_processes.of(fresh_kernel).children())
    closed = of(gather(fresh_kernel, 1.5), "comm_close")
    assert [message["content"]["comm_id"] for message in closed] == [comm]
    assert front.comms() == {}


def test_comms_are_forgotten_by_a_restart(fresh_kernel):
    front = FrontEnd(fresh_kernel)
    fresh_kernel.ok(FAILING)
    assert len(front.comms()) == 1
    fresh_kernel.manager.restart_kernel()
    fresh_kernel.client.wait_for_ready(timeout=60)
    assert front.comms() == {}
