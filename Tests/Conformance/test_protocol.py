"""The messaging protocol, driven from outside."""

import json
import time

import pytest
import zmq
from session import Session


def test_kernel_info(kernel):
    info = kernel.request("kernel_info_request")
    assert info["status"] == "ok" and info["protocol_version"] == "5.5"
    assert info["implementation"] == "gyrus" and info["language_info"]["mimetype"] == "text/x-swift"
    assert "kernel subshells" in info["supported_features"]
    assert info["banner"] and all(link["url"].startswith("http") for link in info["help_links"])


def test_the_order_of_messages(kernel):
    outcome = kernel.ok('print("x")\n1')
    kinds = [message["msg_type"] for message in outcome.messages]
    assert kinds == ["status", "execute_input", "stream", "execute_result", "status"]
    count = outcome.reply["execution_count"]
    assert outcome.of("execute_input") == [{"code": 'print("x")\n1', "execution_count": count}]
    assert outcome.of("execute_result")[0]["execution_count"] == count


def test_the_count_grows_only_with_store_history(kernel):
    count = kernel.ok("1").reply["execution_count"]
    assert kernel.ok("2", store_history=False).reply["execution_count"] == count
    assert kernel.ok("3", silent=True).reply["execution_count"] == count
    assert kernel.ok("", silent=True).reply["execution_count"] == count
    assert kernel.ok("4").reply["execution_count"] == count + 1


@pytest.mark.parametrize("options", [{"store_history": False}, {"silent": True}])
def test_what_is_not_counted_leaves_the_last_cell_its_result_and_lines(kernel, options):
    count = kernel.ok("func third(_ x: [Int]) -> Int { x[2] } // the third\n41").reply["execution_count"]
    kernel.ok("// another\n7", **options)
    assert kernel.value("_ + 1") == "42"
    assert kernel.value(f"Out[{count}] + 1") == "42"
    assert "// the third" in kernel.fails("third([])").traceback
    assert "In[*]:1" in "".join(kernel.run("nonsense", **options).reply["traceback"])


def test_silent_is_silent_but_runs(kernel):
    outcome = kernel.ok('var quiet = 7\nprint("x")\nquiet', silent=True)
    assert [message["msg_type"] for message in outcome.messages] == ["status", "status"]
    assert kernel.value("quiet") == "7"


def test_a_silent_failure_is_in_the_reply_alone(kernel):
    outcome = kernel.run("fatalError()", silent=True)
    assert outcome.reply["status"] == "error" and outcome.error is None


def test_user_expressions(kernel):
    kernel.ok("let seven = 7")
    reply = kernel.ok("", user_expressions={"good": "seven * 6", "bad": "nonsense"}).reply
    assert reply["user_expressions"]["good"]["data"]["text/plain"] == "42"
    assert reply["user_expressions"]["bad"]["status"] == "error"


def test_an_error_aborts_what_waits(kernel):
    cells = [kernel.client.execute(code) for code in ('sleep(1)\nfatalError("stop")', "var never = 1", "2")]
    outcomes = [kernel.finish(cell) for cell in cells]
    assert [outcome.reply["status"] for outcome in outcomes] == ["error", "aborted", "aborted"]
    assert kernel.value("3") == "3"


def test_stop_on_error_can_be_off(kernel):
    first = kernel.client.execute('sleep(1)\nfatalError("on")', stop_on_error=False)
    second = kernel.client.execute("4")
    assert kernel.finish(first).reply["status"] == "error"
    assert kernel.finish(second).result == "4"


def test_is_complete(kernel):
    for code, status in [
        ("1 + 1", "complete"), ("for i in 0..<3 {", "incomplete"), ("let s = \"\"\"\nabc", "incomplete"),
        ("foo(1,", "incomplete"), ("}", "invalid"), ("", "complete"),
    ]:
        assert kernel.request("is_complete_request", {"code": code})["status"] == status, code
    assert kernel.request("is_complete_request", {"code": "if true {"})["indent"].strip() == ""


def test_history(kernel):
    kernel.ok("let historical = 1")
    kernel.ok("historical + 41")
    tail = kernel.reply(kernel.client.history(hist_access_type="tail", n=2, output=False))["history"]
    assert [entry[2] for entry in tail] == ["let historical = 1", "historical + 41"]
    outputs = kernel.reply(kernel.client.history(hist_access_type="tail", n=1, output=True))["history"]
    assert outputs[0][2] == ["historical + 41", "42"]
    found = kernel.reply(kernel.client.history(hist_access_type="search", pattern="*historical*", n=5))["history"]
    assert len(found) >= 2
    count = kernel.ok("5").reply["execution_count"]
    ranged = kernel.reply(
        kernel.client.history(hist_access_type="range", session=0, start=count, stop=count + 1, output=False))
    assert [entry[2] for entry in ranged["history"]] == ["5"]


def test_history_outlives_the_kernel(fresh_kernel):
    marker = f"let marker{int(time.time() * 1000)} = 1"
    fresh_kernel.ok(marker)
    later = Session()
    try:
        found = later.reply(later.client.history(hist_access_type="search", pattern=marker, n=1))["history"]
        assert [entry[2] for entry in found] == [marker]
    finally:
        later.close()


def test_what_is_not_stored_is_not_remembered(kernel):
    kernel.ok("let neverStored = 1", store_history=False)
    found = kernel.reply(kernel.client.history(hist_access_type="search", pattern="let neverStored*", n=5))["history"]
    assert found == []


def test_comm_info_and_an_unknown_target(kernel):
    assert kernel.request("comm_info_request")["comms"] == {}
    cell = kernel.send("comm_open", {"comm_id": "c", "target_name": "nobody", "data": {}})
    closes = [m for m in kernel.until_idle(cell, 10) if m["msg_type"] == "comm_close"]
    assert [m["content"]["comm_id"] for m in closes] == ["c"]


def test_control_answers_while_a_cell_runs(kernel):
    cell = kernel.client.execute('print("running")\nsleep(3)')
    kernel.wait_for_output(cell)
    start = time.monotonic()
    assert kernel.request("kernel_info_request", channel="control")["status"] == "ok"
    usage = kernel.request("usage_request", channel="control")
    assert usage["kernel_memory"] > 1_000_000 and usage["pid"] > 0
    debug = kernel.request("debug_request", {"type": "request", "seq": 1, "command": "initialize"}, "control")
    assert debug["success"] is False
    assert time.monotonic() - start < 1.5
    assert kernel.finish(cell).reply["status"] == "ok"


def test_control_answers_what_the_shell_answers(kernel):
    """As ipykernel does; it would keep interrupts waiting if it ran code there."""
    cell = kernel.client.execute('print("running")\nsleep(3)')
    kernel.wait_for_output(cell)
    start = time.monotonic()
    assert kernel.request("is_complete_request", {"code": "1"}, "control")["status"] == "complete"
    assert "comms" in kernel.request("comm_info_request", channel="control")
    assert kernel.request("history_request", {"hist_access_type": "tail", "n": 1, "output": False, "raw": True},
                          "control")["status"] == "ok"
    refused = kernel.request("execute_request", {"code": "1"}, "control")
    assert refused["status"] == "error" and "shell channel" in refused["evalue"]
    assert time.monotonic() - start < 1.5
    assert kernel.finish(cell).reply["status"] == "ok"


def test_the_ports_are_told(kernel):
    with open(kernel.manager.connection_file) as file:
        connection = json.load(file)
    for channel in ("shell", "control"):
        reply = kernel.request("connect_request", channel=channel)
        assert reply["status"] == "ok"
        assert all(reply[name] == connection[name] for name in
                   ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port"))


def test_a_subshell_serves_while_a_cell_runs(kernel):
    cell = kernel.client.execute('print("running")\nsleep(3)')
    kernel.wait_for_output(cell)
    subshell = kernel.request("create_subshell_request", channel="control")["subshell_id"]
    start = time.monotonic()
    asked = kernel.send("is_complete_request", {"code": "1"}, subshell_id=subshell)
    assert kernel.reply(asked)["status"] == "complete"
    assert time.monotonic() - start < 1.5
    assert kernel.request("list_subshell_request", channel="control")["subshell_id"] == [subshell]
    assert kernel.request("delete_subshell_request", {"subshell_id": subshell}, "control")["status"] == "ok"
    assert kernel.finish(cell).reply["status"] == "ok"


def test_heartbeats_come_while_a_cell_runs(kernel):
    cell = kernel.client.execute('print("running")\nvar n = 0\nwhile n >= 0 { n &+= 1; if n == 1_500_000_000 { break } }')
    kernel.wait_for_output(cell)
    socket = kernel.client.context.socket(zmq.REQ)
    socket.linger = 0
    socket.connect(f"tcp://127.0.0.1:{kernel.client.hb_port}")
    for beat in (b"one", b"two"):
        socket.send(beat)
        assert socket.poll(1000) and socket.recv() == beat
    socket.close()
    kernel.interrupt()
    kernel.finish(cell)


INPUTS = {
    "a line": ("readLine()", "", False),
    "a line with a prompt": ('readLine(prompt: "Subject \\"é\\": ")', 'Subject "é": ', False),
    "a password": ("readPassword()", "Password: ", True),
    "a line after a password": ("readLine()", "", False),
}


@pytest.mark.parametrize("kind", INPUTS)
def test_input_is_asked_for(kernel, kind):
    code, prompt, hidden = INPUTS[kind]
    cell = kernel.client.execute(f"let answer = {code}\nanswer ?? \"none\"", allow_stdin=True)
    demand = kernel.client.get_stdin_msg(timeout=20)
    assert demand["msg_type"] == "input_request" and demand["content"] == {"prompt": prompt, "password": hidden}
    assert demand["parent_header"]["msg_id"] == cell
    kernel.client.input("sub-01 é🧠")
    assert kernel.finish(cell).result == '"sub-01 é🧠"'


def test_a_password_that_the_c_library_asks_for_is_hidden(kernel):
    kernel.ok("import Foundation")
    cell = kernel.client.execute('String(cString: getpass("Secret \\"é\\": "))', allow_stdin=True)
    assert kernel.client.get_stdin_msg(timeout=20)["content"] == {"prompt": 'Secret "é": ', "password": True}
    kernel.client.input("sub-01 é🧠")
    outcome = kernel.finish(cell)
    assert outcome.result == '"sub-01 é🧠"' and outcome.text("stderr") == ""


def test_a_question_can_be_interrupted(kernel):
    cell = kernel.client.execute('print(readLine(prompt: "? ") ?? "none")', allow_stdin=True)
    kernel.client.get_stdin_msg(timeout=20)
    kernel.interrupt()
    assert kernel.finish(cell).reply["status"] in ("ok", "error")
    assert kernel.value("1 + 1") == "2"


def test_input_is_refused_where_it_is_not_allowed(kernel):
    outcome = kernel.run("let line = readLine()\nline == nil", allow_stdin=False)
    assert outcome.reply["status"] in ("ok", "error")
    assert kernel.value("1") == "1"


def test_forged_messages_are_dropped(kernel):
    honest = kernel.client.session
    forger = type(honest)(key=b"a guess", signature_scheme=honest.signature_scheme)
    socket = kernel.client.context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(f"tcp://127.0.0.1:{kernel.client.shell_port}")
    forger.send(socket, "execute_request", {"code": "var forged = 1"})
    assert not socket.poll(500)
    socket.close()
    assert kernel.fails("forged").error["ename"] == "CompileError"


def test_replayed_messages_are_dropped(kernel):
    kernel.ok("var executions = 0")
    session = kernel.client.session
    socket = kernel.client.context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(f"tcp://127.0.0.1:{kernel.client.shell_port}")
    frames = session.serialize(session.msg("execute_request", {"code": "executions += 1"}))
    for _ in range(3):
        socket.send_multipart(frames)
    assert socket.poll(5000)
    socket.recv_multipart()
    assert not socket.poll(500)
    socket.close()
    assert kernel.value("executions") == "1"


def test_noise_is_dropped(kernel):
    session = kernel.client.session
    socket = kernel.client.context.socket(zmq.DEALER)
    socket.linger = 0
    socket.connect(f"tcp://127.0.0.1:{kernel.client.shell_port}")
    good = session.serialize(session.msg("kernel_info_request", {}))
    for frames in ([b"noise"], good[:4], [b"<IDS|MSG>"], [b"\xff" * 1000] * 10, [b"<IDS|MSG>", b""] + [b"{"] * 4):
        socket.send_multipart(frames)
    assert not socket.poll(500)
    socket.close()
    assert kernel.value("1") == "1"


def test_a_signed_request_that_does_not_fit_is_answered(kernel):
    reply = kernel.request("execute_request", {"code": 7})
    assert reply["status"] == "error" and "code" in reply["evalue"]


def test_an_unknown_message_is_ignored(kernel):
    kernel.send("no_such_request")
    assert kernel.value("1") == "1"


def test_each_subscriber_is_welcomed(kernel):
    with open(kernel.manager.connection_file) as file:
        port = json.load(file)["iopub_port"]
    for _ in range(2):
        socket = kernel.client.context.socket(zmq.SUB)
        socket.linger = 0
        socket.connect(f"tcp://127.0.0.1:{port}")
        socket.subscribe(b"")
        assert socket.poll(3000)
        frames = socket.recv_multipart()
        # A session of its own: the client's has yet to read what this one reads too.
        honest = kernel.client.session
        session = type(honest)(key=honest.key, signature_scheme=honest.signature_scheme)
        _, frames = session.feed_identities(frames)
        message = session.deserialize(frames)
        assert message["msg_type"] == "iopub_welcome" and message["content"] == {"subscription": ""}
        socket.close()


def test_a_large_display_passes(kernel):
    outcome = kernel.ok(
        'display(MIMEBundle(["text/plain": .text(String(repeating: "x", count: 20_000_000))]))', timeout=60)
    assert len(outcome.of("display_data")[0]["data"]["text/plain"]) == 20_000_000
