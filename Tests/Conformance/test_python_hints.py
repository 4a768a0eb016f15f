"""A cell of Swift in which somebody wrote Python is told how that is written in Swift."""

import pytest

LINES = [
    ("import numpy as np", "Matrix"), ("from sklearn.linear_model import RidgeCV", "Ridge"), ("import torch", "FoundationModel.load"),
    ("import scipy.stats as st", "PairedTest"), ("def f(x, y=2):\n    return x", "func f(x: Double, y: Double) -> Double { … }"),
    ("for i in range(10):\n    print(i)", "for i in 0..<10 { … }"),
    ("for i in range(1, 9, 2):\n    print(i)", "stride(from: 1, to: 9, by: 2)"),
    ("for i, x in enumerate(xs):\n    print(i)", "for (i, x) in xs.enumerated() { … }"),
    ("for k, v in counts.items():\n    print(k)", "for (k, v) in counts { … }"),
    ("if n > 2 and not done:\n    n", "if n > 2 && !done { … }"), ("while True:\n    break", "while true { … }"),
    ("try:\n    f()\nexcept ValueError as e:\n    pass", "do { try … } catch { … }"),
    ("class Model:\n    pass", "struct Model { … }"), ("# a comment\n1", "//"),
    ('let a = 1\nprint(f"{a}")', '"\\(x)"'), ("[v * 2 for v in xs if v > 1]", "xs.filter { v in v > 1 }.map { v in v * 2 }"),
    ("[i for i in range(3)]", "(0..<3).map"), ("let g = lambda v: v + 1", "{ x in y }"),
    ("let q = 1 if n > 2 else 0", "n > 2 ? 1 : 0"), ('let d = {"a": 1}', '["a": 1]'), ("x: int = 3", "let x: Int = 3"),
    ('assert 1 == 2, "no"', "assert(1 == 2"), ("xs[1:3]", "xs[1..<3]"), ("xs[-3:]", "suffix"),
]

NAMES = [
    ("len([1])", "x.count"), ("let y = None", "nil"), ("let t = True", "true"), ("np.mean([1])", "Matrix"),
    ("pd.read_csv(\"x.csv\")", "DataTable.open"), ("plt.plot([1])", "LineChart"), ("sum([1])", "reduce(0, +)"),
    ("fresh = 3", "let fresh = …"), ('print "hello"', "print(…)"), ("xs.sorted(reverse=True)", "reverse: …"),
]


@pytest.mark.parametrize("code, words", LINES)
def test_a_line_of_python(kernel, code, words):
    outcome = kernel.fails("let xs = [1.0, 2.0]\n" + code if "xs" in code else code)
    assert outcome.error["ename"] == "CompileError"
    assert "this is Python; in Swift: " in outcome.traceback and words in outcome.traceback, outcome.traceback
    assert outcome.traceback.count("%%python") == 1


@pytest.mark.parametrize("code, words", NAMES)
def test_a_name_of_python(kernel, code, words):
    outcome = kernel.fails("let xs = [1.0, 2.0]\n" + code if "xs" in code else code)
    assert words in outcome.traceback and "this is Python" not in outcome.traceback, outcome.traceback


@pytest.mark.parametrize("code", [
    'let page = """\nfor i in range(3):\n    # no\n"""\nlet wrong: Int = page',
    "// for i in range(3):\nlet wrong: Int = \"x\"", "let lambda: Double = 0.1\nlet wrong: Int = lambda",
    "func f(lambda: Double) -> Double { lambda }\nlet wrong: Int = f(lambda: 0.1)",
    "var y = 0\ny = if y > 1 { \"a\" } else { 2 }", "let s = [1]; func g() { var t = 0; for i in s { t += i }; t = \"a\" }",
    "let stats = 3\nlet u = sats + 1", "let few = [1, 2]\nlet third = few[safe: 3] ?? 0", "[1, 2].map { _ in few2[row: 0] }",
    "let e: Int = \"f\" + \"d\"", "let d: [String: Int] = [\"a\": \"b\"]",
])
def test_swift_with_a_mistake_is_not_taken_for_python(kernel, code):
    outcome = kernel.fails(code)
    assert "Python" not in outcome.traceback, outcome.traceback


def test_what_is_right_is_not_touched(kernel):
    assert kernel.value('let text = """\nfor i in range(3):\n    # no\n"""\ntext.count') == "27"
    kernel.ok("#if os(Linux)\nlet here = 1\n#else\nlet here = 2\n#endif")
    # A name that a cell of the user's own would have declared is told of as such.
    kernel.fails("let len = nowhere()")
    assert "is declared in In[" in kernel.fails("len").traceback


@pytest.mark.parametrize("code, written, number", [("-7 // 2", "-7", "2"), ("let a = 1\n7.5 // 2.0\n", "7.5", "2.0")])
def test_a_division_that_is_a_comment_is_told(kernel, code, written, number):
    told = kernel.ok(code).text("stderr")
    assert "'//' begins a comment in Swift" in told and f"Int((Double({written}) / {number}).rounded(.down))" in told


@pytest.mark.parametrize("code", ["7 // voxels", "7 // 2 voxels", "7\n// 2", "let b = 7 // 2\nb", "[7].count // 1"])
def test_a_comment_behind_a_value_is_no_division(kernel, code):
    assert kernel.ok(code).text("stderr") == ""
