"""Reference answers for Tests/Library/Encoding: rank tests with ties and zeros, t tests of huge and tiny numbers, and ridge on
columns whose scales differ by 1e8.

Run:  python -W ignore Tests/Oracles/encoding_borders.py
With: numpy 2.4.6, scipy 1.17.1 (and what encoding_ridge.py needs).
Writes Tests/Library/Encoding/Fixtures/borders.json; all seeds are fixed.
"""

import numpy as np
from encoding_ridge import listed, rounded, write
from scipy import stats
from sklearn.model_selection import KFold


def rank_tests():
    rng = np.random.default_rng(60)
    samples = [
        [1.0] * 6, [-2.0] * 5, [1.0], [0.0, 1.0], [1.0, -1.0], [1.0, 2, 2, -1, 3, 0, 4, -2, 5], [0.0, 0, 0, 1, 2, 3],
        [1.0, 1, 1, 1, -1], [1.0] * 13, [1.0] * 14, [0.0] + [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        [0.0] + [1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], list(rng.integers(-3, 5, 13).astype(float)),
        list(rng.integers(-3, 5, 14).astype(float)), list(rng.integers(-3, 6, 40).astype(float)),
        list(np.arange(1.0, 51)), list(np.arange(1.0, 52)), list(rounded(rng.standard_normal(50) + 0.3)),
        list(rounded(rng.standard_normal(51) + 0.3)),
    ]
    found = [stats.wilcoxon(np.array(x)) for x in samples]
    return [dict(values=x, statistic=float(w.statistic), p=float(w.pvalue)) for x, w in zip(samples, found)]


def t_tests():
    """The t and p of numbers whose squares overflow or vanish are those of the numbers before they are scaled."""
    x = rounded(np.random.default_rng(61).standard_normal(9) + 0.4)
    t = stats.ttest_1samp(x, 0)
    return dict(values=listed(x), scales=[1, 1e-200, 1e200, 3e300], statistic=float(t.statistic), p=float(t.pvalue))


def ridge_by_svd(X, Y, alpha):
    """Weights of centred data: what squaring the features would cost shows only in the smallest columns."""
    U, s, V = np.linalg.svd(X - X.mean(0), full_matrices=False)
    kept = s > s[0] * np.finfo(float).eps * max(X.shape)
    U, s, V = U[:, kept], s[kept], V[kept]
    weights = V.T @ ((s / (s**2 + alpha))[:, None] * (U.T @ (Y - Y.mean(0))))
    # the same by least squares on rows that stand for the penalty
    augmented = np.vstack([X - X.mean(0), np.sqrt(alpha) * np.eye(X.shape[1])])
    right = np.vstack([Y - Y.mean(0), np.zeros((X.shape[1], Y.shape[1]))])
    other = np.linalg.lstsq(augmented, right, rcond=None)[0]
    size = np.abs(X).max(0)[:, None]
    np.testing.assert_allclose(other * size, weights * size, atol=1e-5 * np.abs(weights * size).max())
    return weights


def unlike_scales():
    alphas, cases = np.logspace(-4, 2, 7), []
    for name, samples, features in (("tall", 40, 6), ("wide", 24, 30)):
        rng = np.random.default_rng(62)
        scales = np.logspace(-4, 4, features)
        X = rounded(rng.standard_normal((samples, features)) * scales)
        # responses that follow the small columns as much as the large ones
        Y = rounded((X / scales) @ rng.standard_normal((features, 4)) + 0.1 * rng.standard_normal((samples, 4)))
        scores = np.zeros((len(alphas), 4))
        for train, test in KFold(4).split(X):
            for i, alpha in enumerate(alphas):
                weights = ridge_by_svd(X[train], Y[train], alpha)
                predicted = (X[test] - X[train].mean(0)) @ weights + Y[train].mean(0)
                scores[i] -= ((Y[test] - predicted) ** 2).mean(0) / 4
        best = alphas[scores.argmax(0)]
        weights = np.stack([ridge_by_svd(X, Y[:, [v]], a)[:, 0] for v, a in enumerate(best)], 1)
        cases.append(dict(name=name, features=listed(X), responses=listed(Y), alphas=listed(alphas),
                          bestAlphas=listed(best), searchScores=listed(scores),
                          scaledWeights=listed(weights * scales[:, None]), scales=listed(scales)))
    return cases


if __name__ == "__main__":
    write("borders", dict(ranks=rank_tests(), t=t_tests(), unlikeScales=unlike_scales()))
