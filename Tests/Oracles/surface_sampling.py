"""What nilearn's vol_to_surf makes of a map, for Tests/Library/Formats/SurfaceSamplingTests.swift.

Run:  python Tests/Oracles/surface_sampling.py
With: numpy 2.4.6, nibabel 5.4.2, nilearn 0.14.1 (whose fsaverage5 and MNI152 gray matter it takes).
Writes Tests/Library/Formats/Fixtures/sampling/: a part of the volume, a part of the meshes, and expected.json.
"""

import json
import warnings
from pathlib import Path

import nibabel
import nilearn
import numpy as np
from nilearn import surface

warnings.simplefilter("ignore")
FOLDER = Path(__file__).parent.parent / "Library" / "Formats" / "Fixtures" / "sampling"
FOLDER.mkdir(exist_ok=True)
DATA = Path(nilearn.__file__).parent

# Real data: the first 162 vertices of fsaverage5 are a mesh of their own (an icosahedron divided twice); the volume is a
# coarse part of the gray matter, which does not hold all vertices, with a few numbers that are missing.
volume = nibabel.load(DATA / "datasets" / "data" / "mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz")
data = np.asarray(volume.dataobj, dtype=np.float32)[::9, ::9, ::9]
affine = volume.affine @ np.diag([9, 9, 9, 1.0])
affine[:3, :3] = affine[:3, :3] @ np.array([[0.995, 0.0998, 0], [-0.0998, 0.995, 0], [0, 0, 1]])
data = data[6:-5, 2:, 1:-7]
affine[:3, 3] = (affine @ [6, 2, 1, 1])[:3]
data = np.ascontiguousarray(data)
image = nibabel.Nifti1Image(data, affine)
image.set_sform(affine, 2)
nibabel.save(image, FOLDER / "map.nii")
holes = data.copy()
holes[2:5, 5:9, 4:8] = np.nan
nibabel.save(nibabel.Nifti1Image(np.stack([holes, holes * 2 - 1], -1), affine), FOLDER / "holes.nii")
labels = np.digitize(data, [10, 50, 100, 180]).astype(np.int16)
nibabel.save(nibabel.Nifti1Image(labels, affine), FOLDER / "labels.nii")
mask = (data > 25).astype(np.uint8)
nibabel.save(nibabel.Nifti1Image(mask, affine), FOLDER / "mask.nii")


def divided():
    """The faces of an icosahedron divided twice, which the first 162 vertices of fsaverage5 have."""
    full = surface.load_surf_mesh(DATA / "datasets" / "data" / "fsaverage5" / "sphere_left.gii.gz")
    from scipy.spatial import ConvexHull

    points = full.coordinates[:162].astype(float)
    faces = ConvexHull(points).simplices
    normal = np.cross(points[faces[:, 1]] - points[faces[:, 0]], points[faces[:, 2]] - points[faces[:, 0]])
    inward = (normal * points[faces].mean(1)).sum(1) < 0
    faces[inward] = faces[inward][:, ::-1]
    return faces.astype(np.int32)


faces = divided()
meshes = {}
for name in ["pial", "white"]:
    mesh = surface.load_surf_mesh(DATA / "datasets" / "data" / "fsaverage5" / f"{name}_left.gii.gz")
    meshes[name] = surface.InMemoryMesh(mesh.coordinates[:162], faces)
    gifti = nibabel.GiftiImage(darrays=[
        nibabel.gifti.GiftiDataArray(meshes[name].coordinates.astype(np.float32), intent="NIFTI_INTENT_POINTSET"),
        nibabel.gifti.GiftiDataArray(faces, intent="NIFTI_INTENT_TRIANGLE")])
    nibabel.save(gifti, FOLDER / f"{name}.surf.gii")

options = {
    "line": {}, "line of 2 mm, 5 samples": {"radius": 2, "n_samples": 5}, "ball": {"kind": "ball"},
    "ribbon": {"inner_mesh": meshes["white"]}, "ribbon at depths": {"inner_mesh": meshes["white"], "depth": [-0.2, 0.3, 1.5]},
    "masked": {"mask_img": nibabel.load(FOLDER / "mask.nii")},
}
expected = {}
for name, option in options.items():
    values = surface.vol_to_surf(nibabel.load(FOLDER / "map.nii"), meshes["pial"], **option)
    expected[name] = [None if np.isnan(v) else float(v) for v in values]
values = surface.vol_to_surf(nibabel.load(FOLDER / "holes.nii"), meshes["pial"])
expected["holes"] = [None if np.isnan(v) else float(v) for v in values.T.ravel()]
# nilearn stops at a vertex without a place inside: the volume is given a wide margin for labels.
wide = np.pad(labels, 12)
shift = affine.copy()
shift[:3, 3] = (affine @ [-12, -12, -12, 1])[:3]
nibabel.save(nibabel.Nifti1Image(wide, shift), FOLDER / "wide.nii.gz")
values = surface.vol_to_surf(
    nibabel.load(FOLDER / "wide.nii.gz"), meshes["pial"], interpolation="nearest_most_frequent", inner_mesh=meshes["white"])
expected["most frequent"] = [float(v) for v in values]
# The nearest voxel alone is the most frequent of one place.
values = surface.vol_to_surf(
    nibabel.load(FOLDER / "wide.nii.gz"), meshes["pial"], interpolation="nearest_most_frequent",
    inner_mesh=meshes["white"], depth=[0.0])
expected["nearest"] = [float(v) for v in values]
(FOLDER / "expected.json").write_text(json.dumps(expected))
for name, values in expected.items():
    print(name, len(values), sum(v is None for v in values))
print(sum(p.stat().st_size for p in FOLDER.iterdir()), "bytes")
