"""Images that do not lie on one grid: refused with both affines, and resampled by the call that the error names."""

import pytest


@pytest.fixture(scope="module")
def images(kernel, tmp_path_factory):
    """In the kernel: `bold` in LAS, and `write(name, values, affine)`, which gives an image of 5 x 4 x 3 voxels."""
    folder = tmp_path_factory.mktemp("space")
    kernel.ok(f"""
let las = try Affine(rows: [[-3, 0, 0, 6], [0, 3, 0, -3], [0, 0, 3, 0]])
let ras = try Affine(rows: [[3, 0, 0, -6], [0, 3, 0, -3], [0, 0, 3, 0]])
func write(_ name: String, _ values: [Float], _ affine: Affine) throws -> NIfTI {{
    let url = URL(fileURLWithPath: "{folder}/" + name)
    let shape = [5, 4, 3] + (values.count > 60 ? [values.count / 60] : [])
    try NIfTI.write(Tensor(shape: shape, elements: values), affine: affine, to: url)
    return try NIfTI.open(url)
}}
let bold = try write("bold.nii.gz", (0..<300).map(Float.init), las)
let left = (0..<60).map {{ Float($0 < 24 ? 1 : 0) }}      // x of 0 and 1""")
    return kernel


def test_a_mask_of_the_other_hemisphere_is_refused(images):
    outcome = images.fails('try bold.voxelsByTime(mask: write("mask.nii", left, ras))')
    message = outcome.error["evalue"]
    assert "bold.nii.gz, LAS [-3 0 0 6; 0 3 0 -3; 0 0 3 0]" in message
    assert "but is RAS [3 0 0 -6; 0 3 0 -3; 0 0 3 0]" in message and "resampled(to: …, .nearest)" in message
    # The mask's voxels have the x of -6 and -3 mm: in the image these are the last two.
    assert images.value("""
let fits = try write("mask.nii", left, ras).resampled(to: bold, .nearest)
try fits.maskIndices() == (0..<60).filter { $0 >= 36 } && bold.voxelsByTime(mask: fits).columns == 24""") == "true"


def test_an_anatomy_on_another_grid_is_refused(images):
    images.ok("""
let space = try VoxelSpace(mask: write("own.nii", left, las))
let scores = (0..<24).map { Double($0) / 24 }""")
    outcome = images.fails('try space.map(scores, anatomy: write("anatomy.nii", left, ras))')
    message = outcome.error["evalue"]
    assert "the anatomy's affine" in message and "resampled(to: …, .linear)" in message
    images.ok('try space.map(scores, anatomy: write("anatomy.nii", left, ras).resampled(to: space))')
    images.ok("try space.map(scores, anatomy: bold)")


def test_labels_of_another_numbering_are_refused(images):
    cell = 'try Regions(atlas: write("aal.nii", left.map { 2001 + $0 }, las), in: space, table: TABLE)'
    message = images.fails(cell.replace("TABLE", ".aal116")).error["evalue"]
    assert "AAL-116 does not have the label 2002" in message and ".aalSPM12" in message
    assert images.value(cell.replace("TABLE", ".aalSPM12") + ".names") == '["Precentral_R"]'


def test_what_is_no_mask_is_refused(images):
    for values, words in (("left.map { $0 * 0.3 + 0.1 }.enumerated().map { $1 + Float($0) / 100 }", "probabilities"),
                          ("(0..<120).map { Float($0 % 2) }", "one volume"), ("left.map { $0 * 0 }", "not zero")):
        assert words in images.fails(f'try bold.voxelsByTime(mask: write("no.nii", {values}, las))').error["evalue"]


def test_places_and_voxels(images):
    assert images.value("las.orientation + ras.orientation") == '"LASRAS"'
    assert images.value("try las.voxel(at: las.position(ofVoxel: [1, 2, 1]))") == "[1.0, 2.0, 1.0]"
    assert images.value("try (ras.inverse() * las).position(ofVoxel: [0, 0, 0])") == "[4.0, 0.0, 0.0]"
