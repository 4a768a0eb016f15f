// What the examples of the documentation take for granted: the names that a reader has in mind. It is compiled, never run.
import Foundation
import Gyrus

let sentences = SimulatedSubject.sentences
let images = [RGBImage]()
let model = try! FoundationModel.load("all-minilm-l6-v2")
let ridge = Ridge()

// Samples x features and samples x voxels.
let features = Matrix<Float>(rows: 10, columns: 3)
let responses = Matrix<Float>(rows: 10, columns: 2)
let (Y, train, test) = (responses, features, features)
let predictions = responses
// swift-format-ignore: AlwaysUseLowerCamelCase
nonisolated(unsafe) var X = features
let (before, after) = (responses, responses)
let (measured, predicted) = (responses, responses)
let data = try! FMRIPrep.open("ds000001")
let (testFeatures, testResponses) = (features, responses)
let (multimodal, unimodal, motion, meaning) = (features, features, features, features)
let (testMultimodal, testUnimodal) = (features, features)
let (filmFeatures, filmResponses, storyFeatures, storyResponses) = (features, responses, features, responses)
let (imageEmbeddings, textEmbeddings, weights) = (features, features, features)
let runs = try! Runs(lengths: [5, 5])
let filmRuns = runs
let imageOfTrial = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
let categories = ["face", "house"]

// A study, a fit to it and its scores, by voxel and by region.
let study = try! Study.open("sub-01.h5")
let studies = [study]
let regions = try! study.regions
let space = try! study.space
let fit = try! ridge.fit(features, to: responses)
let scores = fit.scores
let layerScores = try! LayerScores([("layer 1", scores), ("layer 2", scores)])
let byRegion = try! scores.byRegion(regions)
let comparison = try! RegionComparison(layerScores, of: study)
let chart = comparison.chart()
let ceiling = try! NoiseCeiling(explainableVariance: [0.5, 0.5], repeats: 2)
let repeats = [responses, responses]
let cohort = try! Cohort(models: ["image", "text"], layers: ["layer 1", "layer 2"])
let (multimodalScores, unimodalScores) = (scores, scores)
let preferred = try! layerScores.preferredLayers(in: regions)
let splits = try! LayerSplits([("layer 1", SplitScores(r2: [[0]], r: [[0]]))])

// Places of regions in mm, and maps over them.
let centroids = Matrix<Double>(rows: 2, columns: 3)
let isRight = [false, true]
let (gain, myelin, a, b) = ([0.1, 0.2], [0.3, 0.1], [0.1, 0.2], [0.3, 0.1])
let moran = try! MoranSurrogates(coordinates: centroids)

// Images of the brain, and its surface.
let (leftScores, rightScores) = ([0.1, 0.2], [0.3, 0.4])
let parcellation = SurfaceRegions(left: ["V1", "V1"], right: ["V1", "V1"])
let bold = try! NIfTI.open("sub-01_bold.nii.gz")
let (mask, atlas, anatomy) = (bold, bold, bold)
let pial = try! SurfaceMesh.open("lh.pial.surf.gii")
let white = try! SurfaceMesh.open("lh.white.surf.gii")

// Tables of trials and of those who took part.
let events = try! DataTable.open("events.tsv")
let (table, trials, participants, confounds) = (events, events, events, events)

// Towers to train, and batches of pairs.
let towers = TwoTowerConfiguration(
    image: ImageTowerConfiguration(
        imageSize: 64, stem: [.init(size: 16, stride: 16, channels: 16)],
        transformer: TransformerConfiguration(
            width: 16, depth: 1, heads: 2, feedForwardWidth: 32, normOrder: .before)),
    text: TextTowerConfiguration(
        vocabulary: 100, positions: 40,
        transformer: TransformerConfiguration(width: 16, depth: 1, heads: 2, feedForwardWidth: 32)),
    embeddingWidth: 8)
let batches = [(ImageBatch, TokenBatch)]()

// Simulators, and what they are asked.
let simulator = try! BrainSimulator.open("sub-01.safetensors")
let response = try! simulator.respond(to: sentences)
let (faces, places) = (ImagesInMemory(images), ImagesInMemory(images))
let (frames, pictures) = (ImagesInMemory(images), ImagesInMemory(images))
