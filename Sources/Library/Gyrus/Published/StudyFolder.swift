import Brain
import Display
import Encoding
import Formats
import Foundation
import FoundationModels

/// A study that goes through subjects and layers, and goes on where it was interrupted.
struct StudyFolder {
    private let folder: CohortFolder
    private let settings: [String]
    private var cohort: Cohort

    /// A new study, or the one that the folder has.
    ///
    /// Throws `FormatError` if the folder has a study of other models, layers or settings.
    init(_ folder: some FileLocation, new cohort: Cohort, settings: [String]) throws {
        self.folder = CohortFolder(url: folder.fileURL)
        self.settings = settings
        guard self.folder.exists else {
            self.cohort = cohort
            return
        }
        let (found, former) = try self.folder.open()
        guard found.models == cohort.models, found.layers == cohort.layers, former == settings else {
            throw FormatError(
                self.folder.url, "the study in it",
                expected: (settings + cohort.layers).joined(separator: ", "),
                found: (former + found.layers).joined(separator: ", ")
                    + "; take another folder for other settings")
        }
        self.cohort = found
    }

    /// Scores the subjects' layers that have no scores yet; what is done is in the folder at once.
    ///
    /// - Parameters:
    ///   - title: of the progress bar.
    ///   - subjects: the names of the subjects.
    ///   - showsProgress: whether the progress bar is shown.
    ///   - read: reads the data of a subject and checks them.
    ///   - study: the study among them that has the subject's voxels and regions.
    ///   - ceiling: the noise ceiling of a subject that is new to the folder.
    ///   - score: the scores of a layer, one for each model.
    ///
    /// Throws `BrainError` if there is no subject, `FormatError` if one is known with other voxels, `CancellationError`, and
    /// what reading and scoring throw.
    mutating func run<Data>(
        _ title: String, _ subjects: [String], showsProgress: Bool, reading read: (String) throws -> Data,
        study: (Data) -> Study, ceiling: (Data) throws -> NoiseCeiling?,
        scoring score: (Data, _ layer: Int) throws -> [VoxelScores]
    ) throws -> Cohort {
        guard !subjects.isEmpty else {
            throw BrainError.value(what: "the number of subjects", got: "0", expected: "1 or more")
        }
        let left = subjects.map { layersLeft(of: $0) }
        var bar = ProgressBar(title, total: left.reduce(0) { $0 + $1.count }, unit: "layers")
        for (subject, layers) in zip(subjects, left) where !layers.isEmpty {
            try Task.checkCancellation()
            let data = try read(subject)
            try add(subject, study(data)) { try ceiling(data) }
            for layer in layers {
                try folder.write(score(data, layer), of: subject, layer: layer)
                folder.refer(to: layer, of: subject, in: &cohort)
                if showsProgress { bar.advance() }
            }
        }
        if showsProgress { bar.finish() }
        return cohort
    }

    /// The layers of a subject that have no scores yet.
    private func layersLeft(of subject: String) -> [Int] {
        let isKnown = cohort.subjects.contains { $0.name == subject }
        return cohort.layers.indices.filter { !isKnown || !folder.contains(subject, layer: $0) }
    }

    /// Notes a subject, unless it is known; throws `FormatError` if it is known with other voxels.
    private mutating func add(_ subject: String, _ study: Study, ceiling: () throws -> NoiseCeiling?) throws {
        if let known = cohort.subjects.first(where: { $0.name == subject }) {
            guard known.voxelCount == study.responses.columns else {
                throw FormatError(
                    folder.url, "the subject \(subject) in it",
                    expected: "of \(study.responses.columns) voxels",
                    found: "of \(known.voxelCount)")
            }
            return
        }
        try folder.write(cohort.add(study, named: subject, ceiling: ceiling()))
        // A write that ended early may have left some, which are not this study's.
        for layer in cohort.layers.indices { try folder.remove(layer: layer, of: subject) }
        try folder.write(cohort, settings: settings)
    }
}

extension FeatureFile {
    /// Throws `FormatError` if the file has not a row for each sample, or is of other texts than the study's.
    func check(isOf study: Study, samples: Int) throws {
        guard count == samples else {
            throw FormatError(
                url, "the features", expected: "\(samples) rows, as \(study.name) has samples",
                found: "\(count)")
        }
        guard !study.stimuli.isEmpty, let texts = try texts else { return }
        if let row = texts.indices.first(where: { texts[$0] != study.stimuli[$0] }) {
            throw FormatError(
                url, "the text of row \(row)",
                expected: "\"\(study.stimuli[row].prefix(60))\", as in \(study.name)",
                found: "\"\(texts[row].prefix(60))\"")
        }
    }
}
