"""Statistics, functions and linear algebra of small matrices by numpy and scipy, for Tests/Library/Tensors.

Run: python matrix.py
Needs: numpy 2.4.6, scipy 1.17.1. All inputs are numbers of single precision and are calculated with in double
precision, so that one answer serves for Float and Double.
"""
import json
import pathlib
import warnings

import numpy as np
import scipy.stats

FIXTURES = pathlib.Path(__file__).parent.parent / "Library" / "Tensors" / "Fixtures"
warnings.simplefilter("ignore")
random = np.random.RandomState(12)


def single(x):
    return np.asarray(x, np.float32).astype(np.float64)


def packed(x):
    """Rows, columns and elements; a vector is one row, a number one element."""
    x = np.atleast_2d(np.asarray(x, np.float64))
    special = {np.inf: "inf", -np.inf: "-inf"}
    return {"rows": x.shape[0], "columns": x.shape[1],
            "elements": ["nan" if np.isnan(v) else special.get(v, v) for v in x.ravel().tolist()]}


normal = single(random.normal(size=(7, 5)))
holes = single(random.normal(size=(6, 4)))
holes[0, 0] = holes[3, 0] = holes[5, 2] = np.nan
holes[:, 3] = np.nan
holes[2, 3] = 1.5
allnan = holes.copy()
allnan[:, 1] = np.nan
MATRICES = {
    "normal": normal, "ties": single(random.randint(0, 3, (9, 4))), "holes": holes, "allnan": allnan,
    "row": single(random.normal(size=(1, 6))), "column": single(random.normal(size=(6, 1))), "one": np.array([[2.5]]),
    "offset": single(1e4 + random.normal(size=(40, 3))), "constant": np.full((4, 3), 0.1, np.float32).astype(float),
    "infinite": np.array([[1, np.inf, -np.inf], [-2, 3, 4]]), "empty rows": np.zeros((0, 3)),
    "empty columns": np.zeros((3, 0)),
}


def kept(f):
    """All elements, then down, then along, the dimension kept."""
    return {"": lambda x: f(x, axis=None), " 0": lambda x: f(x, axis=0, keepdims=True),
            " 1": lambda x: f(x, axis=1, keepdims=True)}


OPERATIONS = {}
for name, f in {
    "sum": np.sum, "mean": np.mean, "min": np.min, "max": np.max, "median": np.median,
    "std": np.std, "var": np.var, "std ddof 1": lambda x, **o: np.std(x, ddof=1, **o),
    "var ddof 1": lambda x, **o: np.var(x, ddof=1, **o), "quantile 0.1": lambda x, **o: np.quantile(x, 0.1, **o),
    "quantile 0.85": lambda x, **o: np.quantile(x, 0.85, **o), "quantile 1": lambda x, **o: np.quantile(x, 1, **o),
    "nansum": np.nansum, "nanmean": np.nanmean, "nanmin": np.nanmin, "nanmax": np.nanmax, "nanmedian": np.nanmedian,
    "nanstd": np.nanstd, "nanvar ddof 1": lambda x, **o: np.nanvar(x, ddof=1, **o),
    "nanquantile 0.85": lambda x, **o: np.nanquantile(x, 0.85, **o),
}.items():
    OPERATIONS |= {name + suffix: g for suffix, g in kept(f).items()}
OPERATIONS |= {
    "argmax": lambda x: np.unravel_index(np.argmax(x), x.shape), "argmin": lambda x: np.unravel_index(np.argmin(x), x.shape),
    "argmax 0": lambda x: np.argmax(x, axis=0), "argmax 1": lambda x: np.argmax(x, axis=1),
    "argmin 0": lambda x: np.argmin(x, axis=0), "argmin 1": lambda x: np.argmin(x, axis=1),
    "argsort 0": lambda x: np.argsort(x, axis=0, kind="stable").T, "argsort 1": lambda x: np.argsort(x, axis=1, kind="stable"),
    "ranks 0": lambda x: scipy.stats.rankdata(x, axis=0), "ranks 1": lambda x: scipy.stats.rankdata(x, axis=1),
    "cumsum 0": lambda x: np.cumsum(x, axis=0), "cumsum 1": lambda x: np.cumsum(x, axis=1), "unique": np.unique,
    "norm": np.linalg.norm, "norm 0": lambda x: np.linalg.norm(x, axis=0, keepdims=True),
    "norm 1": lambda x: np.linalg.norm(x, axis=1, keepdims=True),
    "transposed": lambda x: x.T, "diagonal": np.diag, "trace": np.trace,
    "clip": lambda x: np.clip(x, -0.5, 1), "maximum": lambda x: np.maximum(x, 0.25), "minimum": lambda x: np.minimum(x, 0.25),
    "floor": np.floor, "ceil": np.ceil, "round": np.round, "sign": np.sign, "abs": np.abs, "square": np.square,
    "above": lambda x: x > 0.5, "at most": lambda x: x <= 1, "isnan": np.isnan, "isfinite": np.isfinite,
    "mean removed": lambda x: x - x.mean(axis=0, keepdims=True), "over row sums": lambda x: x / x.sum(axis=1, keepdims=True),
}
CORRELATED = {
    "standardized 0": lambda x: (x - x.mean(0)) / x.std(0), "standardized 1 ddof 1": lambda x: scipy.stats.zscore(x, axis=1, ddof=1),
    "pearson": lambda x: np.corrcoef(x, rowvar=False), "spearman": lambda x: scipy.stats.spearmanr(x)[0],
    "pearson with": lambda x: np.corrcoef(x, x[:, ::-1] ** 2, rowvar=False)[:x.shape[1], x.shape[1]:],
    "spearman with": lambda x: scipy.stats.spearmanr(x, x[:, ::-1] ** 2)[0][:x.shape[1], x.shape[1]:],
}
results = {}
for matrix, x in MATRICES.items():
    operations = OPERATIONS | (CORRELATED if matrix in ("normal", "ties", "offset") else {})
    results[matrix] = {}
    for name, f in operations.items():
        try:
            results[matrix][name] = packed(f(x))
        except (ValueError, IndexError):   # no smallest of none
            assert x.size == 0, (matrix, name)

# An odd count, so that vectors have a rest; zeros, infinities, subnormal numbers and what overflows among them.
points = single(np.concatenate([
    np.linspace(-9, 9, 83), [0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 1e-40, 1e-30, -1e-30, 80, -80, 95, -100, 2000, 1e5, 1e30]]))
FUNCTIONS = {f: getattr(np, f) for f in (
    "exp expm1 log log2 log10 log1p sin cos tan sinh cosh tanh sqrt".split())} | {
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "cube": lambda x: x ** 3, "rootth": lambda x: x ** -0.5,
    "two to the": lambda x: 2.0 ** x, "square root": lambda x: x ** 0.5}
functions = {name: packed(f(points)) for name, f in FUNCTIONS.items()}

a = single(random.normal(size=(5, 5)) + 2 * np.eye(5))
b = single(random.normal(size=(5, 2)))
spd = single(np.round((a @ a.T + np.eye(5)) * 64) / 64)
tall, right = normal, single(random.normal(size=(7, 3)))
deficient = single(np.round(random.normal(size=(6, 2)) * 8) @ np.round(random.normal(size=(2, 4)) * 8))
q, r = np.linalg.qr(tall)
linear = {
    "a": a, "b": b, "spd": spd, "tall": tall, "right": right, "deficient": deficient,
    "solve": np.linalg.solve(a, b), "inverse": np.linalg.inv(a), "det": np.linalg.det(a),
    "eigenvalues": np.linalg.eigvalsh(spd), "cholesky": np.linalg.cholesky(spd),
    "singular values": np.linalg.svd(tall)[1], "r": np.abs(r), "lstsq": np.linalg.lstsq(tall, right)[0],
    "lstsq deficient": np.linalg.lstsq(deficient, right[:6])[0], "rank": np.linalg.matrix_rank(deficient),
    "pinv": np.linalg.pinv(deficient), "product": a @ b, "vector product": a @ b[:, 0],
    "normal of seed 3": np.random.RandomState(3).normal(2, 0.5, (3, 5)),
    "uniform of seed 3": np.random.RandomState(3).uniform(-1, 4, (3, 5)),
    "linspace": np.linspace(0.1, 2.3, 7), "arange": np.arange(0, 1, 0.1), "arange down": np.arange(5, -1, -2),
}

# More numbers than one thread takes, from a generator that the Swift test repeats.
state, values = 7, []
for _ in range(331 * 997):
    state = (state * 1103515245 + 12345) % 2**31
    values.append((state >> 7) / 2**23 - 1)
large = np.array(values).reshape(331, 997)
large_results = {
    "sum": large.sum(), "std": large.std(), "min": large.min(), "max": large.max(), "median": np.median(large),
    "quantile": np.quantile(large, 0.123), "argmax": np.argmax(large), "mean 0": large.mean(0)[::83],
    "std 1": large.std(1)[::83], "median 0": np.median(large, 0)[::83], "argsort": np.argsort(large.ravel(), kind="stable")[::30011],
    "exp": np.exp(large).ravel()[::30011], "combination": (large * 2 + large.T[:1, :1] / (3 + large.mean(0))).ravel()[::30011],
    "below": (large < 0.25).sum(), "cumsum 0": large.cumsum(0)[-1][::83], "spearman": scipy.stats.spearmanr(large[:, 0], large[:, 1])[0],
}
(FIXTURES / "matrix.json").write_text(json.dumps({
    "matrices": {name: packed(x) if x.size else {"rows": x.shape[0], "columns": x.shape[1], "elements": []}
                 for name, x in MATRICES.items()},
    "results": results, "points": packed(points), "functions": functions,
    "linear": {name: packed(x) for name, x in linear.items()},
    "large": {name: packed(x) for name, x in large_results.items()},
}))
