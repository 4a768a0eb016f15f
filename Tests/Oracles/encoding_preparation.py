"""Reference answers for Tests/Library/Encoding: delays, detrending, z-scores, numpy's random numbers, nested scores.

Run:  python -W ignore Tests/Oracles/encoding_preparation.py
With: numpy 2.4.6, scikit-learn 1.9.1, himalaya 0.4.11 (and packaging, which himalaya forgets).
Writes Tests/Library/Encoding/Fixtures/preparation.json; all seeds are fixed.
"""

import numpy as np
from encoding_ridge import listed, responses, rounded, write
from himalaya.kernel_ridge import generate_dirichlet_samples
from himalaya.ridge import RidgeCV
from himalaya.scoring import r2_score
from sklearn.model_selection import KFold


def delayed(X, delays):
    """What voxelwise_tutorials' Delayer does to one run."""
    parts = []
    for delay in delays:
        part = np.zeros_like(X)
        if delay == 0:
            part[:] = X
        elif delay > 0:
            part[delay:] = X[:-delay]
        else:
            part[:delay] = X[-delay:]
        parts.append(part)
    return np.hstack(parts)


def detrended(Y, basis):
    return Y - basis @ np.linalg.lstsq(basis, Y, rcond=None)[0]


def cosines(samples, order):
    time = np.arange(samples) + 0.5
    return np.stack([np.cos(np.pi / samples * time * k) for k in range(order + 1)], axis=1)


def main():
    rng = np.random.default_rng(7)
    X = rounded(rng.standard_normal((23, 3)))
    Y = rounded(rng.standard_normal((23, 4)) + 1000 + np.linspace(0, 5, 23)[:, None] ** 2)
    runs = [slice(0, 10), slice(10, 23)]
    delays = [0, 1, 3, -2]
    random = np.random.RandomState(5)
    F = rounded(rng.standard_normal((50, 9)))
    R = rounded(responses(rng, F, 5, 1.0))
    outer = []
    for train, test in KFold(5, shuffle=True, random_state=1).split(F):
        model = RidgeCV(alphas=np.logspace(-1, 4, 6), cv=4, fit_intercept=True).fit(F[train], R[train])
        outer.append(r2_score(R[test], model.predict(F[test])))
    write("preparation", dict(
        features=listed(X), responses=listed(Y), runs=[10, 13], delays=delays,
        delayed=listed(np.vstack([delayed(X[run], delays) for run in runs])),
        polynomial=listed(np.vstack([detrended(Y[r], np.vander(np.arange(r.stop - r.start), 3)) for r in runs])),
        # period 20 s, TR 2 s: floor(2 * samples * 2 / 20) cosines
        cosine=listed(np.vstack([detrended(Y[r], cosines(n, 2 * n * 2 // 20)) for r, n in zip(runs, (10, 13))])),
        zScored=listed(np.vstack([(Y[r] - Y[r].mean(0)) / Y[r].std(0) for r in runs])),
        permutation=random.permutation(100).tolist(), uniforms=listed(random.random_sample(5)),
        gaussians=listed(random.standard_normal(5)), smallGammas=listed(random.standard_gamma(0.1, 5)),
        largeGammas=listed(random.standard_gamma(2.5, 5)),
        dirichlet=listed(generate_dirichlet_samples(7, 3, [0.1, 1.0], random_state=3)),
        nestedFeatures=listed(F), nestedResponses=listed(R), nestedAlphas=listed(np.logspace(-1, 4, 6)),
        nestedR2=listed(np.mean(outer, axis=0))))


if __name__ == "__main__":
    main()
