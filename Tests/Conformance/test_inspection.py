"""What stands at the cursor."""

import re
import time
import urllib.parse

import pytest


def inspect(kernel, marked, detail=0, timeout=10):
    place = marked.index("|")
    reply = kernel.reply(kernel.client.inspect(marked.replace("|", ""), place, detail), timeout)
    assert reply["status"] == "ok"
    return reply


def text(kernel, marked, detail=0):
    reply = inspect(kernel, marked, detail)
    assert reply["found"], marked
    assert reply["data"]["text/markdown"]
    return reply["data"]["text/plain"]


@pytest.fixture(scope="module")
def notebook(kernel):
    kernel.ok("let samples = [1.5, 2.5]\nvar counter = 1")
    kernel.ok(
        "/// Scales a number.\n///\n/// - Parameter factor: how much\n"
        "func scale(_ x: Double, by factor: Double = 2) -> Double { x * factor }"
    )
    kernel.ok("struct Quiet: CustomStringConvertible { var description: String { print(\"asked\"); return \"q\" } }\nlet quiet = Quiet()")
    kernel.ok("struct Slow: CustomStringConvertible { var description: String { while true {} } }\nlet slow = Slow()")
    deadline = time.monotonic() + 60
    while not inspect(kernel, "sam|ples")["found"] and time.monotonic() < deadline:
        time.sleep(0.5)
    return kernel


def test_a_variable_has_its_declaration_type_and_value(notebook):
    shown = text(notebook, "sam|ples.map { $0 }")
    assert "let samples: [Double]" in shown
    assert "Type: [Double]" in shown
    assert "Value: [1.5, 2.5]" in shown
    assert "From: In[1]" in shown


def test_the_value_is_the_present_one(notebook):
    notebook.ok("counter += 41")
    assert "Value: 42" in text(notebook, "counter|")


def test_a_documented_function_of_a_cell(notebook):
    shown = text(notebook, "let a = scale|(2)")
    assert "func scale(_ x: Double, by factor: Double = 2) -> Double" in shown
    assert "Scales a number." in shown and "how much" in shown
    assert "x * factor" not in shown
    assert "x * factor" in text(notebook, "let a = scale|(2)", detail=1)


def test_markdown_has_the_declaration_as_code(notebook):
    shown = inspect(notebook, "sca|le(2)")["data"]["text/markdown"]
    assert shown.startswith("```swift\nfunc scale(")


def test_the_library_is_documented(notebook):
    assert "Ridge regression of voxels" in text(notebook, "Ridge|")
    assert "alphas" in text(notebook, "let fit = try Ridge(|")
    assert "module Encoding" in text(notebook, "Ridge|", detail=1)


def test_a_public_symbol_of_the_library_names_its_page(notebook, prefix):
    """The page is there, for a type, an initializer, a method and a function; what is not the library's has none."""
    docs = prefix / "lib/gyrus/docs"
    for marked, page in [
        ("Ridge|", "documentation/encoding/ridge"),
        ("let fit = try Ridge(|", "documentation/encoding/ridge"),
        ("let m = Matrix<Float>(rows: 1, columns: 1)\nm.trans|posed()", "documentation/tensors/matrix/transposed"),
        ("display|(1)", "documentation/display/display"),
    ]:
        shown = text(notebook, marked)
        address = re.search(r"^Documentation: /gyrus/docs/(\S+)$", shown, re.MULTILINE)
        assert address, (marked, shown)
        path = urllib.parse.unquote(address[1])
        assert path.startswith(page) and (docs / path / "index.html").exists(), (marked, path)
        shown = inspect(notebook, marked)["data"]["text/markdown"]
        assert f"[Documentation](/gyrus/docs/{address[1]})" in shown
    for marked in ("print|(1)", "scale|(2)", "samples|"):
        assert "Documentation:" not in text(notebook, marked)


def test_swift_and_foundation_are_documented(notebook):
    assert "mapping the given closure" in text(notebook, "samples.ma|p { $0 }")
    assert "Writes the textual representations" in text(notebook, "print|(1)")
    assert "FileManager" in text(notebook, "FileManager|.default")


def test_the_call_around_the_cursor(notebook):
    shown = text(notebook, "scale(2, |")
    assert "scale(" in shown and "Parameter: by: Double" in shown
    assert "rows: Int" in text(notebook, "let m = Matrix<Float>(rows: 2, |)")


def test_a_name_in_an_argument_goes_before_the_call(notebook):
    assert "let samples" in text(notebook, "print(samp|les)")


def test_a_name_of_this_cell(notebook):
    assert "[Double]" in text(notebook, "let twice = samples.map { $0 * 2 }\ntwi|ce")


def test_a_half_written_cell(notebook):
    assert "let samples: [Double]" in text(notebook, "if let x = sam|ples.fir")


def test_nothing_is_found_where_nothing_is(notebook):
    for marked in ("|", "// samples|", "let a = 12|", "noSuchNameAnywhere|", "let| a = 1"):
        assert not inspect(notebook, marked)["found"], marked


def test_looking_changes_nothing(notebook):
    before = notebook.ok("1 + 1").reply["execution_count"]
    mark = notebook.client.inspect("quiet", 3)
    messages = notebook.until_idle(mark)
    assert notebook.reply(mark)["found"]
    assert [message["msg_type"] for message in messages] == ["status", "status"]
    assert notebook.ok("1 + 1").reply["execution_count"] == before + 1
    tail = notebook.request("history_request", {
        "hist_access_type": "tail", "n": 2, "output": False, "raw": True, "session": 0, "start": 0, "stop": 0})
    assert [entry[2] for entry in tail["history"]] == ["1 + 1", "1 + 1"]


def test_a_value_that_takes_long_is_left_out(notebook):
    start = time.monotonic()
    shown = text(notebook, "slow|")
    assert time.monotonic() - start < 5
    assert "let slow: Slow" in shown and "Value" not in shown
    assert notebook.value("samples.count") == "2"


def test_while_a_cell_runs_without_the_value(notebook):
    subshell = notebook.request("create_subshell_request", {}, "control")["subshell_id"]
    cell = notebook.client.execute('print("running")\nwhile true {}')
    notebook.wait_for_output(cell)
    message = notebook.send(
        "inspect_request", {"code": "samples", "cursor_pos": 3, "detail_level": 0}, subshell_id=subshell)
    reply = notebook.reply(message, 5)
    assert "let samples: [Double]" in reply["data"]["text/plain"]
    assert "Value" not in reply["data"]["text/plain"]
    notebook.interrupt()
    notebook.finish(cell)
    assert "Value: [1.5, 2.5]" in text(notebook, "samples|")


def test_a_question_mark_opens_the_pager(notebook):
    outcome = notebook.ok("samples?")
    assert outcome.reply["payload"][0]["source"] == "page"
    assert "let samples: [Double]" in outcome.reply["payload"][0]["data"]["text/plain"]
    assert "x * factor" in notebook.ok("scale??").reply["payload"][0]["data"]["text/plain"]
    outcome = notebook.ok("noSuchNameAnywhere?")
    assert outcome.reply["payload"] == [] and "noSuchNameAnywhere" in outcome.text()


def test_a_function_that_is_not_called_yet(notebook):
    assert "Adds a new element at the end" in text(notebook, "var own = [1]\nown.append|")


def test_a_magic_says_what_it_does(notebook):
    assert "how long" in text(notebook, "%ti|me 1 + 1")


def test_the_parameters_of_an_initializer_are_documented(notebook):
    shown = text(notebook, "let model = Ridge(alphas: |")
    assert "Parameter: alphas" in shown
    assert "- alphas: " in shown and "- intercept: " in shown


def test_all_overloads(notebook):
    notebook.ok("func mixed(_ x: Int) -> Int { x }\nfunc mixed(_ x: String, times: Int) -> String { x }")
    shown = text(notebook, "mix|ed(1)")
    assert "mixed(_ x: Int) -> Int" in shown and "mixed(_ x: String, times: Int) -> String" in shown
    # Of a type, the ways to make a value of it.
    assert "rows: Int" in text(notebook, "Matr|ix")


def test_a_look_at_a_value_loses_nothing_that_was_compiled_again(fresh_kernel):
    fresh_kernel.ok("func inner() -> Int { 1 }", cell_id="inner")
    fresh_kernel.ok("func outer() -> Int { inner() * 10 }", cell_id="outer")
    fresh_kernel.ok("let glanced = 5", cell_id="glanced")
    fresh_kernel.ok("func inner() -> Int { 2 }", cell_id="inner")
    # It compiles `outer` again, and then does not compile itself.
    fresh_kernel.fails('outer() + "x"', cell_id="wrong")
    deadline = time.monotonic() + 60
    while "5" not in inspect(fresh_kernel, "glan|ced")["data"].get("text/plain", "") and time.monotonic() < deadline:
        time.sleep(0.5)
    assert fresh_kernel.value("outer()", cell_id="wrong") == "20"
