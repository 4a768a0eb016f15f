"""Reference answers for Tests/Library/Brain: differences of models by region over subjects, and their corrections.

Run:  python -W ignore Tests/Oracles/region_tests.py
With: numpy 2.4.6, scipy 1.17.1, statsmodels 0.15.0.
Writes Tests/Library/Brain/Fixtures/region-tests.json; all seeds are fixed.
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

CORRECTIONS = dict(bonferroni="bonferroni", holm="holm", benjaminiHochberg="fdr_bh", benjaminiYekutieli="fdr_by")


def corrected(p):
    """Each correction of p values, those that are NaN left out."""
    p = np.asarray(p)
    known = ~np.isnan(p)
    answers = {}
    for name, method in CORRECTIONS.items():
        q = np.full(len(p), np.nan)
        q[known] = multipletests(p[known], method=method)[1]
        answers[name] = listed(q)
    return answers


def sign_flips(differences):
    """The exact permutation test: every way to exchange the two labels within subjects."""
    def mean(a, b, axis):
        return np.mean(a - b, axis=axis)
    result = stats.permutation_test(
        (differences, np.zeros_like(differences)), mean, permutation_type="samples", vectorized=True, n_resamples=np.inf)
    return result.pvalue


def listed(values):
    return [None if np.isnan(v) else float(v) for v in np.ravel(values)]


def main():
    rng = np.random.default_rng(12)
    subjects, regions = 9, 5
    shift = np.array([0.10, 0.05, 0.0, -0.12, 0.02])
    first = np.round(0.3 + shift + 0.06 * rng.standard_normal((subjects, regions)), 4)
    second = np.round(0.3 + 0.06 * rng.standard_normal((subjects, regions)), 4)
    first[3, 1] = np.nan  # a subject without that region
    answers = {}
    columns = [(first[:, r] - second[:, r])[~np.isnan(first[:, r])] for r in range(regions)]
    answers["pairedT"] = [stats.ttest_1samp(d, 0) for d in columns]
    answers["wilcoxon"] = [stats.wilcoxon(d) for d in columns]
    intervals = [t.confidence_interval(0.95) for t in answers["pairedT"]]
    flips = [sign_flips(d) for d in columns]
    fixture = dict(
        first=listed(first), second=listed(second), subjects=subjects, regions=regions,
        differences=listed([d.mean() for d in columns]),
        low=listed([i.low for i in intervals]), high=listed([i.high for i in intervals]),
        tests={
            "pairedT": dict(
                statistic=listed([t.statistic for t in answers["pairedT"]]),
                p=listed([t.pvalue for t in answers["pairedT"]])),
            "wilcoxon": dict(
                statistic=listed([w.statistic for w in answers["wilcoxon"]]),
                p=listed([w.pvalue for w in answers["wilcoxon"]])),
            "permutation": dict(statistic=listed([d.mean() for d in columns]), p=listed(flips)),
        },
        p=[0.001, 0.02, None, 0.03, 0.5, 0.0004, 1.0, 0.02],
        error=dict(
            sd=listed(np.nanstd(second, 0, ddof=1)), sem=listed(stats.sem(second)),
            interval=listed([
                (high - low) / 2 for low, high in zip(*stats.t.interval(
                    0.9, subjects - 1, second.mean(0), stats.sem(second)))])),
        chance=listed(stats.ttest_1samp(second, 0.28).pvalue))
    fixture["corrected"] = corrected([np.nan if p is None else p for p in fixture["p"]])
    path = Path(__file__).resolve().parent.parent / "Library/Brain/Fixtures/region-tests.json"
    path.write_text(json.dumps(fixture) + "\n")


if __name__ == "__main__":
    main()
