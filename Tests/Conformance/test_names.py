"""The kernel's own names stay inside, and names that are missed are said to be."""

import re

import pytest

INTERNAL = re.compile(r"\bCell\d|Editor|Glance\d|_gyrus|/gyrus-|\$s\d|0x[0-9a-f]{6}")


def all_text(outcome):
    texts = []
    for message in outcome.messages:
        content = message["content"]
        texts += [content.get("text", ""), content.get("evalue", ""), *content.get("traceback", [])]
        texts += [str(value) for value in content.get("data", {}).values()]
    return "\n".join(texts)


def test_values_are_named_without_the_modules_of_cells(kernel):
    kernel.ok("enum Ph { case a, b(Int) }\nprivate struct Hidden { var q = 1 }\n"
              "class Node { var x = 1; var y = [1.5]; var next: Node? }\nclass Leaf: Node { let leaf = true }")
    assert kernel.value("[Ph.a, .b(2)]") == "[Ph.a, Ph.b(2)]"
    printed = kernel.ok('print([Ph.a], [Hidden()], Ph.self, String(reflecting: Ph.self), ["Cell2.x"], type(of: [Ph.a]))')
    assert printed.text() == '[Ph.a] [Hidden(q: 1)] Ph Ph ["Cell2.x"] Array<Ph>\n'
    assert kernel.ok("dump(Leaf())").text().startswith("▿ Leaf #0")
    assert kernel.ok("func local() -> Any { struct Inner { var v = 1 }; return [Inner()] }\nprint(local())").text() == (
        "[Inner(v: 1)]\n")


def test_objects_show_their_properties(kernel):
    assert kernel.value("Leaf()") == "Leaf(x: 1, y: [1.5], next: nil, leaf: true)"
    assert kernel.value("let ring = Node(); ring.next = ring; let rings = [ring]\nrings") == (
        "[Node(x: 1, y: [1.5], next: Node(…))]")


def test_a_ring_of_objects_that_leads_through_lists_has_an_end(kernel):
    kernel.ok("final class Branch { var up: Branch?; var twigs: [Branch] = [] }\n"
              "let trunk = Branch(); let twig = Branch(); twig.up = trunk; trunk.twigs = [twig]")
    assert kernel.value("trunk") == "Branch(up: nil, twigs: [Branch(up: Branch(…), twigs: [])])"
    assert kernel.value("[twig]") == "[Branch(up: Branch(up: nil, twigs: [Branch(…)]), twigs: [])]"


def test_errors_are_named_as_they_are_written(kernel):
    kernel.ok("class Fault: Error { let code = 4 }\nstruct Outer { enum Bad: Error { case worse } }")
    assert kernel.fails("throw Fault()").error["evalue"] == "Fault(code: 4)"
    assert kernel.fails("throw Outer.Bad.worse").error["ename"] == "Outer.Bad"
    assert kernel.fails('fatalError("Cell2.x is mine")').error["evalue"] == "Cell2.x is mine"


def test_places_are_named_as_the_user_knows_them(kernel):
    printed = kernel.ok("print(#function, #line)\nfunc here() { print(#function) }\nhere()").text()
    assert printed == "main 1\nhere()\n"
    names = kernel.ok("print(#file, #filePath, #fileID)").text().split()
    assert len(set(names)) == 1 and re.fullmatch(r"In\[\d+\]", names[0])


@pytest.mark.parametrize("code", [
    "#isolation", ".a", "{ $0 }", "1 2", "(Node() as Any) as! String", "let x = 1 +* 2", "Node(q: 1)", "Ph.c",
    '#sourceLocation(file: "a.swift", line: 9)\nlet y = 1 + "a"', '\ufefflet z = 1 + "a"',
    '@_silgen_name("no_such_symbol") func none()\nnone()', "var v = 1\nfunc i(_ a: inout Int, _ b: inout Int) {}\ni(&v, &v)",
    "struct Cfg {}\nfunc takes(_ c: Cfg) {}\nstruct Other {}\ntakes(Other())", "[Node()][7]", "try? await",
])
def test_errors_speak_of_nothing_internal(kernel, code):
    failed = kernel.fails(code)
    assert not INTERNAL.search(all_text(failed)), all_text(failed)


def test_frames_of_private_functions_are_named_plainly(kernel):
    kernel.ok("struct Vault { private func open(_ i: Int) -> Int { [1][i] }\n    func at(_ i: Int) -> Int { open(i) + 1 } }")
    trace = kernel.fails("Vault().at(7)").traceback
    assert "in open" in trace and " in _" not in trace and "Cell" not in trace


def test_types_of_two_cells_are_told_apart_by_their_cells(kernel):
    first = kernel.ok("struct Setup { var a = 1 }\nvar setup = Setup()").reply["execution_count"]
    second = kernel.ok("struct Setup { var b = 1 }").reply["execution_count"]
    message = kernel.fails("setup = Setup()").error["evalue"]
    assert f"'Setup' (In[{second}])" in message and f"'Setup' (In[{first}])" in message and "Cell" not in message


def test_a_type_may_be_called_as_the_module_of_a_cell_is(fresh_kernel):
    fresh_kernel.ok("\n".join(f"struct Cell{number} {{ struct Part {{}} }}" for number in range(4)))
    for number in range(4):
        for name in [f"Cell{number}", f"Cell{number}.Part"]:
            assert f"cannot convert value of type '{name}' to" in fresh_kernel.fails(f"let part: Int = {name}()").traceback


def test_a_library_that_cannot_be_loaded_says_what_it_lacks(kernel):
    failed = kernel.fails('@_silgen_name("absent_function") func absent()\nabsent()')
    assert failed.error["ename"] == "LoadError"
    assert failed.error["evalue"] == "the cell uses 'absent_function', which no loaded library has"


def test_the_text_of_a_notebook_that_is_run_again_is_the_same():
    from session import Session

    cells = ["enum Ph { case a }\nprivate struct P { var q = 1 }\nclass K { var x = 1 }", "[Ph.a]", "print([P()], K())",
             "K()", "display([1, 2])", "(K() as Any) as! String", "K(1)", "\\K.x", "throw CocoaError(.fileNoSuchFile)"]

    def texts():
        session = Session()
        try:
            return [all_text(session.run(cell)) for cell in cells]
        finally:
            session.close()

    assert texts() == texts()


# --- names that are missed


def test_a_name_of_a_cell_that_did_not_compile_is_said_to_be_one(kernel):
    failed = kernel.fails('let bold = 3\nlet other = 3 + "x"\nstruct Late {}\nextension Int { func twiddle() {} }')
    label = f"In[{failed.reply['execution_count']}]"
    for code, name in [("bold.description", "bold"), ("Late()", "Late"), ("3.twiddle()", "twiddle")]:
        assert f"'{name}' is declared in {label}, which did not compile" in kernel.fails(code).error["evalue"]
    kernel.ok("let bold = 4")
    assert kernel.value("bold") == "4"
    failed = kernel.fails('infix operator <+++>\nfunc <+++> (a: Int, b: Int) -> Int { a + "x" }')
    assert f"'<+++>' is declared in In[{failed.reply['execution_count']}], which did not compile" in kernel.fails(
        "1 <+++> 2").error["evalue"]


def test_a_name_that_an_edited_cell_no_longer_declares_is_none_of_it(kernel):
    kernel.fails("let maskOnce = nowhere", cell_id="masks")
    assert "did not compile" in kernel.fails("maskOnce").error["evalue"]
    kernel.ok("let unmasked = 1", cell_id="masks")
    assert "did not compile" not in kernel.fails("maskOnce").error["evalue"]
    # Another cell's success says nothing of it.
    kernel.fails("let maskKept = nowhere", cell_id="maskKept")
    kernel.ok("let unmasked = 2", cell_id="masks")
    assert "did not compile" in kernel.fails("maskKept").error["evalue"]


def test_an_older_meaning_of_a_name_is_told_with_the_error(kernel):
    kernel.ok("func scaled(_ a: Int) -> Int { a }")
    failed = kernel.fails('func scaled(_ a: Int, by b: Int) -> Int { a * "b" }')
    label = f"In[{failed.reply['execution_count']}]"
    assert f"'scaled' is declared in {label} too, which did not compile" in kernel.fails("scaled(1, by: 2)").traceback


def test_a_member_that_a_value_of_a_former_type_has_lost_is_explained(kernel):
    kernel.ok("struct Lost { func f() -> Int { 1 } }", cell_id="lost")
    kernel.ok("let lost = Lost()")
    kernel.ok("extension Lost { func tenfold() -> Int { f() * 10 } }")
    again = kernel.ok("struct Lost { func f() -> Int { 2 } }", cell_id="lost").reply["execution_count"]
    assert kernel.value("Lost().tenfold()") == "20"
    assert (f"'Lost' was declared again in In[{again}], and 'tenfold' is a member of that one; this value is still of the"
            " former one: run the cell again that made it") in kernel.fails("lost.tenfold()").error["evalue"]


@pytest.mark.parametrize("code", [
    'let kinds: [Int] = ["trialKind"]', "struct Kinds: Equatable { let trialKind: () -> Void }", "Int(trialKind: 3)",
])
def test_a_word_that_is_no_name_is_none_of_a_cell_that_did_not_compile(kernel, code):
    kernel.fails('let trialKind = 3 + "x"')
    assert "trialKind' is declared in" not in kernel.fails(code).traceback


def test_what_uses_a_function_that_was_renamed_is_told_that_it_is_gone(kernel):
    kernel.ok("func before1(_ a: Int) -> Int { a }", cell_id="renamed")
    kernel.ok("func user1() -> Int { before1(3) }")
    kernel.ok("func after1(_ a: Int) -> Int { a }", cell_id="renamed")
    assert "since it uses 'before1', which no cell declares any more" in kernel.fails("user1()").traceback
    kernel.ok("extension Int { func before2() -> Int { self } }", cell_id="renamed")
    kernel.ok("func user2() -> Int { 3.before2() }")
    kernel.ok("let unextended = 3", cell_id="renamed")
    assert "since it uses 'extension Int', which no cell declares any more" in kernel.fails("user2()").traceback


def test_a_name_behind_a_magic_that_failed_is_said_to_be_one(kernel):
    failed = kernel.fails("%cd /no/such/folder\nlet afterwards = 3")
    label = f"In[{failed.reply['execution_count']}]"
    assert f"'afterwards' is declared in {label}, which did not run" in kernel.fails("afterwards").error["evalue"]


@pytest.mark.parametrize("word", ["median([1, 2])", "linspace(0, 1)", "CSV"])
def test_the_c_library_is_not_suggested(kernel, word):
    assert "did you mean" not in kernel.fails(word).traceback


@pytest.mark.parametrize("word", ["df", "fmri_data", "roi_mask"])
def test_a_name_like_no_other_is_said_to_be_declared_nowhere(kernel, word):
    message = kernel.fails(word).error["evalue"]
    assert message.endswith(f"cannot find '{word}' in scope; no cell that ran has declared it"), message


def test_names_that_are_hardly_alike_are_not_suggested(fresh_kernel):
    fresh_kernel.ok("let w = 1; struct Q {}")
    for code, name in [("let total = base * 2", "base"), ("v", "v"), ("let a = 1; let b = a + c", "c")]:
        error = fresh_kernel.fails(code)
        assert "did you mean" not in error.traceback
        assert error.error["evalue"].endswith(f"cannot find '{name}' in scope; no cell that ran has declared it")


def test_own_names_are_suggested(kernel):
    kernel.ok("let responses = 1")
    assert "did you mean 'responses'" in kernel.fails("responces").traceback


def test_completion_leaves_out_the_c_library(kernel):
    def matches(code):
        return kernel.request("complete_request", {"code": code, "cursor_pos": len(code)}, timeout=60)["matches"]

    assert not [name for name in matches("Tab") if name.startswith("TAB")]
    assert "mkdirat" not in matches("mkd")
    assert "sqrt" in matches("sqr")


# --- ends of lines, and what cannot be seen


def test_other_ends_of_lines_make_no_difference(kernel):
    out = kernel.ok('\ufeffprint(1)\r\n%time 1 + 1\r\nlet text = """\r\n  a\r\n  b\r\n  """\r\ntext.count')
    assert out.result == "3" and "Wall time" in out.text() and out.text().startswith("1\n")
    assert kernel.ok("%%time\r\nlet q = 1\r\nprint(q)\r\n").text().startswith("1\n")
    assert kernel.ok("print(1)\rprint(2)\r!echo hi\r").text() == "1\n2\nhi\n"
    failed = kernel.fails('let a = 1\r\n\tlet b = 2 + "x"\r\n')
    assert '2 | \tlet b = 2 + "x"\n' in failed.traceback
    assert "^" in failed.traceback


@pytest.mark.parametrize("character, name", [("\u200b", "zero width space"), ("\u2028", "line separator")])
def test_a_character_that_cannot_be_seen_is_named(kernel, character, name):
    message = kernel.fails(f'let c = "a"{character} + "b"').error["evalue"]
    assert name in message and "cannot be seen" in message


def test_a_negation_of_a_name_of_the_same_cell_is_swift(kernel):
    assert kernel.value("let isReady = true\n!isReady") == "false"


def test_the_history_is_closed_to_others(kernel):
    import os
    import stat
    from pathlib import Path

    kernel.ok("1")
    folder = Path(os.environ["XDG_DATA_HOME"]) / "gyrus"
    files = list(folder.glob("history.sqlite*"))
    assert files and all(stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 for file in files)


def test_a_history_that_is_damaged_is_left_and_this_session_has_its_own(tmp_path):
    from session import Session
    import os

    file = tmp_path / "gyrus/history.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"no database" * 1000)
    session = Session(env={**os.environ, "XDG_DATA_HOME": str(tmp_path)})
    try:
        session.ok("let early = 1")
        assert "let early = 1" in session.ok("%history").text()
    finally:
        session.close()
    assert file.read_bytes() == b"no database" * 1000


def test_home_is_what_the_variable_says(tmp_path):
    """In containers and on clusters the password file names another folder, which Foundation would take."""
    from session import Session
    import os

    (tmp_path / "x.csv").write_text("a\n1\n2\n")
    # What is compiled already stays where it is.
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    session = Session(env={**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": cache})
    try:
        assert session.value('try DataTable.open("~/x.csv").rowCount') == "2"
        assert session.value("import Foundation\nNSHomeDirectory()") == f'"{tmp_path}"'
    finally:
        session.close()


def test_a_kernel_starts_whatever_the_folders_are(tmp_path):
    from session import Session
    import os

    strange = tmp_path / "with space ü"
    strange.mkdir()
    wrong = tmp_path / "a file"
    wrong.write_text("")
    for temporary in [str(strange), str(tmp_path / "missing")]:
        environment = {**os.environ, "TMPDIR": temporary, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(wrong / "c"),
                       "XDG_DATA_HOME": str(wrong / "d")}
        session = Session(env=environment)
        try:
            assert session.value("[1, 2].map { $0 + 1 }") == "[2, 3]"
            assert session.ok("%cd ~").text().strip().endswith(str(tmp_path))
        finally:
            session.close()
