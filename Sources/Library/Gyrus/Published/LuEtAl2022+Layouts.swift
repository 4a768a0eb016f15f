import Brain
import Encoding
import Formats
import Foundation
import FoundationModels

extension LuEtAl2022 {
    /// The text study from the files of Pereira et al. (2018).
    ///
    /// ```swift
    /// let bert = try FoundationModel.load("bert-base-uncased")
    /// let cohort = try LuEtAl2022.textStudy(
    ///     Pereira2018.open("~/data/pereira2018"), [.sentences384, .sentences243], multimodal: model, unimodal: bert,
    ///     folder: "results/text")
    /// try cohort.byLayer(.r2, select: .pos90)
    /// ```
    ///
    /// See `textStudy(of:multimodal:unimodal:folder:)`.
    ///
    /// - Parameters:
    ///   - data: the files.
    ///   - experiments: which experiments, one after another; a subject must have the same voxels in all of them.
    ///   - subjects: the names of the subjects; nil for all that took part in every one of the experiments.
    ///   - multimodal: the multimodal model.
    ///   - unimodal: the unimodal model, with as many blocks.
    ///   - folder: where features and scores are kept.
    ///   - mode: whether the published scripts' departures from good practice are reproduced.
    ///   - seed: of the outer folds and the Dirichlet samples; the paper uses 1.
    ///   - showsProgress: whether a progress bar is shown.
    public static func textStudy(
        _ data: Pereira2018, _ experiments: [Pereira2018.Experiment], subjects: [String]? = nil,
        multimodal: FoundationModel, unimodal: FoundationModel, folder: some FileLocation,
        mode: Mode = .corrected, seed: UInt32 = 1, showsProgress: Bool = true
    ) throws -> Cohort {
        let present = try data.subjects.filter {
            try Set(experiments).isSubset(of: data.experiments(of: $0))
        }
        return try textStudy(
            of: subjects ?? present, multimodal: multimodal, unimodal: unimodal, folder: folder, mode: mode,
            seed: seed, showsProgress: showsProgress
        ) { try data.study($0, experiments) }
    }

    /// The film study from the files of shortclips (Huth et al. 2012).
    ///
    /// ```swift
    /// let vit = try FoundationModel.load("vit_base_patch16_384")
    /// let clips = try Shortclips.open("~/data/shortclips")
    /// let cohort = try LuEtAl2022.filmStudy(
    ///     clips, subjects: ["S01"], models: [("multimodal", model), ("unimodal", vit)], folder: "results/film",
    ///     layers: .everyBlock)
    /// let scores = try cohort.scores(of: "S01", model: "multimodal", layer: "block 9")
    /// ```
    ///
    /// The features of the frames of one TR are averaged; they are computed once into `folder/features`. They are those of
    /// the class token, of models without one the mean. Frames are what the model's own transform makes of them, in the
    /// faithful mode random crops (`ImageTransform.paperAsPublished`).
    /// See `filmStudy(of:features:folder:)`.
    ///
    /// - Parameters:
    ///   - data: the files.
    ///   - subjects: the names of the subjects; nil for all.
    ///   - models: the name of each model, and the model.
    ///   - folder: where features and scores are kept.
    ///   - layers: the layers, which all models must have; the paper's 14 need a projection.
    ///   - every: takes only every n-th frame of a TR, beginning with its first.
    ///   - mode: whether the published scripts' departures from good practice are reproduced.
    ///   - components: how many principal components are kept of each layer.
    ///   - delays: the delays in samples.
    ///   - alphas: the alphas to choose from.
    ///   - folds: the splits of the training samples on which alphas are compared.
    ///   - showsProgress: whether progress bars are shown.
    ///
    /// Throws `FormatError` if a film has not a whole number of frames for each sample, and as the other one does.
    public static func filmStudy(
        _ data: Shortclips, subjects: [String]? = nil, models: [(name: String, model: FoundationModel)],
        folder: some FileLocation, layers: LayerSelection = .paperImage, every: Int = 1,
        mode: Mode = .corrected, components: PCASize = .variance(0.999), delays: [Int] = [0, 2, 3, 4],
        alphas: Alphas = .logspace(0, 8, count: 17), folds: Folds = .kFold(5), showsProgress: Bool = true
    ) throws -> Cohort {
        let subjects = subjects ?? data.subjects
        guard let first = subjects.first else {
            throw BrainError.value(what: "the number of subjects", got: "0", expected: "1 or more")
        }
        let place = folder.fileURL.appendingPathComponent("features", isDirectory: true)
        try makeFolder(place)
        let samples = try data.sampleCounts(first)
        func features(
            of film: HDF5Dataset, samples: Int, _ model: FoundationModel, seed: UInt64
        ) throws -> FeatureFile {
            let frames = film.shape.first ?? 0
            guard samples > 0, frames > 0, frames.isMultiple(of: samples) else {
                throw FormatError(
                    data.folder, "the film \"\(film.path)\"",
                    expected: "frames for each of \(samples) samples",
                    found: "\(frames)")
            }
            return try model.featureFile(
                at: place, ofFilm: film, framesPerSample: frames / samples, every: every, layers: layers,
                transform: mode == .faithful ? .paperAsPublished(seed: seed) : nil,
                showsProgress: showsProgress)
        }
        let films = try models.map { name, model in
            try FilmFeatures(
                model: name,
                training: samples.training.enumerated().map { run, samples in
                    try features(
                        of: data.frames(ofTrainingRun: run), samples: samples, model, seed: UInt64(run + 1))
                },
                test: features(of: data.framesOfTest(), samples: samples.test, model, seed: 0))
        }
        return try filmStudy(
            of: subjects, features: films, folder: folder, mode: mode, components: components, delays: delays,
            alphas: alphas, folds: folds, showsProgress: showsProgress
        ) { try FilmResponses(training: data.study($0), repeats: data.testRepeats($0)) }
    }
}
