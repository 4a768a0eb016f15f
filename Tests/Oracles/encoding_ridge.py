"""Reference answers for Tests/Library/Encoding: ridge over a grid of alphas, folds, scores.

Run:  python -W ignore Tests/Oracles/encoding_ridge.py
With: numpy 2.4.6, scikit-learn 1.9.1, himalaya 0.4.11, scipy 1.17.1 (and packaging, which himalaya forgets).
Writes Tests/Library/Encoding/Fixtures/{ridge,folds,scores}.json; all seeds are fixed.
"""

import json
from pathlib import Path

import numpy as np
from himalaya.kernel_ridge import KernelRidgeCV
from himalaya.ridge import RidgeCV
from himalaya.scoring import correlation_score, r2_score
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, LeaveOneGroupOut, PredefinedSplit, cross_val_predict

FIXTURES = Path(__file__).parent.parent / "Library" / "Encoding" / "Fixtures"


def listed(array):
    return np.asarray(array, dtype=float).tolist()


def rounded(array):
    """Six significant digits: inputs that both sides then read exactly alike, and short files."""
    return np.vectorize(lambda x: float(f"{x:.6g}"))(array)


def write(name, value):
    FIXTURES.mkdir(parents=True, exist_ok=True)
    (FIXTURES / f"{name}.json").write_text(json.dumps(value))


def responses(rng, features, voxels, noise):
    weights = rng.standard_normal((features.shape[1], voxels)) / np.linalg.norm(features, axis=0)[:, None]
    signal = features @ weights * np.sqrt(len(features) / features.shape[1])
    signal[:, -2:] = 0  # two voxels of noise alone: they choose the largest alphas
    return signal + noise * rng.standard_normal(signal.shape)


def problems():
    rng = np.random.default_rng(20)
    tall = rng.standard_normal((60, 8))
    yield "tall", tall, responses(rng, tall, 6, 1.0)
    wide = rng.standard_normal((30, 70))
    yield "wide", wide, responses(rng, wide, 6, 0.5)
    deficient = rng.standard_normal((40, 4)) @ rng.standard_normal((4, 12))
    yield "rank-deficient", deficient, responses(rng, deficient, 6, 1.0)
    collinear = rng.standard_normal((45, 6))
    collinear = np.hstack([collinear, collinear[:, :3], collinear[:, 3:] + 1e-4 * rng.standard_normal((45, 3))])
    yield "collinear", collinear, responses(rng, collinear, 6, 1.0)
    scaled = rng.standard_normal((50, 10)) * np.logspace(-3, 3, 10) + 2
    yield "badly-scaled", scaled, responses(rng, scaled, 6, 0.5)
    tiny = rng.standard_normal((6, 2))
    yield "tiny", tiny, responses(rng, tiny, 4, 0.3)
    power = rng.standard_normal((60, 25)) * np.arange(1, 26) ** -1.5 @ np.linalg.qr(rng.standard_normal((25, 25)))[0]
    yield "power-law", power, responses(rng, power, 6, 1.0) + 3


def ridge():
    cases = []
    alphas = np.logspace(-3, 5, 9)
    for name, X, Y in problems():
        X, Y = rounded(X), rounded(Y)
        folds = 3 if name == "tiny" else 5
        for intercept in (False, True):
            model = RidgeCV(alphas=alphas, cv=folds, fit_intercept=intercept).fit(X, Y)
            kernel = KernelRidgeCV(alphas=alphas, cv=folds, fit_intercept=intercept).fit(X, Y)
            np.testing.assert_allclose(kernel.best_alphas_, model.best_alphas_, rtol=1e-10)
            per_alpha = [RidgeCV(alphas=[a], cv=folds, fit_intercept=intercept).fit(X, Y).cv_scores_ for a in alphas]
            held_out = np.empty_like(Y)
            for voxel, alpha in enumerate(model.best_alphas_):
                estimator = Ridge(alpha=alpha, fit_intercept=intercept, solver="svd")
                held_out[:, voxel] = cross_val_predict(estimator, X, Y[:, voxel], cv=KFold(folds))
            cases.append(
                dict(
                    name=name, folds=folds, intercept=intercept, alphas=listed(alphas), features=listed(X),
                    responses=listed(Y), bestAlphas=listed(model.best_alphas_), searchScores=listed(per_alpha),
                    coefficients=listed(model.coef_),
                    interceptValues=listed(model.intercept_) if intercept else [0.0] * Y.shape[1],
                    heldOutR2=listed(r2_score(Y, held_out)), heldOutR=listed(correlation_score(Y, held_out)),
                    trainR2=listed(model.score(X, Y))))
            for name_of_best, score in (("bestForR2", r2_score), ("bestForCorrelation", correlation_score)):
                other = RidgeCV(alphas=alphas, cv=folds, fit_intercept=intercept, solver_params=dict(score_func=score))
                cases[-1][name_of_best] = listed(other.fit(X, Y).best_alphas_)
            shared = RidgeCV(alphas=alphas, cv=folds, fit_intercept=intercept, solver_params=dict(local_alpha=False))
            cases[-1]["sharedAlpha"] = float(shared.fit(X, Y).best_alphas_[0])
    write("ridge", cases)


def folds():
    cases = []

    def case(kind, splitter, samples, groups=None, **options):
        splits = [[train.tolist(), test.tolist()] for train, test in splitter.split(np.zeros(samples), groups=groups)]
        cases.append(dict(kind=kind, samples=samples, splits=splits, groups=groups, **options))

    for samples, count in ((10, 3), (23, 5), (6, 6)):
        case("kFold", KFold(count), samples, count=count)
        for seed in (0, 1, 12345):
            case("shuffled", KFold(count, shuffle=True, random_state=seed), samples, count=count, seed=seed)
    case("shuffled", KFold(5, shuffle=True, random_state=1), 627, count=5, seed=1)
    rng = np.random.default_rng(3)
    for samples, labels in ((24, 7), (40, 11)):
        groups = rng.integers(0, labels, samples).tolist()
        case("groups", GroupKFold(3), samples, groups, count=3)
        case("leaveOneGroupOut", LeaveOneGroupOut(), samples, groups)
    predefined = [0, 0, 1, -1, 1, 2, 2, 0, -1]
    case("predefined", PredefinedSplit(predefined), len(predefined), predefined)
    write("folds", cases)


def scores():
    rng = np.random.default_rng(4)
    Y = rounded(rng.standard_normal((40, 6)) + np.array([0, 0, 100, 0, 0, 0]))
    prediction = rounded(0.5 * Y + rng.standard_normal(Y.shape))
    prediction[:, 5] = 1  # a constant prediction: no correlation
    write("scores", dict(
        responses=listed(Y), predictions=listed(prediction), r2=listed(r2_score(Y, prediction)),
        r=listed(correlation_score(Y, prediction))))


if __name__ == "__main__":
    ridge()
    folds()
    scores()
