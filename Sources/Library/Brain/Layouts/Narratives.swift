import Encoding
import Formats
import Foundation
import Tables
import Tensors

/// The Narratives collection (OpenNeuro ds002345): responses to spoken stories on fsaverage6, and their words in time.
///
/// ```swift
/// let narratives = try Narratives.open("~/data/narratives")
/// let study = try narratives.study("sub-001", task: "pieman")
/// let words = try narratives.words("pieman")               // word, start and end in seconds
/// ```
///
/// Expects `derivatives/afni-nosmooth/sub-001/func/sub-001_task-T[_run-1]_space-fsaverage6_hemi-L_desc-clean.func.gii`
/// (or the same in `derivatives/afni-smooth`, `desc-sm6…`), and `stimuli/gentle/T/align.json`. The responses are
/// cleaned already. The original files were not available; the names are those of the collection's paper.
/// Source: Nastase et al., Scientific Data 8 (2021), 250.
public struct Narratives: StudyLayout {
    public static let title = "Narratives (ds002345)"
    public let subjects: [String]
    private let files: LayoutFolder
    public var folder: URL { files.url }

    public static func open(_ folder: some FileLocation) throws -> Narratives {
        let files = try LayoutFolder(folder, title)
        let roots = ["derivatives/afni-nosmooth", "derivatives/afni-smooth"].filter(files.contains)
        let subjects = Set(roots.flatMap { files.names(in: $0, from: "sub-") }).sorted().map { "sub-" + $0 }
        guard !subjects.isEmpty else {
            throw files.mismatch("derivatives/afni-nosmooth/sub-001/func/…_desc-clean.func.gii")
        }
        return Narratives(subjects: subjects, files: files)
    }

    private func runs(_ subject: String, smoothed: Bool) -> [BIDSName] {
        let root = smoothed ? "derivatives/afni-smooth" : "derivatives/afni-nosmooth"
        return files.functional(subject, in: root).filter {
            $0.ending == ".func.gii" || $0.ending == ".gii"
        }
    }

    public var parts: [LayoutPart] {
        let plain = subjects.flatMap { runs($0, smoothed: false) }
        let smoothed = subjects.flatMap { runs($0, smoothed: true) }
        let tasks = Set((plain + smoothed).compactMap { $0.entities["task"] }).sorted()
        return [
            LayoutPart("responses", plain.map(\.path), in: files),
            LayoutPart("smoothed responses", smoothed.map(\.path), in: files),
            LayoutPart("words in time", tasks.map { "stimuli/gentle/\($0)/align.json" }, in: files),
        ]
    }

    /// The stories that a subject heard. Throws `FormatError` if there is no such subject.
    public func tasks(of subject: String) throws -> [String] {
        try files.check(subject, in: subjects)
        let all = [false, true].flatMap { runs(subject, smoothed: $0) }
        return Set(all.compactMap { $0.entities["task"] }).sorted()
    }

    /// A subject's responses to a story on both hemispheres, a run after another.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "sub-001".
    ///   - task: the story's name.
    ///   - smoothed: whether those smoothed by 6 mm are taken.
    ///
    /// Throws `FormatError` if a file is missing or not as expected.
    public func study(_ subject: String, task: String, smoothed: Bool = false) throws -> Study {
        try files.check(subject, in: subjects)
        let own = runs(subject, smoothed: smoothed).filter { $0.entities["task"] == task }
        guard !own.isEmpty else {
            throw FormatError(
                folder, "the story of \(subject)\(smoothed ? ", smoothed" : "")",
                expected: "one of \(try tasks(of: subject).joined(separator: ", "))", found: "\"\(task)\"")
        }
        var counts: [Int] = []
        let parts = try own.recordings.map { run in
            let halves = try files.hemispheres(run)
            if counts.isEmpty { counts = halves.map(\.columns) }
            return try files.beside(halves, counts, "the hemispheres of \(run[0].name)")
        }
        let (responses, runs) = try files.joined(parts, "\(subject)'s runs of \(task)", of: "vertices")
        return try Study(
            name: subject, responses: responses, runs: runs,
            space: VoxelSpace(left: counts[0], right: counts[1]))
    }

    /// The words of a story and their times, as gentle aligned them.
    ///
    /// Throws `FormatError` if the file is missing or not as expected.
    public func words(_ task: String) throws -> DataTable {
        try DataTable.openAlignment(
            files.file("stimuli/gentle/\(task)/align.json", for: "the words of \(task)"))
    }
}
