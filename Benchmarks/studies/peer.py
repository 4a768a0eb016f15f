"""One outer fold of the text study with himalaya, or one layer of the film study, on a part of the voxels: prints seconds and seconds of processors.

Usage: python peer.py text SENTENCES VOXELS | python peer.py film SAMPLES VOXELS   (see run.py)
"""

import sys
import time

import numpy as np


def text(sentences, voxels):
    from himalaya.kernel_ridge import MultipleKernelRidgeCV
    rng = np.random.default_rng(1)
    train = sentences - sentences // 5
    X = rng.standard_normal((2, sentences, 768)).astype(np.float32)
    Y = rng.standard_normal((sentences, voxels)).astype(np.float32)
    start = time.perf_counter(), time.process_time()
    kernels = X @ X.transpose(0, 2, 1)
    model = MultipleKernelRidgeCV(
        kernels="precomputed", solver="random_search", cv=5, random_state=1,
        solver_params=dict(n_iter=20, alphas=np.logspace(1, 20, 20), progress_bar=False))
    model.fit(kernels[:, :train, :train], Y[:train])
    model.score(kernels[:, train:, :train], Y[train:], split=True)
    return time.perf_counter() - start[0], time.process_time() - start[1]


def film(samples, voxels):
    from himalaya.ridge import RidgeCV
    from sklearn.model_selection import KFold
    rng = np.random.default_rng(1)
    X = rng.standard_normal((samples, 3072)).astype(np.float32)
    Y = rng.standard_normal((samples, voxels)).astype(np.float32)
    start = time.perf_counter(), time.process_time()
    model = RidgeCV(alphas=np.logspace(0, 8, 17), cv=KFold(5), solver_params=dict(n_targets_batch=2000))
    model.fit(X, Y).predict(X[:270])
    return time.perf_counter() - start[0], time.process_time() - start[1]


seconds, processor = dict(text=text, film=film)[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
print(f'{{"seconds": {seconds}, "processorSeconds": {processor}}}')
