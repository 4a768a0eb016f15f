"""Programs that run notebooks, with a small one."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError


def notebook(*cells):
    new = nbformat.v4
    return new.new_notebook(
        cells=[new.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "gyrus", "display_name": "Swift (Gyrus)", "language": "swift"}})


def program(name):
    return str(Path(sys.executable).parent / name)


def test_nbclient_fills_in_the_outputs():
    done = NotebookClient(notebook("let x = 20", "print(x)\nx * 2 + 2")).execute()
    stream, result = done.cells[1].outputs
    assert stream.text == "20\n" and result.data["text/plain"] == "42"
    assert [cell.execution_count for cell in done.cells] == [1, 2]


def test_nbclient_stops_at_an_error():
    with pytest.raises(CellExecutionError, match="gave up"):
        NotebookClient(notebook('fatalError("gave up")', "1")).execute()


def test_nbclient_goes_on_behind_an_error_when_told_to():
    done = NotebookClient(notebook("fatalError()", "1 + 1"), allow_errors=True).execute()
    assert done.cells[1].outputs[0].data["text/plain"] == "2"


def test_nbclient_interrupts_on_a_timeout():
    client = NotebookClient(
        notebook("let kept = 7", "while true {}", "kept"), timeout=3, interrupt_on_timeout=True, allow_errors=True)
    try:
        done = client.execute()
    except CellTimeoutError:
        pytest.fail("the interrupt did not end the cell")
    assert done.cells[1].outputs[0].ename == "KeyboardInterrupt"
    assert done.cells[2].outputs[0].data["text/plain"] == "7"


def test_nbconvert_executes(tmp_path):
    source = tmp_path / "small.ipynb"
    nbformat.write(notebook("(1...4).reduce(1, *)"), source)
    subprocess.run(
        [program("jupyter-nbconvert"), "--to", "notebook", "--execute", "--output", "done.ipynb", source], check=True,
        capture_output=True, timeout=120)
    assert nbformat.read(tmp_path / "done.ipynb", 4).cells[0].outputs[0].data["text/plain"] == "24"


def test_papermill_executes(tmp_path):
    source = tmp_path / "small.ipynb"
    nbformat.write(notebook("(1...5).reduce(1, *)"), source)
    subprocess.run(
        [program("papermill"), source, tmp_path / "done.ipynb"], check=True, capture_output=True, timeout=120)
    assert nbformat.read(tmp_path / "done.ipynb", 4).cells[0].outputs[0].data["text/plain"] == "120"


def test_an_exported_script_is_swift(tmp_path):
    source = tmp_path / "small.ipynb"
    nbformat.write(notebook("let x = 1", "print(x)"), source)
    # The extension comes from the notebook's own metadata, which the kernel fills in when it runs.
    done = NotebookClient(nbformat.read(source, 4)).execute()
    nbformat.write(done, source)
    subprocess.run(
        [program("jupyter-nbconvert"), "--to", "script", source], check=True, capture_output=True, timeout=120)
    assert "let x = 1" in (tmp_path / "small.swift").read_text()
