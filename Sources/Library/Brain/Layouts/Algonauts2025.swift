import Encoding
import Formats
import Foundation
import Tables
import Tensors

/// The data of the Algonauts challenge of 2025: responses of 1,000 parcels to films, one dataset per run.
///
/// ```swift
/// let algonauts = try Algonauts2025.open("~/data/algonauts_2025.competitors")
/// let study = try algonauts.study("sub-01", task: "movie10")
/// let runs = try algonauts.runs("sub-01", task: "movie10")      // "ses-001_task-bourne01", …
/// ```
///
/// Expects `fmri/sub-01/func/sub-01_task-friends_…_bold.h5`, whose datasets at the root are a run each, samples of 1.49 s
/// x parcels, and `stimuli/transcripts/…/….tsv`. The parcels are those of Schaefer's atlas of 1,000 in seven networks,
/// in its order, individual to the subject (`atlas/…_dseg_parcellation.nii.gz`). The original files were not available.
/// Source: Gifford et al. 2024, arXiv 2501.00504.
public struct Algonauts2025: StudyLayout {
    public static let title = "Algonauts 2025"
    public let subjects: [String]
    private let files: LayoutFolder
    public var folder: URL { files.url }

    public static func open(_ folder: some FileLocation) throws -> Algonauts2025 {
        let files = try LayoutFolder(folder, title)
        let subjects = files.names(in: "fmri").filter { subject in
            files.names(in: "fmri/\(subject)/func").contains { $0.hasSuffix("_bold.h5") }
        }
        guard !subjects.isEmpty else { throw files.mismatch("fmri/sub-01/func/sub-01_task-…_bold.h5") }
        return Algonauts2025(subjects: subjects, files: files)
    }

    private static let tasks = ["friends", "movie10"]

    public var parts: [LayoutPart] {
        Self.tasks.map { task in
            LayoutPart(
                "responses, \(task)",
                subjects.map {
                    path($0, task) ?? "fmri/\($0)/func/\($0)_task-\(task)_…_bold.h5"
                }, in: files)
        } + [
            LayoutPart("transcripts", ["stimuli/transcripts"], in: files),
            LayoutPart("atlas", ["atlas"], in: files),
        ]
    }

    private func path(_ subject: String, _ task: String) -> String? {
        files.names(in: "fmri/\(subject)/func", from: "\(subject)_task-\(task)_", to: "_bold.h5").first
            .map { "fmri/\(subject)/func/\(subject)_task-\(task)_\($0)_bold.h5" }
    }

    private func file(_ subject: String, _ task: String) throws -> HDF5File {
        try files.check(subject, in: subjects)
        let path = path(subject, task) ?? "fmri/\(subject)/func/\(subject)_task-\(task)_…_bold.h5"
        return try HDF5File.open(files.file(path, for: "\(subject)'s responses to \(task)"))
    }

    /// The names of a subject's runs, in order. Throws `FormatError` if the file is missing.
    public func runs(_ subject: String, task: String) throws -> [String] {
        try file(subject, task).members()
    }

    /// A subject's responses: samples x 1,000 parcels, a run after another.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "sub-01".
    ///   - task: "friends" or "movie10".
    ///   - runs: the names of the runs, as `runs(_:task:)` has them; all if nil.
    ///
    /// Throws `FormatError` if a file or run is missing, or not as expected.
    public func study(_ subject: String, task: String, runs: [String]? = nil) throws -> Study {
        let file = try file(subject, task)
        let names = try runs ?? file.members()
        let parts: [Matrix<Float>] = try names.map { try file.dataset($0).matrix() }
        let (responses, lengths) = try files.joined(
            parts, "the runs of \(file.url.lastPathComponent)", of: "parcels")
        return try Study(
            name: subject, responses: responses, runs: lengths,
            regions: Regions(names: (0..<responses.columns).map { "parcel \($0 + 1)" }))
    }

    /// What was said in a part of a film: a row for each sample, with `text_per_tr` and lists of words and their times.
    ///
    /// - Parameter part: the part's name in the runs' names, for instance "s01e02a" or "bourne01".
    ///
    /// Throws `FormatError` if there is no such transcript.
    public func transcript(_ part: String) throws -> DataTable {
        let root = "stimuli/transcripts"
        for group in files.names(in: root) {
            for film in files.names(in: "\(root)/\(group)") {
                let path = "\(root)/\(group)/\(film)/\(group)_\(part).tsv"
                if files.contains(path) { return try DataTable.open(files.url.appendingPathComponent(path)) }
            }
        }
        throw FormatError(
            folder,
            "lacks the transcript of \(part), \(root)/…/…/…_\(part).tsv in the layout of \(Self.title)")
    }
}
