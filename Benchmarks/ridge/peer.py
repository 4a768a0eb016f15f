"""One fit of a model of himalaya on random data: prints its seconds as JSON.

Usage: python peer.py SAMPLES FEATURES VOXELS float|double RidgeCV|KernelRidgeCV|Banded [TARGETS_BATCH]
"""

import json
import sys
import time
import warnings

import numpy as np
from himalaya.kernel_ridge import KernelRidgeCV, MultipleKernelRidgeCV
from himalaya.ridge import RidgeCV

warnings.simplefilter("ignore")
samples, features, voxels = map(int, sys.argv[1:4])
dtype = np.float64 if sys.argv[4] == "double" else np.float32
rng = np.random.default_rng(0)
X = rng.standard_normal((samples, features), dtype=dtype)
Y = rng.standard_normal((samples, voxels), dtype=dtype)
Y += 0.07 * X[:, :20] @ rng.standard_normal((20, voxels), dtype=dtype)
params = dict(n_targets_batch=int(sys.argv[6])) if len(sys.argv) > 6 else {}
if sys.argv[5] == "Banded":
    params.update(n_iter=20, alphas=np.logspace(1, 20, 20), progress_bar=False)
    model = MultipleKernelRidgeCV(kernels="precomputed", cv=5, random_state=1, solver_params=params)
    bands = np.split(X, 2, axis=1)
    start = time.perf_counter()
    model.fit(np.stack([band @ band.T for band in bands]), Y)
else:
    Estimator = dict(RidgeCV=RidgeCV, KernelRidgeCV=KernelRidgeCV)[sys.argv[5]]
    Estimator(alphas=[1.0, 10.0], cv=5).fit(X[:100], Y[:100, :10])
    start = time.perf_counter()
    Estimator(alphas=np.logspace(0, 6, 20), cv=5, solver_params=params).fit(X, Y)
print(json.dumps(dict(seconds=time.perf_counter() - start)))
