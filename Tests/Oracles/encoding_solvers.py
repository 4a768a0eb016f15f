"""Reference answers for Tests/Library/Encoding/SolverTests: groups of features, and single precision on hard problems.

Run:  python -W ignore Tests/Oracles/encoding_solvers.py
With: numpy 2.4.6, scikit-learn 1.9.1, himalaya 0.4.11 (and packaging, which himalaya forgets).
Writes Tests/Library/Encoding/Fixtures/{groups,precision,precision-large}.json; all seeds are fixed.
"""

import numpy as np
from encoding_ridge import listed, rounded, write
from himalaya.kernel_ridge import KernelRidgeCV, solve_multiple_kernel_ridge_random_search
from himalaya.ridge import RidgeCV


def groups():
    """Two bands, and the scalings that random search chooses from a few Dirichlet samples."""
    rng = np.random.default_rng(5)
    alphas, cases = np.logspace(-1, 3, 5), []
    for samples, widths in ((40, (6, 8)), (30, (25, 20))):
        Xs = [rounded(rng.standard_normal((samples, width))) for width in widths]
        Y = rounded(sum(X @ rng.standard_normal((X.shape[1], 5)) * scale for X, scale in zip(Xs, (1, 0.3)))
                    + 2 * rng.standard_normal((samples, 5)))
        Ks = np.stack([X @ X.T for X in Xs])
        start = solve_multiple_kernel_ridge_random_search(
            Ks, Y, n_iter=6, alphas=alphas, cv=4, random_state=0, progress_bar=False)
        cases.append(dict(
            bands=[listed(X) for X in Xs], responses=listed(Y), alphas=listed(alphas), folds=4, iterations=6, seed=0,
            scalings=listed(np.exp(start[0]))))
    write("groups", cases)


def hard_problems():
    rng = np.random.default_rng(31)
    base = rng.standard_normal((60, 10))
    yield "collinear", np.hstack([base, base + 1e-3 * rng.standard_normal(base.shape)])
    yield "badly-scaled", rng.standard_normal((60, 12)) * np.logspace(-2, 2, 12)
    yield "power-law", rng.standard_normal((60, 40)) @ np.diag(np.arange(1, 41.0) ** -2) @ np.linalg.qr(
        rng.standard_normal((40, 40)))[0]
    yield "wide", rng.standard_normal((40, 20)) @ rng.standard_normal((20, 90)) + 1e-2 * rng.standard_normal((40, 90))
    yield "large-mean", rng.standard_normal((60, 12)) + 100


def precision():
    """How far himalaya in single precision is from himalaya in double: predictions and the scores of the search."""
    rng = np.random.default_rng(32)
    cases = []
    for name, X in hard_problems():
        X = X.astype(np.float32).astype(np.float64)
        Y = (X @ rng.standard_normal((X.shape[1], 6)) / X.std() / 5 + rng.standard_normal((len(X), 6))).astype(
            np.float32).astype(np.float64)
        alphas = np.logspace(-2, 4, 7)
        best = RidgeCV(alphas=alphas, cv=5, fit_intercept=True).fit(X, Y)
        errors = []
        for Estimator in (RidgeCV, KernelRidgeCV):
            single = Estimator(alphas=alphas, cv=5, fit_intercept=True).fit(X.astype(np.float32), Y.astype(np.float32))
            p, q = best.predict(X), single.predict(X.astype(np.float32))
            errors.append(dict(
                prediction=float(np.abs(p - q).max() / np.abs(p).max()),
                score=float(np.abs(best.cv_scores_ - single.cv_scores_).max() / np.abs(best.cv_scores_).max())))
        cases.append(dict(
            name=name, features=listed(X), responses=listed(Y), alphas=listed(alphas),
            predictions=listed(best.predict(X)), bestScores=listed(best.cv_scores_), bestAlphas=listed(best.best_alphas_),
            ridge=errors[0], kernel=errors[1]))
        print(name, errors)
    write("precision", cases)


def large():
    """1,900 samples x 1,520 features of sizes 1 to 1 / 1,520, where nothing is small enough to work in double precision.

    Only answers are written down; the test draws the same numbers itself.
    """
    random = np.random.RandomState(51)
    X = random.standard_normal((1900, 1520)) / np.arange(1, 1521) + 0.5
    Y = X @ random.standard_normal((1520, 4)) / 2 + random.standard_normal((1900, 4))
    X, Y = X.astype(np.float32), Y.astype(np.float32)
    alphas = np.logspace(-2, 4, 4)
    best = RidgeCV(alphas=alphas, cv=5, fit_intercept=True).fit(X.astype(np.float64), Y.astype(np.float64))
    predictions = best.predict(X[:50].astype(np.float64))
    errors = []
    for kind in (RidgeCV, KernelRidgeCV):
        model = kind(alphas=alphas, cv=5, fit_intercept=True).fit(X, Y)
        errors.append(dict(
            prediction=float(np.abs(model.predict(X[:50]) - predictions).max() / np.abs(predictions).max()),
            score=float(np.abs(model.cv_scores_ - best.cv_scores_).max() / np.abs(best.cv_scores_).max())))
    print("large", errors)
    write("precision-large", dict(
        firstResponses=listed(Y[0]), alphas=listed(alphas), predictions=listed(predictions),
        bestScores=listed(best.cv_scores_), bestAlphas=listed(best.best_alphas_), ridge=errors[0], kernel=errors[1]))


if __name__ == "__main__":
    groups()
    precision()
    large()
