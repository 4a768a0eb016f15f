"""Cells under `%%python`: their process, what they show, and the values that go from Swift to Python and back."""

import os
import subprocess
import sys
import time

import kernel_processes
import pytest
from session import Session

try:
    import numpy  # noqa: F401
except ImportError:
    numpy = None
needs_numpy = pytest.mark.skipif(numpy is None, reason="NumPy is not in .venv")


@pytest.fixture(scope="module")
def kernel():
    before = os.environ.get("GYRUS_PYTHON")
    os.environ["GYRUS_PYTHON"] = sys.executable
    session = Session()
    yield session
    session.close()
    os.environ.pop("GYRUS_PYTHON")
    if before:
        os.environ["GYRUS_PYTHON"] = before


def refused(kernel, code, *words):
    outcome = kernel.fails(code)
    assert outcome.error["ename"] == "MagicError", outcome.traceback
    for word in words:
        assert word in outcome.error["evalue"], outcome.error["evalue"]


# --- what a cell does -------------------------------------------------------------------------------------------


def test_variables_stay_and_the_last_expression_is_shown(kernel):
    assert kernel.ok("%%python\nx = 20\ndef double(v):\n    return 2 * v").result is None
    assert kernel.value("%%python\ndouble(x) + 2") == "42"
    assert kernel.ok("%%python\nx;").result is None and kernel.ok("%%python\nx;  # hidden").result is None
    assert kernel.value("%%python\n_") == "42"
    assert kernel.value("//%%python\n//x") == "20"
    assert sys.executable in kernel.ok("%%python").text()


def test_output_comes_in_order_and_live(kernel):
    outcome = kernel.ok(
        "%%python\nimport sys, subprocess\nprint('one'); print('two', file=sys.stderr); display('three')\nprint('fünf')")
    # On a busy machine a line may come in two messages.
    order = "".join(m["content"].get("text") or "<display>" for m in outcome.messages
                    if m["msg_type"] in ("stream", "display_data"))
    assert order == "one\ntwo\n<display>fünf\n" and outcome.text("stderr") == "two\n"
    # What goes round Python's streams is there when the cell has ended.
    assert "child\n" in kernel.ok("%%python\nsubprocess.run(['echo', 'child'])").text()
    # Half a character at a cell's end is that cell's.
    assert kernel.ok("%%python\nimport os\nos.write(1, b'a\\xc3');").text() == "a\ufffd"
    assert kernel.ok("%%python\nos.write(1, b'b');").text() == "b"
    message = kernel.client.execute("%%python\nimport time\nprint('begun', end='')\nwhile True: time.sleep(0.01)")
    kernel.wait_for_output(message, timeout=20)
    kernel.interrupt()
    assert kernel.finish(message).reply["ename"] == "KeyboardInterrupt"


def test_a_value_shows_what_it_can(kernel):
    outcome = kernel.ok(
        "%%python\nclass Shown:\n    def __repr__(self): return 'plain'\n    def _repr_html_(self): return '<b>h</b>'\n"
        "    def _repr_png_(self): return b'\\x89PNG'\n    def _repr_latex_(self): raise ValueError('broken')\nShown()")
    data = outcome.of("execute_result")[0]["data"]
    assert data == {"text/plain": "plain", "text/html": "<b>h</b>", "image/png": "iVBORw=="}
    assert "broken" in outcome.text("stderr")
    handle = kernel.ok("%%python\nh = display(1, display_id='d')\nh.update(2)")
    assert handle.of("update_display_data")[0]["data"]["text/plain"] == "2"


def test_an_exception_names_the_lines_of_the_cell(kernel):
    kernel.ok("%%python\nx = 1")
    outcome = kernel.fails("%%python\ndef inner():\n    return {}['key']\n\ninner()")
    assert outcome.error["ename"] == "KeyError" and outcome.error["evalue"] == "'key'"
    label = f'In[{outcome.reply["execution_count"]}]'
    assert f'File "{label}", line 5, in <module>\n    inner()' in outcome.traceback
    assert f'File "{label}", line 3, in inner' in outcome.traceback and "gyrus_host" not in outcome.traceback
    outcome = kernel.fails("%%python\nx = 2\nif x\n    pass")
    assert outcome.error["ename"] == "SyntaxError" and "line 3" in outcome.traceback
    chained = kernel.fails("%%python\ntry:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('then') from e")
    assert "direct cause" in chained.traceback and "line 3" in chained.traceback and "gyrus_host" not in chained.traceback
    assert "without IPython's magics" in kernel.fails("%%python\n%matplotlib inline").error["evalue"]
    assert "--python PATH" in kernel.fails("%%python\nimport not_there_at_all").error["evalue"]
    assert kernel.fails("%%python\nimport sys; sys.exit(3)").error["ename"] == "SystemExit"
    assert kernel.value("%%python\nx") == "1", "nothing of that ended the process"


def test_await_at_the_top_level(kernel):
    assert kernel.value("%%python\nimport asyncio\nawait asyncio.sleep(0, result=7)") == "7"
    assert "asyncio" not in kernel.fails("%%python\nawait asyncio.sleep(0)\n1 / 0").traceback.split("\n", 1)[1]


def test_an_interrupt_keeps_the_variables(kernel):
    message = kernel.client.execute("%%python\nkept = 5\nprint('go')\nwhile True: pass")
    kernel.wait_for_output(message, timeout=20)
    kernel.interrupt()
    outcome = kernel.finish(message, timeout=20)
    assert outcome.reply["ename"] == "KeyboardInterrupt" and "line 4" in outcome.traceback
    assert kernel.value("%%python\nkept") == "5"


def test_one_interrupt_does_not_end_a_process_that_computes(fresh_kernel):
    process = int(fresh_kernel.value("%%python\nimport os\nos.getpid()"))
    message = fresh_kernel.client.execute(
        "%%python\nimport itertools\nprint('go')\nmax(itertools.repeat(1, 4 * 10**12))")
    fresh_kernel.wait_for_output(message, timeout=20)
    fresh_kernel.interrupt()
    time.sleep(18)
    assert not kernel_processes.has_ended(process), "it still computes"
    fresh_kernel.interrupt()
    # The idle that ends the interrupt may be taken for the cell's: a client counts both kinds of request from one.
    outcome = fresh_kernel.finish(message, timeout=10)
    assert outcome.reply["ename"] == "KeyboardInterrupt" and "variables are gone" in outcome.reply["evalue"]
    assert "Interrupt again" in outcome.text("stderr")


def test_input(kernel):
    message = kernel.client.execute("%%python\nimport getpass\n(input('name? '), getpass.getpass())")
    for prompt, password, answer in (("name? ", False, "Ada"), ("Password: ", True, "s3cret")):
        asked = kernel.client.get_stdin_msg(timeout=20)["content"]
        assert asked == {"prompt": prompt, "password": password}
        kernel.client.input(answer)
    assert kernel.finish(message).result == "('Ada', 's3cret')"
    assert "does not allow" in kernel.fails("%%python\ninput()", allow_stdin=False).error["evalue"]
    message = kernel.client.execute("%%python\ninput('waits ')")
    kernel.client.get_stdin_msg(timeout=20)
    kernel.interrupt()
    assert kernel.finish(message, timeout=20).reply["ename"] == "KeyboardInterrupt"


def test_folder_and_environment_are_those_of_the_cells(kernel, tmp_path):
    kernel.ok(f"%cd {tmp_path}")
    kernel.ok("%env GYRUS_TEST_WORD=seen")
    shown = kernel.value("%%python\nimport os\n(os.getcwd(), os.environ['GYRUS_TEST_WORD'])")
    assert shown == repr((str(tmp_path), "seen"))
    (tmp_path / "beside.py").write_text("value = 3\n")
    assert kernel.value("%%python\nimport beside\nbeside.value") == "3"


def test_a_folder_that_is_gone_is_missed_by_every_cell(kernel, tmp_path):
    gone, here = tmp_path / "gone", tmp_path / "here"
    gone.mkdir()
    here.mkdir()
    kernel.ok(f"%cd {here}")
    kernel.ok("%%python\n1")
    kernel.ok(f"%cd {gone}")
    gone.rmdir()
    for _ in range(2):
        assert f"{gone}, is gone" in kernel.fails("%%python\n1").error["evalue"]
    kernel.ok(f"%cd {here}")
    kernel.ok("%%python\n1")


def test_bytes_and_forked_processes_keep_to_whole_characters_and_frames(kernel):
    assert kernel.ok(
        "%%python\nimport sys, time\nfor part in ('é'.encode()[:1], 'é'.encode()[1:]):\n"
        "    sys.stdout.buffer.write(part)\n    time.sleep(0.1)").text() == "é"
    outcome = kernel.ok(
        "%%python\nimport os, sys\nchild = os.fork()\nif child == 0:\n    try:\n        input()\n"
        "    except EOFError as error:\n        print(error)\n    display('x' * 200_000)\n"
        "    sys.stdout.buffer.write(b'child\\n')\n    os._exit(0)\nos.waitpid(child, 0)[1]", timeout=60)
    assert outcome.result == "0" and not outcome.of("display_data")
    assert outcome.text() == "a process that was forked off cannot ask for input\nchild\n"
    assert "show no displays" in outcome.text("stderr")


def test_a_forked_process_ends_with_its_cell(kernel):
    outcome = kernel.ok("%%python\nimport os, sys\nif os.fork() == 0:\n    1 / 0\nos.wait()[1] >> 8", timeout=60)
    assert outcome.result == "1" and "ZeroDivisionError" in outcome.text("stderr")
    assert kernel.value("%%python\nif os.fork() == 0:\n    sys.exit(7)\nos.wait()[1] >> 8") == "7"
    # One that comes to the end of the cell has nothing to wait for, and says nothing.
    outcome = kernel.ok("%%python\nchild = os.fork()\n(child and os.wait()[1])", timeout=60)
    assert outcome.result == "0" and outcome.text("stderr") == ""
    assert kernel.value("%%python\n'next'") == "'next'"


# --- values -----------------------------------------------------------------------------------------------------

VALUES = """
let real: Double = .nan
let whole = Int.min
let flag = true
let word = "naïve 🧠 \\0 \\"q\\""
let words = ["", "é", "line\\nbreak"]
let missing: Int? = nil
let gaps: [Double?] = [1.5, nil]
let named = ["b": 2, "a": 1]
let nested = [["x"], []]
let bytes = Data([0, 255])
"""


def test_values_from_swift(kernel):
    kernel.ok(VALUES)
    shown = kernel.value(
        "%%python -i real,whole,flag,word,words -i missing -i gaps -i named -i nested -i bytes\n"
        "repr((real != real, whole, flag, word, words, missing, gaps, named, nested, bytes))")
    expected = (True, -2**63, True, 'naïve 🧠 \0 "q"', ["", "é", "line\nbreak"], None, [1.5, None], {"a": 1, "b": 2},
                [["x"], []], b"\x00\xff")
    assert shown == repr(repr(expected))
    assert kernel.value("%%python -i half=real/2 -i n=words.count\n(half != half, n)") == "(True, 3)"


def test_a_keyword_of_python_is_no_name(kernel):
    kernel.ok("let lambda = 0.5")
    refused(kernel, "%%python -i lambda\nprint(lambda)", "keyword lambda", "-i lambda_=lambda")
    assert kernel.value("%%python -i lambda_=lambda\nlambda_") == "0.5"


def test_names_are_those_that_python_keeps(kernel):
    kernel.ok("let \u00b5 = 3")
    assert kernel.value("%%python -i \u00b5\n\u00b5 + 1") == "4"
    assert kernel.value("%%python -o \u00b5\n\u00b5 = 5\n\u00b5") == "5"


def test_values_to_swift(kernel):
    kernel.ok(
        "%%python -o t,i,f,s,l -o nums -o mixed -o gaps2 -o d -o deep -o none -o raw -o longest=max(l,key=len)\n"
        "t, i, f, s = True, -7, float('inf'), 'é\\n'\nl = ['a', 'bc']\nnums = [1, 2]\nmixed = [1, 2.5]\ngaps2 = ['x', None]\n"
        "d = {'k': 1.5, 'm': 2}\ndeep = [[1, 2], [3]]\nnone = None\nraw = b'\\x01'")
    assert kernel.value("(t, i, f, s, l)") == '(true, -7, inf, "é\\n", ["a", "bc"])'
    types = kernel.value("[type(of: nums), type(of: mixed), type(of: gaps2), type(of: d), type(of: deep), "
                         "type(of: none), type(of: raw)].map { \"\\($0)\" }.joined(separator: \" \")")
    assert types == ('"Array<Int> Array<Double> Array<Optional<String>> Dictionary<String, Double> Array<Array<Int>> '
                     'Optional<Any> Data"')
    assert kernel.value("(mixed, gaps2.count, d[\"m\"]!, deep, longest)") == "([1.0, 2.5], 2, 2.0, [[1, 2], [3]], \"bc\")"


@needs_numpy
def test_arrays_are_passed_whole(kernel):
    kernel.ok("let X = Matrix<Float>([[1, 2, 3], [4, 5, 6]])\nlet line: [Double] = [1, 2]\n"
              "let cube = Tensor<Double>(shape: [2, 1, 3], elements: [1, 2, 3, 4, 5, 6])\nlet small: [UInt8] = [7]\n"
              "let nobody = Matrix<Double>(rows: 0, columns: 4)")
    shown = kernel.ok(
        "%%python -i X,line,cube,small,nobody -o Y -o strided -o big_endian -o half -o mask -o grid -o ids -o texts -o e\n"
        "import numpy as np\nY = X.T @ X\nstrided = X[:, ::2]\nbig_endian = np.arange(3, dtype='>f8')\n"
        "half = np.ones((2, 2, 2), np.float16)\nmask = np.array([True, False])\ngrid = np.arange(4).reshape(2, 2)\n"
        "ids = np.array([1, 2], np.uint16)\ntexts = np.array(['é', 'b'])\ne = np.zeros((3, 0))\n"
        "X[0, 0] = 9\nprint([(a.dtype.str, a.shape, a.flags.c_contiguous) for a in (X, line, cube, small, nobody)])").text()
    assert shown == ("[('<f4', (2, 3), True), ('<f8', (2,), True), ('<f8', (2, 1, 3), True), ('|u1', (1,), True), "
                     "('<f8', (0, 4), True)]\n")
    assert kernel.value("(X[0, 0], Y.rows, Y[2, 2], type(of: Y) == Matrix<Float>.self)") == "(1.0, 3, 45.0, true)"
    assert kernel.value(
        "([strided[0, 0], strided[0, 1], strided[1, 1]], big_endian, half.shape, mask, grid, ids, texts, e.rows)") == (
        '([9.0, 3.0, 6.0], [0.0, 1.0, 2.0], [2, 2, 2], [true, false], [[0, 1], [2, 3]], [1, 2], ["é", "b"], 3)')
    # What was read in place is copied before it is written.
    assert kernel.value("var mine = strided\nmine[0, 0] = 5\n[mine[0, 0], strided[0, 0]]") == "[5.0, 9.0]"


@pytest.mark.parametrize("value, words", [
    ("1 + 2j", "complex"), ("{1, 2}", "sorted"), ("[]", "empty list"), ("{1: 'a'}", "1 is an int"), ("2**70", "does not fit"),
    ("[1, 'a']", "several types"), ("object()", "an object has no type"), ("'\\ud800'", "surrogate"), ("[None]", "None"),
])
def test_what_swift_has_no_type_for_is_refused_by_name(kernel, value, words):
    refused(kernel, f"%%python -o odd\nodd = {value}", "-o odd", words)


@needs_numpy
def test_lists_hold_numbers_of_numpy_and_of_subclasses(kernel):
    kernel.ok(
        "%%python -o means,mixed,whole,flags,singles,names,levels,gaps,nested,steps\nimport enum, numpy as np\n"
        "class Level(enum.IntEnum):\n    LOW = 1\nclass Word(str, enum.Enum):\n    RED = 'red'\n"
        "means = [np.mean([1, 2]), np.mean([2, 3])]\nmixed = [1, np.float64(2.5)]\nwhole = [np.int64(3), 4]\n"
        "flags = [np.bool_(True)]\nsingles = [np.float32(0.5), np.float32(2)]\nnames = [np.str_('a'), Word.RED]\n"
        "levels = [Level.LOW, 2]\ngaps = [None, np.float64(7)]\nnested = {'V1': np.float64(0.25), 'V2': np.float64(0.5)}\n"
        "steps = [np.array(1.5), np.array(2.5)]")
    assert kernel.value("(means, mixed, whole, flags, singles, names, levels, steps)") == (
        '([1.5, 2.5], [1.0, 2.5], [3, 4], [true], [0.5, 2.0], ["a", "red"], [1, 2], [1.5, 2.5])')
    assert kernel.value('(type(of: singles) == [Float].self, gaps[1]!, nested["V1"]!)') == "(true, 7.0, 0.25)"
    refused(kernel, "%%python -o odd\nimport numpy as np\nodd = [1.5, np.int64(2**53 + 1)]", "9007199254740993")


@needs_numpy
@pytest.mark.parametrize("value, words", [
    ("np.ones(2, complex)", ".real"), ("np.array(['2020-01-01'], 'M8[D]')", "astype(str)"),
    ("np.ma.masked_array([1.0], [True])", "filled"), ("np.array([2**64 - 1], np.uint64)", "float64"),
    ("np.zeros((1, 1, 1), int)", "float32"), ("np.zeros(1, [('a', int)])", "fields"),
    ("np.zeros(1, np.longdouble)", "float64"),
])
def test_arrays_that_swift_has_no_type_for(kernel, value, words):
    refused(kernel, f"%%python -o odd\nimport numpy as np\nodd = {value}", "-o odd", words)


def test_mistakes_on_the_line(kernel):
    refused(kernel, "%%python -i absent\n1", "absent")
    refused(kernel, "%%python -o absent\n1", "no variable absent")
    refused(kernel, "%%python -i\n1", "-i needs")
    refused(kernel, "%%python -i 3x\n1", "3x")
    refused(kernel, "%%python -o a -o a\n1", "twice")
    refused(kernel, "%%python --loud\n1", "--loud", "--restart")
    refused(kernel, "%%python --python /no/such/python\n1", "/no/such/python")
    refused(kernel, "%python", "%%python")
    kernel.ok("struct Own { let inner = 1 }\nlet own = Own()")
    refused(kernel, "%%python -i own\n1", "own", "no Own")
    assert kernel.value("%%python -i part=own.inner\npart") == "1"
    # A cell that fails declares nothing.
    kernel.fails("%%python -o early\nearly = 1\n1 / 0")
    assert "early" in kernel.fails("early").error["evalue"]


def test_a_cell_that_runs_again_replaces_its_variables(kernel):
    kernel.ok("%%python -o again\nagain = 1", cell_id="python-again")
    kernel.ok("func seen() -> String { \"\\(again)\" }", cell_id="swift-seen")
    assert kernel.value("seen()") == '"1"'
    kernel.ok("%%python -o again\nagain = 'text'", cell_id="python-again")
    assert kernel.value("seen()") == '"text"' and kernel.value("again") == '"text"'


# --- the process ------------------------------------------------------------------------------------------------


def test_a_stream_that_a_cell_closes_does_not_keep_the_kernel_busy(kernel):
    kernel.ok("%%python\nimport os\nos.close(1)\nos.close(2)")
    own = kernel_processes.of(kernel)
    before = sum(own.cpu_times()[:2])
    time.sleep(1)
    assert sum(own.cpu_times()[:2]) - before < 0.5
    assert kernel.ok("%%python --restart\nprint('heard')").text() == "heard\n"


@pytest.mark.parametrize("code", ["os.execvp('sleep', ['sleep', '600'])", "os.close(3); time.sleep(600)"])
def test_a_process_that_cannot_be_heard_any_more_is_ended(kernel, code):
    began = time.monotonic()
    outcome = kernel.fails(f"%%python\nimport os, time\n{code}")
    assert outcome.error["ename"] == "PythonDied" and time.monotonic() - began < 30
    assert kernel.value("%%python\n1 + 1") == "2"


def test_the_process_may_die(kernel):
    outcome = kernel.fails("%%python\nlost = 1\nimport os, signal\nprint('last words')\nos.kill(os.getpid(), signal.SIGKILL)")
    assert outcome.error["ename"] == "PythonDied" and "signal 9" in outcome.error["evalue"]
    assert "last words" in outcome.text()
    assert kernel.fails("%%python\nlost").error["ename"] == "NameError"
    # Between cells: the next one says so.
    kernel.ok("%%python\nimport os, threading, time\nthreading.Thread(target=lambda: (time.sleep(0.2), os._exit(4))).start()")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        time.sleep(0.3)
        outcome = kernel.run("%%python\n'alive'")
        if "status 4" in outcome.text("stderr"):
            break
    assert "status 4" in outcome.text("stderr") and outcome.result == "'alive'"
    assert kernel.value("1 + 1") == "2"


def test_restart_and_another_interpreter(kernel, tmp_path):
    kernel.ok("%%python\ngone = 1")
    assert kernel.value("%%python --restart\n'gone' in globals()") == "False"
    other = tmp_path / "folder with space" / "bin"
    other.mkdir(parents=True)
    (other / "python3").write_text(f"#!/bin/sh\nOTHER=1 exec {sys.executable} \"$@\"\n")
    (other / "python3").chmod(0o755)
    outcome = kernel.ok(f'%%python --python "{other.parent}"\nimport os\nos.environ["OTHER"]')
    assert outcome.result == "'1'" and "was started instead of" in outcome.text("stderr")
    assert kernel.value("%%python --restart\nimport os\nos.environ['OTHER']") == "'1'", "it stays the one that was named"
    old = tmp_path / "old"
    old.write_text("#!/bin/sh\necho no Python here >&2\nexit 7\n")
    old.chmod(0o755)
    outcome = kernel.fails(f"%%python --python {old}\n1")
    assert "status 7" in outcome.error["evalue"] and "no Python here" in outcome.text("stderr")
    assert kernel.value(f"%%python --python {sys.executable}\n1") == "1"


def test_no_process_is_left_behind():
    session = Session()
    pid = int(session.value(f"%%python --python {sys.executable}\nimport os, subprocess\n"
                            "child = subprocess.Popen(['sleep', '1000'])\nos.getpid()"))
    child = int(session.value("%%python\nchild.pid"))
    os.kill(session.manager.provisioner.process.pid, 9)
    try:
        deadline = time.monotonic() + 20
        while os.path.exists(f"/proc/{pid}/exe") and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not os.path.exists(f"/proc/{pid}/exe"), "the process outlived its kernel"
    finally:
        subprocess.run(["kill", "-9", str(child)], capture_output=True)
        session.close()


def test_help_and_completion(kernel):
    page = kernel.ok("%%python?").reply["payload"][0]["data"]["text/plain"]
    assert "-i NAME" in page and sys.executable in page and "GYRUS_PYTHON" in page
    assert "%%python" in kernel.ok("%lsmagic").text()

    def matches(code):
        return kernel.request("complete_request", {"code": code, "cursor_pos": len(code)})["matches"]

    assert "%%python" in matches("%%py")
    assert matches("%%python --re") == ["--restart"] and {"-i", "-o", "--python", "--restart"} <= set(matches("%%python -"))
    assert set(matches("%%capture --no-std")) == {"--no-stdout", "--no-stderr"}


# --- libraries, where they are ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def peers(root):
    python = root.parent / "peers/bin/python"
    if not python.exists():
        pytest.skip(f"no Python with pandas and matplotlib: {python}")
    return python


def test_figures_and_tables(kernel, peers):
    outcome = kernel.ok(f"%%python --python {peers}\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"
                        "print('between')\nplt.plot([2, 1]);", timeout=120)
    kinds = [m["msg_type"] for m in outcome.messages if m["msg_type"] in ("display_data", "stream", "execute_result")]
    assert [kind for kind in kinds if kind != "stream"] == ["display_data", "display_data"]
    assert all("image/png" in content["data"] for content in outcome.of("display_data"))
    outcome = kernel.ok("%%python\nimport pandas as pd\npd.DataFrame({'a': [1.5]})", timeout=120)
    assert "<table" in outcome.of("execute_result")[0]["data"]["text/html"]
    shown = kernel.ok("%%python\nfig, ax = plt.subplots()\nfig").messages
    assert sum("image/png" in m["content"].get("data", {}) for m in shown) == 1, "once"
    kernel.ok("%%python -o weights\nimport torch\nweights = torch.ones(2, 3)", timeout=120)
    assert kernel.value("(weights.rows, weights[1, 2], type(of: weights) == Matrix<Float>.self)") == "(2, 1.0, true)"


TABLE = """let table = try DataTable([
    .init("n", [1, Int.max]), .init("gap", [nil, 7] as [Int?]), .init("x", [0.5, .nan]), .init("naïve", ["é", ""]),
    .init("word", ["a", nil] as [String?]), .init("flag", [true, false]), .init("maybe", [nil, true] as [Bool?]),
    .init("day", [Date(timeIntervalSince1970: 0), Date(timeIntervalSince1970: 1.5e9 + 0.25)]),
    .init("late", [nil, Date(timeIntervalSince1970: -1)] as [Date?])])
let none = try table.filter { _ in false }
let moments = [Date(timeIntervalSince1970: 1)]"""


def test_a_table_comes_back_as_it_went(kernel, peers):
    kernel.ok(f"%%python --python {peers}\nimport pandas as pd, numpy as np", timeout=120)
    kernel.ok(TABLE)
    outcome = kernel.ok(
        "%%python -i table,none,moments -o back=table -o empty=none -o times=moments -o day=table.day.max()\n"
        "print([str(t) for t in table.dtypes], table.shape, moments[0].isoformat())\n"
        "print(table.gap.isna().tolist(), table.n.max(), table['naïve'][0], table.day[1], none.shape)", timeout=120)
    text = "str" if "'str'" in outcome.text() else "object"
    assert outcome.text() == (
        f"['int64', 'Int64', 'float64', '{text}', '{text}', 'bool', 'boolean', 'datetime64[us, UTC]', "
        "'datetime64[us, UTC]'] (2, 9) 1970-01-01T00:00:01+00:00\n"
        "[True, False] 9223372036854775807 é 2017-07-14 02:40:00.250000+00:00 (0, 9)\n")
    assert kernel.value("(back == table, times == moments, empty.rowCount, empty.columnNames == table.columnNames)") == (
        "(true, true, 0, true)")
    assert kernel.value("day.timeIntervalSince1970") == "1500000000.25"


def test_frames_become_tables(kernel, peers):
    kernel.ok(
        f"%%python --python {peers} -o df,gone,s,texts,cats -o small=df.head(1)\nimport pandas as pd, numpy as np\n"
        "df = pd.DataFrame({'i': np.array([1, 2], 'u1'), 'f': np.array([1, np.nan], 'f4'), 'o': ['a', None], "
        "'c': pd.Categorical(['x', 'y']), 't': pd.to_datetime(['2020-01-01', None]), 'ob': [True, None]}, "
        "index=pd.Index(['r1', 'r2'], name='row'))\n"
        "gone = df.reset_index().query('i > 1')\ns = pd.Series([1, None], dtype='Int64')\n"
        "texts = pd.Series(['a', None])\ncats = pd.Series([1, 2]).astype('category')", timeout=120)
    shown = kernel.value('df.columns.map { "\\($0.name) \\($0.type) \\($0.missingCount)" }.joined(separator: ", ")')
    assert shown == '"row String 0, i Int 0, f Double 1, o String 1, c String 0, t Date 1, ob Bool 1"'
    assert kernel.value("(gone.rowCount, gone.columnNames[0], small.rowCount)") == '(1, "row", 1)'
    assert kernel.value('"\\(type(of: s)) \\(type(of: texts)) \\(cats)"') == (
        '"Array<Optional<Int>> Array<Optional<String>> [1, 2]"')


def test_labels_of_pandas_are_not_lost(kernel, peers):
    """An index that says something becomes a column; what may only count rows is left out with a word."""
    outcome = kernel.ok(
        f"%%python --python {peers} -o means,counts,shares,plain,nested\nimport pandas as pd\n"
        "df = pd.DataFrame({'roi': ['V1', 'V4', 'V1'], 'r': [0.5, 1.0, 1.5]})\n"
        "means, counts = df.groupby('roi').r.mean(), df.roi.value_counts()\n"
        "shares = pd.Series([0.25, 0.75], index=['a', 'b'])\nplain, nested = df.head(2).r, {'a': means}", timeout=120)
    assert outcome.text("stderr") == ""
    assert kernel.value('try (means["roi", as: String.self], means["r", as: Double.self])') == '(["V1", "V4"], [1.0, 1.0])'
    assert kernel.value('try (counts["roi", as: String.self], counts["count", as: Int.self])') == '(["V1", "V4"], [2, 1])'
    assert kernel.value("(shares.columnNames, plain)") == '(["index", "value"], [0.5, 1.0])'
    assert kernel.value('nested["a"]?.rowCount ?? 0') == "2"
    outcome = kernel.ok(
        "%%python -o own,some,same\nown, some = df.copy(), df[df.r > 0.5].r\nown.index = [101, 102, 103]\n"
        "same = pd.DataFrame({'a': [1, 2]}, index=pd.Index([0, 1], dtype='Int64'))")
    said = outcome.text("stderr").splitlines()
    assert len(said) == 2 and "-o own: the index (101, 102, 103)" in said[0] and "own.reset_index()" in said[0], said
    assert said[0].endswith("numbers the rows again from zero") and "-o some: the index (1, 2)" in said[1]
    assert kernel.value("(own.columnNames, some, same.rowCount)") == '(["roi", "r"], [1.0, 1.5], 2)'


def test_bytes_that_are_viewed_as_booleans(kernel, peers):
    kernel.ok(f"%%python --python {peers} -o seen,column\nimport numpy as np, pandas as pd\n"
              "seen = np.array([2, 0, 255], 'u1').view(bool)\ncolumn = pd.Series(seen)", timeout=120)
    assert kernel.value("(seen, column)") == "([true, false, true], [true, false, true])"
    assert kernel.value("seen.map { unsafeBitCast($0, to: UInt8.self) }") == "[1, 0, 1]"


def test_lists_of_moments_of_pandas(kernel, peers):
    kernel.ok(
        f"%%python --python {peers} -o stamps\nimport pandas as pd, datetime\n"
        "stamps = [pd.Timestamp('1970-01-01T00:00:02'), datetime.date(1970, 1, 2)]", timeout=120)
    assert kernel.value("stamps.map(\\.timeIntervalSince1970)") == "[2.0, 86400.0]"
    refused(kernel, "%%python -o odd\nodd = [pd.Timestamp('2020-01-01T00:00:00.000000001')]", "-o odd", "floor")


def test_an_expression_that_stops_is_shown_as_it_was_written(kernel):
    kernel.ok("func load(_ i: Int) -> Double {\n    [1.0, 2.0][i]\n}")
    outcome = kernel.fails("%%python -i q=load(1) -i r=load(5)\n1")
    assert "Index out of range" in outcome.error["evalue"]
    assert "-i r=load(5)" in outcome.traceback and "[1.0, 2.0][i]" in outcome.traceback
    assert "_gyrus" not in outcome.traceback and "%python:" not in outcome.traceback


def test_the_advice_on_half_characters_works(kernel):
    refused(kernel, "%%python -o half\nhalf = 'a\\ud800'", "surrogate", "'surrogatepass'")
    kernel.ok("%%python -o half\nhalf = 'a\\ud800'.encode('utf-8', 'surrogatepass')")
    assert kernel.value("Array(half)") == "[97, 237, 160, 128]"


def test_moments_are_those_of_their_texts(kernel, peers):
    kernel.ok(
        f"%%python --python {peers} -o now,moments\nimport pandas as pd, datetime\n"
        "now = datetime.datetime(2023, 1, 6, 4, 50, 15, 311494)\n"
        "moments = pd.DataFrame({'t': pd.to_datetime([now, '2020-06-16T23:30:06.950864'])})", timeout=120)
    kernel.ok('let said = try DataTable.parse("t\\n2023-01-06T04:50:15.311494\\n2020-06-16T23:30:06.950864", '
              'types: ["t": .date])')
    assert kernel.value('try (said == moments, now == said["t", as: Date.self][0])') == "(true, true)"
    assert kernel.value('try moments["t"].values.map(\\.description)') == (
        '["2023-01-06T04:50:15.311494Z", "2020-06-16T23:30:06.950864Z"]')


@pytest.mark.parametrize("value, words", [
    ("pd.DataFrame([[1, 2]])", "rename(columns=str)"), ("pd.DataFrame([[1, 2]], columns=['a', 'a'])", "twice"),
    ("pd.DataFrame({'a': [1, 'x']})", "int, str"), ("pd.DataFrame({'a': [1j]})", "complex"),
    ("pd.DataFrame({'a': pd.to_timedelta(['1s'])})", "total_seconds"),
    ("pd.DataFrame({'a': np.array([2**64 - 1], 'u8')})", "beyond"),
    ("pd.DataFrame({('a', 'b'): [1]})", "several levels"),
    ("pd.DataFrame({'a': pd.to_datetime(['2020-01-01T00:00:00.000000001'])})", "floor"),
    ("pd.DataFrame({'a': pd.period_range('2020', periods=1, freq='D')})", "astype"),
    ("pd.DataFrame({'a': [1]}, index=pd.Index([1], name='a'))", "reset_index"),
])
def test_frames_that_are_no_tables(kernel, peers, value, words):
    refused(kernel, f"%%python --python {peers} -o odd\nimport pandas as pd, numpy as np\nodd = {value}", "-o odd", words)
