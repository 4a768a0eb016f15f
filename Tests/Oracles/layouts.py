"""Small copies of published data sets in their exact layouts, for LayoutTests.swift and Notebooks/08-data.ipynb.

Every response is sample + voxel / 100, or what a comment says, so that a test knows where each number has to be. The
files are made up; nothing of the data sets themselves is in them.

Run:  python Tests/Oracles/layouts.py
With: numpy 2.4.6, scipy 1.17.1, h5py 3.16.0, nibabel 5.4.2, pandas 3.1.1, tables 3.11.1.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path

# Beside this file is a tables.py, which is not PyTables.
sys.path.pop(0)

import h5py
import nibabel as nib
import numpy as np
import pandas as pd
import scipy.io

ROOT = Path(__file__).parent.parent / "Library" / "Brain" / "Fixtures" / "layouts"
SHAPE = (5, 4, 3)
AFFINE = np.array([[2.0, 0, 0, -5], [0, 2, 0, -4], [0, 0, 2, -3], [0, 0, 0, 1]])


def responses(samples, voxels, start=0):
    return np.arange(start, start + samples)[:, None] + np.arange(voxels) / 100


def folder(*parts):
    path = ROOT.joinpath(*parts)
    path.mkdir(parents=True, exist_ok=True)
    return path


def image(path, data, dtype=np.float32):
    """A gzipped NIfTI file that is the same each time."""
    file = nib.Nifti1Image(np.asarray(data, dtype), AFFINE)
    file.header.set_zooms((2, 2, 2) + ((1.5,) if np.ndim(data) == 4 else ()))
    file.header.set_xyzt_units("mm", "sec")
    path.write_bytes(gzip.compress(file.to_bytes(), mtime=0))


def cells(texts, row=False):
    array = np.empty((1, len(texts)) if row else (len(texts), 1), dtype=object)
    array.ravel()[:] = texts
    return array


def pereira():
    # Eight voxels, of which the last belongs to no region; places count from 1.
    coordinates = np.array([[1, 1, 1], [2, 1, 1], [5, 4, 3], [1, 2, 1], [1, 1, 2], [3, 3, 3], [4, 2, 1], [2, 2, 2]], float)
    linear = np.ravel_multi_index((coordinates - 1).astype(int).T, SHAPE, order="F") + 1
    meta = {
        "dimx": float(SHAPE[0]), "dimy": float(SHAPE[1]), "dimz": float(SHAPE[2]), "dimensions": np.array([SHAPE], float),
        "indicesIn3D": linear[:, None].astype(float), "colToCoord": coordinates,
        "roiMultimaskAAL": np.array([[1, 1, 2, 81, 82, 116, 90, 0]], float).T,
        "roiMultimaskGordon": np.array([[1, 0, 2, 2, 1, 0, 0, 0]], float).T,
        "roisGordon": cells(["Default_1", "Visual_2"]), "roisAAL": cells([f"aal{i}" for i in range(1, 117)]),
    }
    for subject, experiments in {"P01": [("384sentences", 6, 0), ("243sentences", 4, 6)], "M02": [("384sentences", 6, 50)]}.items():
        for name, count, start in experiments:
            scipy.io.savemat(folder("pereira2018", subject) / f"examples_{name}.mat", {
                "examples": responses(count, 8, start), "keySentences": cells([f"Sentence {start + i}." for i in range(count)]),
                "labelsSentences": np.arange(1, count + 1)[:, None],
                "labelsPassageForEachSentence": (np.arange(count) // 2 + 1)[:, None],
                "keyPassages": cells([f"passage {i}" for i in range(count // 2)]),
                "labelsPassageCategory": (np.arange(count // 2) % 2 + 1)[:, None],
                "keyPassageCategory": cells([cells(["tools"]), cells(["music"])], row=True), "meta": meta,
            }, do_compression=True)
    scipy.io.savemat(folder("pereira2018", "P01") / "examples_180concepts_sentences.mat", {
        "examples": responses(3, 8, 100), "keyConcept": cells(["ability", "bird", "code"]),
        "labelsConcept": np.array([[2], [1], [3]]), "meta": meta}, do_compression=True)
    # The newer files.
    columns = np.empty((1, 2), dtype=object)
    columns[0, 0], columns[0, 1] = cells([np.array([[1, 2]], float), np.array([[5]], float)]), cells([np.array([[3], [4]], float)])
    names = np.empty((1, 2), dtype=object)
    names[0, 0], names[0, 1] = cells(["LIFG", "LPost"]), cells(["V"])
    del meta["roiMultimaskAAL"], meta["roiMultimaskGordon"], meta["roisGordon"], meta["roisAAL"]
    scipy.io.savemat(folder("pereira2018", "M15") / "data_243sentences.mat", {
        "examples_passagesentences": responses(4, 8), "keySentences": cells([f"Sentence {i}." for i in range(4)]),
        "meta": meta | {"atlases": cells(["languageLH", "visual"]), "rois": names, "roiColumns": columns}}, do_compression=True)


def odd_pereira():
    """A subject whose places are in `indicesIn3D` only, and what the reader has to refuse."""
    places = np.arange(1, 5, dtype=float)[:, None]
    meta = {"dimensions": np.array([SHAPE], float), "indicesIn3D": places}
    columns, names = np.empty((1, 1), dtype=object), np.empty((1, 1), dtype=object)
    columns[0, 0], names[0, 0] = cells([np.array([[1, 4]], float)]), cells(["LIFG"])
    empty = np.empty((0, 0), dtype=object)
    sentences = {"examples": responses(2, 4), "keySentences": cells(["One.", "Two."])}
    for subject, name, values in [
        ("indices", "384sentences", sentences | {"meta": meta | {"atlases": cells(["language"]), "rois": names, "roiColumns": columns}}),
        ("column5", "384sentences", sentences | {"meta": meta | {
            "atlases": cells(["language"]), "rois": names, "roiColumns": cells([cells([np.array([[5]], float)])])}}),
        ("few", "384sentences", sentences | {"meta": meta | {
            "roiMultimaskGordon": np.array([[1, 2, 2, 0]], float).T, "roisGordon": cells(["Default_1"])}}),
        ("twice", "384sentences", sentences | {"meta": meta | {
            "roiMultimaskGordon": np.array([[1, 2, 2, 0]], float).T, "roisGordon": cells(["Default_1", "Default_1"])}}),
        ("number", "384sentences", sentences | {"keySentences": cells([cells(["One."]), 2.0]), "meta": meta}),
        ("words", "180concepts_sentences", {
            "examples": responses(1, 4), "keyConcept": empty, "labelsConcept": np.array([[1.0]]), "meta": meta}),
        ("passages", "384sentences", sentences | {
            "keyPassages": empty, "labelsPassageForEachSentence": np.array([[1.0], [1.0]]), "meta": meta}),
    ]:
        scipy.io.savemat(folder("pereira2018-odd", subject) / f"examples_{name}.mat", values, do_compression=True)


def shortclips():
    train = responses(12, 7)
    train[:, 6] = np.nan
    test = np.stack([responses(5, 7) * (-1) ** np.arange(5)[:, None] + 0.1 * np.cos(np.arange(35).reshape(5, 7) * (r + 1)) for r in range(3)])
    for name in ["responses", "mappers", "features", "stimuli"]:
        folder("shortclips", name)
    with h5py.File(ROOT / "shortclips/responses/S01_responses.hdf", "w") as file:
        file["Y_train"], file["Y_test"], file["run_onsets"] = train.astype("f4"), test.astype("f4"), np.array([0, 4, 8])
    with h5py.File(ROOT / "shortclips/mappers/S01_mappers.hdf", "w") as file:
        file["voxel_to_flatmap_data"], file["voxel_to_flatmap_indices"] = np.ones(4, "f4"), np.array([0, 1, 2, 3], "i4")
        file["voxel_to_flatmap_indptr"], file["voxel_to_flatmap_shape"] = np.arange(5, dtype="i4"), np.array([4, 7])
        file["flatmap_mask"] = np.array([[True, True], [True, True], [False, False]])
        file["flatmap_curvature"] = np.linspace(0, 1, 6).reshape(3, 2)
        file["roi_mask_FFA"], file["roi_mask_V1"] = np.arange(7) < 2, (np.arange(7) > 0) & (np.arange(7) < 4)
    with h5py.File(ROOT / "shortclips/features/wordnet.hdf", "w") as file:
        file["X_train"], file["X_test"] = responses(12, 3).astype("f4"), responses(5, 3).astype("f4")
    for name in ["train_00", "test"]:
        with h5py.File(ROOT / f"shortclips/stimuli/{name}.hdf", "w") as file:
            file.create_dataset("stimuli", data=np.arange(2 * 4 * 4 * 3, dtype="u1").reshape(2, 4, 4, 3), compression=4)


def haxby():
    mask = np.zeros(SHAPE)
    mask[1:4, 1:3, 1] = 1
    series = np.arange(np.prod(SHAPE)).reshape(SHAPE)[..., None] / 100 + np.arange(10)
    labels = [f"{c} {r}" for r in range(2) for c in ["rest", "face", "face", "house", "rest"]]
    subject = folder("haxby2001", "subj1")
    image(subject / "bold.nii.gz", series)
    image(subject.parent / "mask.nii.gz", mask, np.int16)
    temporal = mask.copy()
    temporal[1] = 0
    image(subject / "mask4_vt.nii.gz", temporal, np.int16)
    (subject / "labels.txt").write_text("labels chunks\n" + "\n".join(labels) + "\n")


def nsd():
    base = "nsddata_betas/ppdata/subj01"
    grid = np.zeros(SHAPE)
    grid[1:4, 1, 1], grid[0, 0, 0], grid[2, 2, 2] = 1, -1, 1
    roi = folder("nsd", "nsddata/ppdata/subj01/func1pt8mm/roi")
    image(roi / "nsdgeneral.nii.gz", grid, np.int16)
    visual = np.full(SHAPE, -1)
    visual[1:3, 1, 1], visual[3, 1, 1], visual[2, 2, 2] = 1, 2, 0
    image(roi / "prf-visualrois.nii.gz", visual, np.int16)
    (folder("nsd", "nsddata/freesurfer/subj01/label") / "prf-visualrois.mgz.ctab").write_text("0 Unknown\n1 V1v\n2 V1d\n")
    volume = folder("nsd", base, "func1pt8mm/betas_fithrf_GLMdenoise_RR")
    place = np.arange(np.prod(SHAPE)).reshape(SHAPE)
    for session in [1, 2]:
        # Percent times 300: whole numbers, trial + 2 * voxel, where the voxel counts as in numpy.
        betas = (np.arange(750)[:, None, None, None] % 50 + session + 2 * place.transpose(2, 1, 0)[None]).astype("i2")
        with h5py.File(volume / f"betas_session{session:02d}.hdf5", "w") as file:
            # The files themselves have a chunk a voxel, uncompressed; this is compressed to be small.
            file.create_dataset("betas", data=betas, chunks=(750, 1, 1, 1), compression=9, shuffle=True)
    image(volume / "ncsnr.nii.gz", place / 10)
    surface = folder("nsd", base, "fsaverage/betas_fithrf_GLMdenoise_RR")
    for side, count in [("lh", 4), ("rh", 3)]:
        values = (responses(750, count) % 50).astype("f4").T[:, None, None, :]
        nib.save(nib.MGHImage(values, np.eye(4)), surface / f"{side}.betas_session01.mgh")
        nib.save(nib.MGHImage(np.ones((count, 1, 1), "f4"), np.eye(4)), surface / f"{side}.ncsnr.mgh")
    design = folder("nsd", "nsddata/experiments/nsd")
    scipy.io.savemat(design / "nsd_expdesign.mat", {
        "masterordering": (np.arange(1500) % 900 + 1)[None].astype(float), "subjectim": (np.arange(8)[:, None] * 1000 + np.arange(900) + 1).astype(float),
        "sharedix": np.arange(1, 11)[None].astype(float)}, do_compression=True)


def algonauts2023():
    fmri, masks = folder("algonauts2023", "subj01/training_split/training_fmri"), folder("algonauts2023", "subj01/roi_masks")
    pictures = folder("algonauts2023", "subj01/training_split/training_images")
    for i in range(3):
        (pictures / f"train-{i + 1:04d}_nsd-{i * 7:05d}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for side, count, all_ in [("lh", 4, 10), ("rh", 3, 10)]:
        np.save(fmri / f"{side}_training_fmri.npy", (responses(3, count) + (side == "rh") * 100).astype("f4"))
        whole = np.zeros(all_)
        whole[1:1 + count] = 1
        np.save(masks / f"{side}.all-vertices_fsaverage_space.npy", whole)
        for name in ["prf-visualrois", "floc-faces"]:
            np.save(masks / f"{side}.{name}_challenge_space.npy", np.arange(count) % 3)
    np.save(masks / "mapping_prf-visualrois.npy", {0: "Unknown", 1: "V1v", 2: "V1d"}, allow_pickle=True)
    np.save(masks / "mapping_floc-faces.npy", {0: "Unknown", 1: "OFA", 2: "FFA-1"}, allow_pickle=True)


def algonauts2025():
    space = "space-MNI152NLin2009cAsym_atlas-Schaefer18_parcel-1000Par7Net"
    func = folder("algonauts2025", "fmri/sub-01/func")
    with h5py.File(func / f"sub-01_task-friends_{space}_desc-s123456_bold.h5", "w") as file:
        file["ses-001_task-s01e02a"], file["ses-001_task-s01e02b"] = responses(5, 1000).astype("f4"), responses(4, 1000, 5).astype("f4")
    with h5py.File(func / f"sub-01_task-movie10_{space}_bold.h5", "w") as file:
        file["ses-001_task-bourne01"] = responses(3, 1000).astype("f4")
    text = folder("algonauts2025", "stimuli/transcripts/friends/s1")
    (text / "friends_s01e02a.tsv").write_text(
        "text_per_tr\twords_per_tr\tonsets_per_tr\tdurations_per_tr\n"
        "There's nothing\t['There\\'s', 'nothing']\t[0.1, 0.5]\t[0.2, 0.4]\n\t[]\t[]\t[]\n")


def lebel():
    base = folder("lebel", "derivative/preprocessed_data/UTS01")
    for i, (story, count) in enumerate([("adollshouse", 6), ("wheretheressmoke", 4)]):
        with h5py.File(base / f"{story}.hf5", "w") as file:
            file["data"] = responses(count, 5, 10 * i)
        words = [(0, 0.4, "sentence_start"), (0.4, 0.9, "she"), (0.9, 1.5, "left"), (1.5, 2, "sp")]
        tier = "".join(
            f"        intervals [{j + 1}]:\n            xmin = {a}\n            xmax = {b}\n            text = \"{t}\"\n"
            for j, (a, b, t) in enumerate(words))
        head = "File type = \"ooTextFile\"\nObject class = \"TextGrid\"\n\nxmin = 0\nxmax = 2\ntiers? <exists>\nsize = 2\nitem []:\n"
        grid = head + "".join(
            f"    item [{n + 1}]:\n        class = \"IntervalTier\"\n        name = \"{name}\"\n        xmin = 0\n        xmax = 2\n"
            f"        intervals: size = {len(words)}\n{tier}" for n, name in enumerate(["phone", "word"]))
        (folder("lebel", "derivative/TextGrids") / f"{story}.TextGrid").write_text(grid)
    (ROOT / "lebel/derivative/respdict.json").write_text(json.dumps({"adollshouse": 6, "wheretheressmoke": 4}))


def narratives():
    func = folder("narratives", "derivatives/afni-nosmooth/sub-001/func")
    for run, start in [(1, 0), (2, 6)]:
        for side, count in [("L", 4), ("R", 3)]:
            gifti(func / f"sub-001_task-pieman_run-{run}_space-fsaverage6_hemi-{side}_desc-clean.func.gii",
                  responses(6 if run == 1 else 3, count, start) + (side == "R") * 100)
    align = folder("narratives", "stimuli/gentle/pieman")
    (align / "align.json").write_text(json.dumps({"transcript": "I began my", "words": [
        {"word": "I", "alignedWord": "i", "case": "success", "start": 0.1, "end": 0.2, "startOffset": 0, "endOffset": 1, "phones": []},
        {"word": "began", "case": "not-found-in-audio", "startOffset": 2, "endOffset": 7}]}))


def gifti(path, values):
    arrays = [nib.gifti.GiftiDataArray(row.astype("f4"), intent="NIFTI_INTENT_TIME_SERIES") for row in values]
    nib.save(nib.GiftiImage(darrays=arrays), path)


def things():
    base = folder("things", "betas_csv")
    values = pd.DataFrame(responses(6, 5).T, columns=[str(i) for i in range(6)])
    values.insert(0, "voxel_id", np.arange(5))
    (base / "sub-01_ResponseData.h5").unlink(missing_ok=True)
    values.to_hdf(base / "sub-01_ResponseData.h5", key="ResponseData")
    pd.DataFrame({
        "subject_id": 1, "voxel_id": range(5), "voxel_x": [1, 1, 2, 2, 3], "voxel_y": [0, 1, 0, 1, 2], "voxel_z": [1, 1, 1, 1, 0],
        "nc_singletrial": [10.0, 20, 0, 5, 40], "nc_testset": [57.1, 75, 0, 38.7, 88.9], "splithalf_corrected": [0.1, 0.2, 0, 0, 0.3],
        "prf-size": [1.0, 2, 3, 4, 5], "V1": [1, 1, 0, 0, 0], "lFFA": [0, 0, 0, 1, 1], "rFFA": [0, 1, 0, 0, 0],
    }).to_csv(base / "sub-01_VoxelMetadata.csv", index=False)
    pd.DataFrame({
        "trial_type": ["train"] * 5 + ["test"], "session": [1, 1, 1, 1, 2, 2], "run": [1, 1, 2, 2, 1, 1], "subject_id": 1,
        "trial_id": range(6), "stimulus": [f"object_{i:02d}s.jpg" for i in range(6)], "concept": ["object"] * 6,
    }).to_csv(base / "sub-01_StimulusMetadata.csv", index=False)


def bold5000():
    base = folder("bold5000", "py")
    for number, region in enumerate(["LHEarlyVis", "LHPPA", "RHPPA"]):
        np.save(base / f"CSI1_GLMbetas-TYPED-FITHRF-GLMDENOISE-RR_allses_{region}.npy", responses(4, 2 + number) + 100 * number)
    (ROOT / "bold5000/CSI1_imgnames.txt").write_text("a.jpg\nb.jpg\nrep_c.jpg\nrep_c.jpg\n")


def fmriprep():
    random = np.random.default_rng(5)
    mask = np.zeros(SHAPE)
    mask[1:4, 1:3, 1] = 1
    prep = folder("fmriprep", "derivatives/fmriprep/sub-01/func")
    raw = folder("fmriprep", "sub-01/func")
    for run in [1, 2]:
        stem = f"sub-01_task-story_run-{run}"
        motion = random.standard_normal((40, 6))
        place = np.arange(np.prod(SHAPE)).reshape(SHAPE)
        # What moves with the head is in every voxel, and so is the response to a wave, which is much smaller.
        wave = 3 * np.sin(0.9 * np.arange(40) + run)
        series = 1000 + place[..., None] + (motion @ np.arange(1, 7) + wave)[None, None, None] + random.standard_normal(SHAPE + (40,))
        image(prep / f"{stem}_space-MNI152NLin2009cAsym_desc-preproc_bold.nii.gz", series)
        own = mask.copy()
        if run == 2:
            own[3, 2, 1] = 0
        image(prep / f"{stem}_space-MNI152NLin2009cAsym_desc-brain_mask.nii.gz", own, np.uint8)
        for side, count in [("L", 4), ("R", 3)]:
            gifti(prep / f"{stem}_hemi-{side}_space-fsaverage5_bold.func.gii", responses(40, count) + (side == "R") * 100)
        names = ["trans_x", "trans_y", "trans_z", "rot_x", "rot_y", "rot_z"]
        frame = pd.DataFrame(motion, columns=names)
        for name in names:
            frame[name + "_derivative1"] = frame[name].diff()
            frame[name + "_power2"] = frame[name] ** 2
            frame[name + "_derivative1_power2"] = frame[name + "_derivative1"] ** 2
        frame["cosine00"] = np.cos(np.pi * (np.arange(40) + 0.5) / 40)
        frame["framewise_displacement"], frame["std_dvars"] = 0.1, 1.0
        frame.to_csv(prep / f"{stem}_desc-confounds_timeseries.tsv", sep="\t", index=False, na_rep="n/a", float_format="%.6f")
        (raw / f"{stem}_events.tsv").write_text("onset\tduration\ttrial_type\n0\t2\tlistening\n10\t2\trest\n")
    (ROOT / "fmriprep/dataset_description.json").write_text(json.dumps({"Name": "small", "BIDSVersion": "1.10.0"}))


if __name__ == "__main__":
    shutil.rmtree(ROOT, ignore_errors=True)
    for make in [pereira, odd_pereira, shortclips, haxby, nsd, algonauts2023, algonauts2025, lebel, narratives, things, bold5000, fmriprep]:
        make()
