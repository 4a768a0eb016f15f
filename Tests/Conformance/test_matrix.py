"""Matrices and arrays calculate in cells: operators, parts, statistics, and the words where shapes do not fit."""

import statistics
import time

import pytest


@pytest.fixture(scope="module")
def matrices(kernel):
    kernel.ok("""
import Foundation
let a: Matrix<Double> = [[1, 2, 3], [4, 5, 7]]
let b = Matrix<Double>.normal(200, 3, seed: 1)
let f: Matrix<Float> = [[1, 2], [3, 4]]
let v = [3.0, 1, 2]
var m = a""")
    return kernel


@pytest.mark.parametrize("cell, value", [
    ("(a * 2 + a / a.mean(axis: 0)).shape", "[2, 3]"),
    ("(1 - a).row(0)", "[0.0, -1.0, -2.0]"),
    ("(a - .row([1, 2, 3])).row(1)", "[3.0, 3.0, 4.0]"),
    ("(a • a.T).row(0)", "[14.0, 35.0]"),
    ("(f • [1, 1])", "[3.0, 7.0]"),
    ("a[0..<1, 1...].elements", "[2.0, 3.0]"),
    ("(a[0..<2, 1...] * 2 + 1).row(0)", "[5.0, 7.0]"),
    ("a[rows: [1, 0]].column(0)", "[4.0, 1.0]"),
    ("a[a .> 3]", "[4.0, 5.0, 7.0]"),
    ("try f.solve([5, 11])", "[1.0, 2.0]"),
    ("a.std(axis: 1).column(0)", "[0.816496580927726, 1.247219128924647]"),
    ("f.exp().log().row(1).map { ($0 * 1000).rounded() / 1000 }", "[3.0, 4.0]"),
    ("v .+ 2 .* v", "[9.0, 3.0, 6.0]"),
    ("v.argsort()", "[1, 2, 0]"),
    ("(v.mean(), v.median(), v.std(ddof: 1))", "(2.0, 2.0, 1.0)"),
    ("(v.min()!, v.max()!, min(1, 2), max(2.5, 1), abs(-3), sqrt(4.0), exp(0.0))", "(1.0, 3.0, 1, 2.5, 3, 2.0, 1.0)"),
    ("[a.rows, a.columns] == [2, 3] && [[1, 2], [3]] == [[1, 2], [3]] && [1.5] == [1.5]", "true"),
])
def test_cells_calculate(matrices, cell, value):
    assert matrices.value(cell) == value


def test_parts_are_assigned(matrices):
    assert matrices.value("""
m[0..<2, 1...] = 0
m[..., 0] *= 3
m[m .== 0] = 8
let d = 1.5
m[rows: [0]] *= 2
m[..., 1] = .all(d)
m[1, 2] += 1
m.elements""") == "[6.0, 1.5, 16.0, 12.0, 1.5, 9.0]"


@pytest.mark.parametrize("cell, words", [
    ("a + f.converted(to: Double.self)", ["a 2 x 3 matrix and a 2 x 2 matrix cannot be added", "one of them 1"]),
    ("m += Matrix<Double>.ones(3, 1)", ["a 2 x 3 matrix", "a 3 x 1 matrix"]),
    ("a[-1, ...]", ["rows -1 is outside a matrix of 2 rows", "do not count from the end"]),
    ("a[0..<3, 0]", ["rows 0..<3 are outside a matrix of 2 rows"]),
    ("v .+ [1.0]", ["arrays of 3 and 1 elements cannot be added"]),
    ("v .> [1.0]", ["arrays of 3 and 1 elements cannot be compared"]),
    ("a.mean(axis: 2)", ["not axis 2"]),
    ("try a.inverse()", ["an inverse needs a square matrix; this one is 2 x 3"]),
    ("try (a.T • a).solve(v)", ["not singular", "lstsq"]),
    ("try a.quantile(95)", ["between 0 and 1; 95.0 does not"]),
])
def test_mistakes_have_words_and_leave_the_variables(matrices, cell, words):
    outcome = matrices.fails(cell)
    text = outcome.error["evalue"] + "\n".join(outcome.error["traceback"])
    assert all(word in text for word in words), text
    assert matrices.value("a.sum() + m.sum() - m.sum()") == "22.0"


def test_expressions_are_checked_quickly(matrices):
    """As quickly as cells without matrices: a second would mean that operators are tried one with another."""
    def seconds(cell):
        taken = []
        for _ in range(5):
            start = time.monotonic()
            matrices.ok(cell)
            taken.append(time.monotonic() - start)
        return statistics.median(taken)
    usual = seconds("let usual = 1 + 2")
    for cell in ("let z = b * 2 + b / b.mean(axis: 0)", "let w = (b - b.mean(axis: 0)) / (b.std(axis: 0) + 1e-3) * 100 - 2 * (b + b) / 3"):
        found = seconds(cell)
        print(f"{cell}: {found:.3f} s, usual {usual:.3f} s")
        assert found < usual * 3 + 0.3, cell
