"""Reference answers for Tests/Library/Encoding: banded ridge, split scores, the paper's analysis of text responses.

Run:  python -W ignore Tests/Oracles/encoding_banded.py
With: numpy 2.4.6, scikit-learn 1.9.1, himalaya 0.4.11 (and packaging, which himalaya forgets).
Writes Tests/Library/Encoding/Fixtures/{banded,paper,paper-size}.json; all seeds are fixed.
"""

import numpy as np
from encoding_ridge import listed, rounded, write
from himalaya.kernel_ridge import ColumnKernelizer, Kernelizer, MultipleKernelRidgeCV
from himalaya.ridge import GroupRidgeCV
from himalaya.scoring import correlation_score_split, r2_score, r2_score_split
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def bands(rng, samples, widths, voxels):
    Xs = [rounded(rng.standard_normal((samples, width))) for width in widths]
    Y = sum(X @ rng.standard_normal((X.shape[1], voxels)) * scale for X, scale in zip(Xs, rng.random((len(Xs), voxels))))
    return Xs, rounded(Y / Y.std(0) + rng.standard_normal(Y.shape))


def kernel_model(widths, alphas, cv, n_iter, seed, centres):
    """The pipeline of the published scripts: centred columns, a linear kernel for each band, random search."""
    ends = np.cumsum([0, *widths])
    steps = (StandardScaler(with_mean=True, with_std=False), Kernelizer(kernel="linear")) if centres else (
        Kernelizer(kernel="linear"),)
    kernelizer = ColumnKernelizer(
        [(f"band{i}", make_pipeline(*steps), slice(ends[i], ends[i + 1])) for i in range(len(widths))])
    params = dict(n_iter=n_iter, alphas=alphas, progress_bar=False)
    return make_pipeline(
        kernelizer, MultipleKernelRidgeCV(kernels="precomputed", solver="random_search", solver_params=params, cv=cv,
                                          random_state=seed))


def banded():
    rng = np.random.default_rng(11)
    alphas, cases = np.logspace(-2, 4, 7), []
    for samples, widths in ((40, (5, 8)), (25, (30, 20, 10))):
        Xs, Y = bands(rng, samples, widths, 6)
        X = np.hstack(Xs)
        kernel = kernel_model(widths, alphas, 5, 9, 3, False).fit(X, Y)
        model = kernel[-1]
        group = GroupRidgeCV(groups="input", cv=5, random_state=3,
                             solver_params=dict(n_iter=9, alphas=alphas, progress_bar=False, warn=False)).fit(Xs, Y)
        np.testing.assert_allclose(group.deltas_, model.deltas_, atol=1e-6)
        parts = np.stack([x @ group.coef_[start:start + x.shape[1]]
                          for x, start in zip(Xs, np.cumsum([0, *widths]))])
        Yc = Y - Y.mean(0)
        cases.append(dict(
            bands=[listed(x) for x in Xs], responses=listed(Y), alphas=listed(alphas), folds=5, iterations=9, seed=3,
            scalings=listed(np.exp(model.deltas_)), searchScores=listed(model.cv_scores_),
            coefficients=listed(group.coef_), splitR2=listed(r2_score_split(Yc, parts)),
            splitR=listed(correlation_score_split(Yc, parts))))
    write("banded", cases)


def recipe(Xs, Y):
    """Two bands, one fit: alphas logspace(1, 20, 20), 20 Dirichlet samples, 5 inner and 5 shuffled outer folds, seed 1."""
    X = np.hstack(Xs)
    joint, split = [], []
    for train, test in KFold(5, shuffle=True, random_state=1).split(X):
        Ytrain, Ytest = Y[train] - Y[train].mean(0), Y[test] - Y[test].mean(0)
        pipeline = kernel_model([x.shape[1] for x in Xs], np.logspace(1, 20, 20), 5, 20, 1, True).fit(X[train], Ytrain)
        parts = pipeline[-1].predict(pipeline[:-1].transform(X[test]), split=True)
        joint.append(r2_score(Ytest, parts.sum(0)))
        split.append(r2_score_split(Ytest, parts))
    return dict(r2=listed(np.mean(joint, axis=0)), splitR2=listed(np.mean(split, axis=0)))


def paper():
    rng = np.random.default_rng(12)
    Xs, Y = bands(rng, 80, (15, 12), 8)
    Xs = [x * 10 for x in Xs]
    write("paper", dict(bands=[listed(x) for x in Xs], responses=listed(Y), **recipe(Xs, Y)))


def paper_by_size():
    """The size of the sentences of Pereira et al. (2018), 384 and two towers; the test draws the same numbers itself.

    Wide: 384 sentences, 2 x 300 features; 60 voxels, whose signal the two bands share in proportions from 0 to 1.
    """
    random = np.random.RandomState(21)
    shared = random.standard_normal((384, 20))
    Xs = [10 * (shared @ random.standard_normal((20, 300)) / 5 + random.standard_normal((384, 300))) for _ in range(2)]
    share = np.linspace(0, 1, 60)
    Y = sum(X @ random.standard_normal((300, 60)) * s for X, s in zip(Xs, (np.sqrt(share), np.sqrt(1 - share)))) / 500
    Y = Y + random.standard_normal((384, 60)) + 3
    write("paper-size", dict(firstResponses=listed(Y[0, :5]), **recipe(Xs, Y)))


if __name__ == "__main__":
    banded()
    paper()
    paper_by_size()
