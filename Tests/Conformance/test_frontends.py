"""Programs that run notebooks, with a small one."""

import datetime
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import zmq
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


PARAMETERS = [
    (3, "let x: Int = 3"), (2.0, "let x: Double = 2.0"), (1e-7, "let x: Double = 1e-07"), (True, "let x: Bool = true"),
    (float("nan"), "let x: Double = Double.nan"), (float("-inf"), "let x: Double = -Double.infinity"),
    ('a "b" \\(c)\n', r'let x: String = "a \"b\" \\(c)\n"'), (None, "let x: Any? = nil"),
    ([1, 2], "let x: [Int] = [1, 2]"), ([1, 2.5], "let x: [Double] = [1, 2.5]"), ([], "let x: [Any] = []"),
    ([1, None], "let x: [Int?] = [1, nil]"), ([1, "a"], 'let x: [Any] = [1, "a"]'),
    ({"a": [1]}, 'let x: [String: [Int]] = ["a": [1]]'), ({}, "let x: [String: Any] = [:]"),
    (datetime.date(2020, 1, 2), 'let x: String = "2020-01-02"'),
    ([datetime.date(2020, 1, 2)], 'let x: [String] = ["2020-01-02"]'),
]


def test_papermill_parameters_compile(kernel):
    from papermill.translators import papermill_translators

    translator = papermill_translators.find_translator("gyrus", "swift")
    for value, declaration in PARAMETERS:
        code = translator.codify({"x": value})
        assert code.splitlines()[1] == declaration
        kernel.ok(code)
    assert translator.codify({"class": 1}).splitlines()[1] == "let `class`: Int = 1"
    kernel.ok(translator.codify({"text": 'q"\\(1)\t🧠'}))
    assert kernel.ok("print(text)").text() == 'q"\\(1)\t🧠\n'


def test_papermill_replaces_the_parameters(tmp_path):
    source, done = tmp_path / "small.ipynb", tmp_path / "done.ipynb"
    book = notebook("let alpha = 1.0  // the penalty\nlet names = [\"V1\"]", "print(alpha * 2, names)")
    book.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(book, source)
    subprocess.run(
        [program("papermill"), source, done, "-p", "alpha", "21.0", "-y", "names: [FFA, PPA]"], check=True,
        capture_output=True, timeout=120)
    assert nbformat.read(done, 4).cells[2].outputs[0].text == '42.0 ["FFA", "PPA"]\n'
    shown = subprocess.run(
        [program("papermill"), "--help-notebook", source], check=True, capture_output=True, text=True, timeout=120)
    assert "alpha" in shown.stdout and "the penalty" in shown.stdout


def test_papermill_gives_whole_numbers_to_defaults_with_fractions(tmp_path):
    """As `gyrus run` does: `-p alpha 1` over 10.0 is no Int, whose half is 0."""
    source, done = tmp_path / "small.ipynb", tmp_path / "done.ipynb"
    book = notebook("let alpha = 10.0, count = 4\nvar rate: Float = 0.5  // a rate, x = 3.0\nlet grid = [0.1, 1]",
                    "print(alpha / 2, count / 3, type(of: rate), grid.map { $0 / 2 })")
    book.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(book, source)
    subprocess.run(
        [program("papermill"), source, done, "-p", "alpha", "1", "-p", "count", "5", "-p", "rate", "1", "-y", "grid: [1, 2]"],
        check=True, capture_output=True, timeout=120)
    assert nbformat.read(done, 4).cells[2].outputs[0].text == "0.5 1 Float [0.5, 1.0]\n"


def test_papermill_keeps_the_types_and_the_keywords_of_defaults(tmp_path):
    """An optional stays one, a `var` can be changed, and an empty list is of the default's type."""
    source, done = tmp_path / "small.ipynb", tmp_path / "done.ipynb"
    book = notebook('let top: Int? = nil, half = Float(0.5)\nvar names = ["V1"]\nlet layers = [1, 2], url = "http://x"',
                    'names += ["FFA"]\nif let top { print(top, type(of: half), names, layers + [3], url) }')
    book.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(book, source)
    subprocess.run(
        [program("papermill"), source, done, "-p", "top", "5", "-p", "half", "1", "-y", "{names: [], layers: [], url: 'https://y'}"],
        check=True, capture_output=True, timeout=120)
    assert nbformat.read(done, 4).cells[2].outputs[0].text == '5 Float ["FFA"] [3] https://y\n'


def test_papermill_gives_whole_numbers_to_collections_of_fractions():
    """Half of 1 in a dictionary or a list of lists is 0.5 too, also where the default goes over several lines."""
    from papermill.translators import papermill_translators

    translator = papermill_translators.find_translator("gyrus", "swift")
    source = """let weights = ["a:b": 0.5, "c": 1], grid = [[0.1, 1], [2]]
var alphas = [
    0.1,  // the first ]
    1,
]
let marks = ["[", "]"], counts = ["a": 1], folds: [[Int]] = [[1, 2], []], table = ["x": [0.5]]"""
    values = {"weights": {"c": 1}, "grid": [[1], []], "alphas": [1, 2], "marks": [], "counts": {}, "folds": [[3]], "table": {"x": [1]}}
    translator.inspect({"source": source})
    assert translator.codify(values).splitlines()[1:] == [
        'let weights: [String: Double] = ["c": 1.0]', "let grid: [[Double]] = [[1.0], []]", "var alphas: [Double] = [1.0, 2.0]",
        "let marks: [String] = []", "let counts: [String: Int] = [:]", "let folds: [[Int]] = [[3]]",
        'let table: [String: [Double]] = ["x": [1.0]]']


def test_an_exported_script_compiles_and_runs(tmp_path, prefix):
    source = tmp_path / "small.ipynb"
    book = notebook(
        "%time", "let features = Matrix<Float>(rows: 2, columns: 3)", "!ls", "%%bash\nls\nls",
        "func doubled(_ x: Int) -> Int { x * 2 }\nprint(doubled(21), features.rows)")
    book.cells.insert(1, nbformat.v4.new_markdown_cell("# A title\n\nand text"))
    # Jupyter writes this when a kernel runs the notebook.
    book.metadata["language_info"] = {"name": "swift", "file_extension": ".swift"}
    nbformat.write(book, source)
    subprocess.run(
        [program("jupyter-nbconvert"), "--to", "script", source], check=True, capture_output=True, timeout=120)
    script = tmp_path / "small.swift"
    assert "// # A title" in script.read_text() and "//%time" in script.read_text()
    flags = shlex.split(subprocess.run([prefix / "bin/gyrus", "flags"], check=True, capture_output=True, text=True).stdout)
    compiler = shutil.which("swiftc") or "/opt/swift/usr/bin/swiftc"
    built = subprocess.run(
        [compiler, script, *flags, "-o", tmp_path / "small"], capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, built.stderr
    ran = subprocess.run([tmp_path / "small"], check=True, capture_output=True, text=True, timeout=60)
    assert ran.stdout == "42 2\n"


def test_what_only_looks_like_a_magic_stays_swift():
    from gyrus_jupyter.script import as_swift

    for swift in ('let s = """\n%time\n!ls\n"""', "let r = 7\n    % 4", "let b = a &&\n    !c", "f(\n    !c)"):
        assert as_swift(swift) == swift
    assert as_swift("if true {\n%timeit f()\n}\n!ls -l") == "if true {\n//%timeit f()\n}\n//!ls -l"
    # The program declares and does what the notebook did.
    assert as_swift("%time let x = f()\n  %time g(x)") == "let x = f()  // %time\n  g(x)  // %time"
    assert as_swift("%%html\n<b>x</b>") == "//%%html\n//<b>x</b>"
    assert as_swift("%%time\nf()") == "//%%time\nf()"
    assert as_swift("%%capture out\nlet x = f()") == "//%%capture out\nlet x = f()"


def test_the_console():
    ran = subprocess.run(
        [program("jupyter-console"), "--kernel", "gyrus", "--simple-prompt"], capture_output=True, text=True, timeout=120,
        input="let x = 20\nx * 2 + 2\nprint(x)\nexit\n")
    assert "Out[2]: 42" in ran.stdout and ": 20\n" in ran.stdout, ran.stdout + ran.stderr


def test_requests_before_the_subscription_are_answered(fresh_kernel):
    """VS Code asks for kernel_info, and runs cells, before its subscription to iopub is there."""
    client = fresh_kernel.client
    session = type(client.session)(key=client.session.key, signature_scheme=client.session.signature_scheme)
    shell = client.context.socket(zmq.DEALER)
    shell.linger = 0
    shell.connect(f"tcp://127.0.0.1:{client.shell_port}")
    session.send(shell, "kernel_info_request", {})
    session.send(shell, "execute_request", {"code": "let early = 1", "silent": False, "store_history": True})
    kinds = []
    while len(kinds) < 2:
        assert shell.poll(30_000)
        kinds.append(session.recv(shell, 0)[1]["msg_type"])
    assert kinds == ["kernel_info_reply", "execute_reply"]
    shell.close()
    assert fresh_kernel.value("early") == "1"
