import Brain
import Display
import Encoding
import Formats
import Foundation
import FoundationModels
import Tensors

/// A study that goes through subjects and layers, and continues where it was interrupted.
///
/// A subject keeps the checksums of its responses and regions and the files that they were read from: other data do not
/// get its scores. A subject whose layers all have scores is read again only if one of these files has changed or none is
/// known, so that resuming is quick; folders of earlier versions have no checksums, and are not compared.
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
    ///   - subjects: the names of the subjects; one that is named twice is scored once.
    ///   - showsProgress: whether the progress bar is shown.
    ///   - read: reads the data of a subject.
    ///   - prepare: checks them, and makes of them what is scored.
    ///   - study: the study among them that has the subject's voxels and regions.
    ///   - further: other responses among them.
    ///   - ceiling: the noise ceiling of a subject that is new to the folder.
    ///   - score: the scores of a layer, one for each model.
    ///
    /// Returns the subjects that were asked for, in their order; the folder may have others. Throws `BrainError` if there
    /// is no subject, `FormatError` if one is known with other voxels, responses or regions, `CancellationError`, and what
    /// reading and scoring throw.
    mutating func run<Source, Data>(
        _ title: String, _ subjects: [String], showsProgress: Bool,
        reading read: (String) throws -> Source, preparing prepare: (Source) throws -> Data,
        study: (Data) -> Study, further: (Data) -> [Matrix<Float>] = { _ in [] },
        ceiling: (Data) throws -> NoiseCeiling?,
        scoring score: (Data, _ layer: Int) throws -> [VoxelScores]
    ) throws -> Cohort {
        guard !subjects.isEmpty else {
            throw BrainError.value(what: "the number of subjects", got: "0", expected: "1 or more")
        }
        // What is left is listed before any is scored: a subject that is named twice would be scored twice.
        var seen: Set<String> = []
        let subjects = subjects.filter { seen.insert($0).inserted }
        let left = subjects.map { layersLeft(of: $0) }
        var bar = ProgressBar(title, total: left.reduce(0) { $0 + $1.count }, unit: "layers")
        for (subject, layers) in zip(subjects, left) {
            try Task.checkCancellation()
            let former = isKnown(subject) ? try folder.origin(of: subject) : nil
            guard !layers.isEmpty || former?.mayHaveChanged == true else { continue }
            let (source, files) = try OpenedFiles.during { try read(subject) }
            let data = try prepare(source)
            let origin = SubjectOrigin(study(data), further: further(data), files: files)
            try add(subject, study(data), from: origin, former) { try ceiling(data) }
            for layer in layers {
                try folder.write(score(data, layer), of: subject, layer: layer)
                folder.refer(to: layer, of: subject, in: &cohort)
                if showsProgress { bar.advance() }
            }
        }
        if showsProgress { bar.finish() }
        return asked(subjects)
    }

    /// The cohort with these subjects alone.
    private func asked(_ names: [String]) -> Cohort {
        var asked = cohort
        asked.subjects = names.compactMap { name in cohort.subjects.first { $0.name == name } }
        return asked
    }

    private func isKnown(_ subject: String) -> Bool { cohort.subjects.contains { $0.name == subject } }

    /// The layers of a subject that have no scores yet.
    private func layersLeft(of subject: String) -> [Int] {
        let isKnown = isKnown(subject)
        return cohort.layers.indices.filter { !isKnown || !folder.contains(subject, layer: $0) }
    }

    /// Notes a subject, unless it is known; throws `FormatError` if it is known with other voxels, responses or regions.
    private mutating func add(
        _ subject: String, _ study: Study, from origin: SubjectOrigin, _ former: SubjectOrigin?,
        ceiling: () throws -> NoiseCeiling?
    ) throws {
        if let known = cohort.subjects.first(where: { $0.name == subject }) {
            guard known.voxelCount == study.responses.columns else {
                throw FormatError(
                    folder.url, "the subject \(subject) in it",
                    expected: "of \(study.responses.columns) voxels",
                    found: "of \(known.voxelCount)")
            }
            try former?.check(isThatOf: origin, subject, in: folder.url)
            return
        }
        try folder.write(cohort.add(study, named: subject, ceiling: ceiling()), from: origin)
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
