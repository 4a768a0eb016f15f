"""`gyrus sweep`: a notebook over a grid of parameters, on this machine; see test_slurm.py for arrays."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import time

import nbformat
import pytest
from test_runs import notebook, outputs

FIT = [
    'import Foundation\nif let marks = ProcessInfo.processInfo.environment["MARKS"] {\n'
    '    // One line for each time that the task is run.\n'
    '    let file = fopen(marks, "a")\n    fputs("\\(subject) \\(layer)\\n", file)\n    fclose(file)\n}',
    'if let gate = ProcessInfo.processInfo.environment["GATE"] {\n'
    '    while !FileManager.default.fileExists(atPath: gate) { usleep(20_000) }\n}',
    'struct Bad: Error {}\nif layer == 1, !FileManager.default.fileExists(atPath: "mended") { throw Bad() }',
    'Sweep.record("r2", Double(layer) / 10)\nSweep.record("voxels", [1, 2])\nSweep.record("note", "a, \\"b\\"")',
]
PARAMETERS = 'let subject = "S00"\nlet layer = 0'


@pytest.fixture
def sweep(prefix, tmp_path):
    nbformat.write(notebook(*FIT, parameters=PARAMETERS), tmp_path / "fit.ipynb")

    def run(*arguments, expect=0, timeout=120, env=None):
        done = subprocess.run([prefix / "bin/gyrus", "sweep", *map(str, arguments)], cwd=tmp_path, capture_output=True,
                              text=True, timeout=timeout, env=os.environ | {"MARKS": str(tmp_path / "marks")} | (env or {}))
        assert done.returncode == expect, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done
    return run


def marks(folder):
    path = folder / "marks"
    return sorted(path.read_text().splitlines()) if path.exists() else []


def statuses(sweep, folder="out", expect=0):
    return [task["status"] for task in json.loads(sweep("status", folder, "--json", expect=expect).stdout)["tasks"]]


def test_a_sweep_runs_what_is_not_done(sweep, tmp_path):
    grid = ["fit.ipynb", "-p", "subject=S09..S10", "-p", "layer=0..1", "-o", "out"]
    done = sweep(*grid, "--jobs", "2", expect=1)
    assert "2 done, 2 failed" in done.stdout and "subject=S09 layer=1: failed" in done.stderr
    assert marks(tmp_path) == ["S09 0", "S09 1", "S10 0", "S10 1"]
    assert (tmp_path / "out/tasks.tsv").read_text().splitlines()[1:3] == ["00000\tS09\t0", "00001\tS09\t1"]
    assert statuses(sweep, expect=1) == ["done", "failed", "done", "failed"]
    assert "Bad" in sweep("logs", "out", "1").stdout
    book, _ = outputs(tmp_path / "out/outputs/00002.ipynb")
    assert book.metadata.papermill.parameters == {"subject": "S10", "layer": 0}
    # The same command again leaves what is done and what failed.
    sweep(*grid, expect=1)
    assert len(marks(tmp_path)) == 4
    # What failed is run again, and nothing else; an output that is gone is made again.
    (tmp_path / "mended").write_text("")
    (tmp_path / "out/outputs/00000.ipynb").unlink()
    sweep("retry", "out")
    assert marks(tmp_path) == ["S09 0", "S09 0", "S09 1", "S09 1", "S10 0", "S10 1", "S10 1"]
    # Another grid adds tasks; one that leaves tasks out, and another notebook, are another sweep.
    sweep("fit.ipynb", "-p", "subject=S09..S10", "-p", "layer=0..2", "-o", "out")
    assert len(marks(tmp_path)) == 9
    rows = list(csv.DictReader(io.StringIO(sweep("collect", "out").stdout)))
    assert [(row["task"], row["subject"], row["layer"], row["r2"], row["voxels"], row["note"]) for row in rows] == [
        (f"{n:05}", s, l, r, "[1,2]", 'a, "b"') for n, (s, l, r) in enumerate(
            [("S09", "0", "0"), ("S09", "1", "0.1"), ("S10", "0", "0"), ("S10", "1", "0.1"), ("S09", "2", "0.2"), ("S10", "2", "0.2")])]
    # The mean over the cohort, along the layers.
    sweep("collect", "out", "--figure", "cohort.svg", "-o", "table.csv")
    drawn = (tmp_path / "cohort.svg").read_text()
    assert "SD over 2 values of subject" in drawn and "layer" in drawn and (tmp_path / "table.csv").exists()
    assert "no number note; the numbers are r2" in sweep("collect", "out", "--figure", "x.svg", "--value", "note", expect=1).stderr
    assert "another sweep" in sweep("fit.ipynb", "-p", "subject=S09", "-p", "layer=0", "-o", "out", expect=1).stderr
    nbformat.write(notebook("subject", "layer", parameters=PARAMETERS), tmp_path / "fit.ipynb")
    assert "different" in sweep(*grid, expect=1).stderr


def test_what_is_wrong_is_refused_before_anything_runs(sweep, tmp_path):
    for arguments in (["-p", "subjekt=S01"], ["-p", "layer=a"], ["-p", "layer=3..1"], ["-p", "layer=1,1"], ["-p", "layer"],
                      ["-p", "layer=1", "-p", "layer=2"], ["--table", "no.csv"]):
        sweep("fit.ipynb", *arguments, "-o", "out", expect=1)
    sweep("fit.ipynb", "-o", "out", expect=64)
    sweep("fit.ipynb", "-p", "layer=0", "-o", "", expect=64)
    sweep("fit.ipynb", "-p", "layer=0", "-o", "out", "--mem", "1G", expect=64)
    sweep("fit.ipynb", "-p", "layer=0", "-o", "out", "--jobs", "0", expect=64)
    assert "sweep.json" in sweep("status", "nowhere", expect=1).stderr
    assert [path.name for path in tmp_path.iterdir()] == ["fit.ipynb"] and marks(tmp_path) == []


def test_a_table_has_the_tasks(sweep, tmp_path):
    (tmp_path / "grid.csv").write_text('subject,layer\nS01,0\n"a, ""b""",2\n')
    sweep("fit.ipynb", "--table", "grid.csv", "-o", "out", "--jobs", "1")
    assert marks(tmp_path) == ["S01 0", 'a, "b" 2']


def test_a_task_has_one_line(sweep, tmp_path):
    (tmp_path / "grid.csv").write_text('subject,layer\n"two\nlines",0\nB,2\n')
    sweep("fit.ipynb", "--table", "grid.csv", "-o", "out", "--snakefile")
    assert sweep("status", "out").stdout.splitlines() == [
        "00000  pending   subject=two⏎lines layer=0", "00001  pending   subject=B layer=2", "2 tasks: 2 pending"]
    refused = sweep("logs", "out", "0", expect=1).stderr
    assert "task 0 was never begun" in refused and "Usage" not in refused


def test_tasks_whose_plan_is_gone_are_no_others(sweep, tmp_path):
    sweep("fit.ipynb", "-p", "subject=A", "-o", "out")
    (tmp_path / "out/sweep.json").unlink()
    assert "sweep.json is gone" in sweep("fit.ipynb", "-p", "subject=B", "-o", "out", expect=1).stderr
    assert marks(tmp_path) == ["A 0"]


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def test_two_submits_and_a_killed_process_lose_and_repeat_nothing(sweep, prefix, tmp_path):
    gate = tmp_path / "gate"
    env = os.environ | {"MARKS": str(tmp_path / "marks"), "GATE": str(gate)}
    command = [prefix / "bin/gyrus", "sweep", "fit.ipynb", "-p", "subject=A,B,C,D", "-p", "layer=0", "-o", "out"]
    both = [subprocess.Popen(command + ["--jobs", jobs], cwd=tmp_path, env=env, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL) for jobs in ("1", "2")]
    wait_for(lambda: len(marks(tmp_path)) == 3)
    assert sorted(statuses(sweep)) == ["pending", "running", "running", "running"]
    # The machine kills one of the tasks without a word.
    claim = next(iter((tmp_path / "out/state").glob("*.claim")))
    victim = json.loads(claim.read_text())["process"]["pid"]
    os.kill(victim, signal.SIGKILL)
    gate.write_text("")
    assert {run.wait(timeout=90) for run in both} == {0}
    assert statuses(sweep) == ["done"] * 4
    found = marks(tmp_path)
    assert len(found) == 5 and set(found) == {"A 0", "B 0", "C 0", "D 0"}


def test_a_sweep_that_is_cancelled_goes_on_later(sweep, prefix, tmp_path):
    env = os.environ | {"MARKS": str(tmp_path / "marks"), "GATE": str(tmp_path / "gate")}
    run = subprocess.Popen([prefix / "bin/gyrus", "sweep", "fit.ipynb", "-p", "subject=A,B", "-p", "layer=0", "-o", "out",
                            "--jobs", "1"], cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(marks(tmp_path)) == 1)
    assert "2 processes" in sweep("cancel", "out").stdout
    assert run.wait(timeout=60) == 128 + signal.SIGTERM
    assert statuses(sweep) == ["pending", "pending"]
    (tmp_path / "gate").write_text("")
    sweep("retry", "out", env={"GATE": str(tmp_path / "gate")})
    assert statuses(sweep) == ["done", "done"] and marks(tmp_path) == ["A 0", "A 0", "B 0"]


def test_all_that_run_a_sweep_are_cancelled(sweep, prefix, tmp_path):
    env = os.environ | {"MARKS": str(tmp_path / "marks"), "GATE": str(tmp_path / "gate"), "SLURM_JOB_ID": "7"}  # within salloc
    both = [subprocess.Popen([prefix / "bin/gyrus", "sweep", "fit.ipynb", "-p", "subject=A,B,C", "-p", "layer=0", "-o", "out",
                              "--jobs", "1"], cwd=tmp_path, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for _ in range(2)]
    wait_for(lambda: len(marks(tmp_path)) == 2)
    assert "4 processes" in sweep("cancel", "out").stdout
    assert {run.wait(timeout=60) for run in both} == {128 + signal.SIGTERM}


def test_a_full_disk_loses_nothing(sweep, prefix, tmp_path):
    """Files cannot grow: the task is not taken for done, and runs when there is room."""
    nbformat.write(notebook('print(String(repeating: "x", count: 1 << 20))', "subject", parameters='let subject = "S"'),
                   tmp_path / "fit.ipynb")
    command = f"ulimit -f 100; trap '' XFSZ; exec {prefix}/bin/gyrus sweep fit.ipynb -p subject=A -o out"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, done.stderr
    assert statuses(sweep, expect=1) == ["failed"] and not (tmp_path / "out/outputs/00000.ipynb").exists()
    sweep("retry", "out")
    assert statuses(sweep) == ["done"]


def test_a_snakefile_is_written(sweep, tmp_path):
    assert sweep("fit.ipynb", "-p", "layer=0,2", "-o", "out", "--snakefile").stdout == "out/Snakefile\n"
    text = (tmp_path / "out/Snakefile").read_text()
    assert '"00001",  # layer=2' in text and "sweep task . --task {wildcards.task}" in text and marks(tmp_path) == []
    # What its rule runs makes the output.
    shell = text.split('shell: "')[1].split('"\n')[0].format(threads=1, wildcards=type("W", (), {"task": "00001"}))
    subprocess.run(shell, shell=True, check=True, cwd=tmp_path / "out", timeout=60)
    assert outputs(tmp_path / "out/outputs/00001.ipynb")[0].metadata.gyrus.run.status == "completed"


def test_snakemake_runs_it(sweep, prefix, tmp_path):
    snakemake = shutil.which("snakemake")
    if not snakemake:
        pytest.skip("snakemake is not installed")
    (tmp_path / "grid.csv").write_text('subject,layer\n"two\nlines",0\nB,2\n')
    sweep("fit.ipynb", "--table", "grid.csv", "-o", "out", "--snakefile")
    env = os.environ | {"MARKS": str(tmp_path / "marks")}
    for message in ("(100%) done", "Nothing to be done"):
        done = subprocess.run([snakemake, "--cores", "2"], cwd=tmp_path / "out", env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0 and message in done.stderr + done.stdout, done.stderr
    assert statuses(sweep) == ["done", "done"] and len(marks(tmp_path)) == 3


def test_a_sweep_is_run_from_a_cell(sweep, fresh_kernel, tmp_path):
    fresh_kernel.ok(f"%cd {tmp_path}")
    fresh_kernel.ok('let sweep = Sweep("fit.ipynb", over: ["subject": "A,B", "layer": "0..1"], into: "out")')
    outcome = fresh_kernel.fails("let bad = try await sweep.run(on: .local(jobs: 2))", timeout=120)
    assert "2 of the 4 tasks in out failed" in outcome.error["evalue"] and "layer=1 subject=A: failed" in outcome.error["evalue"]
    # Each was begun once.
    assert len(list((tmp_path / "out/state").glob("*.claim"))) == 4
    (tmp_path / "mended").write_text("")
    outcome = fresh_kernel.ok("let table = try await sweep.run(on: .local(jobs: 2))\ntable.rowCount", timeout=120)
    assert outcome.result == "4"
    # One display that follows the tasks.
    assert len(outcome.of("display_data")) == 1
    updates = [content["data"]["text/plain"] for content in outcome.of("update_display_data")]
    assert updates[-1] == "out: 4 tasks, 4 done", updates
    assert fresh_kernel.value('table.columnNames') == '["task", "subject", "layer", "r2", "voxels", "note"]'
    refused = fresh_kernel.fails('try await Sweep("fit.ipynb", over: ["lair": "0"], into: "other").run()', timeout=60)
    assert "layer, subject" in refused.error["evalue"]


def test_a_recorded_value_has_a_name(fresh_kernel):
    """A column without one could not be asked for."""
    assert "needs a name" in fresh_kernel.fails('Sweep.record("", 3)').error["evalue"]
