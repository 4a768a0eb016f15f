"""A kernel's processes, asked about while they come and go: compilers end between one question and the next."""

import contextlib
import time

import psutil


def of(session):
    """The kernel's own process."""
    return psutil.Process(session.manager.provisioner.pid)


def named(process, name, recursive=False):
    """The children of a process whose name begins with `name`, without those that end meanwhile."""
    found = []
    for child in process.children(recursive=recursive):
        with contextlib.suppress(psutil.NoSuchProcess):
            if child.name().startswith(name) and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
    return found


def runner(session):
    """The process that runs the cells."""
    [found] = named(of(session), "gyrus-runner")
    return found


def kill(processes):
    """Ends processes; some may have ended by themselves."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def has_ended(pid):
    """Whether a process is gone, or waits only for its parent to notice."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_for_end(pid, seconds=10):
    deadline = time.monotonic() + seconds
    while not has_ended(pid):
        assert time.monotonic() < deadline, f"process {pid} did not end"
        time.sleep(0.01)
