"""Reference answers for Tests/Library/Encoding: pipelines under cross-validation, nested folds, responses of the blood,
Savitzky and Golay's curve, randomised principal components.

Run:  python -W ignore Tests/Oracles/encoding_pipeline.py
With: numpy 2.4.6, scipy 1.17.1, scikit-learn 1.9.1, himalaya 0.4.11, voxelwise_tutorials 0.2.3 (Delayer),
      nilearn 0.14.1.
Writes Tests/Library/Encoding/Fixtures/pipeline.json; all seeds are fixed.
"""

import numpy as np
from encoding_ridge import listed, responses, rounded, write
from himalaya.ridge import RidgeCV
from himalaya.scoring import correlation_score, r2_score
from nilearn.glm.first_level import compute_regressor, glover_hrf, spm_hrf
from scipy.signal import savgol_filter
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from voxelwise_tutorials.delayer import Delayer


class RunDelayer(TransformerMixin, BaseEstimator):
    """Delayer run by run; the last column holds the number of the run."""

    def __init__(self, delays):
        self.delays = delays

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        parts = [Delayer(self.delays).fit_transform(X[X[:, -1] == run, :-1]) for run in np.unique(X[:, -1])]
        return np.vstack(parts)


class ButRuns(TransformerMixin, BaseEstimator):
    """A step for all columns but the last, the number of the run."""

    def __init__(self, step):
        self.step = step

    def fit(self, X, y=None):
        self.step.fit(X[:, :-1])
        return self

    def transform(self, X):
        return np.hstack([self.step.transform(X[:, :-1]), X[:, -1:]])


def held_out(make, X, Y, folds):
    """Predictions of each fold's test samples, and the mean R2 and r over the folds."""
    predictions, r2, r = np.full(Y.shape, np.nan), [], []
    for train, test in folds:
        model = make().fit(X[train], Y[train])
        predictions[test] = model.predict(X[test])
        r2.append(r2_score(Y[test], predictions[test]))
        r.append(correlation_score(Y[test], predictions[test]))
    return dict(predictions=listed(predictions), r2=listed(np.mean(r2, 0)), r=listed(np.mean(r, 0)))


def nested(outer, inner, samples, outer_groups=None, inner_groups=None):
    X = np.zeros((samples, 1))
    return [[[train.tolist(), test.tolist()],
             [[train[a].tolist(), train[b].tolist()] for a, b in
              inner.split(X[train], groups=None if inner_groups is None else inner_groups[train])]]
            for train, test in outer.split(X, groups=outer_groups)]


def pipelines():
    rng = np.random.default_rng(31)
    X = rounded(rng.standard_normal((60, 9)) @ rng.standard_normal((9, 9)) * np.logspace(-1, 2, 9) + 5)
    Y = rounded(responses(rng, X - X.mean(0), 5, 1.0) + 3)
    runs = np.repeat([0, 1, 2, 3], [12, 18, 15, 15])
    labelled = np.hstack([X, runs[:, None]])
    alphas = np.logspace(-1, 3, 5)
    shuffled = list(KFold(5, shuffle=True, random_state=1).split(X))
    by_run = list(LeaveOneGroupOut().split(X, groups=runs))
    cv = lambda folds: RidgeCV(alphas=alphas, cv=folds, fit_intercept=True)
    return dict(
        features=listed(X), responses=listed(Y), runs=[12, 18, 15, 15], alphas=listed(alphas),
        # scaling, one alpha: scikit-learn alone
        scaled=held_out(lambda: make_pipeline(StandardScaler(), Ridge(alpha=10)), X, Y, shuffled),
        components=held_out(lambda: make_pipeline(StandardScaler(), PCA(4), cv(4)), X, Y, shuffled),
        variance=held_out(
            lambda: make_pipeline(StandardScaler(), PCA(0.9, svd_solver="full"), cv(4)), X, Y, shuffled),
        delayed=held_out(lambda: make_pipeline(
            ButRuns(StandardScaler(with_std=False)), RunDelayer([1, 2, 4]), cv(3)), labelled, Y, by_run),
        everything=held_out(lambda: make_pipeline(
            ButRuns(StandardScaler()), ButRuns(PCA(4)), RunDelayer([1, 2]), cv(3)), labelled, Y, by_run))


def folds():
    runs = np.repeat([0, 1, 2, 3], [5, 7, 6, 4])
    groups = np.random.default_rng(2).integers(0, 7, 22)
    return dict(
        runs=[5, 7, 6, 4], groups=groups.tolist(),
        shuffledInShuffled=nested(KFold(4, shuffle=True, random_state=1), KFold(3, shuffle=True, random_state=2), 22),
        runsInRuns=nested(LeaveOneGroupOut(), LeaveOneGroupOut(), 22, runs, runs),
        groupsInGroups=nested(GroupKFold(3), GroupKFold(2), 22, groups, groups))


def blood():
    rng = np.random.default_rng(4)
    x = rounded(rng.standard_normal((33, 2)))
    cases = []
    for name, function in (("spm", spm_hrf), ("glover", glover_hrf)):
        # Of 33 samples the grid of nilearn ends where it should to the last digit; with 0.72 s it does not, and some
        # events are found one fine step late.
        for tr, oversampling in ((2.0, 50), (1.5, 64), (0.72, 50)):
            times = np.arange(33) * tr
            # An event of one repetition at every sample: its amplitude is the feature.
            convolved = [compute_regressor((times, np.full(33, tr), column), name, times, oversampling=oversampling, min_onset=0)[0][:, 0]
                         for column in x.T]
            cases.append(dict(name=name, repetitionTime=tr, oversampling=oversampling, coarse=listed(function(tr, 1)),
                              fine=listed(function(tr, 16)), convolved=listed(np.transpose(convolved))))
    delays, times = [0, 1, 3], np.arange(33) * 2.0
    fir = np.stack([compute_regressor((times, np.full(33, 2.0), column), "fir", times, fir_delays=delays,
                                      min_onset=0)[0] for column in x.T], axis=2)  # samples x delays x features
    return dict(features=listed(x), cases=cases, delays=delays, impulses=listed(fir.reshape(33, -1)))


def smoothed():
    rng = np.random.default_rng(6)
    y = rounded(np.cumsum(rng.standard_normal((47, 3)), 0) + 500)
    runs = [slice(0, 21), slice(21, 47)]
    return dict(signal=listed(y), runs=[21, 26], cases=[
        dict(window=w, degree=d, left=listed(np.vstack([y[r] - savgol_filter(y[r], w, d, axis=0) for r in runs])))
        for w, d in ((11, 3), (21, 2), (7, 0))])


def components():
    """Data that the test draws itself: numpy's normal numbers of seed 8, times scales that fall like 1 / k."""
    cases = []
    for rows, columns, count in ((80, 300, 6), (300, 80, 12)):
        random = np.random.RandomState(8)
        rank = min(rows, columns)
        X = random.standard_normal((rows, rank)) / np.arange(1, rank + 1) @ random.standard_normal((rank, columns))
        pca = PCA(count, svd_solver="randomized", random_state=3).fit(X)
        cases.append(dict(rows=rows, columns=columns, count=count, variances=listed(pca.explained_variance_),
                          shares=listed(pca.explained_variance_ratio_), components=listed(pca.components_[:, :20]),
                          scores=listed(pca.transform(X)[:5])))
    return cases


if __name__ == "__main__":
    write("pipeline", dict(pipelines=pipelines(), folds=folds(), blood=blood(), smoothed=smoothed(),
                           components=components()))
