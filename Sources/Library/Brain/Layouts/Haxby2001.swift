import Encoding
import Formats
import Foundation
import Tensors

/// The data of Haxby et al. (2001) as PyMVPA and nilearn distribute them: images of eight categories, 12 runs.
///
/// ```swift
/// let haxby = try Haxby2001.open("~/nilearn_data/haxby2001")
/// let study = try haxby.study("subj1")                   // stimuli are the categories, volume by volume
/// let temporal = try haxby.study("subj1", mask: "mask4_vt")
/// ```
///
/// Expects `subj1/bold.nii.gz`, `subj1/labels.txt` (category and run of each volume, under a header) and masks, or a
/// folder with `bold.nii.gz`, `mask.nii.gz` and `attributes_literal.txt`, as PyMVPA's tutorials have it.
/// Source: Haxby et al., Science 293 (2001), 2425-2430.
public struct Haxby2001: StudyLayout {
    public static let title = "Haxby et al. 2001"
    public let subjects: [String]
    private let files: LayoutFolder
    /// Whether the folder is that of one subject.
    private let isSlice: Bool
    public var folder: URL { files.url }

    public static func open(_ folder: some FileLocation) throws -> Haxby2001 {
        let files = try LayoutFolder(folder, title)
        if labelNames.contains(where: files.contains), files.contains("bold.nii.gz") {
            return Haxby2001(subjects: [files.url.lastPathComponent], files: files, isSlice: true)
        }
        let subjects = files.names(in: "", from: "subj").map { "subj" + $0 }.filter { subject in
            files.contains("\(subject)/bold.nii.gz")
                && labelNames.contains { files.contains("\(subject)/\($0)") }
        }
        guard !subjects.isEmpty else { throw files.mismatch("subj1/bold.nii.gz with subj1/labels.txt") }
        return Haxby2001(subjects: subjects, files: files, isSlice: false)
    }

    private static let labelNames = ["labels.txt", "attributes_literal.txt"]

    public var parts: [LayoutPart] {
        [
            LayoutPart("images", subjects.map { path($0, "bold.nii.gz") }, in: files),
            LayoutPart("categories and runs", subjects.map { path($0, labels($0)) }, in: files),
            LayoutPart(
                "masks",
                subjects.flatMap { subject in masks(subject).map { path(subject, $0 + ".nii.gz") } }
                    + (isSlice ? [] : ["mask.nii.gz"]), in: files),
        ]
    }

    /// The names of a subject's masks, for instance "mask4_vt".
    public func masks(_ subject: String) -> [String] {
        files.names(in: isSlice ? "" : subject, from: "mask", to: ".nii.gz").map { "mask" + $0 }
    }

    /// A subject's volumes within a mask, with the category of each as its stimulus; other masks become sets of regions.
    ///
    /// - Parameters:
    ///   - subject: the subject's name, for instance "subj1".
    ///   - mask: the name of a mask; if nil, `mask` of the subject or of the study, which is the whole brain.
    ///
    /// Throws `FormatError` if a file is missing or not as expected, or runs are not one after another.
    public func study(_ subject: String, mask: String? = nil) throws -> Study {
        try files.check(subject, in: subjects)
        let own = path(subject, (mask ?? "mask") + ".nii.gz")
        let maskPath = mask == nil && !files.contains(own) ? "mask.nii.gz" : own
        let space = try VoxelSpace(mask: NIfTI.open(files.file(maskPath, for: "the mask")))
        let image = try NIfTI.open(files.file(path(subject, "bold.nii.gz"), for: "\(subject)'s images"))
        let (categories, runs) = try samples(subject)
        guard categories.count == image.volumeCount else {
            throw FormatError(
                files.url.appendingPathComponent(path(subject, labels(subject))), "the number of lines",
                expected: "\(image.volumeCount), one a volume of bold.nii.gz", found: "\(categories.count)")
        }
        let sets = try masks(subject).filter { path(subject, $0 + ".nii.gz") != maskPath }.map { name in
            let image = try NIfTI.open(files.url.appendingPathComponent(path(subject, name + ".nii.gz")))
            let inside = try space.voxels(inside: image)
            return RegionSet(name, try Regions(masks: [RegionMask(name, voxels: inside, of: space.count)]))
        }
        return try Study(
            name: subject, stimuli: categories, responses: image.voxelsByTime(in: space),
            runs: Runs(labels: runs), space: space, regionSets: sets)
    }

    private func path(_ subject: String, _ name: String) -> String { isSlice ? name : "\(subject)/\(name)" }

    private func labels(_ subject: String) -> String {
        Self.labelNames.first { files.contains(path(subject, $0)) } ?? Self.labelNames[0]
    }

    /// The category and the run of each volume.
    private func samples(_ subject: String) throws -> ([String], [String]) {
        let url = try files.file(path(subject, labels(subject)), for: "the category of each volume")
        let lines = try LayoutFolder.lines(of: url)
        let rows = try lines.map { line in
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            guard words.count == 2 else {
                throw FormatError(url, "a line", expected: "a category and a run", found: "\"\(line)\"")
            }
            return words
        }
        let isHeader = rows.first == ["labels", "chunks"]
        return (
            rows.dropFirst(isHeader ? 1 : 0).map { $0[0] }, rows.dropFirst(isHeader ? 1 : 0).map { $0[1] }
        )
    }
}
