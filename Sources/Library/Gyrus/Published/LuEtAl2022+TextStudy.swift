import Brain
import Encoding
import Formats
import Foundation
import FoundationModels

extension LuEtAl2022 {
    /// The text study: two models' features of the sentences that subjects read, compared layer by layer.
    ///
    /// ```swift
    /// let bert = try FoundationModel.load("bert-base-uncased")
    /// let cohort = try LuEtAl2022.textStudy(
    ///     of: ["P01", "M02"], multimodal: model, unimodal: bert, folder: "results/text"
    /// ) { subject in try Study.open("pereira/\(subject).h5") }
    /// try cohort.byLayer(.r2, select: .pos)                               // three curves, SD over subjects
    /// try cohort.testsByLayer("multimodal", minus: "unimodal", select: .pos90)
    /// try cohort.byRegion(layer: "layer 9", select: .pos90, grouped: true, only: ["multimodal", "unimodal"])
    /// ```
    ///
    /// The features are the [CLS] of every block, which are computed once into `folder/features`. For each subject and
    /// layer the bands [multimodal layer L, unimodal layer L] are fitted by `LuEtAl2022.model` in 5 shuffled outer folds;
    /// the models of the cohort are the shares `multimodal` and `unimodal` of R2 and r, and their sum, `both`, whose R2
    /// decides which voxels `.pos` and `.pos90` select.
    ///
    /// Each subject's responses are read when its turn comes, and each layer's features, too. What is done stays in the
    /// folder, and the next call with the same settings continues from there. Other responses or regions of a subject
    /// that is there are refused; one that is done is read again only if a file that `study` opened has changed, or it
    /// opened none. Take another folder where `study` itself changes the responses in another way.
    ///
    /// | | `.corrected` | `.faithful` |
    /// | --- | --- | --- |
    /// | padding of a text | masked | filled up to 80 tokens and attended to |
    /// | test responses | about the mean of the training samples | about their own mean |
    ///
    /// - Parameters:
    ///   - subjects: the names of the subjects.
    ///   - multimodal: the multimodal model.
    ///   - unimodal: the unimodal model, with as many blocks.
    ///   - folder: where features and scores are kept.
    ///   - mode: whether the published scripts' departures from good practice are reproduced.
    ///   - seed: of the outer folds and the Dirichlet samples; the paper uses 1.
    ///   - showsProgress: whether a progress bar is shown.
    ///   - study: reads one subject; its stimuli are the sentences, the same ones in the same order for all subjects.
    ///
    /// Throws `BrainError` if there is no subject or a study has no stimuli, `FormatError` if subjects saw other sentences,
    /// the models have other numbers of layers or the folder has another study, `CancellationError`, and what reading,
    /// features and fits throw.
    public static func textStudy(
        of subjects: [String], multimodal: FoundationModel, unimodal: FoundationModel,
        folder: some FileLocation, mode: Mode = .corrected, seed: UInt32 = 1, showsProgress: Bool = true,
        reading study: (String) throws -> Study
    ) throws -> Cohort {
        guard let first = subjects.first else {
            throw BrainError.value(what: "the number of subjects", got: "0", expected: "1 or more")
        }
        var opened: Study? = try study(first)
        let sentences = opened?.stimuli ?? []
        guard !sentences.isEmpty else {
            throw BrainError.value(
                what: "the study of \(first)", got: "without stimuli",
                expected: "made with the sentences (`stimuli:`)")
        }
        let features = folder.fileURL.appendingPathComponent("features", isDirectory: true)
        try makeFolder(features)
        let files = try [multimodal, unimodal].map { model in
            try (mode == .faithful ? model.withoutAttentionMask() : model).featureFile(
                at: features, of: sentences, layers: .paperText, pooling: .cls, keepsTexts: true,
                showsProgress: showsProgress)
        }
        return try textStudy(
            of: subjects, multimodal: files[0], unimodal: files[1], folder: folder, mode: mode, seed: seed,
            showsProgress: showsProgress
        ) { subject in
            // The responses are read once, and not kept beside those of another subject.
            let kept = subject == first ? opened : nil
            opened = nil
            return try kept ?? study(subject)
        }
    }

    /// The same with features that have been computed: a row for each sentence, and the same number of layers.
    ///
    /// - Parameters:
    ///   - subjects: the names of the subjects.
    ///   - multimodal: the features of the multimodal model; in the faithful mode those of `withoutAttentionMask`.
    ///   - unimodal: the features of the unimodal model.
    ///   - folder: where scores are kept.
    ///   - mode: whether test responses are centered on their own mean (`faithful`) or on that of the training samples.
    ///   - seed: of the outer folds and the Dirichlet samples; the paper uses 1.
    ///   - showsProgress: whether a progress bar is shown.
    ///   - study: reads one subject, whose samples are the rows of the features.
    public static func textStudy(
        of subjects: [String], multimodal: FeatureFile, unimodal: FeatureFile, folder: some FileLocation,
        mode: Mode = .corrected, seed: UInt32 = 1, showsProgress: Bool = true,
        reading study: (String) throws -> Study
    ) throws -> Cohort {
        let files = [multimodal, unimodal]
        guard multimodal.layers.count == unimodal.layers.count else {
            throw FormatError(
                unimodal.url, "the layers",
                expected: "\(multimodal.layers.count), as \(multimodal.url.lastPathComponent) has",
                found: "\(unimodal.layers.count)")
        }
        let names = ["multimodal", "unimodal"]
        var state = try StudyFolder(
            folder,
            new: Cohort(models: names + ["both"], layers: multimodal.shortNames, selectingModel: "both"),
            settings: ["text study of Lu et al. 2022", mode.rawValue, "seed \(seed)"]
                + zip(names, files).map { "\($0) features \($1.provenance.digest.prefix(16))" })
        return try state.run(
            "text study", subjects, showsProgress: showsProgress,
            reading: study,
            preparing: { data in
                for file in files { try file.check(isOf: data, samples: data.responses.rows) }
                return data
            }, study: { $0 }, ceiling: { _ in nil },
            scoring: { data, layer in
                let bands = try files.map { try $0[$0.layers[layer]] }
                let split = try splitScores(
                    multimodal: bands[0], unimodal: bands[1], to: data.responses, seed: seed, mode: mode,
                    showsProgress: false)
                return try zip(split.r2, split.r).map { try VoxelScores(r2: $0, r: $1) } + [split.joint]
            })
    }
}
