"""Each failure ends its cell with one error that says what and where, and leaves every variable usable."""

import re

import pytest

TRAPS = {
    "index": ("let empty: [Int] = []\nempty[3]", "range"),
    "nil": ("let nothing: Int? = nil\nnothing!", "nil"),
    "overflow": ("var top = Int.max\ntop += 1\ntop", "overflow"),
    "cast": ('let thing: Any = "text"\nthing as! Int', "cast"),
    "division": ("var zero = 0\n1 / zero", "zero"),
    "fatalError": ('print("before")\nfatalError("gave up")', "gave up"),
    "precondition": ('print("before")\nprecondition(1 > 2, "not so")', "not so"),
    "try!": ('struct Bad: Error {}\nfunc bad() throws { throw Bad() }\ntry! bad()', "Bad"),
    "unowned": ("final class Gone {}\nunowned let gone = { Gone() }()\n_ = gone", ""),
    "endless recursion": ("func deep(_ n: Int) -> Int { deep(n + 1) + 1 }\ndeep(0)", "recursion"),
}


@pytest.mark.parametrize("kind", TRAPS)
def test_a_trap_leaves_the_variables_usable(kernel, kind):
    code, words = TRAPS[kind]
    kernel.ok('var kept = [1, 2, 3]; var text = "kept"')
    failure = kernel.fails("kept.append(4)\n" + code)
    assert failure.error["ename"] == "Fatal error"
    assert words in failure.error["evalue"].lower() + failure.error["evalue"]
    assert kernel.value("kept") == "[1, 2, 3, 4]"
    kernel.ok("kept.append(5); text += \"!\"")
    assert kernel.value("kept.count") == "5"


def test_a_trap_is_located(kernel):
    failure = kernel.fails("let numbers = [1]\n\nnumbers[7]", store_history=True)
    count = failure.reply["execution_count"]
    assert f"In[{count}]:3" in failure.traceback
    assert failure.text("stderr") == "", "the error message says it; stderr need not repeat it"


def test_a_trap_in_an_earlier_cell_s_function_names_that_cell(kernel):
    count = kernel.ok("func third(_ xs: [Int]) -> Int {\n    xs[2]\n}").reply["execution_count"]
    assert f"In[{count}]:2" in kernel.fails("third([1])").traceback


def test_a_throw(kernel):
    kernel.ok("var survived = 1\nstruct MyError: Error { let code: Int }")
    failure = kernel.fails("survived = 2\nthrow MyError(code: 7)")
    assert failure.error["ename"] == "MyError"
    assert "7" in failure.error["evalue"]
    assert f"In[{failure.reply['execution_count']}]:2" in failure.traceback
    assert kernel.value("survived") == "2"


def test_a_throw_out_of_a_function(kernel):
    kernel.ok("enum Fault: Error, CustomStringConvertible { case broken; var description: String { \"it is broken\" } }\n"
              "func risky() throws -> Int { throw Fault.broken }")
    failure = kernel.fails("let risk = try risky()")
    assert (failure.error["ename"], failure.error["evalue"]) == ("Fault", "it is broken")


def test_an_uninitialized_name_is_an_error_and_no_crash(kernel):
    failure = kernel.fails("let reached = 1\nthrow CancellationError()\nlet unreached = [1, 2]")
    count = failure.reply["execution_count"]
    assert kernel.value("reached") == "1"
    later = kernel.fails("unreached.count")
    message = later.error["evalue"] + later.traceback
    assert "not initialized" in message and f"In[{count}]" in message
    assert kernel.value("1 + 1") == "2"


def test_an_uninitialized_name_gives_way_to_its_earlier_owner(kernel):
    kernel.ok("let twice = 5")
    kernel.fails("try { throw CancellationError() }()\nlet twice = 6")
    outcome = kernel.run("twice")
    assert outcome.result == "5" or "not initialized" in outcome.traceback


def test_a_variable_that_a_stopped_cell_has_not_set_has_no_value(kernel):
    kernel.fails("let given: Int\ngiven = 5\nlet pending: Int\nlet stopping = [Int]()[2]\npending = 6")
    assert kernel.value("given") == "5"
    later = kernel.fails("pending")
    assert "not initialized" in later.error["evalue"] + later.traceback


def test_what_uses_a_variable_that_a_stopped_cell_has_not_set_waits_for_one(fresh_kernel):
    fresh_kernel.ok("func failing() throws -> Int { throw CancellationError() }")
    fresh_kernel.fails("let tall = 5\nfunc area() -> Int { tall * wide }\n"
                       "struct Frame { var edge: Int { area() * 2 + wide } }\nextension Int { func framed() -> Int { self + wide } }\n"
                       "let wide = try failing()")
    for use in ("area()", "Frame().edge", "1.framed()"):
        later = fresh_kernel.fails(use)
        assert "'wide' is not initialized" in later.error["evalue"] + later.traceback, use
    assert fresh_kernel.value("tall") == "5"
    fresh_kernel.ok("let wide = 4")
    assert fresh_kernel.value("[area(), Frame().edge, 1.framed()]") == "[20, 44, 5]"


@pytest.mark.parametrize("rise", ["slope * x", "rising(x)"])
def test_a_type_with_values_says_that_it_uses_a_variable_that_a_stopped_cell_has_not_set(fresh_kernel, rise):
    fresh_kernel.ok("func fitted() throws -> Double { throw CancellationError() }", cell_id="fitted")
    cell = ("func rising(_ x: Double) -> Double { slope * x }\n"
            f"struct Line {{ func at(_ x: Double) -> Double {{ {rise} }} }}\n"
            "let line = Line()\nlet slope = try fitted()")
    stopped = fresh_kernel.fails(cell, cell_id="line").reply["execution_count"]
    said = f"Line (In[{stopped}]) uses a 'slope' that never got a value, since In[{stopped}] stopped before it"
    assert said in fresh_kernel.ok("let slope = 3.0\nline.at(2)").text("stderr")
    assert fresh_kernel.ok("line.at(2)").text("stderr") == ""
    fresh_kernel.ok("func fitted() throws -> Double { 4 }", cell_id="fitted")
    fresh_kernel.ok(cell, cell_id="line")
    outcome = fresh_kernel.ok("line.at(2)")
    assert (outcome.result, outcome.text("stderr")) == ("8.0", "")


def test_conformances_and_closures_over_a_variable_without_a_value_say_so(fresh_kernel):
    fresh_kernel.ok("func fitted() throws -> Int { throw CancellationError() }", cell_id="fitted")
    fresh_kernel.ok("struct Gain { var by = 2 }; protocol Amplifies { func amplified() -> Int }", cell_id="gain")
    cell = ("extension Gain: Amplifies { func amplified() -> Int { by * level } }\n"
            "let louder = { (x: Int) in x * level }\nlet level = try fitted()")
    stopped = fresh_kernel.fails(cell, cell_id="level").reply["execution_count"]
    said = f"(In[{stopped}]) uses a 'level' that never got a value, since In[{stopped}] stopped before it"
    assert "extension Gain: Amplifies " + said in fresh_kernel.ok("Gain().by").text("stderr")
    assert "louder " + said in fresh_kernel.ok("louder(1)").text("stderr")
    assert fresh_kernel.ok("louder(1) + Gain().by").text("stderr") == ""
    refused = fresh_kernel.fails("Gain().amplified()")
    assert f"'level' is not initialized: cell In[{stopped}] stopped before it" in refused.error["evalue"]
    assert "declared again" not in refused.traceback
    fresh_kernel.ok("func fitted() throws -> Int { 4 }", cell_id="fitted")
    fresh_kernel.ok(cell, cell_id="level")
    outcome = fresh_kernel.ok("[louder(1), Gain().amplified()]")
    assert (outcome.result, outcome.text("stderr")) == ("[4, 8]", "")


@pytest.mark.parametrize("ids", [True, False])
def test_what_a_stopped_cell_declares_uses_the_variable_that_there_is(fresh_kernel, ids):
    fresh_kernel.ok("func failing() throws -> Int { throw CancellationError() }")
    fresh_kernel.ok("let broad = 3\nfunc span() -> Int { broad * 2 }", cell_id="span" if ids else None)
    fresh_kernel.ok("func wider() -> Int { span() + broad }", cell_id="wider" if ids else None)
    fresh_kernel.fails("let broad = try failing()\nfunc span() -> Int { broad * 100 }\nlet unset = wider()",
                       cell_id="span" if ids else None)
    assert fresh_kernel.value("[broad, span(), wider()]") == "[3, 300, 303]"


@pytest.mark.parametrize("cell_id", ["means", None])
def test_a_name_that_a_stopped_cell_no_longer_declares_is_the_library_s_again(fresh_kernel, cell_id):
    before, after = "let sample = [1.0, 3.0]\nlet other = 2", "\nlet least = [Int]()[0]"
    fresh_kernel.fails(before + after.replace("least", "min"), cell_id=cell_id)
    assert "'min' is not initialized" in fresh_kernel.fails("min(2, 3)").traceback
    fresh_kernel.fails(before + after, cell_id=cell_id)
    assert fresh_kernel.value("min(2, 3)") == "2"
    assert "'least' is not initialized" in fresh_kernel.fails("least").traceback


def test_a_stop_in_conditional_code_leaves_what_was_set_before(fresh_kernel):
    fresh_kernel.fails("let before = 1\n#if os(Linux)\nlet within = [Int]()[3]\n#endif\nlet after = 2")
    assert fresh_kernel.value("before") == "1"
    for name in ("within", "after"):
        later = fresh_kernel.fails(name)
        assert f"'{name}' is not initialized" in later.error["evalue"] + later.traceback


def test_a_stop_before_conditional_code_leaves_its_variables_without_a_value(fresh_kernel):
    fresh_kernel.ok("let kept = 1")
    fresh_kernel.fails("let stopping = [Int]()[3]\n#if os(Linux)\nlet unset = 2\nlet kept = 3\n#endif")
    later = fresh_kernel.fails("unset")
    assert "'unset' is not initialized" in later.error["evalue"] + later.traceback
    assert fresh_kernel.value("kept") == "1"


@pytest.mark.parametrize("code, place", [
    ("let early = below * 2\nlet below = 5\nearly", "1:13"), ("print(below)\nvar below = 3", "1:7"),
    ("let early = [1].map { $0 + below }\nlet below = 3", "1:28"),
])
def test_a_variable_that_is_used_above_its_declaration_is_an_error(fresh_kernel, code, place):
    """It was read as zero."""
    assert fresh_kernel.fails(code).error["evalue"].endswith(
        f"]:{place}: 'below' is used before its declaration in line 2 and has no value yet")
    assert "which did not compile" in fresh_kernel.fails("below").error["evalue"]


def test_a_function_that_is_called_above_a_variable_that_it_uses_is_an_error(fresh_kernel):
    failed = fresh_kernel.fails("func half() -> Int { whole() / 2 }\nfunc whole() -> Int { below }\nlet a = half()\nlet below = 5")
    assert failed.error["evalue"].endswith("]:3:9: 'half' uses 'below', which is declared in line 4 and has no value yet")


@pytest.mark.parametrize("code, place, user, line", [
    ("struct Ss { static let v = later }\nlet r = Ss.v\nlet later = [3]", "2:12", "v", 3),
    ("enum En {}\nextension En { static func f() -> [Int] { later } }\nlet r = En.f()\nlet later = [3]", "3:12", "f", 4),
    ("var g: [Int] { later }\nprint(g)\nvar later = [1]", "2:7", "g", 3),
    ("var g: [Int] { get { later } set { later = newValue } }\nlet n = g.count\nvar later = [1]", "2:9", "g", 3),
    ("func f() -> [Int] { g }\nvar g: [Int] { later }\nf()\nvar later = [1]", "3:1", "f", 4),
])
def test_computed_variables_and_static_members_are_followed_to_a_variable_below(fresh_kernel, code, place, user, line):
    """They ended the process: an array that is not there was read."""
    assert fresh_kernel.fails(code).error["evalue"].endswith(
        f"]:{place}: '{user}' uses 'later', which is declared in line {line} and has no value yet")


@pytest.mark.parametrize("code", [
    "print(late)\nvar late: Int { 5 }",
    "struct Ss { static let later = 5; static let v = 1; static var w: Int { later } }\nprint(Ss.w + Ss.v - 1)\nlet later = 1",
])
def test_what_needs_no_variable_below_runs(fresh_kernel, code):
    assert fresh_kernel.ok(code).text() == "5\n"


def test_what_is_called_later_may_stand_above_the_variable_that_it_uses(fresh_kernel):
    code = "func late() -> Int { bottom }\nlet closure = { bottom }\ndefer { print(bottom) }\nlet bottom = 5"
    assert fresh_kernel.ok(code).text() == "5\n"
    assert fresh_kernel.value("late() + closure()") == "10"
    fresh_kernel.ok("let doubled = bottom * 2\nlet bottom = 7")
    assert fresh_kernel.value("[doubled, bottom]") == "[10, 7]"


@pytest.mark.parametrize("code, name", [
    ("var total: Int", "total"), ("let mask: [Bool]\nlet other = 1", "mask"), ("let maybe: Int?", "maybe"),
    ("var left, right: Double", "left"), ("let (row, column): (Int, Int)", "row"),
])
def test_a_variable_that_never_gets_a_value_is_an_error(kernel, code, name):
    """A later cell would read what has never been written, as if it were a value."""
    assert f"'{name}' has no value" in kernel.fails(code).error["evalue"]


@pytest.mark.parametrize("code, advice", [
    ("var total: Int", "'var total: Int = 0', or 'var total: Int?'"), ("let mask: [Bool]", "'let mask: [Bool] = []'"),
    ("var counts: [String: Int]", "'var counts: [String: Int] = [:]'"), ("let maybe: Int?", "'var maybe: Int?'"),
    ("var act: (Int?) -> Int", "'var act: ((Int?) -> Int)?'"), ("var listed: Optional<Int>", "'var listed: Optional<Int> = …'"),
])
def test_what_to_write_for_a_variable_without_a_value(kernel, code, advice):
    assert advice in kernel.fails(code).error["evalue"]


def test_a_variable_that_gets_no_value_in_some_case_is_an_error(kernel):
    kernel.ok("var isMet = false")
    failure = kernel.fails("let other = 1\nlet valued: Int\nif isMet { valued = 1 }")
    assert "'valued' may have no value when the cell ends" in failure.error["evalue"]
    assert "let valued: Int" in failure.traceback
    kernel.fails("var looped: [Int]\nfor i in 0..<3 where isMet { looped = [i] }")
    kernel.fails("var labelled: Int\nfunc take(labelled: Int) {}\ntake(labelled: 1)")
    kernel.ok("let chosen: Int, given: Int\nif isMet { chosen = 1 } else { chosen = 2 }\ngiven = 3")
    kernel.ok("func risky() throws -> Int { throw CancellationError() }\nlet tried: Int\n"
              "do { tried = try risky() } catch { tried = 1 }")
    kernel.ok("let switched: Int\nswitch isMet { case true: switched = 1; case false: switched = 2 }\nswitched")
    assert kernel.value("[chosen, given, tried, switched]") == "[2, 3, 1, 2]"


def test_a_variable_that_needs_no_value_is_none_without_one(kernel):
    kernel.ok("final class Held { var n = 1 }\nvar computed: Int { 4 }\nweak var held: Held?\nvar unwrapped: Held!")
    assert kernel.value("[held == nil, unwrapped == nil, computed == 4]") == "[true, true, true]"


def test_a_variable_may_get_its_value_below_or_be_nil(kernel):
    code = 'let named: String\nif Bool.random() { named = "either" } else { named = "or" }\nnamed.isEmpty'
    assert kernel.value(code) == "false"
    kernel.ok("var perhaps: Int?\nvar surely: [Int]!\nvar several: (Int?, String?)")
    assert kernel.value("[perhaps == nil, surely == nil]") == "[true, true]"


def test_a_compile_error_shows_the_cell_s_line_with_a_caret(kernel):
    failure = kernel.fails("let fine = 1\nlet wrong: Int = \"text\"")
    count = failure.reply["execution_count"]
    assert failure.error["ename"] == "CompileError"
    assert f"In[{count}]:2" in failure.error["evalue"] + failure.traceback
    lines = failure.traceback.splitlines()
    [shown] = [number for number, line in enumerate(lines) if 'let wrong: Int = "text"' in line]
    column = lines[shown].index('"text"')
    assert "^" in lines[shown + 1] and lines[shown + 1].index("^") == column
    assert "/tmp" not in failure.traceback, "no path of the kernel's own"


OVERLAPS = {
    "a variable": "var once = 1\nfunc add(_ a: inout Int) { a += once }\nadd(&once)",
    "a closure": "var pair = [1, 2]\nprint(\"first\")\npair.withUnsafeMutableBufferPointer { $0[0] = pair[1] }",
    "a property": "final class Holder { var v = 1; func add(_ a: inout Int) { a += v } }\nlet holder = Holder()\nholder.add(&holder.v)",
    "a method": "struct Many { var a = [3]; mutating func each(_ f: () -> Void) { a[0] = 4; f() } }\n"
    "var many = Many()\nmany.each { many.a.append(3) }",
}


@pytest.mark.parametrize("kind", OVERLAPS)
def test_overlapping_accesses_are_told_in_words(kernel, kind):
    outcome = kernel.fails(OVERLAPS[kind])
    assert "overlapping accesses to one variable" in outcome.error["evalue"]
    said = outcome.traceback + outcome.text("stderr")
    assert not re.search(r"Cell\d|0x|\.so\b", said), said
    assert f"In[{outcome.reply['execution_count']}]:" in said


def test_a_closure_of_a_cell_is_named_without_its_module(kernel):
    traceback = kernel.fails("let outside = [3]\n[7].forEach { print(outside[$0]) }").traceback
    assert "closure #1" in traceback and not re.search(r"Cell\d", traceback)
    # Nor in the words that the compiler has for parts of functions.
    traceback = kernel.fails("await withTaskGroup(of: Int.self) { g in\n    g.addTask { [1][outside[0]] }\n    return await g.reduce(0, +)\n}").traceback
    assert "closure #1" in traceback and "resume" not in traceback
    traceback = kernel.fails("enum Once { static let value: Int = { outside[7] }() }\nOnce.value").traceback
    assert "Once.value" in traceback and "Addressor" not in traceback


def test_a_cell_that_does_not_compile_changes_nothing(kernel):
    kernel.ok("var whole = 1")
    kernel.fails("whole = 2\nundefinedName()")
    assert kernel.value("whole") == "1"


def test_what_the_compiler_takes_too_long_for_is_told_how_to_write(kernel):
    closure = "0.1 + 0.05 * Double(n) + 0.01 * Double(n % 3) - 0.5"
    failure = kernel.fails(f"let sums = (0..<8).map {{ n in {closure} }}", timeout=300)
    assert "say what its closures return, as in { (x) -> Double in … }" in failure.error["evalue"]
    kernel.ok(f"let sums = (0..<8).map {{ (n) -> Double in {closure} }}")


def test_several_compile_errors_at_once(kernel):
    failure = kernel.fails("let p: Int = \"a\"\nlet q: String = 1")
    assert ":1" in failure.traceback and ":2" in failure.traceback
    assert failure.traceback.count("error") >= 2


@pytest.mark.parametrize("code, message", [
    ("let unfinished = max(1, 2", ":1:26: expected ')' in expression list"),
    ("let unfinished = 1 +", ":1:21: expected expression after operator"),
    ("let unfinished: [Int]\nunfinished = [1, 2", ":2:19: expected ']' in container literal expression"),
])
def test_an_unfinished_statement_ends_with_its_cell(kernel, code, message):
    """What the kernel adds behind an edited cell was taken for the rest of it."""
    kernel.ok("let unfinished = [1, 2]", cell_id="unfinished")
    assert kernel.fails(code, cell_id="unfinished").error["evalue"].endswith("]" + message)


def test_a_variable_that_is_declared_twice_is_one_error(kernel):
    outcome = kernel.fails('let twiceHere = 1\nlet twiceHere = "a"')
    assert outcome.error["evalue"].endswith("]:2:5: invalid redeclaration of 'twiceHere'")
    assert "ambiguous" not in outcome.traceback


def test_notes_are_shown(kernel):
    failure = kernel.fails("func over(_ x: Int) {}\nfunc over(_ x: String) {}\nover(1.5)")
    assert "candidate" in failure.traceback or "note" in failure.traceback


SUGGESTIONS = {
    "a label": ("func area(width: Int, height: Int) -> Int { 1 }\narea(4, height: 5)", "2 + area(width: 4, height: 5)"),
    "a misspelt member": ("var some = [1]\nsome.apend(2)", "2 + some.append(2)"),
    "a misspelt name": ("let numbers = [1]\nnumbrs.count", "2 + numbers.count"),
    "an optional": ("let n: Int? = 4\nlet m: Int = n", "2 + let m: Int = n!"),
    "a default": ("let n: Int? = 4\nlet m: Int = n", "2 + let m: Int = n ?? ‹default value›"),
    "an earlier line": ("let fixed = [1]\nfixed.append(2)", "1 + var fixed = [1]"),
    "behind text that is not ASCII": ('let n: Int? = 4\nlet t = "héé🧠" + String(n + 1)', '2 + let t = "héé🧠" + String(n! + 1)'),
    "behind the kernel's own edits": ("func area(width: Int) -> Int { 1 }\nprint(1); area(4)", "2 + print(1); area(width: 4)"),
}


@pytest.mark.parametrize("kind", SUGGESTIONS)
def test_the_compiler_s_fix_is_suggested(kernel, kind):
    code, suggestion = SUGGESTIONS[kind]
    assert suggestion in kernel.fails(code).traceback.splitlines()


def test_a_caret_behind_text_that_is_not_ascii(kernel):
    lines = kernel.fails('let s = "héé" + undefinedName').traceback.splitlines()
    [shown] = [number for number, line in enumerate(lines) if line.endswith("undefinedName")]
    assert lines[shown + 1].index("^") == lines[shown].index("undefinedName")
    assert lines[shown + 1].count("^") == len("undefinedName")


def test_a_syntax_error(kernel):
    assert kernel.fails("func broken( {").error["ename"] == "CompileError"
    assert kernel.value("2") == "2"


def test_a_continuation_that_is_resumed_twice_names_no_module(kernel):
    failure = kernel.fails(
        "await withCheckedContinuation { (c: CheckedContinuation<Void, Never>) in c.resume(); c.resume() }")
    assert "MISUSE: the cell tried to resume its continuation more than once" in failure.error["evalue"]
