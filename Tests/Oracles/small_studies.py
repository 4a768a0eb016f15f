"""Small data sets in the layouts of Pereira et al. (2018) and of shortclips, for Notebooks/09-studies.ipynb.

Everything is made up. Subjects read sentences about two shapes and see films of one that moves. Each voxel responds to
one property of the stimulus, which one depends on its region, with noise; no feature of any model went into them.

Run:  python Tests/Oracles/small_studies.py
With: numpy 2.4.6, scipy 1.17.1, h5py 3.16.0.
Writes Tests/Library/Brain/Fixtures/small-studies/; all seeds are fixed.
"""

import shutil
from pathlib import Path

import h5py
import numpy as np
import scipy.io

ROOT = Path(__file__).parents[1] / "Library/Brain/Fixtures/small-studies"
COLORS = {"red": (220, 40, 40), "green": (40, 180, 60), "blue": (50, 80, 230), "yellow": (240, 220, 60)}
SHAPES = ["circle", "square", "triangle", "star"]
SIZES = ["small", "large"]
RELATIONS = ["above", "below"]
# The number and the name of regions of AAL, and the property of the sentences that their voxels respond to.
REGIONS = [(11, "Frontal_Inf_Oper_L", "relation"), (29, "Insula_L", None), (43, "Calcarine_L", "size"),
           (55, "Fusiform_L", "color"), (81, "Temporal_Sup_L", None), (85, "Temporal_Mid_L", "shape")]
SHAPE = (6, 6, 4)


def one_hot(values, levels):
    return np.array([[value == level for level in levels] for value in values], float)


def standardized(x):
    return (x - x.mean(0)) / x.std(0)


def noisy(signal, rng, noise):
    """Responses about 1, of which the signal has the variance 1 where there is any."""
    size = np.where(signal.std(0) > 0, signal.std(0), 1)
    return (1 + signal / size + noise * rng.standard_normal(signal.shape)).astype(np.float32)


def cells(texts):
    array = np.empty((len(texts), 1), dtype=object)
    array[:, 0] = texts
    return array


def sentences(count):
    rng = np.random.default_rng(1)
    found = {}
    while len(found) < count:
        parts = dict(color=rng.choice(list(COLORS)), shape=rng.choice(SHAPES), size=rng.choice(SIZES), relation=rng.choice(RELATIONS))
        other = rng.choice(list(COLORS)), rng.choice(SHAPES)
        text = f"a {parts['size']} {parts['color']} {parts['shape']} {parts['relation']} a {other[0]} {other[1]}"
        found[text] = parts
    return found


def pereira():
    counts = {"384sentences": 60, "243sentences": 40}
    read = sentences(sum(counts.values()))
    levels = dict(color=list(COLORS), shape=SHAPES, size=SIZES, relation=RELATIONS)
    properties = {name: standardized(one_hot([parts[name] for parts in read.values()], values)) for name, values in levels.items()}
    texts = list(read)
    for number, subject in enumerate(["P01", "M02", "M04", "M07", "M15"]):
        rng = np.random.default_rng(10 + number)
        # M04 has no voxel in the insula, and M15 took part in one experiment only.
        regions = [region for region in REGIONS if subject != "M04" or region[1] != "Insula_L"]
        own = [regions[voxel % len(regions)] for voxel in range(24 + 2 * number)]
        signal = np.zeros((len(texts), len(own)))
        for voxel, (_, _, what) in enumerate(own):
            if what:
                signal[:, voxel] = properties[what] @ rng.standard_normal(properties[what].shape[1])
        responses = noisy(signal, rng, 0.7)
        # One voxel is never measured.
        responses[:, 5] = 0
        linear = np.sort(rng.choice(np.prod(SHAPE), len(own), replace=False))
        meta = {
            **dict(zip(["dimx", "dimy", "dimz"], map(float, SHAPE))), "dimensions": np.array([SHAPE], float),
            "indicesIn3D": linear[:, None] + 1.0,
            "colToCoord": np.stack(np.unravel_index(linear, SHAPE, order="F"), 1) + 1.0,
            "roiMultimaskAAL": np.array([[number for number, _, _ in own]], float).T,
        }
        start = 0
        for name, count in counts.items():
            rows = slice(start, start + count)
            start += count
            if subject == "M15" and name == "243sentences":
                continue
            (ROOT / "pereira2018" / subject).mkdir(parents=True, exist_ok=True)
            scipy.io.savemat(ROOT / f"pereira2018/{subject}/examples_{name}.mat", {
                "examples": responses[rows], "keySentences": cells(texts[rows]),
                "labelsSentences": np.arange(1, count + 1)[:, None], "meta": meta}, do_compression=True)


def film(samples, seed):
    """Two frames a sample of 64 x 64 pixels in which a disc wanders before a changing gray, and what can be seen in them."""
    rng = np.random.default_rng(seed)
    def wander(low, high, step):
        # A smooth walk between bounds.
        walk = np.cumsum(rng.standard_normal(samples))
        return low + (high - low) * (0.5 + 0.5 * np.sin(walk * step))
    x, y, radius, gray = wander(14, 50, 0.5), wander(14, 50, 0.5), wander(6, 13, 0.6), wander(30, 200, 0.7)
    color = np.repeat(rng.integers(len(COLORS), size=samples // 4 + 1), 4)[:samples]
    rows, columns = np.mgrid[:64, :64]
    frames = np.empty((2 * samples, 64, 64, 3), np.uint8)
    for sample in range(samples):
        for half in range(2):
            frame = np.full((64, 64, 3), gray[sample], np.uint8)
            frame[(columns - x[sample] - half) ** 2 + (rows - y[sample]) ** 2 < radius[sample] ** 2] = list(COLORS.values())[color[sample]]
            frames[2 * sample + half] = frame
    seen = dict(place=np.stack([x, y], 1), size=radius[:, None], light=gray[:, None], color=one_hot(color, range(len(COLORS))))
    return frames, seen


def delayed(x):
    """What was there two and three samples ago."""
    return sum(np.vstack([np.zeros((delay, x.shape[1])), x[:-delay]]) for delay in (2, 3))


def mapper(path, kinds, width=72, height=48):
    """A flattened cortex: an ellipse in whose columns of pixels the voxels stand one after another."""
    across, up = np.mgrid[:width, :height]
    mask = ((across - width / 2 + 0.5) / (width / 2)) ** 2 + ((up - height / 2 + 0.5) / (height / 2)) ** 2 < 1
    side = int(np.ceil(np.sqrt(len(kinds))))
    voxel = np.minimum((across * side // width) * side + up * side // height, len(kinds) - 1)
    pixels = voxel[mask]
    own = np.array(kinds)[voxel]
    border = np.zeros(mask.shape, bool)
    border[:-1] |= own[:-1] != own[1:]
    border[:, :-1] |= own[:, :-1] != own[:, 1:]
    lines = np.zeros(mask.shape + (4,), np.uint8)
    lines[..., :3], lines[..., 3] = 255, 255 * (border & mask)
    with h5py.File(path, "w") as file:
        file["voxel_to_flatmap_data"], file["voxel_to_flatmap_indices"] = np.ones(len(pixels), "f4"), pixels.astype("i4")
        file["voxel_to_flatmap_indptr"] = np.arange(len(pixels) + 1, dtype="i4")
        file["voxel_to_flatmap_shape"] = np.array([len(pixels), len(kinds)])
        curvature = np.where(mask, 0.5 + 0.4 * np.sin(across / 5) * np.cos(up / 4), np.nan).astype("f2")
        for name, values in [("flatmap_mask", mask), ("flatmap_rois", lines), ("flatmap_curvature", curvature)]:
            file.create_dataset(name, data=values, compression=9)
        for region, kind in [("V1", "light"), ("LO", "size"), ("V4", "color"), ("MT", "place")]:
            file[f"roi_mask_{region}"] = np.array(kinds) == kind


def shortclips():
    lengths, test_length = [40, 40, 40], 30
    for name in ["responses", "mappers", "stimuli"]:
        (ROOT / "shortclips" / name).mkdir(parents=True, exist_ok=True)
    films = [film(length, 20 + number) for number, length in enumerate(lengths + [test_length])]
    for name, (frames, _) in zip(["train_00", "train_01", "train_02", "test"], films):
        with h5py.File(ROOT / f"shortclips/stimuli/{name}.hdf", "w") as file:
            file.create_dataset("stimuli", data=frames, compression=9, chunks=(len(frames) // 2, 64, 64, 3))
    kinds = ["light", "size", "color", "place", "none"]
    shown = {}
    for kind in kinds[:-1]:
        whole = np.vstack([seen[kind] for _, seen in films])
        shown[kind] = [delayed((seen[kind] - whole.mean(0)) / whole.std(0)) for _, seen in films]
    for number, subject in enumerate(["S01", "S02", "S03"]):
        rng = np.random.default_rng(30 + number)
        count = 60 + 10 * number
        own = [kinds[voxel * len(kinds) // count] for voxel in range(count)]
        signal = np.zeros((sum(lengths) + test_length, count))
        for voxel, kind in enumerate(own):
            if kind != "none":
                parts = np.vstack(shown[kind])
                signal[:, voxel] = parts @ rng.standard_normal(parts.shape[1])
        train = noisy(signal, rng, 1)[:sum(lengths)]
        repeats = np.stack([noisy(signal, rng, 1)[sum(lengths):] for _ in range(4)])
        with h5py.File(ROOT / f"shortclips/responses/{subject}_responses.hdf", "w") as file:
            file["Y_train"], file["Y_test"] = train, repeats
            file["run_onsets"] = np.cumsum([0] + lengths[:-1])
        mapper(ROOT / f"shortclips/mappers/{subject}_mappers.hdf", own)


if __name__ == "__main__":
    shutil.rmtree(ROOT, ignore_errors=True)
    pereira()
    shortclips()
