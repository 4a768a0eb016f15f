import Encoding
import Formats
import Foundation
import Tables
import Tensors

/// The stories of LeBel et al. (2023), OpenNeuro ds003020: responses to spoken stories, and their words in time.
///
/// ```swift
/// let stories = try LeBelStories.open("~/data/ds003020")
/// let study = try stories.study("UTS03", stories: ["adollshouse", "adventuresinsayingyes"])
/// let words = try stories.words("adollshouse")             // text, start and end in seconds
/// ```
///
/// Expects `derivative/preprocessed_data/UTS03/STORY.hf5` with `data` (samples of 2 s x voxels),
/// `derivative/TextGrids/STORY.TextGrid` with the tiers `phone` and `word`, and `derivative/respdict.json`. A run is a
/// story. The story `wheretheressmoke` is usually the test. The sound begins 10 s after the first volume, and the first
/// ten samples and the last five are cut from the responses; cut the same samples from the features. The original files
/// were not available. Source: LeBel et al., Scientific Data 10 (2023), 555.
public struct LeBelStories: StudyLayout {
    public static let title = "LeBel et al. 2023 (ds003020)"
    public let subjects: [String]
    private let files: LayoutFolder
    public var folder: URL { files.url }

    private static let responses = "derivative/preprocessed_data"
    private static let grids = "derivative/TextGrids"
    /// What the words' tier has beside words.
    private static let marks: Set = [
        "", "sentence_start", "sentence_end", "br", "lg", "ls", "ns", "sp", "{BR}", "{LG}", "{LS}", "{NS}",
        "{SP}", "{CG}", "{SL}",
    ]

    public static func open(_ folder: some FileLocation) throws -> LeBelStories {
        let files = try LayoutFolder(folder, title)
        let subjects = files.names(in: responses).filter { subject in
            files.names(in: "\(responses)/\(subject)").contains { $0.hasSuffix(".hf5") }
        }
        guard !subjects.isEmpty else { throw files.mismatch("\(responses)/UTS01/….hf5") }
        return LeBelStories(subjects: subjects, files: files)
    }

    public var parts: [LayoutPart] {
        let heard = Set(subjects.flatMap { stories($0) }).sorted()
        return [
            LayoutPart(
                "responses",
                subjects.flatMap { subject in
                    stories(subject).map { "\(Self.responses)/\(subject)/\($0).hf5" }
                }, in: files),
            LayoutPart("words and phones in time", heard.map { "\(Self.grids)/\($0).TextGrid" }, in: files),
            LayoutPart("samples of each story", ["derivative/respdict.json"], in: files),
        ]
    }

    /// The stories that a subject heard, in alphabetical order.
    public func stories(_ subject: String) -> [String] {
        files.names(in: "\(Self.responses)/\(subject)", from: "", to: ".hf5")
    }

    /// A subject's responses to stories: one run each, one after another.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "UTS03".
    ///   - stories: which stories, in this order; all if nil, which may be tens of gigabytes.
    ///
    /// Throws `FormatError` if a file is missing or not as expected, or the responses do not fit into memory.
    public func study(_ subject: String, stories: [String]? = nil) throws -> Study {
        try files.check(subject, in: subjects)
        let names = stories ?? self.stories(subject)
        let parts = try names.map { story -> Matrix<Float> in
            let path = "\(Self.responses)/\(subject)/\(story).hf5"
            let url = try files.file(path, for: "\(subject)'s responses to \(story)")
            return try HDF5File.open(url).dataset("data").matrix()
        }
        let (responses, runs) = try files.joined(parts, "the stories of \(subject)", of: "voxels")
        return try Study(name: subject, responses: responses, runs: runs)
    }

    /// The words of a story and their times in seconds, without marks of breath, silence and noise.
    ///
    /// Throws `FormatError` if the file is missing or no TextGrid with a tier of words.
    public func words(_ story: String) throws -> DataTable {
        let url = try files.file("\(Self.grids)/\(story).TextGrid", for: "the words of \(story)")
        let words = try DataTable.openTextGrid(url, tier: "word")
        return try words.filter("text") { (text: String) in
            !Self.marks.contains(text.trimmingCharacters(in: .whitespaces))
        }
    }
}
