import Display
import Formats
import Foundation

/// A published way to lay out a study in a folder: which subjects, files and parts it has.
///
/// ```swift
/// let pereira = try Pereira2018.open("~/data/pereira2018")
/// pereira.parts                                              // what is there, and what is missing
/// let study = try pereira.study("P01", .sentences384)
/// ```
///
/// Opening one lists names only; numbers are read when a study is asked for. `Study.describe` finds out which layout
/// a folder has.
public protocol StudyLayout: Sendable, Displayable, CustomStringConvertible {
    /// The name of the study or of the program that writes such folders.
    static var title: String { get }
    /// The folder.
    var folder: URL { get }
    /// The names of the subjects, in order.
    var subjects: [String] { get }
    /// What the layout consists of, and which files of it are there.
    var parts: [LayoutPart] { get }
    /// Opens a folder. Throws `FormatError` if it is not a folder or does not have the layout.
    static func open(_ folder: some FileLocation) throws -> Self
}

extension StudyLayout {
    /// The files that the layout has and the folder lacks, relative to it.
    public var missing: [String] { parts.flatMap(\.missing) }

    /// The subjects, and of each part how many files are there and which are missing.
    public var mimeBundle: MIMEBundle { layoutDescription.mimeBundle }

    var layoutDescription: LayoutDescription {
        LayoutDescription(layout: Self.title, folder: folder, subjects: subjects, parts: parts)
    }
}

/// One part of a layout, such as the responses: its files that are there, and those that are missing.
public struct LayoutPart: Sendable, Equatable {
    /// What the part is, for instance "responses".
    public let name: String
    /// The files that are there, relative to the folder.
    public let found: [String]
    /// The files that the layout has and the folder lacks, relative to it.
    public let missing: [String]
    /// Those of `found` that are links of git-annex whose content was not fetched.
    public let notDownloaded: [String]

    /// A part whose files are all there as far as they are known.
    ///
    /// - Parameters:
    ///   - name: what the part is.
    ///   - files: the files that it should have, relative to the folder.
    ///   - folder: the folder.
    init(_ name: String, _ files: [String], in folder: LayoutFolder) {
        self.name = name
        var (found, missing): ([String], [String]) = ([], [])
        for file in files {
            if folder.contains(file) { found.append(file) } else { missing.append(file) }
        }
        (self.found, self.missing) = (found, missing)
        notDownloaded = found.filter { !folder.isDownloaded($0) }
    }

    /// The first three that are missing, and whether there are more.
    fileprivate var firstMissing: String {
        missing.prefix(3).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
    }
}

extension LayoutPart: CustomStringConvertible {
    /// The name, how many files are there, and the first that are missing.
    public var description: String {
        let files = Number.counted(found.count, "file")
        guard !missing.isEmpty else { return "\(name): \(files)" }
        return "\(name): \(files), \(missing.count) missing (\(firstMissing))"
    }
}

/// Which layout a folder has, what was found in it and what is missing.
public struct LayoutDescription: Sendable, Displayable, CustomStringConvertible {
    /// The name of the layout.
    public let layout: String
    /// The folder.
    public let folder: URL
    /// The names of the subjects.
    public let subjects: [String]
    /// The parts of the layout.
    public let parts: [LayoutPart]

    public var mimeBundle: MIMEBundle {
        let found = parts.map { part in
            let remote = part.notDownloaded.count
            return Number.counted(part.found.count, "file")
                + (remote > 0 ? ", \(remote) not downloaded" : "")
        }
        let missing = parts.map { part in
            part.firstMissing + (part.missing.count > 3 ? " (\(part.missing.count) in all)" : "")
        }
        let people = subjects.count > 12 ? subjects.prefix(12).joined(separator: ", ") + ", …" : nil
        return Table(
            "\(layout): \(folder.lastPathComponent)",
            [.text("part", parts.map(\.name)), .text("found", found), .text("missing", missing)],
            notes: [
                Number.counted(subjects.count, "subject")
                    + (subjects.isEmpty ? "" : ": " + (people ?? subjects.joined(separator: ", ")))
            ]
        ).mimeBundle
    }
}

extension Study {
    /// The layouts that are known, the most specific first.
    static let layouts: [any StudyLayout.Type] = [
        Pereira2018.self, Shortclips.self, NaturalScenes.self, Algonauts2023.self, Algonauts2025.self,
        LeBelStories.self, Narratives.self, ThingsFMRI.self, BOLD5000.self, Haxby2001.self, FMRIPrep.self,
    ]

    /// Says which published layout a folder has, what was found in it and what is missing; reads no data.
    ///
    /// ```swift
    /// try Study.describe("~/data/pereira2018")
    /// ```
    ///
    /// Throws `FormatError` if the folder has none of the known layouts.
    public static func describe(_ folder: some FileLocation) throws -> LayoutDescription {
        let url = folder.fileURL
        _ = try LayoutFolder(url, "a study")
        for layout in layouts {
            if let found = try? layout.open(url) { return found.layoutDescription }
        }
        throw FormatError(
            url,
            "has none of the layouts that are known: \(layouts.map { $0.title }.joined(separator: ", "))")
    }
}
