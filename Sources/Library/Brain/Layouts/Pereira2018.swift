import Encoding
import Formats
import Foundation
import Tensors

/// The data of Pereira et al. (2018): responses to words and sentences, one MATLAB file per subject and experiment.
///
/// ```swift
/// let pereira = try Pereira2018.open("~/data/pereira2018")
/// let study = try pereira.study("P01", .sentences384, .sentences243)
/// let passages = try pereira.passages("P01", .sentences384)          // for folds that keep a passage together
/// ```
///
/// Expects `P01/examples_384sentences.mat` (or the same in `P01/P01/`, as the archives unpack) with `examples`
/// (sentences x voxels), `keySentences` and `meta`, and reads the newer `data_384sentences.mat`
/// (`examples_passagesentences`) too. The names are those that published scripts read; the original files were not
/// available. The affine of the grid is not in the files: pass it where positions in mm are needed
/// (`study(_:_:affine:)`). Source: Pereira et al., Nature Communications 9 (2018), 963; osf.io/crwz7.
public struct Pereira2018: StudyLayout {
    /// What the subjects saw.
    public enum Experiment: String, Sendable, CaseIterable {
        /// Experiment 1: 180 words, each with a picture.
        case conceptPictures = "180concepts_pictures"
        /// Experiment 1: 180 words, each in a sentence.
        case conceptSentences = "180concepts_sentences"
        /// Experiment 1: 180 words, each in a cloud of five others.
        case conceptWordClouds = "180concepts_wordclouds"
        /// Experiment 2: 384 sentences of 96 passages on 24 topics.
        case sentences384 = "384sentences"
        /// Experiment 3: 243 sentences of 72 passages on 24 other topics.
        case sentences243 = "243sentences"
    }

    /// The passage of each sentence.
    public struct Passages: Sendable, Equatable {
        /// The index of its passage for each sentence, from zero.
        public let indices: [Int]
        /// The names of the passages.
        public let names: [String]
        /// The topic of each passage, for instance "musical instruments"; empty if the file does not say.
        public let topics: [String]
    }

    public static let title = "Pereira et al. 2018"
    public let subjects: [String]
    private let files: LayoutFolder
    public var folder: URL { files.url }

    public static func open(_ folder: some FileLocation) throws -> Pereira2018 {
        let files = try LayoutFolder(folder, title)
        let subjects = files.names().filter { subject in
            Experiment.allCases.contains { Self.path(subject, $0, files) != nil }
        }
        guard !subjects.isEmpty else {
            throw files.mismatch("subject's folder with a file such as P01/examples_384sentences.mat")
        }
        return Pereira2018(subjects: subjects, files: files)
    }

    private static func path(_ subject: String, _ experiment: Experiment, _ files: LayoutFolder) -> String? {
        let names = ["examples", "data"].map { "\($0)_\(experiment.rawValue).mat" }
        return files.first(of: names.flatMap { ["\(subject)/\($0)", "\(subject)/\(subject)/\($0)"] })
    }

    public var parts: [LayoutPart] {
        Experiment.allCases.map { experiment in
            LayoutPart(
                experiment.rawValue,
                subjects.map {
                    Self.path($0, experiment, files) ?? "\($0)/examples_\(experiment.rawValue).mat"
                }, in: files)
        }
    }

    /// The experiments that a subject took part in. Throws `FormatError` if there is no such subject.
    public func experiments(of subject: String) throws -> [Experiment] {
        try files.check(subject, in: subjects)
        return Experiment.allCases.filter { Self.path(subject, $0, files) != nil }
    }

    /// A subject's responses: one sample per word or sentence, a run for each experiment, AAL regions, other atlases as
    /// sets.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "P01".
    ///   - experiments: which experiments, one after another.
    ///   - affine: 3 x 4, from voxel indices to mm; nil if it is not known (the files lack it).
    ///
    /// Throws `FormatError` if a file is missing or not as expected, or the experiments have different voxels.
    public func study(_ subject: String, _ experiments: Experiment..., affine: [[Double]]? = nil) throws
        -> Study
    {
        try study(subject, experiments, affine: affine)
    }

    /// The same for a list of experiments.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "P01".
    ///   - experiments: which experiments, one after another.
    ///   - affine: 3 x 4, from voxel indices to mm; nil if it is not known (the files lack it).
    public func study(_ subject: String, _ experiments: [Experiment], affine: [[Double]]? = nil) throws
        -> Study
    {
        guard let first = experiments.first else {
            throw FormatError(folder, "the experiments", expected: "at least one", found: "none")
        }
        let voxels = try PereiraVoxels(file(subject, first)["meta"])
        var responses: [Matrix<Float>] = []
        var stimuli: [String] = []
        for experiment in experiments {
            let file = try file(subject, experiment)
            if experiment != first {
                let others = try PereiraVoxels(file["meta"])
                guard others.places == voxels.places, others.shape == voxels.shape else {
                    throw FormatError(
                        file.url, "the voxels",
                        expected: "the \(voxels.places.count) of \(first.rawValue)",
                        found: "\(others.places.count), or others; ask for one experiment at a time")
                }
            }
            let examples = file.names.contains("examples") ? "examples" : "examples_passagesentences"
            let matrix: Matrix<Float> = try file[examples].matrix()
            guard matrix.columns == voxels.places.count else {
                throw FormatError(
                    file.url, "\"\(examples)\"",
                    expected: "of \(voxels.places.count) columns, as meta has voxels",
                    found: "of \(matrix.columns)")
            }
            let texts = try Self.stimuli(file)
            guard texts.count == matrix.rows else {
                throw FormatError(
                    file.url, "the texts of the stimuli",
                    expected: "\(matrix.rows), as \"\(examples)\" has rows",
                    found: "\(texts.count)")
            }
            responses.append(matrix)
            stimuli += texts
        }
        let (joined, runs) = try files.joined(responses, "the experiments of \(subject)", of: "voxels")
        return try Study(
            name: subject, stimuli: stimuli, responses: joined, runs: runs, space: voxels.space(affine),
            regions: voxels.regions, regionSets: voxels.regionSets)
    }

    /// The passage of each sentence of experiment 2 or 3.
    ///
    /// Throws `FormatError` if the file is missing, has no passages (experiment 1), or is not as expected.
    public func passages(_ subject: String, _ experiment: Experiment) throws -> Passages {
        let file = try file(subject, experiment)
        let names = try file["keyPassages"].strings()
        func indices(_ variable: String, below limit: Int, _ what: String) throws -> [Int] {
            try file[variable].integers().map { number in
                guard number >= 1, number <= limit else {
                    throw FormatError(
                        file.url, "a number in \"\(variable)\"",
                        expected: "1 to \(limit), as there are \(what)",
                        found: "\(number)")
                }
                return number - 1
            }
        }
        let indices0 = try indices("labelsPassageForEachSentence", below: names.count, "passages")
        var topics: [String] = []
        if file.names.contains("keyPassageCategory"), file.names.contains("labelsPassageCategory") {
            let categories = try Self.texts(file["keyPassageCategory"])
            topics = try indices("labelsPassageCategory", below: categories.count, "categories")
                .map { categories[$0] }
        }
        return Passages(indices: indices0, names: names, topics: topics)
    }

    private func file(_ subject: String, _ experiment: Experiment) throws -> MATFile {
        try files.check(subject, in: subjects)
        let path =
            Self.path(subject, experiment, files) ?? "\(subject)/examples_\(experiment.rawValue).mat"
        return try MATFile.open(
            files.file(path, for: "\(subject)'s responses in the experiment \(experiment.rawValue)"))
    }

    private static func stimuli(_ file: MATFile) throws -> [String] {
        guard let name = ["keySentences", "keyConcept"].first(where: file.names.contains) else {
            throw FormatError(file.url, "lacks the stimuli: neither \"keySentences\" nor \"keyConcept\"")
        }
        let texts = try texts(file[name])
        // Rows may come in another order than the list of words.
        guard name == "keyConcept", file.names.contains("labelsConcept") else { return texts }
        return try file["labelsConcept"].integers().map { number in
            guard number >= 1, number <= texts.count else {
                throw FormatError(
                    file.url, "a number in \"labelsConcept\"", expected: "1 to \(texts.count)",
                    found: "\(number)")
            }
            return texts[number - 1]
        }
    }

    /// The texts of a cell array, each of which may be in a cell of its own. Throws `FormatError` for another element.
    static func texts(_ value: MATValue) throws -> [String] {
        guard value.elements.contains(where: { $0.className == "cell" }) else { return try value.strings() }
        return try value.elements.map { cell in
            try (cell.className == "cell" ? texts(cell) : cell.strings()).joined(separator: " ")
        }
    }
}

extension Pereira2018.Passages: CustomStringConvertible {
    /// How many sentences, passages and topics there are.
    public var description: String {
        "\(indices.count) sentences of \(names.count) passages on \(Set(topics).count) topics"
    }
}
