"""Start, restart, shutdown, and encryption."""

import contextlib
import os
import signal
import subprocess
import sys
import time

import kernel_processes
import psutil
import pytest
from session import Session


def processes(session):
    """The kernel's process and its children."""
    kernel = kernel_processes.of(session)
    return [kernel, *kernel.children(recursive=True)]


def wait_gone(processes, seconds=5):
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not alive


def test_shutdown_replies_and_leaves_nothing_behind(fresh_kernel):
    fresh_kernel.ok("1")
    running = processes(fresh_kernel)
    reply = fresh_kernel.request("shutdown_request", {"restart": False}, "control")
    assert reply == {"status": "ok", "restart": False}
    assert wait_gone(running)


def test_shutdown_while_a_cell_runs(fresh_kernel):
    cell = fresh_kernel.client.execute('print("running")\nwhile true {}')
    fresh_kernel.wait_for_output(cell)
    running = processes(fresh_kernel)
    assert fresh_kernel.request("shutdown_request", {"restart": False}, "control")["status"] == "ok"
    assert wait_gone(running)


def test_restart_forgets(fresh_kernel):
    fresh_kernel.ok("let before = 1")
    fresh_kernel.manager.restart_kernel()
    fresh_kernel.client.wait_for_ready(timeout=60)
    assert fresh_kernel.fails("before").error["ename"] == "CompileError"
    assert fresh_kernel.ok("1").reply["execution_count"] == 2


def test_a_termination_signal_ends_all(fresh_kernel):
    fresh_kernel.ok("1")
    running = processes(fresh_kernel)
    os.kill(running[0].pid, signal.SIGTERM)
    assert wait_gone(running)


def test_a_killed_kernel_takes_its_runner_along(fresh_kernel):
    fresh_kernel.ok("1")
    running = processes(fresh_kernel)
    assert len(running) > 1
    os.kill(running[0].pid, signal.SIGKILL)
    assert wait_gone(running)


def test_a_killed_runner_is_reported_and_replaced(fresh_kernel):
    fresh_kernel.ok("let lost = 1")
    cell = fresh_kernel.client.execute('print("running")\nwhile true {}')
    fresh_kernel.wait_for_output(cell)
    kernel_processes.kill(processes(fresh_kernel)[1:])
    outcome = fresh_kernel.finish(cell, timeout=20)
    assert outcome.reply["status"] == "error"
    assert fresh_kernel.value("1 + 1") == "2"


def test_the_death_of_the_parent_ends_the_kernel(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(
        "from jupyter_client.manager import KernelManager\nimport time\n"
        "manager = KernelManager(kernel_name='gyrus')\nmanager.start_kernel()\n"
        "print(manager.provisioner.pid, flush=True)\ntime.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    kernel = psutil.Process(int(parent.stdout.readline()))
    time.sleep(1)
    parent.kill()
    parent.wait()
    assert wait_gone([kernel], 6)


def test_no_temporary_files_are_left(fresh_kernel):
    pid = processes(fresh_kernel)[0].pid
    fresh_kernel.ok("1")
    opened = set()
    for process in processes(fresh_kernel):
        with contextlib.suppress(psutil.NoSuchProcess):  # A compiler that has just ended.
            opened |= {file.path for file in process.open_files()}
    folders = {os.path.dirname(path) for path in opened if str(pid) in path}
    fresh_kernel.request("shutdown_request", {"restart": False}, "control")
    time.sleep(1)
    assert not any(os.path.exists(folder) for folder in folders)


def test_an_encrypted_connection():
    from jupyter_client.manager import KernelManager

    if not hasattr(KernelManager, "transport_encryption"):
        pytest.skip("this jupyter_client cannot encrypt")
    manager = KernelManager(kernel_name="gyrus", transport_encryption="required")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        client.execute("1 + 1")
        assert client.get_shell_msg(timeout=30)["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_a_missing_connection_file_is_explained(prefix):
    gyrus = prefix / "bin/gyrus"
    answer = subprocess.run(
        [gyrus, "kernel", "--connection-file", "/nowhere/k.json"], capture_output=True, text=True, timeout=20)
    assert answer.returncode != 0 and "/nowhere/k.json" in answer.stderr


def test_the_doctor_finds_the_installation_well(prefix):
    answer = subprocess.run([prefix / "bin/gyrus", "doctor"], capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stdout
    assert "MISSING" not in answer.stdout


def test_the_doctor_says_what_is_missing(prefix):
    environment = {**os.environ, "PATH": "/nowhere", "HOME": "/nowhere"}
    installed = prefix / "lib/gyrus/gyrus-runner"
    hidden = installed.with_suffix(".hidden")
    installed.rename(hidden)
    try:
        answer = subprocess.run(
            [prefix / "bin/gyrus", "doctor"], capture_output=True, text=True, timeout=60, env=environment)
    finally:
        hidden.rename(installed)
    assert answer.returncode != 0
    assert "MISSING  runner" in answer.stdout and "make setup" in answer.stdout


def test_threads_do_not_spin_for_long(kernel):
    """What OpenMP reads when the library is loaded."""
    assert kernel.ok("%env GOMP_SPINCOUNT").text() == "2000\n"


@pytest.mark.parametrize("name, value", [("GOMP_SPINCOUNT", "77"), ("OMP_WAIT_POLICY", "active")])
def test_threads_spin_as_the_user_wants_it(name, value):
    session = Session(env={**os.environ, name: value})
    try:
        spins = [line for line in session.ok("%env").text().splitlines() if line.startswith("GOMP_SPINCOUNT=")]
        assert spins == (["GOMP_SPINCOUNT=77"] if value == "77" else [])
    finally:
        session.close()
