import Brain
import Display
import Encoding
import Formats
import Foundation
import FoundationModels
import Tensors

extension LuEtAl2022 {
    /// One subject's responses to films: training runs, and repeats of one test film.
    public struct FilmResponses: Sendable {
        /// Samples x voxels of the training films, with their runs.
        public let training: Study
        /// Responses to the test film, samples x voxels each.
        public let repeats: [Matrix<Float>]

        /// Responses to films.
        ///
        /// - Parameters:
        ///   - training: the responses to the training films, with their runs.
        ///   - repeats: the responses to each repeat of the test film, samples x voxels.
        ///
        /// Throws `BrainError.value` if there is no repeat, and `BrainError.count` if repeats are of other voxels or of
        /// different lengths.
        public init(training: Study, repeats: [Matrix<Float>]) throws {
            guard let first = repeats.first else {
                throw BrainError.value(what: "the number of repeats", got: "0", expected: "1 or more")
            }
            for part in repeats {
                for (what, got, expected, of) in [
                    (
                        "voxels of a repeat", part.columns, training.responses.columns,
                        "voxels of the training films"
                    ),
                    ("samples of a repeat", part.rows, first.rows, "samples of the first"),
                ] where got != expected {
                    throw BrainError.count(what: what, got: got, expected: expected, of: of)
                }
            }
            self.training = training
            self.repeats = repeats
        }
    }

    /// The features of a model for films: one file for each training run, and one for the test film.
    public struct FilmFeatures: Sendable {
        /// The name of the model.
        public let model: String
        /// The features of the training films, in the order of the runs; a row for each sample.
        public let training: [FeatureFile]
        /// The features of the test film.
        public let test: FeatureFile

        /// Features of films.
        ///
        /// - Parameters:
        ///   - model: the name of the model.
        ///   - training: the files of the training films (`featureFile(at:ofFilm:framesPerSample:)`), in the order of the
        ///     runs.
        ///   - test: the file of the test film.
        ///
        /// Throws `FormatError` if there is no training film, or files have other layers.
        public init(model: String, training: [FeatureFile], test: FeatureFile) throws {
            guard let first = training.first else {
                throw FormatError(test.url, "has no training films beside it")
            }
            for file in training + [test] where file.layers != first.layers {
                throw FormatError(
                    file.url, "the layers", expected: first.layers.joined(separator: ", "),
                    found: file.layers.joined(separator: ", "))
            }
            self.model = model
            self.training = training
            self.test = test
        }
    }

    /// The film study: ridge regression of responses to films on the delayed components of each layer.
    ///
    /// ```swift
    /// func film(_ name: String) throws -> FeatureFile {
    ///     try model.featureFile(
    ///         at: "features/", ofFilm: HDF5File.open(name).dataset("stimuli"), framesPerSample: 30,
    ///         layers: .paperImage, pooling: .cls)
    /// }
    /// let films = try LuEtAl2022.FilmFeatures(
    ///     model: "multimodal", training: (0..<12).map { try film(String(format: "train_%02d.hdf", $0)) },
    ///     test: film("test.hdf"))
    /// let cohort = try LuEtAl2022.filmStudy(of: ["S01"], features: [films], folder: "results/film") { subject in
    ///     try LuEtAl2022.FilmResponses(training: Study.open("\(subject).h5"), repeats: repeats)
    /// }
    /// let best = try cohort.scores(of: "S01", model: "multimodal", layer: "block 9")
    /// try best.normalized(by: ceiling)
    /// ```
    ///
    /// The features of each layer are standardized, reduced to principal components and delayed within runs; ridge
    /// regression with an alpha for each voxel predicts the mean over the repeats of the test film. The noise ceiling of
    /// the repeats goes with each subject (`Cohort.Subject.ceiling`). The features of one layer are in memory at a time, and the
    /// weights of some thousand voxels; with several subjects also the components of all layers, which are computed once. What
    /// is done stays in the folder, and the next call continues from there. Other responses or regions of a subject
    /// that is there are refused; one that is done is read again only if a file that `responses` opened has changed, or
    /// it opened none. Take another folder where `responses` itself changes them in another way.
    ///
    /// | | `.corrected` | `.faithful` |
    /// | --- | --- | --- |
    /// | test features | standardized as the training features | by their own means and deviations |
    /// | test responses | as they are | standardized by their own means and deviations |
    /// | frames | of the center (`ImageTransform.paper`) | random crops (`ImageTransform.paperAsPublished`) |
    ///
    /// The last row is a matter of how the feature files were made. How many components, alphas and folds the paper used is
    /// not known.
    ///
    /// - Parameters:
    ///   - subjects: the names of the subjects.
    ///   - features: the features of each model; all have the same layers.
    ///   - folder: where scores are kept.
    ///   - mode: whether the published scripts' departures from good practice are reproduced.
    ///   - components: how many principal components are kept of each layer.
    ///   - delays: the delays in samples.
    ///   - alphas: the alphas to choose from.
    ///   - folds: the splits of the training samples on which alphas are compared.
    ///   - showsProgress: whether a progress bar is shown.
    ///   - responses: reads one subject.
    ///
    /// Throws `BrainError` if there is no subject, `BrainError` or `FormatError` if layers, samples or settings do not fit,
    /// `CancellationError`, and what reading and fits throw.
    public static func filmStudy(
        of subjects: [String], features: [FilmFeatures], folder: some FileLocation,
        mode: Mode = .corrected, components: PCASize = .variance(0.999), delays: [Int] = [0, 2, 3, 4],
        alphas: Alphas = .logspace(0, 8, count: 17), folds: Folds = .kFold(5), showsProgress: Bool = true,
        reading responses: (String) throws -> FilmResponses
    ) throws -> Cohort {
        guard let first = features.first else {
            throw BrainError.value(what: "the number of models", got: "0", expected: "1 or more")
        }
        let layers = first.test.shortNames
        for model in features where model.test.shortNames != layers {
            throw FormatError(
                model.test.url, "the layers",
                expected: layers.joined(separator: ", ") + ", as of \(first.model)",
                found: model.test.shortNames.joined(separator: ", "))
        }
        var state = try StudyFolder(
            folder, new: Cohort(models: features.map(\.model), layers: layers),
            settings: [
                "film study of Lu et al. 2022", mode.rawValue, "components \(components)", "delays \(delays)",
                "alphas \(alphas.values)", "folds \(folds.setting)",
            ]
                + features.flatMap { model in
                    (model.training + [model.test]).map {
                        "\(model.model) \($0.provenance.digest.prefix(16))"
                    }
                })
        let ridge = Ridge(alphas: alphas, folds: folds, scoresHeldOut: false, showsProgress: false)
        // The same for all subjects.
        var kept: [Int: [FilmComponents]] = [:]
        return try state.run(
            "film study", subjects, showsProgress: showsProgress,
            reading: responses,
            preparing: { data -> (training: Study, repeats: [Matrix<Float>], mean: Matrix<Float>) in
                try check(features, data)
                return (data.training, data.repeats, try .average(of: data.repeats))
            }, study: { $0.training }, further: { $0.repeats },
            // A single repeat has none.
            ceiling: {
                $0.repeats.count > 1 ? try NoiseCeiling(of: $0.repeats, voxelsAtOnce: 4096) : nil
            },
            scoring: { data, layer in
                let parts =
                    try kept[layer]
                    ?? features.map {
                        try FilmComponents(of: $0, layer: layer, mode: mode, size: components)
                    }
                if subjects.count > 1 { kept[layer] = parts }
                return try parts.map { part in
                    let x = try part.delayed(by: delays, runs: data.training.runs)
                    return try ridge.testScores(
                        fittedTo: x.training, data.training.responses, of: (x.test, data.mean),
                        standardizesTest: mode == .faithful, runs: data.training.runs)
                }
            })
    }

    /// The principal components of one layer of one model.
    private struct FilmComponents {
        /// Samples of the training films x components.
        let training: Matrix<Float>
        /// Samples of the test film x components.
        let test: Matrix<Float>

        init(of model: FilmFeatures, layer: Int, mode: Mode, size: PCASize) throws {
            let features = Matrix.stacked(try model.training.map { try $0[$0.layers[layer]] })
            let ofTest = try model.test[model.test.layers[layer]]
            let scaler = StandardScaler().fit(features)
            let standardized = try scaler.transform(features)
            let pca = try PCA(size).fit(standardized)
            let testScaler = mode == .faithful ? StandardScaler().fit(ofTest) : scaler
            training = try pca.transform(standardized)
            test = try pca.transform(testScaler.transform(ofTest))
        }

        func delayed(
            by delays: [Int], runs: Runs
        ) throws -> (training: Matrix<Float>, test: Matrix<Float>) {
            (try training.delayed(by: delays, runs: runs), try test.delayed(by: delays))
        }
    }

    private static func check(_ features: [FilmFeatures], _ data: FilmResponses) throws {
        for model in features {
            let lengths = model.training.map(\.count)
            guard lengths == data.training.runs.lengths else {
                throw BrainError.value(
                    what: "the numbers of rows of the training films' features of \(model.model)",
                    got: "\(lengths)", expected: "\(data.training.runs.lengths), the samples of the runs")
            }
            guard model.test.count == data.repeats[0].rows else {
                throw BrainError.count(
                    what: "rows of the test film's features of \(model.model)", got: model.test.count,
                    expected: data.repeats[0].rows, of: "samples of a repeat")
            }
        }
    }
}

extension LuEtAl2022.FilmResponses: CustomStringConvertible {
    /// How many samples, voxels and repeats.
    public var description: String {
        "\(Number.counted(training.responses.rows, "training sample")), \(Number.counted(repeats.count, "repeat")) of "
            + "\(repeats[0].rows), \(Number.counted(training.responses.columns, "voxel"))"
    }
}

extension LuEtAl2022.FilmFeatures: CustomStringConvertible {
    /// The model, and how many films and layers.
    public var description: String {
        "\(model): \(Number.counted(training.count, "training film")), \(Number.counted(test.layers.count, "layer"))"
    }
}
