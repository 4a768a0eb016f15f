"""Reference answers for Tests/Conformance/test_studies.py: the two studies of Lu et al. (2022) on simulated subjects.

Run:  python -W ignore Tests/Oracles/studies.py
With: numpy 2.4.6, scikit-learn 1.9.1, himalaya 0.4.11 (and packaging, which himalaya forgets), scipy 1.17.1, h5py 3.16.
Writes Tests/Library/Brain/Fixtures/studies/; all seeds are fixed.
"""

import json
from pathlib import Path

import h5py
import numpy as np
from encoding_banded import kernel_model
from himalaya.ridge import RidgeCV
from himalaya.scoring import correlation_score, r2_score, r2_score_split
from scipy.stats import ttest_rel
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

FOLDER = Path(__file__).parents[1] / "Library/Brain/Fixtures/studies"
# Names of AAL with the groups of the atlas's table; the last voxel belongs to none.
REGIONS = [("Precentral_L", "central"), ("Insula_R", "insula"), ("Calcarine_L", "occipital"), ("Cuneus_L", "occipital"),
           ("Cerebelum_3_L", "cerebellum"), ("", "")]


def feature_file(name, layers):
    """A feature file as the library writes it: /features/LAYER, and how it was made as attributes."""
    with h5py.File(FOLDER / name, "w") as file:
        for key in ("model", "tower", "precision", "weights_sha256", "settings_sha256", "transform", "pooling", "stimuli"):
            file.attrs[key] = "simulated"
        file.attrs["stimuli_sha256"] = name
        file.attrs.create("layers", list(layers), dtype=h5py.string_dtype())
        for layer, features in layers.items():
            file.create_dataset(f"features/{layer}", data=features.astype(np.float32))
            file[f"features/{layer}"].attrs["short_name"] = layer.replace("encoder.layer.", "layer ").replace("blocks.", "block ")


def study_file(name, responses, runs, regions=()):
    with h5py.File(FOLDER / name, "w") as file:
        file["responses"] = responses.astype(np.float32)
        file["runs"] = np.array(runs)
        if regions:
            text = h5py.string_dtype()
            file.create_dataset("regions", data=[name for name, _ in regions], dtype=text)
            file.create_dataset("region_groups", data=[group for _, group in regions], dtype=text)


def single(array):
    """The numbers as the library reads them."""
    return array.astype(np.float32).astype(float)


def text_study():
    rng = np.random.default_rng(3)
    names = ["encoder.layer.0", "encoder.layer.1"]
    features = [[single(rng.standard_normal((60, width)) * 10) for _ in names] for width in (9, 7)]
    for model, file in zip(features, ("multimodal.h5", "unimodal.h5")):
        feature_file(file, dict(zip(names, model)))
    subjects = []
    for subject in range(4):
        voxels = 12
        weights = [[rng.standard_normal((model[0].shape[1], voxels)) * scale for _ in names]
                   for model, scale in zip(features, (0.12, 0.08))]
        Y = sum(x @ w for model, ws in zip(features, weights) for x, w in zip(model, ws))
        Y = single(Y * rng.random(voxels) + 0.7 * rng.standard_normal(Y.shape) + 3)
        # One voxel is never measured, and the second subject has no insula.
        Y[:, 3] = 0
        places = [voxel % len(REGIONS) for voxel in range(voxels)]
        if subject == 1:
            places = [2 if place == 1 else place for place in places]
        regions = [REGIONS[place] for place in places]
        study_file(f"subject-{subject + 1}.h5", Y, [60], regions)
        layers = []
        for layer in range(len(names)):
            X = np.hstack([model[layer] for model in features])
            widths = [model[layer].shape[1] for model in features]
            joint, corrected, split = [], [], []
            for train, test in KFold(5, shuffle=True, random_state=1).split(X):
                mean = Y[train].mean(0)
                pipeline = kernel_model(widths, np.logspace(1, 20, 20), 5, 20, 1, True).fit(X[train], Y[train] - mean)
                parts = pipeline[-1].predict(pipeline[:-1].transform(X[test]), split=True)
                joint.append(r2_score(Y[test] - Y[test].mean(0), parts.sum(0)))
                corrected.append(r2_score(Y[test] - mean, parts.sum(0)))
                split.append(r2_score_split(Y[test] - Y[test].mean(0), parts))
            layers.append(dict(faithful=np.mean(joint, 0), corrected=np.mean(corrected, 0), split=np.mean(split, 0)))
        subjects.append(dict(layers=layers, regions=regions, responding=(Y.mean(0) != 0)))
    return dict(
        subjects=[[dict((key, np.nan_to_num(value, nan=-99).tolist()) for key, value in layer.items())
                   for layer in subject["layers"]] for subject in subjects],
        tests=[layer_test(subjects, layer) for layer in range(len(names))],
        groups=group_means(subjects, 1))


def positive(subject, layer):
    """The published selection `pos`: a mean response other than 0, and a joint R2 above 0."""
    with np.errstate(invalid="ignore"):
        return subject["responding"] & (subject["layers"][layer]["corrected"] > 0)


def layer_test(subjects, layer):
    means = np.array([[share[positive(s, layer)].mean() for share in s["layers"][layer]["split"]] for s in subjects])
    test = ttest_rel(*means.T)
    interval = test.confidence_interval()
    return dict(means=means.mean(0).tolist(), sd=means.std(0, ddof=1).tolist(), t=test.statistic, p=test.pvalue,
                interval=[interval.low, interval.high])


def group_means(subjects, layer):
    """The multimodal share by group over subjects, of the voxels of `90pos`; a subject without one is left out."""
    means = {}
    for subject in subjects:
        selected = positive(subject, layer)
        groups = np.array([group if group != "cerebellum" else "" for _, group in subject["regions"]])
        for group in set(groups) - {""}:
            values = subject["layers"][layer]["split"][0][selected & (groups == group)]
            if len(values):
                means.setdefault(group, []).append(values.mean())
    return {group: dict(mean=float(np.mean(values)), count=len(values)) for group, values in sorted(means.items())}


def delayed(X, delays, runs):
    parts, start = [], 0
    for length in runs:
        run = X[start:start + length]
        parts.append(np.hstack([np.vstack([np.zeros((d, X.shape[1])), run[:length - d]]) for d in delays]))
        start += length
    return np.vstack(parts)


def film_study():
    rng = np.random.default_rng(4)
    runs, delays, voxels = [40, 40, 40], [0, 2, 3, 4], 10
    layers = {f"blocks.{index}": single(np.cumsum(rng.standard_normal((150, 6)), 0) * rng.random(6)) for index in range(2)}
    for run in range(3):
        feature_file(f"film-{run}.h5", {name: x[40 * run:40 * (run + 1)] for name, x in layers.items()})
    feature_file("film-test.h5", {name: x[120:] for name, x in layers.items()})
    signal = delayed(layers["blocks.1"][:120], delays, runs), delayed(layers["blocks.1"][120:], delays, [30])
    weights = rng.standard_normal((signal[0].shape[1], voxels))
    train = single(signal[0] @ weights / 4 + 3 * rng.standard_normal((120, voxels)) + 5)
    repeats = [single(signal[1] @ weights / 4 + 3 * rng.standard_normal((30, voxels)) + 5.5) for _ in range(3)]
    study_file("film-train.h5", train, runs)
    with h5py.File(FOLDER / "film-repeats.h5", "w") as file:
        file["repeats"] = np.array(repeats, dtype=np.float32)
    mean = np.mean(repeats, axis=0)
    result = {}
    for mode in ("corrected", "faithful"):
        result[mode] = []
        for x in layers.values():
            scaler = StandardScaler().fit(x[:120])
            pca = PCA(0.99, svd_solver="full").fit(scaler.transform(x[:120]))
            test_scaler = scaler if mode == "corrected" else StandardScaler().fit(x[120:])
            X = delayed(pca.transform(scaler.transform(x[:120])), delays, runs)
            Xtest = delayed(pca.transform(test_scaler.transform(x[120:])), delays, [30])
            model = RidgeCV(alphas=np.logspace(0, 4, 9), cv=KFold(5), fit_intercept=True).fit(X, train)
            prediction, expected = model.predict(Xtest), mean
            if mode == "faithful":
                prediction = (prediction - train.mean(0)) / train.std(0)
                expected = StandardScaler().fit_transform(mean)
            result[mode].append(dict(r2=r2_score(expected, prediction).tolist(), r=correlation_score(expected, prediction).tolist()))
    return result


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "expected.json").write_text(json.dumps(dict(text=text_study(), film=film_study())))
