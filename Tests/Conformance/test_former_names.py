"""Whoever uses a former name of the library is told the new one; completion offers the new one alone."""

import time

import pytest

SETUP = """
let x = Matrix<Double>(rows: 6, columns: 2, elements: [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233])
let ridge = Ridge(alphas: 1, folds: .kFold(2), showsProgress: false)
let fit = try ridge.fit(x, to: x)
"""

FORMER = {
    "try fit.score(x, x)": "score(_:to:)",
    "try ridge.heldOutPredictions(x, of: x, outer: .kFold(2))": "heldOutPredictions(_:to:outer:runs:)",
    "try pairedT([1, 2, 4])": "PairedTest.t(_:)",
    "try signFlipTest([1.0, 2, 4])": "PairedTest.signFlips",
    "try signFlipTest(x)": "PermutationTest.signFlips",
    "try blockPermutationTest(predictions: x, responses: x)": "PermutationTest.blocks",
    "try bootstrapInterval([1, 2, 4])": "BootstrapInterval",
    "try falseDiscoveryRates([0.1])": "p.falseDiscoveryRates()",
    "try noiseCeiling(of: [x, x])": "NoiseCeiling",
    "try identificationAccuracy(predictions: x, responses: x)": "Identification",
    "try fit.scores.normalised(byCeiling: [1, 1])": "normalized(byCeiling:least:)",
    "Folds.shuffledKFold(5, seed: 1)": "kFold(_:shuffledWithSeed:)",
    "HaemodynamicResponse.glover": "HemodynamicResponse",
    "StandardScaler(centres: false)": "centers",
    "Kernel.linear": "KernelRidge.Kernel",
    'try DataTable.read("table.csv")': "open(_:)",
    "try textAnalysis(multimodal: x, unimodal: x, responses: x)": "LuEtAl2022.splitScores",
}


@pytest.fixture(scope="module")
def prepared(kernel):
    kernel.ok(SETUP)
    return kernel


@pytest.mark.parametrize("code", FORMER)
def test_a_former_name_is_told_the_new_one(prepared, code):
    assert FORMER[code] in prepared.fails(code).traceback


def completions(kernel, code):
    """What is offered, once the library is read: until then a busy machine answers with nothing."""
    end = time.monotonic() + 60
    while True:
        matches = kernel.reply(kernel.client.complete(code, len(code)))["matches"]
        if matches or time.monotonic() > end:
            return matches


def test_completion_offers_options_and_no_former_name(prepared):
    assert any(match.startswith("alphas") for match in completions(prepared, "ridge.alph"))
    matches = completions(prepared, "try PairedTest.")
    assert any(match.startswith("wilcoxon") for match in matches)
    assert not any("pairedT" in match for match in prepared.reply(prepared.client.complete("try paire", 9))["matches"])
