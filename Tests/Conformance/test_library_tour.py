"""The library as a user meets it: every estimator, loader and kind of model through the installed kernel.

Swift's own tests link the library statically; what a user loads is libGyrus.so. Arrays are large enough for threads.
The whole tour is made at the processor's instruction set and at the base one, and both must say the same.
"""

import io
import json
import os
import shutil
import zipfile

import large_files
import pytest
from large_files import COLUMNS, COUNT, ROWS
from session import Session

# What the first tour found, by the test's name.
FOUND = {}


@pytest.fixture(scope="module", params=["", "x86-64"], ids=["processor", "base"])
def kernel(request, files):
    level = {"GYRUS_CPU_LEVEL": request.param} if request.param else {}
    session = Session(env={**os.environ, **level})
    session.ok(PREPARATION)
    session.ok(f'let files = URL(fileURLWithPath: "{files}")')
    yield session
    session.close()


# Files are decoded alike at every level; the kernels that do it are compared by `gyrus doctor`.
once = pytest.mark.parametrize("kernel", [""], ids=["processor"], indirect=True)


def same(kernel, request, code, tolerance=1e-4):
    """Runs a cell that gives numbers, and compares them with those of the other tour."""
    found = [float(x) for x in kernel.value(code).strip("[]").split(",")]
    assert all(abs(x) < 1e30 for x in found), found  # no NaN, nothing infinite
    parameters = {name: value for name, value in request.node.callspec.params.items() if name != "kernel"}
    expected = FOUND.setdefault((request.node.originalname, str(parameters)), found)
    assert found == pytest.approx(expected, rel=tolerance, abs=tolerance)
    return found


PREPARATION = r"""
func numbers<T: Scalar>(_ rows: Int, _ columns: Int, _ seed: UInt32, _: T.Type) -> Matrix<T> {
    var random = NumpyRandom(seed: seed)
    return Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in T(random.gaussian()) })
}
func mean(_ x: [Double]) -> Double { x.reduce(0, +) / Double(x.count) }
/// Whether numbers are those that `large_files.value` wrote.
func areRight<T: BinaryFloatingPoint>(_ x: [T]) -> Bool {
    x.count == COUNT && x.indices.allSatisfy { Double(x[$0]) == Double($0 % 251 - 125) / 8 }
}
/// A few numbers that tell one set of features from another, and their number.
func summary(_ features: FeatureSet) -> [Double] {
    features.flatMap { layer -> [Double] in
        let x = layer.matrix.elements.map(Double.init)
        let size = max(1e-9, x.map(abs).max() ?? 0)
        return [Double(x.count), mean(x) / size, mean(x.enumerated().map { $1 * Double($0 % 7 - 3) }) / size]
    }
}
func pictures(_ count: Int, _ side: Int) throws -> [RGBImage] {
    try (0..<count).map { n in
        let pixels = (0..<side * side * 3).map { UInt8(truncatingIfNeeded: $0 &* ($0 / 97 + n + 3) >> 3) }
        return try RGBImage(width: side, height: side, pixels: pixels)
    }
}
""".replace("COUNT", str(COUNT))


# MARK: - Files


@pytest.fixture(scope="module")
def files(root, tmp_path_factory):
    """All files that the tour opens."""
    folder = tmp_path_factory.mktemp("tour")
    kinds = {"f16": ("F16", "HalfStorage"), "bf16": ("BF16", "BFloat16Storage"), "f32": ("F32", "FloatStorage"),
             "f64": ("F64", "DoubleStorage")}
    data = {kind: large_files.numbers(kind) for kind in kinds}
    (folder / "all.safetensors").write_bytes(large_files.safetensors(
        {kind: (names[0], [ROWS, COLUMNS], data[kind]) for kind, names in kinds.items()}))
    (folder / "all.pt").write_bytes(large_files.pytorch(
        {kind: (names[1], [ROWS, COLUMNS], data[kind]) for kind, names in kinds.items()}))
    arrays = {kind: large_files.npy(kind) for kind in ("f16", "f32", "f64")}
    for kind, content in arrays.items():
        (folder / f"{kind}.npy").write_bytes(content)
    for name, method in (("stored.npz", zipfile.ZIP_STORED), ("deflated.npz", zipfile.ZIP_DEFLATED)):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method, compresslevel=1) as archive:
            for kind, content in arrays.items():
                archive.writestr(f"{kind}.npy", content)
        (folder / name).write_bytes(file.getvalue())
    fixtures = root / "Tests/Library/FoundationModels/Fixtures"
    for name, size in (("alexnet", None), ("efficientnet_small", None), ("resnet18", None), ("resnet50", 224),
                       ("tf_efficientnet_b0", None), ("tf_efficientnet_lite0", None), ("tf_efficientnet_small", None)):
        model = folder / name
        model.mkdir()
        config = json.loads((fixtures / "convolution" / name / "config.json").read_text())
        if size:
            config["pretrained_cfg"]["input_size"] = [3, size, size]
        (model / "config.json").write_text(json.dumps(config))
        large_files.weights(json.loads((fixtures / "convolution" / name / "tensors.json").read_text()),
                            model / "model.safetensors")
    model = folder / "brivl"
    model.mkdir()
    shutil.copy(fixtures / "brivl/config.json", model)
    shutil.copy(fixtures / "tokenizers/wordpiece/tokenizer.json", model)
    large_files.weights(json.loads((fixtures / "brivl/tensors.json").read_text()), model / "model.safetensors")
    return folder


@once
@pytest.mark.parametrize("kind", ["f16", "bf16", "f32", "f64"])
@pytest.mark.parametrize("element", ["Float", "Double"])
def test_numbers_of_every_kind_are_read(kernel, kind, element):
    for reader, file in (("Safetensors", "all.safetensors"), ("PyTorchFile", "all.pt")):
        assert kernel.value(f'areRight(try {reader}.open(files.appending(path: "{file}"))'
                            f'.tensor("{kind}", as: {element}.self).elements)') == "true", reader
    if kind == "bf16":
        return
    assert kernel.value(f'areRight(try NumPyArray.open(files.appending(path: "{kind}.npy"))'
                        f'.tensor(as: {element}.self).elements)') == "true"
    for archive in ("stored.npz", "deflated.npz"):
        assert kernel.value(f'areRight(try NumPyArchive.open(files.appending(path: "{archive}")).array("{kind}")'
                            f'.tensor(as: {element}.self).elements)') == "true", archive


@once
@pytest.mark.parametrize("element", ["Float", "Double"])
def test_what_is_written_is_read_back(kernel, tmp_path, element):
    kernel.ok(f"""
let folder{element} = URL(fileURLWithPath: "{tmp_path}")
let matrix{element} = Matrix<{element}>(rows: {ROWS}, columns: {COLUMNS},
    elements: (0..<{COUNT}).map {{ {element}($0 % 251 - 125) / 8 }})""")
    assert kernel.value(f"""
let h5{element} = folder{element}.appending(path: "a.h5"), npy{element} = folder{element}.appending(path: "a.npy")
try HDF5File.create(h5{element}) {{ try $0.write(matrix{element}, to: "/a") }}
try NumPyArray.write(matrix{element}, to: npy{element})
let fromH5{element}: Tensor<{element}> = try HDF5File.open(h5{element}).dataset("/a").tensor(as: {element}.self)
let fromNumPy{element}: Tensor<{element}> = try NumPyArray.open(npy{element}).tensor(as: {element}.self)
areRight(fromH5{element}.elements) && areRight(fromNumPy{element}.elements)""") == "true"


@once
@pytest.mark.parametrize("name", ["map.nii", "map.nii.gz"])
def test_a_volume_is_written_and_read_back(kernel, tmp_path, name):
    cell = f"""
let url = URL(fileURLWithPath: "{tmp_path / name}")
let series = Tensor<Float>(shape: [41, 43, 37, 20], elements: (0..<41 * 43 * 37 * 20).map {{ Float($0 % 1013) }})
let affine = Matrix<Double>([[-3, 0, 0, 60], [0, 3, 0, -80], [0, 0, 3, -50], [0, 0, 0, 1]])
try NIfTI.write(series, affine: affine, repetitionTime: 2, to: url)
let image = try NIfTI.open(url)
let inside = try image.voxelsByTime(at: [0, 1000, 41 * 43 * 37 - 1])
try image.tensor() == series && inside.rows == 20 && inside[3, 1] == series.elements[1000 * 20 + 3]
"""
    assert kernel.value(cell) == "true"


@once
def test_pictures_of_every_kind_are_decoded(kernel, root):
    images = root / "Tests/Library/Formats/Fixtures/images"
    assert kernel.value(f"""
try FileManager.default.contentsOfDirectory(atPath: "{images}")
    .filter {{ $0.hasSuffix("png") || $0.hasSuffix("jpg") }}
    .allSatisfy {{ name in
        let image = try RGBImage.open(URL(fileURLWithPath: "{images}/" + name))
        let small = try image.resized(width: 9, height: 7)
        return small.pixels.count == 9 * 7 * 3 && image.pixels.count == image.width * image.height * 3
    }}""") == "true"


# MARK: - Estimators


@pytest.fixture(scope="module")
def data(kernel):
    """Responses of 1,200 samples x 900 voxels that are a product of 48 features, in both precisions."""
    for element in ("Float", "Double"):
        kernel.ok(f"""
let x{element} = numbers(1200, 48, 1, {element}.self), w{element} = numbers(48, 900, 2, {element}.self)
let y{element} = multiply(x{element}, w{element})
let narrow{element} = y{element}.columns(0..<70)""")
    kernel.ok("let runs = try Runs(lengths: [300, 300, 300, 300])")


# Swift with x (samples x 48), y (samples x 900), narrow (of 70 voxels), runs, and T; each gives `VoxelScores`.
OPTIONS = "alphas: [0.001, 1], folds: .leaveOneRunOut"
BANDS = "[x.columns(0..<20), x.columns(20..<48)]"
FITS = {
    "Ridge": f"try Ridge({OPTIONS}, showsProgress: false).fit(x, to: y, runs: runs).score(x, to: y)",
    "Ridge, one alpha": "try Ridge(alphas: [0.001], folds: .kFold(2), showsProgress: false).fit(x, to: y).score(x, to: y)",
    "Ridge without intercept":
        f"try Ridge({OPTIONS}, intercept: false, showsProgress: false).fit(x, to: y, runs: runs).score(x, to: y)",
    "Ridge of more features than samples":
        "try Ridge(alphas: [0.001], folds: .kFold(2), showsProgress: false)"
        ".fit(x.rows(0..<40), to: y.rows(0..<40)).score(x.rows(0..<40), to: y.rows(0..<40))",
    "KernelRidge": f"try KernelRidge({OPTIONS}, showsProgress: false).fit(x, to: y, runs: runs).score(x, to: y)",
    "KernelRidge, rbf":
        "try KernelRidge(kernel: .rbf(gamma: 0.01), alphas: [0.001, 1], folds: .kFold(2), showsProgress: false)"
        ".fit(x, to: narrow).score(x, to: narrow)",
    "KernelRidge, polynomial":
        "try KernelRidge(kernel: .polynomial(degree: 2), alphas: [0.001, 1], folds: .kFold(2), showsProgress: false)"
        ".fit(x, to: narrow).score(x, to: narrow)",
    "BandedRidge":
        "try BandedRidge(alphas: [0.001, 1], candidates: .dirichlet(5, seed: 1), folds: .leaveOneRunOut, "
        f"showsProgress: false).fit({BANDS}, to: y, runs: runs).score({BANDS}, to: y)",
    "BandedRidge, refined":
        "try BandedRidge(alphas: [0.001, 1], candidates: .dirichlet(3, seed: 1), folds: .kFold(3), "
        f"refinement: .gradient(), showsProgress: false).fit({BANDS}, to: narrow).score({BANDS}, to: narrow)",
    "GroupRidge":
        "try GroupRidge(groups: (0..<48).map { $0 / 24 }, BandedRidge(alphas: [0.001, 1], "
        "candidates: .dirichlet(5, seed: 1), showsProgress: false)).fit(x, to: y).score(x, to: y)",
    "Pipeline":
        f"try Pipeline(StandardScaler(), PCA(.count(48)), into: Ridge({OPTIONS}, showsProgress: false))"
        ".fit(x, to: y, runs: runs).score(x, to: y, runs: runs)",
    "Pipeline of delays":
        f"try Pipeline(Detrend(), Delays(0...2), into: Ridge({OPTIONS}, showsProgress: false))"
        ".fit(x, to: y, runs: runs).score(x, to: y, runs: runs)",
    "cross-validated":
        f"try Ridge({OPTIONS}, showsProgress: false)"
        ".crossValidatedScores(x, to: y, outer: .leaveOneRunOut, runs: runs).pooled",
}


@pytest.mark.parametrize("element", ["Float", "Double"])
@pytest.mark.parametrize("name", FITS)
def test_estimators_find_what_was_put_in(kernel, data, request, name, element):
    found = same(kernel, request, f"""
func fit<T: Scalar>(_ x: Matrix<T>, _ y: Matrix<T>, _ narrow: Matrix<T>) throws -> VoxelScores {{
    {FITS[name]}
}}
let scores = try fit(x{element}, y{element}, narrow{element})
[mean(scores.r2), mean(scores.r)]""", 1e-3)
    # A kernel that is not linear only comes near, and drifts are taken out of the features alone.
    least = 0.9 if "rbf" in name or "polynomial" in name or "delays" in name else 0.9999
    assert least < found[0] <= 1 and least < found[1] <= 1.000001


@pytest.mark.parametrize("element", ["Float", "Double"])
def test_a_fit_from_file_to_file(kernel, data, request, tmp_path, element):
    """In batches of voxels that a small memory holds."""
    found = same(kernel, request, f"""
let url = URL(fileURLWithPath: "{tmp_path}/y.h5")
try HDF5File.create(url) {{ try $0.write(y{element}, to: "/y") }}
let file = try Ridge({OPTIONS}, showsProgress: false).fit(
    x{element}, to: HDF5File.open(url).dataset("/y"), file: "{tmp_path}/fit.h5", runs: runs,
    memoryLimit: .megabytes(40))
let r = try file.scores().r
[mean(r), Double(r.count)]""", 1e-3)
    assert found[0] > 0.9999 and found[1] == 900


@pytest.mark.parametrize("element", ["Float", "Double"])
def test_statistics_of_many_voxels(kernel, data, request, element):
    found = same(kernel, request, f"""
let noisy{element} = Matrix<{element}>(rows: 1200, columns: 900, elements: zip(y{element}.elements,
    numbers(1200, 900, 3, {element}.self).elements).map {{ $0 + 7 * $1 }})
let test{element} = try PermutationTest.blocks(predictions: y{element}, responses: noisy{element}, blockLength: 10,
    permutations: 40, seed: 1)
let ceiling{element} = try NoiseCeiling(of: [y{element}, noisy{element}])
let split{element} = try SplitScores(parts: [y{element}, noisy{element}], responses: y{element})
let who{element} = try Identification(
    predictions: y{element}.rows(0..<60), responses: noisy{element}.rows(0..<60))
let z{element} = try noisy{element}.detrended(runs: runs).zScored(runs: runs)
let boot{element} = try ScoreIntervals(
    predictions: y{element}, responses: noisy{element}, blockLength: 10, resamples: 20, seed: 1)
let squares{element} = z{element}.elements.map {{ Double($0 * $0) }}
[mean(test{element}.p), mean(ceiling{element}.r), mean(split{element}.joint.r), who{element}.accuracy, mean(squares{element})]
""", 1e-3)
    assert found[0] < 0.1 and 0 < found[1] <= 1 and found[3] > 0.99 and abs(found[4] - 1) < 0.01


@pytest.mark.parametrize("element", ["Float", "Double"])
def test_decompositions_of_large_matrices(kernel, request, element):
    found = same(kernel, request, f"""
func decompose<T: Scalar>(_ a: Matrix<T>) throws -> [Double] {{
    let singular = try LinearAlgebra.svd(a).values
    let values = try LinearAlgebra.eigenSymmetric(LinearAlgebra.gram(a)).values
    var error = 0.0
    for (s, v) in zip(singular.sorted(), values.sorted()) {{ error = max(error, abs(Double(s * s / v) - 1)) }}
    return [error, Double(try PCA(.count(10), solver: .randomized(seed: 1)).fit(a).components.rows)]
}}
try decompose(numbers(700, 300, 5, {element}.self))""", 1e-3)
    assert found[0] < 1e-3 and found[1] == 10


# MARK: - Models

TEXTS = '["a cat sat on the mat", "stocks fell", "the quick brown fox jumps over the lazy dog"]'
FOLDERS = {
    "text": ["encoders/bert", "encoders/bert-gelu-new", "encoders/bert-relu", "encoders/distilbert", "towers/roberta",
             "towers/clip", "towers/clip-legacy", "towers/open-clip", "towers/open-clip-custom",
             "towers/paper/mp_rank_00_model_states.pt", "two-towers/clip",
             "two-towers/paper/mp_rank_00_model_states.pt"],
    "image": ["two-towers/clip", "two-towers/paper/mp_rank_00_model_states.pt", "vision/augreg/ViT.npz", "vision/clip",
              "vision/hf-dinov2", "vision/hf-dinov2-registers", "vision/hf-vit", "vision/open-clip",
              "vision/paper/mp_rank_00_model_states.pt", "vision/timm-file/vit.pth", "vision/timm-gated",
              "vision/timm-mean", "vision/timm-pre-norm", "vision/timm-registers", "vision/timm",
              "vision/training/checkpoint.pth"],
}


def path(name, root):
    return root / "Tests/Library/FoundationModels/Fixtures" / name


@pytest.mark.parametrize("name", FOLDERS["text"])
def test_text_towers(kernel, root, request, name):
    same(kernel, request, f'summary(try FoundationModel.load("{path(name, root)}")'
         f'.features(of: {TEXTS}, showsProgress: false))')


@pytest.mark.parametrize("name", FOLDERS["image"])
def test_image_towers(kernel, root, request, name):
    same(kernel, request, f'summary(try FoundationModel.load("{path(name, root)}").image'
         '.features(of: pictures(2, 80), layers: .all, showsProgress: false))')


@pytest.mark.parametrize("name", ["alexnet", "efficientnet_small", "resnet18", "resnet50", "tf_efficientnet_b0",
                                  "tf_efficientnet_lite0", "tf_efficientnet_small", "brivl"])
def test_convolutional_networks(kernel, request, name):
    same(kernel, request, f'summary(try FoundationModel.load(files.appending(path: "{name}")).image'
         '.features(of: pictures(2, 240), layers: .all, showsProgress: false))', 1e-3)


@pytest.mark.parametrize("name", ["encoders/bert", "two-towers/clip"])
def test_bfloat16(kernel, root, request, name):
    same(kernel, request, f'Precision.bfloat16.isSupported ? summary(try FoundationModel.load("{path(name, root)}",'
         f' precision: .bfloat16).features(of: {TEXTS}, showsProgress: false)) : [0]', 0.05)


def test_installed_models(kernel, request):
    same(kernel, request, 'summary(try FoundationModel.load("efficientnet-lite0").image'
         '.features(of: pictures(2, 240), layers: .all, showsProgress: false))', 1e-3)
    kernel.ok('let real = try FoundationModel.load("all-minilm-l6-v2")')
    kernel.ok("let some = Array(SimulatedSubject.sentences.prefix(40))")
    assert kernel.value("try real.features(of: some, showsProgress: false).count") == "7"


def test_images_and_texts_in_one_space(kernel, root, request):
    same(kernel, request, f"""
let both = try FoundationModel.load("{path('two-towers/clip', root)}")
let likeness = try both.similarity(of: ImagesInMemory(pictures(3, 60)), to: {TEXTS})
let classes = try both.zeroShotClassifier(of: ["cat", "dog"]).classify(both.imageEmbeddings(of: pictures(3, 60)))
try likeness.elements.map(Double.init) + [Double(classes.top(1, of: 0)[0])]""", 1e-3)


@once
def test_a_feature_file_holds_the_features(kernel, root, tmp_path):
    assert kernel.value(f"""
let encoder = try FoundationModel.load("{path('encoders/bert', root)}")
let store = try encoder.featureFile(at: "{tmp_path}/f.h5", of: {TEXTS})
let direct = try encoder.features(of: {TEXTS}, showsProgress: false)
try direct.allSatisfy {{ try store[$0.name] == $0.matrix }}""") == "true"
