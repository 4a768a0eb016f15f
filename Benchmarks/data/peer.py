"""What run.py measures beside: nilearn, h5py and scipy.io at the same tasks, and the files they are measured on.

Usage: peer.py make FOLDER | peer.py bold IMAGE MASK CONFOUNDS | peer.py betas FILE VOXELS | peer.py matlab FILE
"""

import json
import sys
import time

import numpy as np


def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def make(folder):
    import h5py
    import nibabel
    import pandas as pd
    import scipy.io

    random = np.random.default_rng(1)
    shape, volumes = (97, 115, 97), 300
    grid = np.stack(np.meshgrid(*[np.linspace(-1, 1, n) for n in shape], indexing="ij"))
    brain = (grid**2).sum(0) < 0.55
    affine = np.diag([2.0, 2, 2, 1])
    data = np.zeros((*shape, volumes), dtype=np.int16)
    for t in range(volumes):
        data[..., t] = np.where(brain, 1000 + 30 * random.standard_normal(shape) + t / 10, 0)
    image = nibabel.Nifti1Image(data, affine)
    image.header.set_zooms((2, 2, 2, 2))
    nibabel.openers.Opener.default_compresslevel = 1
    nibabel.save(image, f"{folder}/bold.nii.gz")
    nibabel.save(nibabel.Nifti1Image(brain.astype(np.uint8), affine), f"{folder}/mask.nii.gz")
    pd.DataFrame(random.standard_normal((volumes, 24))).to_csv(f"{folder}/confounds.tsv", sep="\t", index=False)
    with h5py.File(f"{folder}/betas.hdf5", "w") as file:
        # As NSD has it: a chunk holds one voxel's 750 trials.
        betas = file.create_dataset("betas", (750, 16, 104, 81), dtype="<i2", chunks=(750, 1, 1, 1))
        for z in range(16):
            betas[:, z] = random.integers(-3000, 3000, (750, 104, 81))
    voxels = np.stack([random.integers(0, n, 20_000) for n in (16, 104, 81)], axis=1)
    np.save(f"{folder}/voxels.npy", np.unique(voxels, axis=0))
    scipy.io.savemat(f"{folder}/examples.mat", {
        "examples": random.standard_normal((627, 60_000)),
        "keySentences": np.array([f"Sentence number {i}." for i in range(627)], dtype=object).reshape(-1, 1),
        "meta": {"colToCoord": random.integers(1, 90, (60_000, 3)).astype(float)},
    }, do_compression=True)


def bold(image, mask, confounds):
    import nibabel
    import pandas as pd
    from nilearn.masking import apply_mask
    from nilearn.signal import clean

    start = time.perf_counter()
    signals = apply_mask(nibabel.load(image), nibabel.load(mask))
    read = time.perf_counter() - start
    start = time.perf_counter()
    columns = pd.read_csv(confounds, sep="\t").to_numpy()
    result = clean(signals, confounds=columns, filter="butterworth", high_pass=0.01, low_pass=0.1, t_r=2,
                   standardize="zscore_sample", detrend=True)
    return {"read": read, "clean": time.perf_counter() - start}, result


def betas(path, voxels):
    import h5py

    start = time.perf_counter()
    with h5py.File(path) as file:
        dataset = file["betas"]
        places = np.load(voxels)
        result = np.empty((len(places), dataset.shape[0]), dtype=np.float32)
        for index, (z, y, x) in enumerate(places):
            result[index] = dataset[:, z, y, x]
    return {"read": time.perf_counter() - start}, result


def matlab(path):
    import scipy.io

    start = time.perf_counter()
    content = scipy.io.loadmat(path)
    # Responses for a fit: samples x voxels, row after row, in single precision.
    result = np.ascontiguousarray(content["examples"], dtype=np.float32)
    np.ascontiguousarray(content["meta"]["colToCoord"][0, 0], dtype=np.float32)
    [str(cell[0]) for cell in content["keySentences"].ravel()]
    return {"read": time.perf_counter() - start}, result


if __name__ == "__main__":
    task, *arguments = sys.argv[1:]
    if task == "make":
        make(*arguments)
    else:
        parts, result = {"bold": bold, "betas": betas, "matlab": matlab}[task](*arguments)
        top = peak()
        print(json.dumps({**parts, "peak": top, "size": float(np.abs(result).sum(dtype=np.float64))}))
