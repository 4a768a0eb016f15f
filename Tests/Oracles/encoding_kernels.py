"""Reference answers for Tests/Library/Encoding: kernel ridge and principal components.

Run:  python -W ignore Tests/Oracles/encoding_kernels.py
With: numpy 2.4.6, scikit-learn 1.9.1, himalaya 0.4.11 (and packaging, which himalaya forgets).
Writes Tests/Library/Encoding/Fixtures/kernels.json; all seeds are fixed.
"""

import numpy as np
from encoding_ridge import listed, responses, rounded, write
from himalaya.kernel_ridge import KernelRidgeCV
from sklearn.decomposition import PCA


def main():
    rng = np.random.default_rng(14)
    X, T = rounded(rng.standard_normal((40, 6)) + 0.5), rounded(rng.standard_normal((9, 6)) + 0.5)
    Y = rounded(responses(rng, X, 5, 0.5) + np.sin(2 * X[:, :1]) + 2)
    alphas, cases = np.logspace(-4, 3, 8), []
    for kernel, params in (("linear", {}), ("poly", dict(degree=2, coef0=0.5)), ("rbf", dict(gamma=0.2)), ("rbf", {})):
        for intercept in (False, True):
            model = KernelRidgeCV(alphas=alphas, kernel=kernel, kernel_params=params, cv=5, fit_intercept=intercept,
                                  warn=False).fit(X, Y)
            cases.append(dict(kernel=kernel, gamma=params.get("gamma"), intercept=intercept,
                              bestAlphas=listed(model.best_alphas_), bestScores=listed(model.cv_scores_),
                              dual=listed(model.dual_coef_), predictions=listed(model.predict(T))))
    wide = rounded(rng.standard_normal((20, 30)) * np.linspace(2, 0.1, 30))
    pcas = []
    for data in (X, wide):
        for size in (3, 0.9):
            pca = PCA(size, svd_solver="full").fit(data)
            pcas.append(dict(data=listed(data), size=size, components=listed(pca.components_),
                             variances=listed(pca.explained_variance_), shares=listed(pca.explained_variance_ratio_),
                             transformed=listed(pca.transform(data))))
    write("kernels", dict(features=listed(X), test=listed(T), responses=listed(Y), alphas=listed(alphas), cases=cases,
                          pcas=pcas))


if __name__ == "__main__":
    main()
