"""`gyrus run`: notebooks and scripts executed from the command line, with parameters, into notebooks."""

import json
import os
import signal
import subprocess

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert.preprocessors import CoalesceStreamsPreprocessor


def notebook(*cells, parameters=None):
    """A notebook of code cells; the first is tagged `parameters` if it is given by name."""
    made = nbformat.v4.new_notebook()
    made.metadata["kernelspec"] = {"name": "gyrus", "display_name": "Swift (Gyrus)", "language": "swift"}
    if parameters is not None:
        made.cells.append(nbformat.v4.new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]}))
    made.cells += [cell if not isinstance(cell, str) else nbformat.v4.new_code_cell(cell, id=f"cell{n}")
                   for n, cell in enumerate(cells)]
    return made


@pytest.fixture
def gyrus(prefix, tmp_path):
    def run(*arguments, expect=0, timeout=120, **options):
        done = subprocess.run([prefix / "bin/gyrus", "run", *map(str, arguments)], cwd=tmp_path, capture_output=True,
                              text=True, timeout=timeout, **options)
        assert done.returncode == expect, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
        return done
    return run


def outputs(path):
    """The notebook, which must be valid, and the outputs of its code cells."""
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    return book, [cell.outputs for cell in book.cells if cell.cell_type == "code"]


SHOWN = [
    'print("one"); fputs("e\\n", stderr); print("two")',
    'let handle = display("before")\nhandle.update("after")\n1 + 1',
    'print("gone"); clearOutput(); print("kept")\ndisplay(Table("T", [.text("a", ["1"])]))',
    'for n in 1...3 { print("step \\(n)\\r", terminator: "") }\nprint("done")',
    'let slider = Slider("layer", 0...10)\nslider',
    'let log = OutputArea()\nlog.capture { print("inside") }\nlog',
    'display("early")\n[1][3]',
]


def test_the_output_is_that_of_nbclient(gyrus, tmp_path):
    """Streams, displays that are updated and cleared, results, widgets and an error, kept as nbclient keeps them."""
    book = notebook(nbformat.v4.new_markdown_cell("# Title", id="title"), *SHOWN)
    book.cells[-1].metadata["tags"] = ["raises-exception"]
    nbformat.write(book, tmp_path / "in.ipynb")
    done = gyrus("in.ipynb", "-o", "out.ipynb")
    assert "one" in done.stdout and "kept" in done.stdout and "out of range" in done.stderr
    run, found = outputs(tmp_path / "out.ipynb")
    expected = NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}, record_timing=False).execute()
    expected, _ = CoalesceStreamsPreprocessor(enabled=True)(expected, {})
    assert [cell.id for cell in run.cells] == [cell.id for cell in expected.cells]
    assert [cell.metadata for cell in run.cells] == [cell.metadata for cell in expected.cells]

    def plain(cells):
        # Widgets have other ids each time.
        view = "application/vnd.jupyter.widget-view+json"
        return [[output | {"data": {kind: value for kind, value in output.get("data", {}).items() if kind != view}}
                 for output in cell] for cell in cells]
    assert plain(found) == plain(cell.outputs for cell in expected.cells if cell.cell_type == "code")
    assert [cell.get("execution_count") for cell in run.cells] == [cell.get("execution_count") for cell in expected.cells]
    assert run.metadata.language_info == expected.metadata.language_info

    def states(book):
        return sorted(json.dumps({k: v for k, v in w["state"].items() if isinstance(v, (int, list, str)) and "IPY_MODEL" not in str(v)},
                                 sort_keys=True)
                      for w in book.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values())
    assert states(run) == states(expected)


def test_it_is_the_same_to_the_byte_when_it_is_run_again(gyrus, tmp_path):
    nbformat.write(notebook("let a = [1, 2]\na", 'print(a)\ndisplay("x")', parameters="let b = 1"), tmp_path / "in.ipynb")
    for name in ("one.ipynb", "two.ipynb"):
        gyrus("in.ipynb", "-p", "b=2", "-o", name)
    assert (tmp_path / "one.ipynb").read_bytes() == (tmp_path / "two.ipynb").read_bytes()
    # In its own place: the cell of the parameters is replaced.
    gyrus("one.ipynb", "-p", "b=3", "-o", "one.ipynb")
    book, _ = outputs(tmp_path / "one.ipynb")
    assert [cell.source for cell in book.cells][:2] == ["let b = 1", "// Parameters\nlet b = 3"] and len(book.cells) == 4


def test_sets_and_dictionaries_are_the_same_when_they_are_run_again(gyrus, tmp_path):
    """Swift's own order of them is another one in each process, and so is a sum's last digit."""
    code = ['Dictionary(uniqueKeysWithValues: (0..<40).map { ("region \\($0)", $0) })',
            "Set((0..<40).map { 1 / Double($0 + 3) }).reduce(0, +)", "%%python\nlist({f'voxel {n}' for n in range(40)})",
            'print(Set((0..<40).map { "voxel \\($0)" }))']
    nbformat.write(notebook(*code), tmp_path / "in.ipynb")
    for name in ("one.ipynb", "two.ipynb"):
        gyrus("in.ipynb", "-o", name)
    assert (tmp_path / "one.ipynb").read_bytes() == (tmp_path / "two.ipynb").read_bytes()


def test_parameters_have_the_types_of_their_defaults(gyrus, tmp_path):
    nbformat.write(notebook("print(alpha / 4, name, layers, limit as Any)",
                            parameters='let alpha = 10.0\nvar name = "S01"\nlet layers: [Int] = [], limit: Float? = nil'),
                   tmp_path / "in.ipynb")
    done = gyrus("in.ipynb", "-p", "alpha=1", "-p", 'name=a "b" \\(c)', "-p", "layers=[1,2]", "-p", "limit=2", "-o", "out.ipynb")
    assert done.stdout == '0.25 a "b" \\(c) [1, 2] Optional(2.0)\n'
    book, _ = outputs(tmp_path / "out.ipynb")
    assert book.cells[1].metadata.tags == ["injected-parameters"] and "let alpha = 1.0" in book.cells[1].source
    assert book.metadata.papermill.parameters == {"alpha": 1, "name": 'a "b" \\(c)', "layers": [1, 2], "limit": 2}
    (tmp_path / "p.json").write_text('{"alpha": 2, "layers": [3]}')
    assert gyrus("in.ipynb", "-f", "p.json", "--quiet", "-o", "out.ipynb").stdout == ""
    assert outputs(tmp_path / "out.ipynb")[0].metadata.papermill.parameters == {"alpha": 2, "layers": [3]}


def test_what_a_full_disk_does_not_take_is_told(gyrus, prefix, tmp_path):
    nbformat.write(notebook("print(1)"), tmp_path / "in.ipynb")
    for arguments, code in ((["in.ipynb"], 1), (["in.ipynb", "-o", "out.ipynb"], 0)):
        with open("/dev/full", "w") as full:
            done = subprocess.run([prefix / "bin/gyrus", "run", *arguments], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=120)
        assert done.returncode == code and ("No space left on device" in done.stderr) == (code == 1)
    assert outputs(tmp_path / "out.ipynb")[1][0][0].text == "1\n"
    # Who reads no further does not want the rest.
    done = subprocess.run(["bash", "-c", f"set -o pipefail; '{prefix}/bin/gyrus' run in.ipynb | true"], cwd=tmp_path, timeout=120)
    assert done.returncode == 0


def test_colors_are_for_terminals(gyrus, tmp_path):
    (tmp_path / "in.swift").write_text("var never = 1\nif never == 1 { let warned = 2 }\n[1][never]\n")
    told = gyrus("in.swift", expect=1).stderr
    assert "warning:" in told and "Fatal error" in told and "\x1b" not in told


def test_files_of_parameters(gyrus, tmp_path):
    nbformat.write(notebook("print(alpha, name)", parameters='let alpha = 10.0, name = "S01"'), tmp_path / "in.ipynb")
    # As `-f <(jq …)` gives one.
    assert gyrus("in.ipynb", "-f", "/dev/stdin", input='{"alpha": 2}').stdout == "2.0 S01\n"
    (tmp_path / "one.json").write_text('{"alpha": 2}', encoding="utf-8-sig")
    (tmp_path / "two.json").write_text('{"name": "S02"}')
    assert gyrus("in.ipynb", "-f", "one.json", "-f", "two.json").stdout == "2.0 S02\n"
    (tmp_path / "again.json").write_text('{"alpha": 1.5, "name": "x", "alpha": 3}')
    assert "-f again.json: alpha is given twice" in gyrus("in.ipynb", "-f", "again.json", expect=1).stderr
    assert "alpha is given twice" in gyrus("in.ipynb", "-f", "one.json", "-p", "alpha=3", expect=1).stderr
    assert "-f . cannot be read: Is a directory" in gyrus("in.ipynb", "-f", ".", expect=1).stderr
    (tmp_path / "folder.ipynb").mkdir()
    assert "folder.ipynb cannot be read: Is a directory" in gyrus("folder.ipynb", expect=1).stderr


def test_what_does_not_fit_is_refused_before_anything_runs(gyrus, tmp_path):
    nbformat.write(notebook('try "ran".write(toFile: "ran.txt", atomically: true, encoding: .utf8)',
                            parameters="let alpha = 10.0, beta = 1"), tmp_path / "in.ipynb")
    assert "alpha, beta" in gyrus("in.ipynb", "-p", "alhpa=1", "-o", "out.ipynb", expect=1).stderr
    for arguments in (["-p", "alpha=x"], ["-p", "beta=1.5"], ["-p", "alpha"], ["-p", "beta=1", "-p", "beta=2"], ["-f", "no.json"]):
        gyrus("in.ipynb", *arguments, "-o", "out.ipynb", expect=1)
    assert "no/where" in gyrus("in.ipynb", "-o", "no/where/out.ipynb", expect=1).stderr
    gyrus("in.ipynb", "-o", "out.txt", expect=64)
    gyrus("missing.ipynb", expect=1)
    (tmp_path / "python.ipynb").write_text(json.dumps(
        {"cells": [], "metadata": {"kernelspec": {"name": "python3", "language": "python"}}, "nbformat": 4, "nbformat_minor": 5}))
    assert "python" in gyrus("python.ipynb", expect=1).stderr
    assert "/proc/out.ipynb" in gyrus("in.ipynb", "-o", "/proc/out.ipynb", expect=1).stderr
    assert not (tmp_path / "ran.txt").exists() and not (tmp_path / "out.ipynb").exists()


def test_a_cell_that_fails_leaves_what_there_is(gyrus, tmp_path):
    nbformat.write(notebook("print(1)", "struct Wrong: Error {}\nthrow Wrong()", "print(3)"), tmp_path / "in.ipynb")
    done = gyrus("in.ipynb", "-o", "out.ipynb", expect=1)
    assert "cell 2 (id cell1), In[2], failed" in done.stderr and "Wrong" in done.stderr and "3" not in done.stdout
    book, found = outputs(tmp_path / "out.ipynb")
    assert found[0][0].text == "1\n" and found[1][0].output_type == "error" and found[2] == []
    assert book.metadata.gyrus.run.status == "failed"
    done = gyrus("in.ipynb", "-o", "out.ipynb", "--allow-errors")
    assert outputs(tmp_path / "out.ipynb")[1][2][0].text == "3\n" and done.returncode == 0
    # It is not taken for up to date.
    assert "up to date" not in gyrus("in.ipynb", "-o", "out.ipynb", "--allow-errors", "--if-changed").stderr


def test_in_its_own_place_what_was_not_reached_keeps_its_outputs(gyrus, tmp_path):
    nbformat.write(notebook("print(1)", "print(2)", "Slider(\"layer\", 0...3)", "print(4)"), tmp_path / "in.ipynb")
    gyrus("in.ipynb", "-o", "in.ipynb")
    book, before = outputs(tmp_path / "in.ipynb")
    book.cells[1].source, book.cells[3].source = "[Int]()[0]", ""
    nbformat.write(book, tmp_path / "in.ipynb")
    gyrus("in.ipynb", "-o", "in.ipynb", expect=1)
    book, found = outputs(tmp_path / "in.ipynb")
    assert found[0] == before[0] and found[1][0].output_type == "error" and found[2] == before[2] and found[3] == []
    assert book.cells[2].execution_count == 3 and book.metadata.gyrus.run.status == "failed"
    kept = found[2][0].data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert kept in book.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    # Elsewhere the former notebook still has them.
    gyrus("in.ipynb", "-o", "out.ipynb", expect=1)
    assert outputs(tmp_path / "out.ipynb")[1][2] == []


def test_a_cell_that_takes_too_long_is_ended(gyrus, tmp_path):
    nbformat.write(notebook('print("before"); while true { usleep(1000) }', "1"), tmp_path / "in.ipynb")
    done = gyrus("in.ipynb", "-o", "out.ipynb", "--timeout", "2.5", expect=1)
    assert "longer than 2.5 s" in done.stderr
    found = outputs(tmp_path / "out.ipynb")[1]
    # The compilation counts, too: on a slow machine it may not have printed.
    assert [output.ename for output in found[0] if output.output_type == "error"] == ["CellTimeoutError"] and found[1] == []


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_what_there_is(prefix, tmp_path, number, code):
    nbformat.write(notebook('print("runs"); fflush(stdout); while true { usleep(1000) }', "print(2)"), tmp_path / "in.ipynb")
    run = subprocess.Popen([prefix / "bin/gyrus", "run", "in.ipynb", "-o", "out.ipynb"], cwd=tmp_path, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout.readline() == "runs\n"
    run.send_signal(number)
    assert run.wait(timeout=40) == code, run.stderr.read()
    book, found = outputs(tmp_path / "out.ipynb")
    assert found[0][0].text == "runs\n" and found[0][-1].ename == "KeyboardInterrupt" and found[1] == []
    assert book.metadata.gyrus.run.status == "interrupted"
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".out")]


def test_a_run_is_skipped_if_nothing_changed(gyrus, tmp_path):
    (tmp_path / "data.csv").write_text("x\n1\n")
    nbformat.write(notebook('print(try DataTable.open("data.csv").rowCount, k)', parameters="let k = 1"), tmp_path / "in.ipynb")

    def ran(*more):
        return "up to date" not in gyrus("in.ipynb", "-o", "out.ipynb", "--if-changed", *more).stderr
    assert ran() and not ran()
    assert ran("-p", "k=2") and not ran("-p", "k=2")
    os.utime(tmp_path / "data.csv")
    assert not ran("-p", "k=2"), "another date is no other content"
    (tmp_path / "data.csv").write_text("x\n1\n2\n")
    assert ran("-p", "k=2") and not ran("-p", "k=2")
    (tmp_path / "out.ipynb").unlink()
    assert ran("-p", "k=2")
    (tmp_path / "more.txt").write_text("a")
    assert ran("-p", "k=2", "--input", "more.txt") and not ran("-p", "k=2", "--input", "more.txt")
    nbformat.write(notebook("print(k)", parameters="let k = 1"), tmp_path / "in.ipynb")
    assert ran("-p", "k=2", "--input", "more.txt") and not ran("-p", "k=2")
    (tmp_path / "more.txt").write_text("b")
    assert ran("-p", "k=2")
    # No path of this machine is in what may be given to others.
    assert str(tmp_path) not in (tmp_path / "out.ipynb").read_text()


def test_an_edited_text_is_brought_up_to_date_without_a_run(gyrus, tmp_path):
    def written(*texts):
        book = notebook("print(1)", "2")
        book.cells[1:1] = [nbformat.v4.new_markdown_cell(text) for text in texts]
        nbformat.write(book, tmp_path / "in.ipynb")
        return gyrus("in.ipynb", "-o", "out.ipynb", "--if-changed").stderr
    assert "up to date" not in written("# Old")
    first = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert "up to date, its text was taken from in.ipynb; nothing was run" in written("# New", "More")
    book = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert [cell.source for cell in book.cells] == ["print(1)", "# New", "More", "2"]
    assert [book.cells[0].outputs, book.cells[3].outputs] == [first.cells[0].outputs, first.cells[2].outputs]
    assert book.metadata == first.metadata
    assert "is up to date; nothing was run" in written("# New", "More")


def test_what_changes_while_it_is_read_is_not_up_to_date(prefix, gyrus, tmp_path):
    """A file that is written during the run, at the same size, has another content than the run read."""
    (tmp_path / "data.csv").write_text("x\n1\n")
    (tmp_path / "more.txt").write_text("a")
    nbformat.write(notebook('print(try DataTable.open("data.csv").rowCount)',
                            'import Foundation\nif let text = ProcessInfo.processInfo.environment["WRITES"] {\n'
                            '    for file in text.split(separator: " ") { try "x\\n2\\n".write(toFile: String(file), atomically: false, encoding: .utf8) }\n}'),
                   tmp_path / "in.ipynb")

    def ran(**environment):
        return "up to date" not in gyrus("in.ipynb", "-o", "out.ipynb", "--if-changed", "--input", "more.txt",
                                         env=os.environ | environment).stderr
    assert ran(WRITES="data.csv") and ran() and not ran()
    (tmp_path / "more.txt").write_text("x\n1\n")
    assert ran(WRITES="more.txt") and ran() and not ran()


def test_what_another_process_of_the_cells_read_is_not_forgotten(gyrus, tmp_path):
    """After %reset -f the files of the process before are not known, so the run is not skipped."""
    (tmp_path / "data.csv").write_text("x\n1\n")
    nbformat.write(notebook('print(try DataTable.open("data.csv").rowCount)', "%reset -f", "1"), tmp_path / "in.ipynb")
    for _ in range(2):
        assert "up to date" not in gyrus("in.ipynb", "-o", "out.ipynb", "--if-changed").stderr


def test_a_script_runs_too(gyrus, tmp_path):
    (tmp_path / "fit.swift").write_text("let alpha = 10.0\nlet twice = alpha * 2\nprint(twice)\n")
    assert gyrus("fit.swift").stdout == "20.0\n"
    assert gyrus("fit.swift", "-p", "alpha=1", "-o", "out.ipynb").stdout == "2.0\n"
    assert len(outputs(tmp_path / "out.ipynb")[1]) == 3
    (tmp_path / "cells.swift").write_text('// %% [markdown]\n// # Fit\n// %% tags=["parameters"]\nlet n = 1\n// %%\nn + 1\n')
    assert gyrus("cells.swift", "-p", "n=4").stdout == "5\n"
    (tmp_path / "bad.swift").write_text("print(1)\nlet x: Int = \"a\"\n")
    assert "cannot convert" in gyrus("bad.swift", expect=1).stderr


def test_a_script_may_end_itself(gyrus, tmp_path):
    """As a program of Swift does; in a notebook the process of the cells is not to end."""
    (tmp_path / "end.swift").write_text('// %%\nprint("done")\nexit(0)\n// %%\nprint("never")\n')
    done = gyrus("end.swift", "-o", "out.ipynb")
    assert done.stdout == "done\n" and "RunnerDied" not in done.stderr
    book, found = outputs(tmp_path / "out.ipynb")
    assert book.metadata.gyrus.run.status == "completed" and [len(cell) for cell in found] == [1, 0]
    (tmp_path / "fail.swift").write_text("exit(3)\n")
    assert "ended itself with status 3" in gyrus("fail.swift", expect=1).stderr
    nbformat.write(notebook("exit(0)"), tmp_path / "in.ipynb")
    assert "ended itself with status 0" in gyrus("in.ipynb", expect=1).stderr


def test_magics_of_a_script_stay_magics(gyrus, tmp_path):
    """As nbconvert exports them, whose script is one cell, and as jupytext writes them below a mark."""
    (tmp_path / "exported.swift").write_text(
        "import Foundation\n\nlet n = 1\n\n//%%bash\n//echo from bash\n\n// # Title\n\nprint(n + 1)\n")
    assert gyrus("exported.swift").stdout == "from bash\n2\n"
    (tmp_path / "cells.swift").write_text("// %%\n// %%python -o x\n// if True:\n//     x = 41\n\n// x += 1\n\n// %%\nprint(x)\n")
    assert gyrus("cells.swift").stdout == "42\n"
    (tmp_path / "timed.swift").write_text("// %%\n//%%time\nlet n = 1\n// %%\nprint(n)\n")
    assert "Wall time" in gyrus("timed.swift").stdout


def test_an_output_that_cannot_be_written_leaves_the_former_one(prefix, tmp_path):
    """A file system that is full: what was there before is there afterwards, and the exit code tells."""
    nbformat.write(notebook('print(String(repeating: "x", count: 1 << 20))'), tmp_path / "in.ipynb")
    (tmp_path / "out.ipynb").write_text("{}")
    done = subprocess.run(["bash", "-c", f"ulimit -f 100; trap '' XFSZ; exec {prefix}/bin/gyrus run in.ipynb -q -o out.ipynb"],
                          cwd=tmp_path, capture_output=True, text=True, timeout=120, env=os.environ | {"GYRUS_CACHE": "0"})
    assert done.returncode == 1 and "out.ipynb cannot be written" in done.stderr, done.stderr
    assert (tmp_path / "out.ipynb").read_text() == "{}"
    assert sorted(os.listdir(tmp_path)) == ["in.ipynb", "out.ipynb"]


def test_values_go_to_python_and_back_where_few_files_may_be_open(prefix, tmp_path):
    nbformat.write(notebook("let x = 2", "%%python -i x -o y\ny = x + 0.5", "print(y)"), tmp_path / "in.ipynb")
    done = subprocess.run(["bash", "-c", f"ulimit -n 256; exec {prefix}/bin/gyrus run in.ipynb"], cwd=tmp_path,
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and done.stdout == "2.5\n", done.stderr


def test_cells_without_ids_and_with_equal_ones_are_told_apart(gyrus, tmp_path):
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None} | more
             for source, more in [(["let a = 1\n", "a"], {}), ("let b = a", {"id": "x"}), ("b", {"id": "x"})]]
    (tmp_path / "in.ipynb").write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}))
    assert gyrus("in.ipynb", "-o", "out.ipynb").stdout == "1\n1\n"
    book, _ = outputs(tmp_path / "out.ipynb")
    assert len({cell.id for cell in book.cells}) == 3 and book.cells[1].id == "x" and book.nbformat_minor == 5
    assert book.metadata.kernelspec.name == "gyrus"


def test_a_link_to_the_output_stays_one(gyrus, tmp_path):
    nbformat.write(notebook("1 + 1"), tmp_path / "in.ipynb")
    (tmp_path / "real.ipynb").write_text("")
    (tmp_path / "real.ipynb").chmod(0o600)
    (tmp_path / "out.ipynb").symlink_to("real.ipynb")
    gyrus("in.ipynb", "-q", "-o", "out.ipynb")
    assert (tmp_path / "out.ipynb").is_symlink() and (tmp_path / "real.ipynb").stat().st_mode & 0o777 == 0o600
    assert outputs(tmp_path / "real.ipynb")[1][0][0]["data"]["text/plain"] == "2"


def test_numbers_of_a_notebook_keep_their_spelling(gyrus, tmp_path):
    """Python writes 1.0 where Swift has 1, whole numbers of any length, and NaN, which is no JSON."""
    numbers = [1.0, 1e5, 2.5, 2**64 - 1, float("nan")]
    book = notebook("1 + 1", nbformat.v4.new_code_cell("%%python\ndisplay({'application/json': [2.0, 10**20]}, raw=True)"))
    book.metadata["numbers"] = book.cells[0].metadata["numbers"] = numbers
    nbformat.write(book, tmp_path / "in.ipynb")
    gyrus("in.ipynb", "-o", "out.ipynb")
    found = json.loads((tmp_path / "out.ipynb").read_text())
    assert repr(found["metadata"]["numbers"]) == repr(numbers) == repr(found["cells"][0]["metadata"]["numbers"])
    assert repr(found["cells"][1]["outputs"][0]["data"]["application/json"]) == repr([2.0, 10**20])
    assert "up to date" in gyrus("in.ipynb", "-o", "out.ipynb", "--if-changed").stderr


def test_the_file_is_as_nbformat_writes_it(gyrus, tmp_path):
    """To the byte, so that nothing changes when Jupyter saves it: VS Code shows a picture only if it is one string."""
    code = "%%python\ndisplay({'image/png': 'aGk=\\n', 'text/html': '<b>\\n</b>', 'image/svg+xml': '<svg>\\n</svg>'}, raw=True)"
    book = notebook(nbformat.v4.new_markdown_cell("one\u2028two\n\nthree", id="words"), code, 'print("a\\u{8}b\\u{C}c\\nd")')
    nbformat.write(book, tmp_path / "in.ipynb")
    gyrus("in.ipynb", "-o", "out.ipynb")
    written = (tmp_path / "out.ipynb").read_text()
    assert json.loads(written)["cells"][1]["outputs"][0]["data"]["image/png"] == "aGk=\n"
    nbformat.write(nbformat.read(tmp_path / "out.ipynb", as_version=4), tmp_path / "saved.ipynb")
    assert (tmp_path / "saved.ipynb").read_text() == written
