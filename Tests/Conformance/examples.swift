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
// swift-format-ignore: AlwaysUseLowerCamelCase
nonisolated(unsafe) var X = features
let (before, after) = (responses, responses)
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

// Images of the brain.
let bold = try! NIfTI.open("sub-01_bold.nii.gz")
let (mask, atlas, anatomy) = (bold, bold, bold)

// Tables of trials and of those who took part.
let events = try! DataTable.read("events.tsv")
let (table, trials, participants, confounds) = (events, events, events, events)
