"""What nilearn makes of signals, events, images and confounds, for CleaningTests.swift, GLMTests.swift, SmoothingTests.swift
and ConfoundTests.swift.

Run:  python Tests/Oracles/cleaning.py
With: numpy 2.4.6, nilearn 0.14.1, pandas 3.1.1, nibabel 5.4.2, scipy 1.17.1; seed 7.
"""

import json
import warnings
from pathlib import Path

import nibabel
import numpy as np
import pandas as pd
from nilearn.glm.first_level import FirstLevelModel, make_first_level_design_matrix
from nilearn.glm.first_level import run_glm
from nilearn.image import smooth_img
from nilearn.interfaces.fmriprep import load_confounds
from nilearn.signal import clean

LIBRARY = Path(__file__).parent.parent / "Library"
random = np.random.default_rng(7)
warnings.simplefilter("ignore")

# Signals with drift, a common fluctuation, and a mean some hundred times their deviation.
samples, voxels, repetition = 80, 6, 2.0
time = np.arange(samples)
# Not like cosines: nilearn leaves its own out where a confound correlates with one of them.
confounds = random.standard_normal((samples, 3)) + 0.02 * time[:, None]
signals = (
    1000 + 5 * random.standard_normal((samples, voxels)) + 0.3 * time[:, None] * random.standard_normal(voxels)
    + confounds @ random.standard_normal((3, voxels))
)
signals[:, 5] = 700  # constant
kept = np.delete(time, [0, 5, 6, 30, 31, 32, 50, 70])
cases = {
    "plain": dict(),
    "confounds": dict(confounds=confounds),
    "cosine": dict(confounds=confounds, filter="cosine", high_pass=0.01, t_r=repetition),
    "cosine alone": dict(filter="cosine", high_pass=0.02, t_r=repetition, standardize=None),
    "low": dict(filter="butterworth", low_pass=0.1, t_r=repetition, standardize=None),
    "high": dict(filter="butterworth", high_pass=0.02, t_r=repetition, standardize=None),
    "band": dict(confounds=confounds, filter="butterworth", low_pass=0.12, high_pass=0.01, t_r=repetition),
    "percent": dict(confounds=confounds, standardize="psc"),
    "no line": dict(confounds=confounds, detrend=False, standardize="psc"),
    "scrubbed": dict(confounds=confounds, sample_mask=kept),
    "scrubbed band": dict(filter="butterworth", low_pass=0.12, high_pass=0.01, t_r=repetition, sample_mask=kept),
    "runs": dict(confounds=confounds, filter="cosine", high_pass=0.02, t_r=repetition, runs=np.repeat([0, 1], [45, 35])),
}
arrays = {"signals": signals, "confounds": confounds, "kept": kept.astype(np.int64)}
for name, options in cases.items():
    options = {"standardize": "zscore_sample", "detrend": True, **options}
    arrays["case " + name] = clean(signals.copy(), **{k: v.copy() if isinstance(v, np.ndarray) else v for k, v in options.items()})
np.savez_compressed(LIBRARY / "Encoding/Fixtures/cleaning.npz", **arrays)

# Events of three conditions, some overlapping, of which one has a height.
frames = np.arange(samples) * repetition
events = pd.DataFrame({
    "onset": [3.0, 10.5, 22.0, 31.3, 44.0, 52.0, 63.7, 80.0, 95.0, 110.0, 121.0, 140.0],
    "duration": [1.0, 0.0, 4.0, 1.0, 2.5, 1.0, 0.0, 8.0, 1.0, 2.0, 1.0, 3.0],
    "trial_type": ["face", "house", "face", "cat", "house", "face", "cat", "house", "face", "cat", "house", "face"],
    "modulation": [1, 1, 1, 2, 1, 1, 0.5, 1, 1, 1, 1.5, 1],
})
glm = {"onsets": events["onset"].to_numpy(), "durations": events["duration"].to_numpy(), "amplitudes": events["modulation"].to_numpy(float),
       "conditions": events["trial_type"].to_numpy(str)}
for name, options in {
    "glover": dict(hrf_model="glover", drift_model="cosine", high_pass=0.01),
    "spm": dict(hrf_model="spm", drift_model=None),
    "fir": dict(hrf_model="fir", fir_delays=[0, 1, 2, 3], drift_model="cosine", high_pass=0.02),
    "confounds": dict(hrf_model="glover", drift_model="cosine", high_pass=0.01, add_regs=confounds),
}.items():
    design = make_first_level_design_matrix(frames, events, **options)
    glm[f"{name} design"] = design.to_numpy()
    labels, results = run_glm(signals, design.to_numpy(), noise_model="ols")
    glm[f"{name} coefficients"] = results[labels[0]].theta
    glm[f"{name} names"] = np.array(design.columns, dtype=str)
# A whole FirstLevelModel says the same.
image = nibabel.Nifti1Image(signals.T.reshape(voxels, 1, 1, samples), np.eye(4))
mask = nibabel.Nifti1Image(np.ones((voxels, 1, 1), dtype=np.uint8), np.eye(4))
model = FirstLevelModel(t_r=repetition, hrf_model="glover", drift_model="cosine", high_pass=0.01, mask_img=mask,
                        noise_model="ols", signal_scaling=False, standardize=False, minimize_memory=False)
model.fit(image, events=events)
names = list(model.design_matrices_[0].columns)
glm["model betas"] = np.stack([
    model.compute_contrast(np.eye(len(names))[names.index(c)], output_type="effect_size").get_fdata().ravel()
    for c in ["cat", "face", "house"]])

def betas(design, targets):
    return np.linalg.pinv(design) @ targets


# Single trials: all in one model, and each in its own beside the others of every condition.
together, separate = [], []
single = events.copy()
single["trial_type"] = [f"trial{i:02d}" for i in range(len(events))]
design = make_first_level_design_matrix(frames, single, hrf_model="glover", drift_model="cosine", high_pass=0.01)
together = betas(design.to_numpy(), signals)[: len(events)]
for i in range(len(events)):
    own = events.copy()
    own.loc[i, "trial_type"] = "0 this"
    design = make_first_level_design_matrix(frames, own, hrf_model="glover", drift_model="cosine", high_pass=0.01)
    separate.append(betas(design.to_numpy(), signals)[0])
glm["all trials"] = together
glm["separate trials"] = np.array(separate)
# With a penalty on the events' regressors alone.
design = glm["glover design"]
gram = design.T @ design
gram[:3, :3] += 2.5 * np.eye(3)
glm["ridge coefficients"] = np.linalg.solve(gram, design.T @ signals)
np.savez_compressed(LIBRARY / "Encoding/Fixtures/glm.npz", **glm)

# A small image of uneven voxels with a NaN, smoothed.
volume = random.standard_normal((7, 6, 5, 2)).astype(np.float32)
volume[2, 3, 1, 0] = np.nan
affine = np.diag([2.0, 2.5, 3.0, 1.0])
image = nibabel.Nifti1Image(volume, affine)
folder = LIBRARY / "Formats/Fixtures"
nibabel.save(image, folder / "rough.nii.gz")
nibabel.save(smooth_img(image, 5.0), folder / "smooth.nii.gz")

# fMRIPrep's table of confounds.
n = 40
table = {}
for name in ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z", "csf", "white_matter", "global_signal"]:
    base = np.cumsum(random.standard_normal(n)) * 0.1
    table[name] = base
    table[name + "_derivative1"] = np.diff(base, prepend=np.nan)
    table[name + "_power2"] = base**2
    table[name + "_derivative1_power2"] = table[name + "_derivative1"] ** 2
for prefix, mask in [("a", "combined"), ("c", "CSF"), ("w", "WM"), ("t", None)]:
    for k in range(8):
        table[f"{prefix}_comp_cor_{k:02d}"] = random.standard_normal(n)
for k in range(3):
    table[f"cosine{k:02d}"] = np.cos(np.pi / n * (np.arange(n) + 0.5) * (k + 1))
table["framewise_displacement"] = np.abs(random.standard_normal(n)) * 0.3
table["framewise_displacement"][0] = np.nan
table["std_dvars"] = 1 + 0.3 * random.standard_normal(n)
table["std_dvars"][0] = np.nan
table["non_steady_state_outlier00"] = (np.arange(n) == 0).astype(float)
folder = LIBRARY / "Tables/Fixtures/confounds"
folder.mkdir(exist_ok=True)
stem = "sub-01_task-story_space-MNI_desc-preproc_bold.nii.gz"
tsv = folder / "sub-01_task-story_desc-confounds_timeseries.tsv"
pd.DataFrame(table).to_csv(tsv, sep="\t", index=False, na_rep="n/a", float_format="%.8g")
meta = {f"{p}_comp_cor_{k:02d}": {"Mask": m, "Method": "aCompCor" if m else "tCompCor"}
        for p, m in [("a", "combined"), ("c", "CSF"), ("w", "WM"), ("t", None)] for k in range(8)}
tsv.with_suffix(".json").write_text(json.dumps(meta))
(folder / stem).write_bytes(b"")
expected = {}
for name, options in {
    "motion": dict(strategy=["motion"], motion="full"),
    "compcor": dict(strategy=["motion", "high_pass", "compcor"], motion="basic", compcor="anat_combined", n_compcor=5),
    "tissue": dict(strategy=["wm_csf", "global_signal"], wm_csf="derivatives", global_signal="power2"),
    "temporal": dict(strategy=["high_pass", "compcor"], compcor="temporal", n_compcor=3),
    "scrub": dict(strategy=["motion", "scrub"], motion="basic", scrub=4, fd_threshold=0.4, std_dvars_threshold=1.4),
}.items():
    found, kept = load_confounds(str(folder / stem), demean=True, **options)
    expected[name] = {"names": list(found.columns), "values": found.to_numpy().tolist(),
                      "kept": None if kept is None else [int(k) for k in kept]}
(folder / stem).unlink()
(folder / "expected.json").write_text(json.dumps(expected))
