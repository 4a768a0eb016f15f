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
let modalities = try ModalityComparison(subjects: (0..<4).map { _ in
    (multimodal: try RegionScores(normal(1, 3), regions: ["V1", "V4", "IT"]), unimodal: try RegionScores(normal(1, 3), regions: ["V1", "V4", "IT"]))
})
let spins = try SpinRotations(
    sphere: Matrix([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0]]), isRight: [false, false, false, false], count: 5, seed: 1)
let study = try Study(
    name: "sub-01", stimuli: (0..<60).map { "stimulus \($0)" }, responses: responses.columns(0..<6).converted(to: Float.self),
    runs: runs, space: space, regions: regions)
let subject = try SimulatedSubject(
    features: (0..<7).map { _ in normal(60, 20).converted(to: Float.self) }, layers: (0..<7).map { "layer \($0)" })
var cohort = try Cohort(models: ["image", "text"], layers: ["layer 1"])
try cohort.add(study)
try cohort.set(VoxelScores(r2: scores, r: scores), subject: "sub-01", model: "image", layer: "layer 1")
let filmFile = try FeatureFile.open(fixtures.appendingPathComponent("Library/Brain/Fixtures/studies/film-test.h5"))
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
let surfaces = formats.appendingPathComponent("surfaces")
let layouts = fixtures.appendingPathComponent("Library/Brain/Fixtures/layouts")
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
let glm = GLM(.glover, repetitionTime: 2)
let shownEvents = (0..<9).map { StimulusEvent(onset: 12.5 * Double($0), duration: 1, condition: $0 % 2 == 0 ? "face" : "house") }
let confoundTable = try DataTable.open(
    fixtures.appendingPathComponent("Library/Tables/Fixtures/confounds/sub-01_task-story_desc-confounds_timeseries.tsv"))

let cortex = try CorticalSurface(
    name: "tetrahedron", left: SurfaceMesh(
        vertices: [[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]], faces: [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]),
    right: nil)
let onCortex = try SurfaceMap(left: [0.1, -0.25, 0.31, .nan], on: cortex, valueTitle: "Pearson r")

let handle = display(Table("shown", [.text("a", ["b"])]))
let smallScene = SmallWorld(seed: 1).scene(3)
let miniBlocks = TransformerConfiguration(width: 16, depth: 1, heads: 2, feedForwardWidth: 32, normOrder: .before)
let miniImages = ImageTowerConfiguration(imageSize: 64, stem: [.init(size: 16, stride: 16, channels: 16)], transformer: miniBlocks)
let miniTexts = TextTowerConfiguration(vocabulary: SmallWorld.vocabulary.count, positions: 40, transformer: miniBlocks)
let miniOptions = TrainingOptions(schedule: TrainingSchedule(steps: 10))
let miniTrainer = try ContrastiveTrainer(
    TwoTowerConfiguration(image: miniImages, text: miniTexts, embeddingWidth: 8), options: miniOptions)
let sceneStudy = try SceneStudy()
let sceneSubject = try sceneStudy.subject(1)
let sceneSimulator = try BrainSimulator(
    of: sceneSubject.captions, model: FoundationModel.untrainedMini(seed: 1), layers: "layer 1",
    texts: sceneStudy.stimuli(.captions).texts, options: .init(repetitionTime: 2, drift: .cosine(period: 128, repetitionTime: 2)))
let sceneResponse = try sceneSimulator.respond(to: ["a red circle", "two large blue stars"])
let sceneContrast = try sceneResponse.contrast(against: sceneSimulator.respond(to: ["three green moons", "a ring"]))
let simulators = scratch.appendingPathComponent("simulators")
try FileManager.default.createDirectory(at: simulators, withIntermediateDirectories: true)
try sceneSimulator.write(to: simulators.appendingPathComponent("one.safetensors"))
let simulatorList = try BrainSimulator.list(in: simulators)
let miniLosses = LossChart("losses", interval: .infinity)

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
    # Sweeps
    "Sweep": 'Sweep("fit.ipynb", over: ["subject": "S01..S08", "layer": "0..11"], into: "fits")',
    "Sweep.Place": "Sweep.Place.local(jobs: 4)",
    # SmallWorld
    "SmallWorld": "SmallWorld(seed: 1)",
    "SmallWorld.Split": "SmallWorld.Split.test",
    "Scene": "smallScene",
    "Scene.Relation": "Scene.Relation.left",
    "Scene.Synonyms": "Scene.Synonyms.last",
    "SceneObject": "smallScene.objects[0]",
    "SceneObject.Shape": "SceneObject.Shape.star",
    "SceneObject.Color": "SceneObject.Color.red",
    "SceneObject.Size": "SceneObject.Size.large",
    "SceneObject.Texture": "SceneObject.Texture.striped",
    "SceneBackground": "smallScene.background",
    "SceneBackground.Color": "SceneBackground.Color.navy",
    "SceneBackground.Gradient": "SceneBackground.Gradient.vertical",
    "SceneCaption": "smallScene.caption()",
    # SceneStudies
    "SceneFactor": "SceneFactor.wordForm",
    "SceneRegion": "SceneRegion.all[9]",
    "SceneStudy": "sceneStudy",
    "SceneStudy.Session": "SceneStudy.Session.synonyms",
    "SceneStudy.Stimuli": "sceneStudy.stimuli(.captions)",
    "ScenePictures": "sceneStudy.stimuli(.films).images",
    "SceneSubject": "sceneSubject",
    "PlantedRegions": 'try SceneStudy.check(["perirhinal", "V1"])',
    # Simulators
    "BrainSimulator": "sceneSimulator",
    "BrainSimulator.Modality": "sceneSimulator.modality",
    "BrainSimulator.Options": "BrainSimulator.Options(repetitionTime: 2)",
    "BrainSimulator.Entry": "simulatorList.entries[0]",
    "SimulatorProvenance": "sceneSimulator.provenance",
    "SimulatorList": "simulatorList",
    "SimulatorComparison": "sceneSimulator.compare(with: sceneSimulator)",
    "SimulatorComparison.Difference": 'SimulatorComparison.Difference(what: "model", first: "a", second: "b")',
    "SimulatorComparison.RegionRow": "sceneSimulator.compare(with: sceneSimulator).regions[0]",
    "SimulatedResponse": "sceneResponse",
    "RegionResponses": "try sceneResponse.byRegion",
    "SimulatedContrast": "sceneContrast",
    "SimulatedContrast.Row": "sceneContrast.rows[0]",
    "Occlusion": 'try sceneSimulator.occlusion(of: "two large red stars")',
    # Training
    "ContrastiveTrainer": "miniTrainer",
    "ContrastiveObjective": "ContrastiveObjective.queues(length: 1024)",
    "Temperature": "Temperature.learned()",
    "SupervisedTrainer": "try SupervisedTrainer(miniImages, labels: 16, options: miniOptions)",
    "ViewsTrainer": "try ViewsTrainer(miniImages, embeddingWidth: 8, options: miniOptions)",
    "MaskedLanguageTrainer": "try MaskedLanguageTrainer(miniTexts, masking: .init(mask: 4, firstWord: 5), options: miniOptions)",
    "MaskedLanguageTrainer.Masking": "MaskedLanguageTrainer.Masking(mask: 4, firstWord: 5)",
    "TrainingState": "miniTrainer.state",
    "TrainingOptions": "miniOptions",
    "TrainingSchedule": "miniOptions.schedule",
    "TwoTowerConfiguration": "miniTrainer.model",
    "ImageTowerConfiguration": "miniImages",
    "ImageTowerConfiguration.Convolution": "miniImages.stem[0]",
    "TextTowerConfiguration": "miniTexts",
    "TowerPooling": "TowerPooling.mean",
    "WeightPrecision": "WeightPrecision.float16",
    "ImageBatch": "try ImageBatch([smallScene.image(), smallScene.image()])",
    "TokenBatch": "try TokenBatch([SmallWorld.tokenIDs(of: smallScene.caption().text)])",
    "LossChart": "{ for loss in [3.0, 2.5, 2.2] { miniLosses.add(loss) }; return miniLosses }()",
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
    "Confounds": "try confoundTable.confounds(.motion(.basic), .aCompCor(2), scrubbing: Scrubbing())",
    "ConfoundSet": "ConfoundSet.motion(.full)",
    "ConfoundSet.Expansion": "ConfoundSet.Expansion.derivatives",
    "Scrubbing": "Scrubbing()",
    # Formats
    "SurfaceMesh": "try SurfaceMesh(vertices: [[0, 0, 0], [1, 0, 0], [0, 1, 0]], faces: [[0, 1, 2]])",
    "SurfaceMaps": 'try SurfaceMaps.open(surfaces.appendingPathComponent("runs.func.gii"))',
    "SurfaceLabels": 'try SurfaceLabels.open(surfaces.appendingPathComponent("lh.two.annot"))',
    "SurfaceLabel": 'SurfaceLabel(key: 35, name: "insula")',
    "Hemisphere": "Hemisphere.left",
    "GIFTI": 'try GIFTI.open(surfaces.appendingPathComponent("ascii-big-row.surf.gii"))',
    "GIFTIArray": 'try GIFTI.open(surfaces.appendingPathComponent("ascii-big-row.surf.gii")).arrays[0]',
    "GIFTIArray.CoordinateSystem": 'try GIFTI.open(surfaces.appendingPathComponent("ascii-big-row.surf.gii")).arrays[0].coordinateSystems[0]',
    "CIFTI": 'try CIFTI.open(surfaces.appendingPathComponent("grayordinates.dlabel.nii"))',
    "CIFTI.Dimension": 'try CIFTI.open(surfaces.appendingPathComponent("grayordinates.dlabel.nii")).dimensions[0]',
    "CIFTI.LabelMap": 'CIFTI.LabelMap(name: "areas", labels: [SurfaceLabel(key: 1, name: "V1")])',
    "CIFTI.Series": 'CIFTI.Series(count: 7, start: 0, step: 0.72, unit: "SECOND")',
    "CIFTI.BrainModel": 'try CIFTI.open(surfaces.appendingPathComponent("grayordinates.dlabel.nii")).brainModels[2]',
    "CIFTI.Place": 'try CIFTI.open(surfaces.appendingPathComponent("grayordinates.dlabel.nii")).brainModels[0].place',
    "CIFTI.Parcel": 'CIFTI.Parcel(name: "frontal", vertices: ["CORTEX_LEFT": [1, 2]], voxels: [])',
    "SurfaceSampling": "SurfaceSampling.line()",
    "SurfaceSampling.Places": "SurfaceSampling.ball().places",
    "SurfaceSampling.Rule": "SurfaceSampling.Rule.mostFrequent",
    "FreeSurferSurface": 'try FreeSurferSurface.open(surfaces.appendingPathComponent("lh.white"))',
    "FreeSurferLabel": 'try FreeSurferLabel.open(surfaces.appendingPathComponent("lh.V1.label"))',
    "NIfTI": 'try NIfTI.open(formats.appendingPathComponent("mask.nii.gz"))',
    "HDF5File": "h5File",
    "[HDF5Dataset]": "try h5File.datasets()",
    "HDF5Dataset": 'try h5File.dataset("/responses")',
    "HDF5Attribute": 'try h5File.attributes()["subject"]!',
    "NumPyArray": 'try NumPyArray.open(formats.appendingPathComponent("plain.npy"))',
    "NumPyArchive": 'try NumPyArchive.open(formats.appendingPathComponent("stored.npz"))',
    "MATFile": 'try MATFile.open(formats.appendingPathComponent("matlab/tree.mat"))',
    "MATValue": 'try MATFile.open(formats.appendingPathComponent("matlab/tree.mat"))["meta"]',
    "Records": 'try HDF5File.open(formats.appendingPathComponent("structures/structures.h5")).dataset("trials").records()',
    "Records.Field": 'try HDF5File.open(formats.appendingPathComponent("structures/structures.h5")).dataset("trials").records()["name"]',
    "HDF5Reference": 'try HDF5File.open(formats.appendingPathComponent("structures/structures.h5")).dataset("regions").references()[0]',
    "PythonValue": 'try NumPyArray.open(formats.appendingPathComponent("structures/object-array.npy")).object()',
    "PythonValue.Entry": 'try NumPyArray.open(formats.appendingPathComponent("structures/mapping.npy")).object().entries[0]',
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
    "SignalCleaning": "SignalCleaning(filter: .cosine(highPass: 0.008, repetitionTime: 2))",
    "SignalScale": "SignalScale.percentChange",
    "TemporalFilter": "TemporalFilter.butterworth(highPass: 0.01, lowPass: 0.1, repetitionTime: 2)",
    "StimulusEvent": 'StimulusEvent(onset: 4, duration: 2, condition: "face")',
    "ResponseModel": "ResponseModel.glover",
    "GLM": "glm",
    "GLMDrift": "GLMDrift.cosine(highPass: 0.01)",
    "GLMFit": "try glm.fit(responses, events: shownEvents)",
    "DesignMatrix": "try glm.design(of: shownEvents, samples: 60)",
    "TrialModel": "TrialModel.leastSquaresSeparate",
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
    "VoxelSpace.Kind": "space.kind",
    "SurfaceVertices": "try SurfaceVertices(.left, of: 12, vertices: [0, 3, 4])",
    "RegionMask": 'try RegionMask("FFA", voxels: [1, 4], of: 6)',
    "RegionSet": 'RegionSet("localizers", regions)',
    "Pereira2018": 'try Pereira2018.open(layouts.appendingPathComponent("pereira2018"))',
    "Pereira2018.Experiment": "Pereira2018.Experiment.sentences384",
    "Pereira2018.Passages": 'try Pereira2018.open(layouts.appendingPathComponent("pereira2018")).passages("P01", .sentences384)',
    "Shortclips": 'try Shortclips.open(layouts.appendingPathComponent("shortclips"))',
    "Haxby2001": 'try Haxby2001.open(layouts.appendingPathComponent("haxby2001"))',
    "NaturalScenes": 'try NaturalScenes.open(layouts.appendingPathComponent("nsd"))',
    "NaturalScenes.Space": "NaturalScenes.Space.fsaverage",
    "Algonauts2023": 'try Algonauts2023.open(layouts.appendingPathComponent("algonauts2023"))',
    "Algonauts2025": 'try Algonauts2025.open(layouts.appendingPathComponent("algonauts2025"))',
    "LeBelStories": 'try LeBelStories.open(layouts.appendingPathComponent("lebel"))',
    "Narratives": 'try Narratives.open(layouts.appendingPathComponent("narratives"))',
    "ThingsFMRI": 'try ThingsFMRI.open(layouts.appendingPathComponent("things"))',
    "BOLD5000": 'try BOLD5000.open(layouts.appendingPathComponent("bold5000"))',
    "FMRIPrep": 'try FMRIPrep.open(layouts.appendingPathComponent("fmriprep"))',
    "LayoutPart": 'try Haxby2001.open(layouts.appendingPathComponent("haxby2001")).parts[2]',
    "LayoutDescription": 'try Study.describe(layouts.appendingPathComponent("fmriprep"))',
    "Atlas": 'try Atlas(name: "own", left: SurfaceLabels.open(surfaces.appendingPathComponent("lh.two.annot")), right: SurfaceLabels.open(surfaces.appendingPathComponent("lh.one.annot")))',
    "VoxelSelection": "VoxelSelection.pos.and(.pos90)",
    "Cohort": "cohort",
    "Cohort.Subject": 'try cohort["sub-01"]',
    "Cohort.Cell": "cohort.missing[0]",
    "LuEtAl2022.Mode": "LuEtAl2022.Mode.faithful",
    "LuEtAl2022.FilmResponses": "try LuEtAl2022.FilmResponses(training: study, repeats: [study.responses, study.responses])",
    "LuEtAl2022.FilmFeatures": 'try LuEtAl2022.FilmFeatures(model: "vit", training: [filmFile, filmFile], test: filmFile)',
    "ModalityComparison": "modalities",
    "ModalityComparison.Row": "modalities.rows[0]",
    "ModalityComparison.Verdict": "modalities.rows[0].verdict",
    "ModalityComparison.Voxels": "try ModalityComparison(multimodal: predicted, unimodal: predicted.map { -$0 }, responses: responses, regions: Regions(names: (0..<2000).map { $0 < 20 ? \"V1\" : \"\" }), permutations: 200).voxels!",
    "SpinRotations": "spins",
    "SpinRotations.Matching": "SpinRotations.Matching.onceEach",
    "MoranSurrogates": "try MoranSurrogates(coordinates: normal(9, 3))",
    "MapCorrelation": "try MapCorrelation([-1, 0.5, 2, 0.1], [0.3, 1, 0.2, -2], spins: spins)",
    "FlatMapper": 'try FlatMapper.open(fixtures.appendingPathComponent("Library/Brain/Fixtures/flat-mapper.h5"))',
    "BrainPicture": "try space.glassBrain(scores)",
    "BrainSide": "BrainSide.coronal",
    "GlassOutline": "GlassOutline.voxels",
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
    "ColorPlane": "ColorPlane.purpleTeal",
    "ScoreMap": "try space.map(scores)",
    "ScoreMap.Slice": "try space.map(scores).slices[0]",
    "CorticalSurface": "cortex",
    "CorticalSurface.HemisphereMeshes": "cortex.left!",
    "SurfaceShape": "SurfaceShape.inflated",
    "SurfaceView": "try SurfaceView.from(elevation: 10, azimuth: 200)",
    "SurfaceRegions": 'SurfaceRegions(left: ["V1", "V1", "V2", ""])',
    "SurfaceMap": "onCortex",
    "SurfaceMap.Layer": "onCortex.layers[0]",
    # Gyrus
    "VoxelScore": "VoxelScore.r",
    "LayerSplits": 'try LayerSplits([("layer 1", SplitScores(r2: [scores, scores], r: [scores, scores]))])',
    "PreferredLayers": 'try LayerScores([("a", VoxelScores(r2: scores, r: scores)), ("b", VoxelScores(r2: scores, r: scores.map { -$0 }))]).preferredLayers(in: regions)',
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
    "SweepError": "an error",
    "TableError": "an error",
    "GridError": "an error",
    "ImageError": "an error",
    "FoundationModelError": "an error",
    "HubError": "an error",
    "EncodingError": "an error",
    "BrainError": "an error",
    "FigureError": "an error",
    "SceneError": "an error",
    "TrainingError": "an error",
    "SimulatorError": "an error",
    "PickleFile": "a name space without values",
    "DownloadCheck": "a name space without values",
    "DataFolder": "a name space without values",
    "FilmFrames": "needs a film; describes itself like ImageFiles",
    "Comm": "opening one needs a front end; test_comms.py",
    "Comm.Message": "comes from a front end",
    "OutputArea": "shows what it captured; test_widgets.py",
}
