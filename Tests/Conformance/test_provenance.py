"""What an executed notebook tells of how it was made: versions in its metadata, hashes of the files that were read."""

import hashlib
import json
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = [
    'let table = try DataTable.open("data.csv")\ntable.rowCount',
    "table.columnCount",
    'try NumPyArray.write(Matrix<Double>([[1, 2]]), to: "made.npy")\n'
    'let again = try NumPyArray.open("made.npy")\ndisplay(again)\nprint("text has no metadata")',
    "Gyrus.environment.files.map(\\.path)",
]


def notebook():
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "gyrus", "display_name": "Swift (Gyrus)", "language": "swift"}
    made.cells = [nbformat.v4.new_code_cell(code, id=f"cell{n}") for n, code in enumerate(CELLS)]
    return made


def executed(folder):
    book = NotebookClient(notebook(), timeout=120, resources={"metadata": {"path": str(folder)}},
                          record_timing=False).execute()
    return nbformat.writes(book)


def files(output):
    return {f["path"]: f["sha256"] for f in output.get("metadata", {}).get("gyrus", {}).get("files", [])}


def test_an_executed_notebook_tells_what_it_was_made_with(tmp_path):
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    text = executed(tmp_path)
    book = json.loads(text)
    own = book["metadata"]["language_info"]["gyrus"]
    assert own["version"] and "Swift" in own["swift"] and own["operating_system"] and own["instruction_set"]
    first, second, third, last = [cell["outputs"] for cell in book["cells"]]
    digest = hashlib.sha256((tmp_path / "data.csv").read_bytes()).hexdigest()
    made = hashlib.sha256((tmp_path / "made.npy").read_bytes()).hexdigest()
    assert files(first[0]) == {"data.csv": digest}
    assert files(second[0]) == {}, "a file is told of once"
    assert [files(o) for o in third if o["output_type"] == "display_data"] == [{"made.npy": made}]
    assert "".join(last[0]["data"]["text/plain"]) == '["data.csv", "made.npy"]'
    # Nothing that differs from run to run or names the machine.
    import socket
    assert str(tmp_path) not in text and socket.gethostname() not in text.replace("localhost", "")
    assert executed(tmp_path) == text, "it is the same to the byte when it is run again"


def test_papermill_keeps_it(tmp_path):
    (tmp_path / "data.csv").write_text("a,b\n1,2\n")
    nbformat.write(notebook(), tmp_path / "in.ipynb")
    subprocess.run([sys.executable, "-m", "papermill", "--no-progress-bar", "in.ipynb", "out.ipynb"], cwd=tmp_path,
                   check=True, capture_output=True, timeout=200)
    book = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert book.metadata.language_info.gyrus.version
    assert files(book.cells[0].outputs[0])


def test_the_environment_names_each_file_once_by_its_content(fresh_kernel, tmp_path):
    fresh_kernel.ok(f"%cd {tmp_path}")
    (tmp_path / "a.csv").write_text("x\n1\n")
    old = hashlib.sha256(b"x\n1\n").hexdigest()
    fresh_kernel.ok('let a = try DataTable.open("a.csv")')
    assert fresh_kernel.value('Gyrus.environment.files.map { $0.sha256 ?? "none" }') == f'["{old}"]'
    # It has another content when it is read again.
    (tmp_path / "a.csv").write_text("x\n1\n2\n")
    new = hashlib.sha256(b"x\n1\n2\n").hexdigest()
    fresh_kernel.ok('let b = try DataTable.open("a.csv")')
    assert fresh_kernel.value('Gyrus.environment.files.map { $0.sha256 ?? "none" }') == f'["{new}"]'
    # It is gone before anybody asked for its hash.
    (tmp_path / "big.csv").write_text("x\n" + "1\n" * 10)
    fresh_kernel.ok('let c = try DataTable.open("big.csv")\ntry FileManager.default.removeItem(atPath: "big.csv")\n'
                    'let told = Gyrus.environment')
    shown = fresh_kernel.ok("told").of("execute_result")[0]["data"]["text/plain"]
    assert "big.csv" in shown and "Swift version" in shown


@pytest.mark.parametrize("count", [25])
def test_many_files_of_a_folder_are_one_record(fresh_kernel, tmp_path, count):
    fresh_kernel.ok(f"%cd {tmp_path}")
    lines = ""
    for n in range(count):
        (tmp_path / f"f{n:02}.csv").write_text(f"x\n{n}\n")
        lines += f"{hashlib.sha256((tmp_path / f'f{n:02}.csv').read_bytes()).hexdigest()}  f{n:02}.csv\n"
    fresh_kernel.ok(f'for n in 0..<{count} {{ _ = try DataTable.open(String(format: "f%02d.csv", n)) }}')
    assert fresh_kernel.value("let f = Gyrus.environment.files[0]\n(f.count, f.sha256!)") == (
        f'({count}, "{hashlib.sha256(lines.encode()).hexdigest()}")')
