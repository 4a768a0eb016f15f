"""What is hostile or heavy: nothing is lost that need not be, and the kernel lives on."""

import contextlib
import os
import random
import subprocess
import time

import kernel_processes
import psutil
import pytest
from kernel_processes import runner
from session import Session


def test_a_display_of_100_megabytes_passes(kernel):
    outcome = kernel.ok(
        'display(MIMEBundle(["text/plain": .text(String(repeating: "x", count: 100_000_000))]))', timeout=120)
    assert len(outcome.of("display_data")[0]["data"]["text/plain"]) == 100_000_000
    assert kernel.value("1 + 1") == "2"


def test_a_cell_of_20_megabytes_is_answered(kernel):
    outcome = kernel.run("// " + "x" * 20_000_000 + "\n7", timeout=120)
    assert outcome.result == "7" or outcome.reply["status"] == "error"
    assert kernel.value("1 + 1") == "2"


@pytest.mark.parametrize("content", ['{"code": ' + "[" * 200_000 + "]" * 200_000 + "}", "[" * 200_000, '{"code": "\\ud800"}'])
def test_a_signed_message_with_wild_json_does_no_harm(kernel, content):
    session = kernel.client.session
    message = session.msg("execute_request", {})
    frames = session.serialize(message)
    frames[5] = content.encode("utf8")
    frames[1] = session.sign(frames[2:6])
    kernel.client.shell_channel.socket.send_multipart(frames)
    assert kernel.value("1 + 1", timeout=30) == "2"


def test_200000_lines_take_bounded_memory(kernel):
    kernel.ok("1")
    before = kernel_processes.of(kernel).memory_info().rss
    kernel.ok('for i in 0..<200_000 { print("line \\(i) of many that are printed") }')
    assert kernel_processes.of(kernel).memory_info().rss - before < 200e6


def test_output_after_the_end_of_a_cell_arrives_under_that_cell(kernel):
    cell = kernel.client.execute(
        'Thread { usleep(700_000); print("late"); display(MIMEBundle.plain("later")) }.start()')
    kernel.finish(cell)
    seen = {}
    while len(seen) < 2:
        message = kernel.client.get_iopub_msg(timeout=5)
        if message["msg_type"] in ("stream", "display_data"):
            seen[message["msg_type"]] = message["parent_header"]["msg_id"]
    assert seen == {"stream": cell, "display_data": cell}


DEATHS = {
    "exit": ("exit(3)", "status 3"),
    "kill": ("kill(getpid(), SIGKILL)", "Killed"),
    "terminate": ("kill(getpid(), SIGTERM); sleep(5)", "Terminated"),
}


@pytest.mark.parametrize("kind", DEATHS)
def test_the_death_of_the_runner_says_what_was_lost(kernel, kind):
    code, words = DEATHS[kind]
    kernel.ok("let precious = 1")
    failure = kernel.fails(code)
    assert failure.error["ename"] == "RunnerDied"
    assert words in failure.error["evalue"] and "precious" in failure.error["evalue"]
    assert kernel.fails("precious").error["ename"] == "CompileError"
    assert kernel.value("1 + 1") == "2"


def test_a_runner_killed_between_cells_is_replaced_and_reported(kernel):
    kernel.ok("let mourned = 1")
    runner(kernel).kill()
    time.sleep(0.5)
    outcome = kernel.run("mourned")
    assert outcome.reply["status"] == "error"
    assert "mourned" in outcome.error["evalue"] + outcome.text("stderr")
    assert kernel.value("1 + 1") == "2"


def kill_runner(session):
    """Kills the runner if there is one."""
    kernel_processes.kill(kernel_processes.named(kernel_processes.of(session), "gyrus-runner"))


def test_a_runner_killed_at_any_moment(kernel):
    chance = random.Random(7)
    for _ in range(12):
        cell = kernel.client.execute('var n = 0\nfor i in 0..<20_000 { print(i); n &+= i }\nn')
        time.sleep(chance.uniform(0, 0.4))
        kill_runner(kernel)
        assert kernel.finish(cell, timeout=30).reply["status"] in ("ok", "error")
    # The last one may have died so late that its death is this cell's to report.
    kernel.run("0")
    assert kernel.value("1 + 1") == "2"


def test_no_port_is_open_beyond_those_of_the_connection_file(fresh_kernel):
    fresh_kernel.ok("1")
    ports = {getattr(fresh_kernel.client, f"{name}_port") for name in ("shell", "iopub", "stdin", "control", "hb")}
    processes = [kernel_processes.of(fresh_kernel), *kernel_processes.of(fresh_kernel).children(recursive=True)]
    listening = set()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # A compiler that has just ended.
            listening |= {connection.laddr.port for connection in process.net_connections(kind="inet")
                          if connection.status == psutil.CONN_LISTEN}
    assert listening == ports


def folders(session):
    """The private folder of a kernel: it carries the number of its process."""
    pid = session.manager.provisioner.pid
    place = os.environ.get("TMPDIR", "/tmp")
    return [os.path.join(place, name) for name in os.listdir(place) if name.startswith(f"gyrus-{pid}-")]


def test_the_kernel_s_files_are_private_and_go_with_it(fresh_kernel):
    fresh_kernel.ok("1")
    [folder] = folders(fresh_kernel)
    assert os.stat(folder).st_mode & 0o777 == 0o700
    fresh_kernel.request("shutdown_request", {"restart": False}, "control")
    fresh_kernel.manager.provisioner.process.wait(timeout=5)
    assert not os.path.exists(folder)


def test_the_files_of_a_killed_kernel_go_when_the_next_one_starts(fresh_kernel):
    fresh_kernel.ok("1")
    [folder] = folders(fresh_kernel)
    fresh_kernel.manager.provisioner.process.kill()
    fresh_kernel.manager.provisioner.process.wait()
    assert os.path.exists(folder)
    later = Session()
    try:
        later.ok("1")
        assert not os.path.exists(folder)
    finally:
        later.close()


def test_a_full_disk_is_said_and_survived(tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", small], capture_output=True, text=True)
    if mount.returncode:
        pytest.skip(f"no small disk can be made here: {mount.stderr.strip()}")
    session = None
    try:
        session = Session(env={**os.environ, "TMPDIR": str(small)})
        session.ok("var kept = 5")
        filler = small / "filler"
        subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=4k"], capture_output=True)
        failure = session.fails("kept + 1")
        assert "No space left" in failure.error["evalue"] + failure.traceback, failure.traceback
        assert len(failure.traceback) < 3000 and "Error Domain" not in failure.error["evalue"]
        filler.unlink()
        assert session.value("kept + 1") == "6"
    finally:
        if session:
            session.close()
        subprocess.run(["umount", "-l", small])
