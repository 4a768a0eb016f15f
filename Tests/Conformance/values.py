"""A value of every public type of the library, for test_values.py.

SETUP makes what the values have in common; VALUES has an expression for each type; EXEMPT says why a type has none.
"""

SETUP = r"""
import Foundation
let fixtures = URL(fileURLWithPath: "FIXTURES")
let scratch = URL(fileURLWithPath: "SCRATCH")
var random = NumpyRandom(seed: 1)
func normal(_ rows: Int, _ columns: Int) -> Matrix<Double> {
    Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in random.gaussian() })
}
let features = normal(60, 6)
let responses = normal(60, 2000)
let bands = [features.columns(0..<2), features.columns(2..<6)]
let runs = try Runs(lengths: [20, 20, 20])
let ridge = Ridge(alphas: [0.1, 1, 10], folds: .leaveOneRunOut, showsProgress: false)
let banded = BandedRidge(alphas: [1, 10], candidates: .dirichlet(3, seed: 1), folds: .kFold(3), showsProgress: false)
let group = GroupRidge(groups: [0, 0, 1, 1, 2, -1], banded)
let kernelRidge = KernelRidge(kernel: .rbf(gamma: 0.25), alphas: [0.1, 1, 10], folds: .kFold(3), showsProgress: false)
let fit = try ridge.fit(features, to: responses, runs: runs)
let pipeline = Pipeline(StandardScaler(), Delays(1...3), into: ridge)
let heldOut = try ridge.heldOutPredictions(features, to: responses, outer: .leaveOneRunOut, runs: runs)
let predicted = heldOut.inOrder
let partition = try VariancePartition(names: ["motion", "meaning"], jointR2: [[0, 0], [0.1, 0.2], [0.2, -0.1], [0.25, 0.15]])
let scores = [0.1, -0.25, 0.31, .nan, 0.02, -1.5]
let regions = Regions(names: ["V1", "V1", "V4", "V4", "IT", ""], groups: ["V1": "early", "V4": "early", "IT": "late"])
let byRegion = try RegionScores(scores, regions: regions, scoreName: "Pearson r")
let comparison = try RegionComparison(
    [("layer 1", scores), ("layer 2", scores.map { -$0 }), ("layer 3", scores.map { $0 * 0.5 })], regions: regions)
let tested = try RegionComparison(
    [("image", normal(8, 3)), ("text", normal(8, 3))], regions: ["V1", "V4", "IT"], test: .wilcoxon)
let space = try VoxelSpace(shape: [3, 4, 2], indices: [0, 3, 5, 8, 13, 21], affine: [[-3, 0, 0, 90], [0, 3, 0, -126], [0, 0, 4, -72]])
let study = try Study(
    name: "sub-01", stimuli: (0..<60).map { "stimulus \($0)" }, responses: responses.columns(0..<6).converted(to: Float.self),
    runs: runs, space: space, regions: regions)
let subject = try SimulatedSubject(
    features: (0..<7).map { _ in normal(60, 20).converted(to: Float.self) }, layers: (0..<7).map { "layer \($0)" })
let h5 = scratch.appendingPathComponent("values.h5")
try HDF5File.create(h5) { file in
    try file.write(responses, to: "/responses")
    try file.write(["a", "b"], to: "/names")
    try file.setAttribute("subject", to: .strings(["sub-01"]))
}
let h5File = try HDF5File.open(h5)
let ridgeFile = try Ridge(alphas: [0.1, 1, 10], showsProgress: false).fit(
    features, to: h5File.dataset("/responses"), file: scratch.appendingPathComponent("ridge.h5").path)
let formats = fixtures.appendingPathComponent("Library/Formats/Fixtures")
let models = fixtures.appendingPathComponent("Library/FoundationModels/Fixtures")
let bert = try FoundationModel.load(models.appendingPathComponent("encoders/bert"))
let timm = try FoundationModel.load(models.appendingPathComponent("vision/timm"))
let sentences = ["A cat sat on the mat.", "Heavy rain fell.", "He read it twice."]
let textFeatures = try bert.features(of: sentences, showsProgress: false)
let picture = try RGBImage(width: 3, height: 2, pixels: [UInt8](repeating: 120, count: 18))
let embeddings = normal(4, 3).converted(to: Float.self)
let tall = Array(stride(from: -1.5, through: 1.5, by: 0.25))
let classifier = try ZeroShotClassifier(
    classes: ["cat", "dog", "car", "tree"], sentences: embeddings, templates: 1, scale: 10)
let gpt = try loadTokenizer(models.appendingPathComponent("tokenizers/gpt2"))
let wordPiece = try loadTokenizer(models.appendingPathComponent("tokenizers/wordpiece"))

let trials = try DataTable.parse("subject,condition,rt,correct\n001,face,0.31,true\n001,house,n/a,false\n002,face,1e-9,true")

let handle = display(Table("shown", [.text("a", ["b"])]))

/// Shows a value, and prints it.
func shown<Value>(_ value: Value) {
    _gyrusResult(value)
    print("<<<\(value)>>>")
}
"""

VALUES = {
    # Tensors
    "Matrix": "features",
    "MatrixMask": "features .> 0",
    "CorrelationKind": "CorrelationKind.spearman",
    "Tensor": "Tensor<Float>(shape: [2, 30, 40], elements: (0..<2400).map { Float($0 % 7) - 3.5 })",
    # Display
    "MIMEContent": 'MIMEContent.text("three regions")',
    "MIMEBundle": 'MIMEBundle.plain("three regions")',
    "DisplayHandle": "handle",
    "Table": 'Table("numbers", [.text("", ["a", "b"]), .numbers("mean", [-0.25, .infinity])])',
    "Table.Column": 'Table.Column.numbers("mean", scores)',
    "ProgressBar": 'ProgressBar("work", total: 3)',
    # Tables
    "DataTable": "trials",
    "DataTable.Column": 'try trials["rt"]',
    "DataTable.ColumnType": "trials.columnTypes[0]",
    "DataTable.Value": "try trials[row: 0][\"rt\"]",
    "DataTable.Row": "try trials[row: 1]",
    "DataTable.Rows": "trials.rows",
    "DataTable.Groups": 'try trials.grouped(by: "subject")',
    "DataTable.Aggregation": 'DataTable.Aggregation.mean("rt")',
    "DataTable.SortKey": 'DataTable.SortKey.descending("rt")',
    "DataTable.JoinKind": "DataTable.JoinKind.outer",
    "DataTable.LineEnd": "DataTable.LineEnd.crlf",
    # Formats
    "NIfTI": 'try NIfTI.open(formats.appendingPathComponent("mask.nii.gz"))',
    "HDF5File": "h5File",
    "[HDF5Dataset]": "try h5File.datasets()",
    "HDF5Dataset": 'try h5File.dataset("/responses")',
    "HDF5Attribute": 'try h5File.attributes()["subject"]!',
    "NumPyArray": 'try NumPyArray.open(formats.appendingPathComponent("plain.npy"))',
    "NumPyArchive": 'try NumPyArchive.open(formats.appendingPathComponent("stored.npz"))',
    "Safetensors": 'try Safetensors.open(formats.appendingPathComponent("types.safetensors"))',
    "Safetensors.Entry": 'try Safetensors.open(formats.appendingPathComponent("types.safetensors")).entries.min { $0.key < $1.key }!.value',
    "PyTorchFile": 'try PyTorchFile.open(formats.appendingPathComponent("zip.pt"))',
    "PyTorchFile.Entry": 'try PyTorchFile.open(formats.appendingPathComponent("zip.pt")).entries.min { $0.key < $1.key }!.value',
    "NumberType": "NumberType.float32",
    "Interpolation": "Interpolation.allCases[0]",
    "PixelBox": "PixelBox(left: 1, top: 2, width: 30, height: 40)",
    "RGBImage": "picture",
    # FoundationModels
    "FoundationModel": "bert",
    "TextTower": "try bert.text",
    "ImageTower": "try timm.image",
    "TransformerConfiguration": "try bert.text.configuration",
    "TransformerConfiguration.Activation": "try bert.text.configuration.activation",
    "TransformerConfiguration.NormOrder": "try bert.text.configuration.normOrder",
    "ImageSize": "ImageSize(224)",
    "Precision": "Precision.float32",
    "ImageBox": "ImageBox.whole",
    "ModelLayer": "try bert.text.layers[1]",
    "LayerShape": "try bert.text.layers[1].shape",
    "LayerFeatures": "textFeatures[0]",
    "LayerSelection": 'LayerSelection.named(["layer 1", "block *"])',
    "FeatureSet": "textFeatures",
    "FeatureFile": 'try bert.featureFile(at: scratch.appendingPathComponent("features.h5").path, of: sentences)',
    "FeatureProvenance": 'try bert.featureFile(at: scratch.appendingPathComponent("features.h5").path, of: sentences).provenance',
    "Pooling": "Pooling.mean",
    "RetrievalScores": "try RetrievalScores(images: embeddings, texts: embeddings, depths: [1, 2])",
    "ZeroShotClassifier": "classifier",
    "ZeroShotResult": "try classifier.classify(embeddings)",
    "HuggingFaceHub": "HuggingFaceHub(environment: [:])",
    "ImagesInMemory": "ImagesInMemory([picture, picture])",
    "ImageFiles": "ImageFiles([fixtures])",
    "ImageTransform": "try timm.image.transform",
    "ImageTransform.Fit": "ImageTransform.Fit.shorterSide(224)",
    "ImageTransform.Normalization": "ImageTransform.Normalization.clip",
    "SpecialTokens": "wordPiece.specialTokens",
    # Encoding
    "Fold": "try Folds.kFold(3).splits(samples: 60)[1]",
    "Folds": "Folds.kFold(5)",
    "NestedFold": "try Folds.kFold(3).nested(inner: .kFold(2), samples: 60)[0]",
    "Runs": "runs",
    "Alphas": "Alphas.logspace(-2, 20, count: 20)",
    "SearchScore": "SearchScore.negativeSquaredError",
    "RidgeOptions": "RidgeOptions()",
    "Ridge": "Ridge()",
    "RidgeFit": "fit",
    "KernelRidge.Kernel": "KernelRidge.Kernel.rbf(gamma: 0.5)",
    "KernelRidge": "kernelRidge",
    "KernelRidgeFit": "try kernelRidge.fit(features, to: responses)",
    "BandedRidge": "banded",
    "BandedRidge.Candidates": "BandedRidge.Candidates.dirichlet(20, seed: 1)",
    "BandedRidgeFit": "try banded.fit(bands, to: responses)",
    "BandRefinement": "BandRefinement.gradient()",
    "GroupRidge": "group",
    "GroupRidgeFit": "try group.fit(features, to: responses)",
    "Pipeline": "pipeline",
    "PipelineFit": "try pipeline.fit(features, to: responses, runs: runs)",
    "Delays": "Delays(1...4)",
    "Detrend": "Detrend(.polynomial(degree: 2))",
    "Drift": "Drift.cosine(period: 128, repetitionTime: 2)",
    "HemodynamicConvolution": "HemodynamicConvolution(repetitionTime: 2)",
    "HemodynamicResponse": "HemodynamicResponse.glover",
    "StandardScaler": "StandardScaler(byRun: true)",
    "ScalerFit": "StandardScaler().fit(responses)",
    "PCA": "PCA(.variance(0.9))",
    "PCA.Solver": "PCA.Solver.randomized(seed: 1)",
    "PCASize": "PCASize.count(3)",
    "PCAFit": "try PCA(.count(30)).fit(responses)",
    "MemoryLimit": "MemoryLimit.gigabytes(2)",
    "VoxelScores": "fit.scores",
    "LayerScores": 'try LayerScores([("layer 1", fit.scores), ("layer 2", fit.scores)])',
    "NoiseCeiling": "try NoiseCeiling(of: [responses, responses])",
    "Identification": "try Identification(predictions: predicted, responses: responses)",
    "CrossValidatedScores": "try heldOut.scores()",
    "HeldOutPredictions": "heldOut",
    "SplitScores": "try banded.fit(bands, to: responses).splitScores(bands, to: responses)",
    "VariancePartition": "partition",
    "VariancePartition.Part": "partition.parts[0]",
    "PermutationTest": "try PermutationTest.blocks(predictions: predicted, responses: responses, permutations: 20)",
    "PairedTest": "try PairedTest.t([-0.1, -0.2, -0.4])",
    "PValueCorrection": "PValueCorrection.holm",
    "PairedComparison": "try PairedComparison(normal(5, 3), normal(5, 3), names: [\"V1\", \"V4\", \"IT\"])",
    "PairedComparison.Test": "PairedComparison.Test.signFlip(seed: 1)",
    "BootstrapInterval": "try BootstrapInterval(of: [-0.1, -0.2, -0.4, 0.3])",
    "BootstrapMethod": "BootstrapMethod.bca",
    "ScoreIntervals": "try ScoreIntervals(predictions: predicted, responses: responses, resamples: 20)",
    "NumpyRandom": "NumpyRandom(seed: 1)",
    # Brain
    "RidgeFile": "ridgeFile",
    "Study": "study",
    "Region": 'Region(id: 1, name: "V1", group: "early")',
    "Regions": "regions",
    "RegionTable": "RegionTable.aal90",
    "RegionScores": "byRegion",
    "RegionScores.Row": "byRegion.rows[0]",
    "RegionScores.Order": "RegionScores.Order.anatomy",
    "RegionComparison": "comparison",
    "RegionComparison.Best": "comparison.best[0]",
    "RegionScores.Unit": "RegionScores.Unit.subject",
    "RegionDifferences": "tested.differences!",
    "RegionDifferences.Row": "tested.differences!.rows[0]",
    "RegionTest": "RegionTest.wilcoxon",
    "ErrorBar": "ErrorBar.interval(0.95)",
    "Significance": "tested.differences!.significance",
    "Significance.Mark": "Significance.Mark.stars",
    "SimulatedSubject": "subject",
    "SimulatedSubject.Options": "SimulatedSubject.Options()",
    "SimulationTruth": "subject.truth",
    "SimulationTruth.Drive": "subject.truth.drives[0]",
    "VoxelSpace": "space",
    "SlicePlane": "space.naturalPlane",
    "Affine": "try Affine(rows: [[3, 0, 0, -78], [0, 3, 0, -112], [0, 0, 3, -70]])",
    "ImageGrid": "try ImageGrid(shape: [53, 63, 46], affine: Affine(rows: [[3, 0, 0, -78], [0, 3, 0, -112], [0, 0, 3, -70]]))",
    "VolumeInterpolation": "VolumeInterpolation.nearest",
    # Figures
    "Color": "Color(0x0072B2)",
    "ColorMap": "ColorMap.viridis",
    "ReferenceLine": 'ReferenceLine(-0.5, "threshold")',
    "ChartStyle": "ChartStyle.diverging",
    "FigureFormat": "FigureFormat.svg",
    "Bracket": 'Bracket(in: "V1", "image", "text", label: "*")',
    "Bracket.End": 'Bracket.End("V1", series: "image")',
    "BarChart": 'BarChart([.init("V1", -0.31, error: 0.04), .init("IT", 0.22)], valueTitle: "Pearson r")',
    "BarChart.Bar": 'BarChart.Bar("V1", -0.31, error: 0.04)',
    "BarChart.Orientation": "BarChart.Orientation.horizontal",
    "LineChart": 'try LineChart([.init("a", [-1, 0, 1], errors: [0.1, 0.2, 0.1])])',
    "LineChart.Series": 'LineChart.Series("a", [-1, 0, 1])',
    "LineChart.Series.Point": "LineChart.Series.Point(1, -2, error: 0.5)",
    "LineChart.ErrorStyle": "LineChart.ErrorStyle.band",
    "Heatmap": "comparison.heatmap()",
    "Heatmap.Place": "Heatmap.Place(row: 1, column: 2)",
    "Histogram": 'Histogram(tall + [-2.5], title: "Scores")',
    "DensityPlot": "try DensityPlot(x: tall, y: tall.map { -$0 })",
    "ScatterPlot": "ScatterPlot([.init(-1, 2, name: \"V1\"), .init(1, -2, name: \"V4\")])",
    "ScatterPlot.Point": 'ScatterPlot.Point(-1, 2, name: "V1")',
    "ScoreMap": "try space.map(scores)",
    "ScoreMap.Slice": "try space.map(scores).slices[0]",
    # Gyrus
    "VoxelScore": "VoxelScore.r",
    "Recovery": "subject.check(try RegionComparison([(\"layer 0\", fit.scores.r.prefix(288).map { $0 })], regions: subject.study.regions))",
    "Recovery.Row": "subject.check(try RegionComparison([(\"layer 0\", fit.scores.r.prefix(288).map { $0 })], regions: subject.study.regions)).rows[0]",
    # Comms and widgets
    "JSON": '["a": 1, "b": [-0.5, nil], "c": "text"] as JSON',
    "Label": 'Label("text")',
    "HTML": 'HTML("<b>text</b>")',
    "ImageView": "ImageView(png: picture.png)",
    "HBox": 'HBox([Label("a"), Label("b")])',
    "VBox": 'VBox([Label("a"), Label("b")])',
    "Checkbox": 'Checkbox("on", value: true)',
    "TextField": 'TextField("name", value: "x")',
    "Button": 'Button("Go")',
    "Button.Style": "Button.Style.plain",
    "ProgressMeter": 'ProgressMeter("done", 0...10, value: 3)',
    "Dropdown": 'Dropdown("layer", ["a", "b"])',
    "SelectionSlider": 'SelectionSlider("layer", ["a", "b"])',
    "Slider": 'Slider("count", 0...10)',
    "RangeSlider": 'RangeSlider("range", -5...5, value: -2...3)',
    "LogSlider": 'LogSlider("alpha", 0.1...1000, value: 1)',
    "WidgetModel": 'Label("text").model',
}

# Types whose values nobody looks at in a notebook, each with the reason.
EXEMPT = {
    "StatisticsError": "an error",
    "GyrusEnvironment": "names the processor and the files that were read; test_provenance.py looks at it",
    "FileRecord": "a line of GyrusEnvironment",
    "LinearAlgebra": "a name space without values",
    "LuEtAl2022": "a name space without values",
    "LinearAlgebraError": "an error, told by the traceback",
    "StatisticsError": "an error",
    "FormatError": "an error",
    "TableError": "an error",
    "GridError": "an error",
    "ImageError": "an error",
    "FoundationModelError": "an error",
    "HubError": "an error",
    "EncodingError": "an error",
    "BrainError": "an error",
    "FigureError": "an error",
    "FilmFrames": "needs a film; describes itself like ImageFiles",
    "Comm": "opening one needs a front end; test_comms.py",
    "Comm.Message": "comes from a front end",
    "OutputArea": "shows what it captured; test_widgets.py",
}
