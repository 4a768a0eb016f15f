"""Reference answers for Tests/Library/Encoding: partitions of variance, ceilings, permutations, sign flips, bootstraps.

Run:  python -W ignore Tests/Oracles/encoding_inference.py
With: numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, himalaya 0.4.11, statsmodels 0.15.0, voxelwise_tutorials 0.2.3.
Writes Tests/Library/Encoding/Fixtures/inference.json; all seeds are fixed.
"""

from itertools import product

import numpy as np
from encoding_ridge import listed, rounded, write
from himalaya.ridge import RidgeCV
from himalaya.scoring import correlation_score, correlation_score_split, r2_score, r2_score_split
from scipy import stats
from sklearn.model_selection import KFold
from statsmodels.stats.multitest import multipletests
from voxelwise_tutorials.utils import explainable_variance


def partition():
    """Three spaces with shared columns; R2 of every subset by himalaya under five shuffled folds."""
    rng = np.random.default_rng(41)
    common = rng.standard_normal((70, 2))
    spaces = [rounded(np.hstack([common[:, :k], rng.standard_normal((70, 3))])) for k in (2, 1, 0)]
    Y = rounded(sum(X @ rng.standard_normal((X.shape[1], 4)) for X in spaces) + 2 * rng.standard_normal((70, 4)))
    r2 = [np.zeros(4)]
    for chosen in range(1, 8):
        X = np.hstack([space for i, space in enumerate(spaces) if chosen >> i & 1])
        scores = []
        for train, test in KFold(5, shuffle=True, random_state=1).split(X):
            model = RidgeCV(alphas=np.logspace(-1, 3, 5), cv=4, fit_intercept=True).fit(X[train], Y[train])
            scores.append(r2_score(Y[test], model.predict(X[test])))
        r2.append(np.mean(scores, 0))
    a, b, c, ab, ac, bc, abc = (r2[k] for k in (1, 2, 4, 3, 5, 6, 7))
    return dict(
        spaces=[listed(x) for x in spaces], responses=listed(Y), jointR2=[listed(x) for x in r2],
        # the textbook formulas, written out
        uniqueOf2=[listed(ab - b), listed(ab - a)], sharedOf2=listed(a + b - ab),
        uniqueOf3=[listed(abc - bc), listed(abc - ac), listed(abc - ab)],
        sharedBy2Of3=[listed(ac + bc - c - abc), listed(ab + bc - b - abc), listed(ab + ac - a - abc)],
        sharedBy3=listed(a + b + c - ab - ac - bc + abc))


def splits():
    rng = np.random.default_rng(42)
    parts = rounded(rng.standard_normal((3, 25, 4)))
    Y = rounded(parts.sum(0) + rng.standard_normal((25, 4)))
    Yc = Y - Y.mean(0)
    return dict(parts=[listed(x) for x in parts], responses=listed(Y), product=listed(r2_score_split(Yc, parts)),
                alone=listed(r2_score_split(Yc, parts, include_correlation=False)),
                r=listed(correlation_score_split(Yc, parts)))


def ceilings():
    rng = np.random.default_rng(43)
    data = rounded((rng.standard_normal((4, 30, 5)) + 2 * rng.standard_normal((1, 30, 5)) * np.arange(5))
                   * np.array([1.0, 3, 0.5, 2])[:, None, None])
    return dict(repeats=[listed(x) for x in data], corrected=listed(explainable_variance(data)),
                plain=listed(explainable_variance(data, bias_correction=False)),
                correctedUnscaled=listed(explainable_variance(data, do_zscore=False)))


def recordings(rng, samples, voxels):
    """Slow signals, predictions from none to good, and the blocks of ten samples."""
    slow = np.cumsum(rng.standard_normal((samples, voxels)), 0)
    Y = rounded(slow - slow.mean(0) + rng.standard_normal((samples, voxels)))
    P = rounded(Y * np.linspace(0, 1, voxels) + 3 * rng.standard_normal((samples, voxels)))
    return Y, P, [np.arange(start, min(start + 10, samples)) for start in range(0, samples, 10)]


def permuted():
    Y, P, blocks = recordings(np.random.default_rng(44), 87, 20)
    random, observed, count = np.random.RandomState(5), correlation_score(Y, P), 199
    each, largest = np.zeros(20, int), np.zeros(20, int)
    for _ in range(count):
        order = np.arange(len(blocks))
        random.shuffle(order)
        r = correlation_score(Y, P[np.concatenate([blocks[b] for b in order])])
        each += r >= observed
        largest += r.max() >= observed
    return dict(responses=listed(Y), predictions=listed(P), count=count, seed=5, r=listed(observed),
                p=listed((1 + each) / (1 + count)), pForMaximum=listed((1 + largest) / (1 + count)))


def t_statistic(D):
    return D.mean(0) / (D.std(0, ddof=1) / np.sqrt(len(D)))


def flipped():
    rng = np.random.default_rng(45)
    few = rounded(rng.standard_normal((8, 6)) + np.linspace(0, 1.5, 6))
    exact = [stats.permutation_test((column,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
             for column in few.T]
    maxima = np.array([np.abs(t_statistic(few * np.array(s)[:, None])).max() for s in product((1, -1), repeat=8)])
    many = rounded(rng.standard_normal((20, 5)) + np.linspace(0, 0.8, 5))
    signs = 1 - 2 * np.random.RandomState(7).randint(0, 2, (500, 20))
    t = np.array([np.abs(t_statistic(many * s[:, None])) for s in signs])
    observed = np.abs(t_statistic(many))
    return dict(
        few=listed(few), exactP=listed(exact),
        exactMaximum=listed([(maxima >= abs(t) * (1 - 1e-9)).mean() for t in t_statistic(few)]),
        many=listed(many), flips=500, seed=7, p=listed((1 + (t >= observed).sum(0)) / 501),
        pForMaximum=listed((1 + (t.max(1)[:, None] >= observed).sum(0)) / 501))


def exchanged():
    Y, P, blocks = recordings(np.random.default_rng(46), 95, 6)
    rng = np.random.default_rng(47)
    Q = rounded(P + rng.standard_normal(P.shape))
    gain = ((Y - Q) ** 2 - (Y - P) ** 2) / ((Y - Y.mean(0)) ** 2).sum(0)
    gains = np.array([gain[block].sum(0) for block in blocks]) * len(blocks)
    p = [stats.permutation_test((column,), np.mean, permutation_type="samples", n_resamples=np.inf).pvalue
         for column in gains.T]
    return dict(responses=listed(Y), first=listed(P), second=listed(Q), p=listed(p),
                effects=listed(r2_score(Y, P) - r2_score(Y, Q)))


def bootstrapped():
    values = rounded(np.random.default_rng(48).gamma(2, 1, 12))
    cases = [dict(method=method, statistic=name, level=level, interval=listed([ci.low, ci.high]))
             for method in ("percentile", "BCa") for name, function in (("mean", np.mean), ("deviation", np.std))
             for level in (0.95, 0.9)
             for ci in [stats.bootstrap((values,), function, n_resamples=999, method=method, confidence_level=level,
                                        random_state=np.random.RandomState(2)).confidence_interval]]
    Y, P, blocks = recordings(np.random.default_rng(49), 64, 4)
    random, r2, r = np.random.RandomState(3), [], []
    for _ in range(200):
        rows = np.concatenate([blocks[b] for b in random.randint(0, len(blocks), len(blocks))])
        r2.append(r2_score(Y[rows], P[rows]))
        r.append(correlation_score(Y[rows], P[rows]))
    return dict(values=listed(values), cases=cases, responses=listed(Y), predictions=listed(P), resamples=200, seed=3,
                r2=listed(np.percentile(r2, [5, 95], axis=0)), r=listed(np.percentile(r, [5, 95], axis=0)))


def compared():
    rng = np.random.default_rng(50)
    A, B = rounded(rng.standard_normal((8, 7)) + np.linspace(0, 1.5, 7)), rounded(rng.standard_normal((8, 7)))
    t = stats.ttest_rel(A, B)
    interval = t.confidence_interval(0.95)
    w = [stats.wilcoxon(a, b).pvalue for a, b in zip(A.T, B.T)]
    return dict(first=listed(A), second=listed(B), p=listed(t.pvalue), low=listed(interval.low),
                high=listed(interval.high), q=listed(multipletests(t.pvalue, method="fdr_bh")[1]), rankP=listed(w))


if __name__ == "__main__":
    write("inference", dict(partition=partition(), splits=splits(), ceilings=ceilings(), permuted=permuted(),
                            flipped=flipped(), exchanged=exchanged(), bootstrapped=bootstrapped(),
                            compared=compared()))
