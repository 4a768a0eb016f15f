"""Reference answers for Tests/Library/Brain: maps by region, spatial nulls, and flattened cortices.

Run:  python -W ignore Tests/Oracles/region_maps.py
With: numpy 2.4.6, scipy 1.17.1, neuromaps 0.0.7, brainspace 0.3.0, h5py 3.16.
Writes Tests/Library/Brain/Fixtures/region-maps.json and flat-mapper.h5; all seeds are fixed.
"""

import json
from pathlib import Path

import h5py
import numpy as np
from brainspace.null_models.moran import compute_mem, moran_randomization
from neuromaps.nulls.spins import gen_spinsamples
from neuromaps.stats import permtest_metric
from scipy import sparse, stats

FIXTURES = Path(__file__).parents[1] / "Library/Brain/Fixtures"


def summary(random):
    """Regions of 0, 1, 7 and 40 voxels, one without a score among them."""
    regions = ["V1"] * 40 + ["IT"] * 7 + ["A1"] + [""] * 2
    scores = random.normal(0.1, 0.2, len(regions))
    scores[3] = np.nan
    answers = []
    for name in ["V1", "IT"]:
        own = np.array([s for r, s in zip(regions, scores) if r == name])
        own = own[~np.isnan(own)]
        interval = stats.bootstrap(
            (own,), np.mean, n_resamples=500, confidence_level=0.9, method="percentile", vectorized=False,
            random_state=np.random.RandomState(3)).confidence_interval
        answers.append(dict(
            count=len(own), mean=own.mean(), median=np.median(own), sd=own.std(ddof=1), sem=stats.sem(own),
            quartiles=list(np.quantile(own, [0.25, 0.75])), share=float((own > 0.05).mean()),
            interval=[interval.low, interval.high]))
    return dict(regions=regions, scores=[None if np.isnan(s) else s for s in scores], answers=answers)


def spins(random):
    places = random.normal(size=(60, 3))
    places = places / np.linalg.norm(places, axis=1, keepdims=True) * 100
    right = (np.arange(60) % 2).tolist()
    first, second = random.normal(size=(2, 60))
    second = second + 0.4 * first
    answers = {}
    for name, method in [("nearest", "original"), ("onceEach", "vasa")]:
        order = gen_spinsamples(places, np.array(right), n_rotate=40, method=method, seed=17)
        r, p = permtest_metric(first, second, nulls=first[order])
        answers[name] = dict(order=order.T.tolist(), r=float(r), p=float(p))
    return dict(places=places.tolist(), right=right, first=first.tolist(), second=second.tolist(), answers=answers)


def moran(random):
    places = random.uniform(-60, 60, size=(50, 3))
    distances = np.linalg.norm(places[:, None] - places[None], axis=2)
    weights = distances.copy()
    np.fill_diagonal(weights, 1)
    weights = 1 / weights
    values = random.normal(size=50) + places[:, 0] / 30
    other = random.normal(size=50) + places[:, 1] / 40
    # brainspace takes the eigenvectors in single precision; the surrogates here are its own, of those in double.
    _, single = compute_mem(weights, tol=1e-5)
    mean = weights.mean(axis=0, keepdims=True)
    eigenvalues, vectors = np.linalg.eigh(weights + weights.mean() - mean - mean.T)
    kept = np.abs(eigenvalues) > 1e-10
    vectors = vectors[:, kept][:, ::-1]
    surrogates = moran_randomization(values, vectors, n_rep=30, random_state=5)
    r, p = permtest_metric(values, other, nulls=surrogates.T)
    return dict(
        places=places.tolist(), values=values.tolist(), other=other.tolist(),
        eigenvalues=[float(v) for v in single], surrogates=surrogates.tolist(), r=float(r), p=float(p))


def flat_map(random):
    """A mapper laid out as that of the shortclips data, and the picture that its matrix gives."""
    width, height, voxels = 31, 18, 25
    mask = np.zeros((width, height), bool)
    mask[3:28, 2:16] = random.uniform(size=(25, 14)) > 0.2
    pixels = int(mask.sum())
    matrix = sparse.random(pixels, voxels, density=0.08, format="csr", random_state=random)
    matrix.data = matrix.data.astype("float32")
    curvature = random.uniform(size=(width, height)).astype("float32")
    rois = random.integers(0, 256, size=(width, height, 4)) if hasattr(random, "integers") else random.randint(
        0, 256, size=(width, height, 4))
    with h5py.File(FIXTURES / "flat-mapper.h5", "w") as file:
        for name, part in [
            ("data", matrix.data), ("indices", matrix.indices), ("indptr", matrix.indptr),
            ("shape", np.array(matrix.shape)),
        ]:
            file[f"voxel_to_flatmap_{name}"] = part
        file["flatmap_mask"] = mask
        file["flatmap_curvature"] = curvature
        file["flatmap_rois"] = (rois / 255).astype("float32")
    values = random.normal(size=voxels)
    image = np.full((width, height), np.nan)
    column = np.full(pixels, np.nan)
    used = np.asarray(matrix.sum(1)).ravel() > 0
    column[used] = (matrix @ values)[used]
    image[mask] = column
    upright = image.T[::-1]
    return dict(
        values=values.tolist(), width=width, height=height,
        picture=[None if np.isnan(v) else float(v) for v in upright.ravel()],
        curvature=[float(v) for v in curvature.T[::-1].ravel()],
        regions=[float(v) for v in (rois[..., 3] / 255).astype("float32").T[::-1].ravel()])


random = np.random.RandomState(20)
answers = dict(summary=summary(random), spins=spins(random), moran=moran(random), flatMap=flat_map(random))
(FIXTURES / "region-maps.json").write_text(json.dumps(answers))
