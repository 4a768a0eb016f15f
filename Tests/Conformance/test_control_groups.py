"""Runner and library stay below the memory that control groups allow them, wherever batch systems and containers set the limit."""

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

NONE = 2**64 - 1


class Room(ctypes.Structure):
    _fields_ = [("limit", ctypes.c_uint64), ("left", ctypes.c_uint64)]


@pytest.fixture(scope="module")
def library(root, tmp_path_factory):
    """The account of the groups that both keep, as a library."""
    path = tmp_path_factory.mktemp("groups") / "groups.so"
    clang = Path(shutil.which("swiftc")).resolve().parent / "clang"
    folder = root / "Sources/C/CControlGroups"
    source = [f"-I{folder}/include", folder / "control_groups.c"]
    subprocess.run([clang, "-shared", "-fPIC", "-O1", "-Wall", "-Werror", *source, "-o", path], check=True, timeout=60)
    library = ctypes.CDLL(str(path))
    library.control_groups_room.restype = Room
    library.control_groups_room.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    return library


@pytest.fixture
def room(library, tmp_path):
    """What the groups leave: by the text of /proc/self/cgroup, and the files below /sys/fs/cgroup."""

    def room(groups, files):
        for name, text in files.items():
            path = tmp_path / "cgroup" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (tmp_path / "groups").write_text(groups)
        found = library.control_groups_room(str(tmp_path / "groups").encode(), str(tmp_path / "cgroup").encode())
        return found.limit, found.left

    return room


JOB = "system.slice/slurmstepd.scope/job_7"
OF_JOB = {
    f"{JOB}/memory.max": "4000\n",
    f"{JOB}/memory.current": "3500\n",
    f"{JOB}/memory.stat": "anon 2800\nfile 700\nkernel 0\n",
}


def test_a_limit_at_the_root_as_in_a_container(room):
    files = {"memory.max": "4000\n", "memory.current": "3500\n", "memory.stat": "anon 2800\nfile 700\nkernel 0\n"}
    assert room("0::/\n", files) == (4000, 1200)


def test_files_in_memory_are_not_given_back(room):
    files = {"memory.max": "4000\n", "memory.current": "3500\n", "memory.stat": "anon 2800\nfile 700\nkernel 0\nshmem 300\n"}
    assert room("0::/\n", files) == (4000, 900)


def test_a_limit_of_a_group_further_in(room):
    assert room(f"0::/{JOB}\n", OF_JOB) == (4000, 1200)


def test_a_limit_of_a_group_around_it(room):
    inner = f"{JOB}/step_0/user/task_0"
    files = OF_JOB | {f"{inner}/memory.max": "max\n", f"{inner}/memory.current": "10\n"}
    assert room(f"0::/{inner}\n", files) == (4000, 1200)


def test_the_group_that_leaves_least(room):
    inner = f"{JOB}/step_0"
    files = OF_JOB | {f"{inner}/memory.max": "9000\n", f"{inner}/memory.current": "8900\n"}
    assert room(f"0::/{inner}\n", files) == (9000, 100)


def test_no_limit(room):
    assert room(f"0::/{JOB}\n", {f"{JOB}/memory.max": "max\n", f"{JOB}/memory.current": "5\n"}) == (NONE, NONE)
    assert room("", {}) == (NONE, NONE)
    assert room("nonsense\n0:\n:::\n", {}) == (NONE, NONE)


def test_more_than_the_limit_leaves_nothing(room):
    assert room("0::/\n", {"memory.max": "4000\n", "memory.current": "4100\n"}) == (4000, 0)


def test_a_group_outside_of_what_is_mounted(room):
    assert room("0::/../other\n", {"memory.max": "4000\n", "memory.current": "1000\n"}) == (4000, 3000)


FIRST = "12:cpu,cpuacct:/slurm/job_7\n5:{0}:/slurm/job_7/step_0\n1:name=systemd:/init\n0::/init\n"


@pytest.mark.parametrize("controllers", ["memory", "memory,pids", "pids,memory"])
@pytest.mark.parametrize("folder", ["memory/slurm/job_7", "memory/slurm", "memory"])
def test_the_first_version(room, controllers, folder):
    """In a container its files lie at the root, though the group is called as the machine calls it."""
    files = {
        f"{folder}/memory.limit_in_bytes": "4000\n",
        f"{folder}/memory.usage_in_bytes": "3500\n",
        f"{folder}/memory.stat": "cache 1\nrss 2\ntotal_cache 700\ntotal_rss 2800\n",
    }
    assert room(FIRST.format(controllers), files) == (4000, 1200)
    assert room(FIRST.format("memory_of_others"), files) == (NONE, NONE)
