"""A mistake of the user is told with its words: the argument, what came and what was expected."""

import pytest

SETUP = r"""
var random = NumpyRandom(seed: 1)
let x = Matrix<Double>(rows: 30, columns: 4, elements: (0..<120).map { _ in random.gaussian() })
let y = Matrix<Double>(rows: 30, columns: 3, elements: (0..<90).map { _ in random.gaussian() })
let parts = try VariancePartition(names: ["motion", "meaning"], jointR2: [[0], [0.1], [0.2], [0.25]])
let comparison = try RegionComparison([("a", [0.1, 0.2])], regions: Regions(names: ["V1", "V4"]))
let space = try VoxelSpace(shape: [3, 4, 2], indices: [0, 3])
let pairs = Matrix<Float>(rows: 2, columns: 2, elements: [1, 2, 3, 4])
let image = try RGBImage(width: 4, height: 3, pixels: Array(0..<36))
"""

THROWN = {
    'try parts.unique("no such space")': ['"no such space"', '"motion", "meaning"'],
    "try Ridge(alphas: .logspace(0, 3, count: 0)).fit(x, to: y)": ["grid of alphas", "empty"],
    "try Ridge(alphas: [-1]).fit(x, to: y)": ["alpha", "-1.0", "above 0"],
    "try x.delayed(by: [30])": ["delay", "30 samples"],
    "try PermutationTest.blocks(predictions: y, responses: y, blockLength: 30)": ["block length", "30 samples", "1 to 15"],
    "try Folds.kFold(40).splits(samples: 30)": ["30 samples", "40 folds"],
    "try PairedTest.signFlips((0..<20).map(Double.init), flips: -1)": ["flips", "-1"],
    "try BandedRidge(candidates: .dirichlet(-1, seed: 1)).fit([x], to: y)": ["Dirichlet samples", "-1"],
    "try NoiseCeiling(explainableVariance: [0.5], repeats: 0)": ["repeats", "0"],
    "try comparison.mean(3, 0)": ["candidate", "3"],
    "try space.map([0.1, 0.2], slices: [7])": ["slice", "7"],
    "try Ridge(memoryLimit: 0).fit(x, to: y)": ["memoryLimit", "0 bytes"],
    "try ImageTransform.Normalization(mean: [0.5], deviation: [0.5])": ["three channels", "1 means"],
    "try ImageTransform.Normalization(mean: [0, 0, 0], deviation: [1, 0, 1])": ["deviations", "not 0"],
    "try ImageTransform(fit: .shorterSide(0), normalization: .clip).apply(image, size: ImageSize(8))": ["sides", "[0]"],
    "try ImageTransform(fit: .covering(ImageSize(-4)), normalization: .clip).apply(image, size: ImageSize(8))": ["-4"],
    "try ImageTransform(fit: .stretched, normalization: .clip).apply(image, size: ImageSize(0))": ["0 x 0"],
    "try ImageTransform(fit: .randomCrop(seed: 1, leastArea: .nan), normalization: .clip).apply(image, size: ImageSize(8))":
        ["least share", "nan"],
    "try image.cropped(to: PixelBox(left: Int.max, top: 0, width: 5, height: 1))": ["does not lie in an image of 4 x 3"],
    "try RGBImage(width: Int.max, height: 2, pixels: [])": ["9223372036854775807 x 2", "0 bytes"],
    "try image.centerCropped(width: 1 << 30, height: 1 << 30)": ["cannot be cropped to 1073741824"],
    "try image.sampled(width: 1 << 40, height: 1 << 40)": ["cannot be resized to 1099511627776"],
    "try ImageGrid(shape: [1 << 40, 1 << 40, 3], affine: .identity)": ["three positive numbers", "1099511627776"],
    "try Affine.identity.voxel(at: [1])": ["three coordinates", "1 came"],
    "try RetrievalScores(images: pairs, texts: pairs, depths: [0, -1])": ["above 0", "[0, -1]"],
    "try space.plane(cutting: 3)": ["axis", "3", "0, 1 or 2"],
    "try VoxelSpace(shape: [1 << 40, 1 << 40, 1], indices: [])": ["shape", "1099511627776", "memory"],
    "try VoxelSpace(shape: [2, 2, 1], mask: [0, 3, 7, 0])": ["mask", "3.0 and 7.0"],
    "try NIfTI.volume(of: [], at: [], shape: [1 << 40, 1 << 40])": ["shape", "1099511627776"],
    "try NIfTI.open(URL(string: \"https://example.org/x.nii\")!)": ["not on this machine", "https"],
    "try NumPyArray.write(x, to: \"no-such-folder/x.npy\")": ["no-such-folder/x.npy"],
    'try ColorMap(name: "none", stops: [])': ["colors", "0", "at least 2"],
    "try KernelRidge(kernel: .precomputed, intercept: false).fit(Matrix<Double>([[0, 1], [1, 0]]), to: y.rows(0..<2))":
        ["2 samples", "5 folds"],
    "try KernelRidge(kernel: .precomputed, folds: .kFold(2), intercept: false).fit(Matrix<Double>([[0, 1], [1, 0]]), to: y.rows(0..<2))":
        ["precomputed kernel", "indefinite", "-1"],
}

# No initializer of these throws, so that a notebook needs no `try` for a slider: the trap must keep its words.
TRAPS = {
    'Dropdown("layer", [String]())': "nothing to choose from",
    'Dropdown("layer", ["a"], index: 4)': "none at 4",
    'let box = Dropdown("layer", ["a", "b"])\nbox.index = 2': "2 options, none at 2",
    'let scale = SelectionSlider("alpha", [1, 10])\nscale.index = -1': "2 options, none at -1",
    'Dropdown("layer", ["a", "b"], labels: ["c"])': "2 options and 1 labels",
    'LogSlider("alpha", -1...10)': "positive numbers",
    'Slider("x", 0...Double.infinity)': "finite bounds, not 0.0...inf",
    'RangeSlider("x", 0.0...1, step: .nan)': "finite step, not nan",
    'ProgressMeter("x", -Double.infinity...0)': "finite bounds",
    "Matrix<Double>.identity(-1)": "cannot have -1 rows",
    "x[0...Int.max, 0]": "outside a matrix of 30 rows",
    "x[99, 0]": "outside a 30 x 4 matrix",
}


@pytest.fixture(scope="module")
def prepared(kernel):
    kernel.ok(SETUP)
    return kernel


@pytest.mark.parametrize("code", THROWN)
def test_is_thrown_with_its_words(prepared, code):
    error = prepared.fails(code).error
    assert error["ename"].endswith("Error"), error
    for word in THROWN[code]:
        assert word in error["evalue"], error["evalue"]


@pytest.mark.parametrize("code", TRAPS)
def test_a_trap_keeps_its_words(prepared, code):
    assert TRAPS[code] in prepared.fails(code).traceback
    assert prepared.value("y.rows") == "30", "the session lives on"
