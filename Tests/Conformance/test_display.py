"""What a cell shows: any value, the value of its last expression, and nothing else."""

import pytest


def shown(outcome):
    return [m["content"]["data"] for m in outcome.messages if m["msg_type"] == "display_data"]


@pytest.mark.parametrize("code, text", [
    ("display(3)", "3"), ('display("x")', '"x"'), ("display([1])", "[1]"), ("display(Optional(2.5))", "Optional(2.5)"),
    ("display(Int?.none)", "nil"), ('display((1, "a"))', '(1, "a")'),
])
def test_anything_can_be_displayed(kernel, code, text):
    outcome = kernel.ok(code)
    assert [data["text/plain"] for data in shown(outcome)] == [text]
    assert outcome.result is None


def test_several_values_are_displayed_in_order(kernel):
    assert [data["text/plain"] for data in shown(kernel.ok('display(1, "b", [2.5])'))] == ["1", '"b"', "[2.5]"]


def test_a_display_is_updated_with_any_value(kernel):
    kernel.ok("let handle = display(1)")
    outcome = kernel.ok("handle.update([2])")
    updates = [m["content"]["data"] for m in outcome.messages if m["msg_type"] == "update_display_data"]
    assert updates == [{"text/plain": "[2]"}]
    assert kernel.value("handle") == "DisplayHandle"


def test_collections_of_displayables_show_them(kernel):
    kernel.ok('let one = Table("one", [.text("a", ["x"])]), two = Table("two", [.text("b", ["y"])])')
    for code in ["[one, two]", '["b": two, "a": one]', "(one, two)", "[one, nil, two].compactMap { $0 }", "[[one], [two]]"]:
        data = kernel.ok(code).messages
        data = [m["content"]["data"] for m in data if m["msg_type"] == "execute_result"][0]
        assert data["text/html"].index("one") < data["text/html"].index("two"), code
        assert "<table" in data["text/html"]
    results = [m["content"]["data"] for m in kernel.ok("Optional(one)").messages if m["msg_type"] == "execute_result"]
    assert "<table" in results[0]["text/html"]
    assert kernel.value("[Table]()") == "[]"


def test_large_sets_and_dictionaries_are_shortened(kernel):
    """As arrays are: the text of all elements was made first."""
    text = kernel.value("Set(0..<3_000_000)", timeout=60)
    assert text.endswith(", … 3000000 elements in all]") and text.count(",") == 200
    text = kernel.value('Dictionary(uniqueKeysWithValues: (0..<300).map { ("v\\($0)", $0) })')
    assert text.startswith('["v') and '": ' in text and text.endswith(", … 300 elements in all]")
    assert kernel.value('["a": 1]') == '["a": 1]' and kernel.value("Set([1])") == "[1]"


@pytest.mark.parametrize("code", [
    "display(3)", "dump(3)", "Task { 3 }", "numbers.remove(at: 0)", "set.insert(4)", "try? send()", "quiet()",
    "await later()", "if numbers.isEmpty { quiet() } else { quiet() }", "numbers.append(2)", "let v = 3", "v3 = 4",
])
def test_what_has_no_value_to_be_seen_shows_none(kernel, code):
    kernel.ok("var numbers = [5, 6, 7, 8]; var set: Set<Int> = []; var v3 = 1\n"
              "@discardableResult func quiet() -> Int { 3 }\n@discardableResult func later() async -> Int { 3 }\n"
              "func send() throws {}")
    outcome = kernel.ok(code)
    assert outcome.result is None
    assert "warning" not in outcome.text("stderr")


@pytest.mark.parametrize("code, text", [
    ("numbers.map { $0 + 1 }", "[6, 7]"), ("loud()", "4"), ("await slow()", "5"), ("numbers.count", "2"),
    ("(loud())", "4"), ("try! risky()", "6"), ("numbers.first!", "5"), ('"\\(numbers)"', '"[5, 6]"'),
    ("numbers.count > 1 ? 1 : 2", "1"), ("if numbers.count > 1 { \"many\" } else { 0 }", '"many"'),
    ("if numbers.isEmpty { 1 } else if numbers.count == 2 { 2 } else { 3 }", "2"),
    ("switch numbers.count { case 2: loud(); default: [1] }", "4"),
    ("if numbers.isEmpty { quiet2() } else { loud() }", "4"),
    ("if await slow() > 4 { await slow() } else { 0 }", "5"),
    ("Cheap(n: 1)", "Cheap(n: 1)"), ("Optional<Int>.none", "nil"),
])
def test_values_are_shown(kernel, code, text):
    kernel.ok("let numbers = [5, 6]\nfunc loud() -> Int { 4 }\nfunc slow() async -> Int { 5 }\n"
              "func risky() throws -> Int { 6 }\nstruct Cheap { var n: Int }\n@discardableResult func quiet2() -> Int { 1 }")
    outcome = kernel.ok(code)
    assert outcome.result == text
    assert "warning" not in outcome.text("stderr")


def test_a_dynamic_call_shows_its_value(kernel):
    kernel.ok("@dynamicCallable struct Counted { func dynamicallyCall(withArguments all: [Int]) -> Int { all.count } }\n"
              "@dynamicCallable struct Quiet {\n    @discardableResult func dynamicallyCall(withArguments all: [Int]) -> Int { 0 }\n}\n"
              "let counted = Counted(), quiet = Quiet()")
    assert kernel.value("counted(1, 2)") == "2"
    assert kernel.ok("quiet(1, 2)").result is None


def test_a_warning_of_the_users_own_is_no_value(kernel):
    assert " unfinished\n" in kernel.ok('#warning("unfinished")').text("stderr")
    assert kernel.fails('let late = 1\n#error("unfinished")').error["evalue"].endswith("]:2:8: unfinished")


@pytest.mark.parametrize("code", [
    "shy(1, 2);", "shy(1, 2); // hidden", "shy(1, 2);\n// hidden\n", "shy(\n    1,\n    2);", "[1, 2].map {\n    $0 + 1\n};",
])
def test_a_semicolon_hides_a_value_without_a_warning(kernel, code):
    kernel.ok("func shy(_ a: Int, _ b: Int) -> Int { a + b }")
    outcome = kernel.ok(code)
    assert outcome.result is None and outcome.text("stderr") == ""


def test_a_branch_is_run_once(kernel):
    kernel.ok("var calls = 0\nfunc count() -> Int { calls += 1; return calls }")
    assert kernel.value("if true { count() } else { count() }") == "1"
    assert kernel.value("count()") == "2"
    assert kernel.value("calls") == "2"


def test_statements_without_values_stay_statements(kernel):
    kernel.ok("var n = 1")
    assert kernel.ok('if n == 1 { print("one") }').result is None
    assert kernel.ok('switch n { case 1: print("one"); n += 1\ndefault: break }').result is None
    assert kernel.ok('if n == 2 { n = 3 } else { n = 4 }').result is None
    assert kernel.value("n") == "3"


@pytest.mark.parametrize("code, text", [
    ('["x": Ch()]', '["x": Ch(a: 1)]'), ("Optional(Ch())", "Optional(Ch(a: 1))"), ("Set([Ch()])", "[Ch(a: 1)]"),
    ("[Ch(), nil]", "[Optional(Ch(a: 1)), nil]"), ('["x": 1]', '["x": 1]'), ("Optional(3)", "Optional(3)"),
    (r"[\Ch.a, \Ch.b]", r"[\Ch.a, \Ch.<computed (Int)>]"), (r"\Ch.b", r"\Ch.<computed (Int)>"),
    ("[1, 2, 3] as InlineArray<3, Int>", "[1, 2, 3]"),
])
def test_objects_key_paths_and_arrays_in_line_are_shown_wherever_they_are(kernel, code, text):
    kernel.ok("final class Ch: Hashable {\n    var a = 1\n    var b: Int { a }\n"
              "    static func == (one: Ch, other: Ch) -> Bool { one === other }\n"
              "    func hash(into hasher: inout Hasher) { hasher.combine(a) }\n}")
    assert kernel.value(code) == text
