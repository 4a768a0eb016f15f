"""Reference answers for Tests/Library/Encoding/BandRefinementTests: minima of the cross-validated loss of banded ridge.

Run:  python -W ignore Tests/Oracles/encoding_refinement.py
With: numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, himalaya 0.4.11 (and packaging, which himalaya forgets).
Writes Tests/Library/Encoding/Fixtures/refinement.json; all seeds are fixed.

For each voxel scipy's L-BFGS-B minimises the mean over folds of the mean squared error over the logarithms of the
bands' scalings, from where himalaya's random search ends; the loss is written down plainly, its gradient is the complex
step's. himalaya's hyper_gradient goes from the same start, and its end is scored by the same plain loss.
"""

import numpy as np
import scipy.optimize
from encoding_ridge import listed, rounded, write
from himalaya.kernel_ridge import solve_multiple_kernel_ridge_hyper_gradient, solve_multiple_kernel_ridge_random_search
from sklearn.model_selection import KFold


def fold_kernels(Xs, Y, cv, centred):
    """Kernels and responses of each fold, about the means of its training samples where centred."""
    for train, test in KFold(cv).split(Y):
        parts = [(X[train] - centred * X[train].mean(0), X[test] - centred * X[train].mean(0)) for X in Xs]
        mean = centred * Y[train].mean(0)
        yield (np.stack([a @ a.T for a, _ in parts]), np.stack([b @ a.T for a, b in parts]),
               Y[train] - mean, Y[test] - mean)


def loss(deltas, folds, voxel):
    errors = []
    for train, test, y_train, y_test in folds:
        weights = np.exp(deltas)[:, None, None]
        dual = np.linalg.solve((weights * train).sum(0) + np.eye(len(y_train)), y_train[:, voxel])
        residual = (weights * test).sum(0) @ dual - y_test[:, voxel]
        errors.append((residual * residual).mean())
    return np.mean(errors)


def gradient(deltas, folds, voxel):
    return np.array([loss(deltas + 1e-30j * axis, folds, voxel).imag / 1e-30 for axis in np.eye(len(deltas))])


def answers(Xs, Y, cv, centred, n_iter, alphas, seed):
    folds = list(fold_kernels(Xs, Y, cv, centred))
    Ks = np.stack([X @ X.T for X in Xs])
    start, _, _ = solve_multiple_kernel_ridge_random_search(
        Ks, Y, n_iter=n_iter, alphas=alphas, cv=cv, random_state=seed, progress_bar=False, fit_intercept=centred,
        return_weights="dual")[:3]
    # The floor of BandedRidge's own start: a band that the search left out is let in a little.
    sizes = np.array([np.linalg.eigvalsh(K)[-1] for K in folds[0][0]])
    start = np.maximum(np.log(np.exp(start)), np.log(0.1 / sizes)[:, None])
    voxels = range(Y.shape[1])
    bounds, options = [(np.log(1e-8 / s), None) for s in sizes], dict(ftol=1e-15, gtol=1e-12, maxiter=1000, maxfun=10000)
    minima = [scipy.optimize.minimize(loss, start[:, v], (folds, v), jac=gradient, method="L-BFGS-B", bounds=bounds,
                                      options=options) for v in voxels]
    curvatures = [np.linalg.eigvalsh(hessian(m.x, folds, v))[0] for m, v in zip(minima, voxels)]
    result = dict(start=[loss(start[:, v], folds, v) for v in voxels], losses=[m.fun for m in minima],
                  deltas=listed(np.array([m.x for m in minima])), curvatures=listed(np.array(curvatures)))
    if not centred:
        deltas = solve_multiple_kernel_ridge_hyper_gradient(
            Ks, Y, cv=cv, initial_deltas=start, max_iter=100, tol=1e-3, random_state=0, progress_bar=False)[0]
        result["himalaya"] = [loss(deltas[:, v], folds, v) for v in voxels]
    return result


def hessian(deltas, folds, voxel, step=1e-4):
    rows = [(gradient(deltas + step * axis, folds, voxel) - gradient(deltas - step * axis, folds, voxel)) / (2 * step)
            for axis in np.eye(len(deltas))]
    return (np.array(rows) + np.array(rows).T) / 2


def small():
    rng = np.random.default_rng(41)
    for name, samples, widths, cv, centred in (("tall", 64, (6, 8), 4, False), ("wide", 60, (30, 40, 25), 3, False),
                                               ("tall-intercept", 80, (5, 7, 9), 5, True),
                                               ("wide-intercept", 60, (70, 50), 4, True)):
        Xs = [rounded(rng.standard_normal((samples, width)) + centred) for width in widths]
        shares = rng.dirichlet(np.full(len(widths), 0.7), 8).T
        Y = sum((X - X.mean(0)) @ rng.standard_normal((X.shape[1], 8)) * np.sqrt(share / X.shape[1])
                for X, share in zip(Xs, shares))
        Y = rounded(Y + rng.uniform(0.5, 1.5, 8) * rng.standard_normal(Y.shape) + 3 * centred)
        alphas = np.logspace(-1, 4, 6)
        yield dict(name=name, bands=[listed(X) for X in Xs], responses=listed(Y), folds=cv, intercept=centred,
                   alphas=listed(alphas), iterations=8, seed=2, **answers(Xs, Y, cv, centred, 8, alphas, 2))


def middle():
    """300 samples, bands of 100 and 150 features that share directions, 40 voxels; the test draws the same numbers."""
    random = np.random.RandomState(43)
    common = random.standard_normal((300, 10))
    Xs = [common @ random.standard_normal((10, width)) / 3 + random.standard_normal((300, width))
          for width in (100, 150)]
    share = np.linspace(0, 1, 40)
    Y = sum(X @ random.standard_normal((X.shape[1], 40)) * np.sqrt(s / X.shape[1])
            for X, s in zip(Xs, (share, 1 - share)))
    Y = Y + random.standard_normal(Y.shape)
    return dict(firstResponses=listed(Y[0, :5]), **answers(Xs, Y, 5, False, 10, np.logspace(0, 4, 5), 4))


if __name__ == "__main__":
    write("refinement", dict(small=list(small()), middle=middle()))
