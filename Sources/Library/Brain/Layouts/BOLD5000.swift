import Encoding
import Formats
import Foundation
import Tensors

/// Release 2 of BOLD5000: responses of ten visual regions to 5,254 presentations of pictures.
///
/// ```swift
/// let bold = try BOLD5000.open("~/data/BOLD5000/BOLD5000_GLMsingle_ROI_betas")
/// let study = try bold.study("CSI1")
/// try study.regions.voxels(in: "LHPPA")
/// ```
///
/// Expects `py/CSI1_GLMbetas-TYPED-FITHRF-GLMDENOISE-RR_allses_LHEarlyVis.npy` and so on, or the same files in the
/// folder itself. Names of pictures are read from `CSI1_imgnames.txt` (one per line) if it is there: that file's name
/// and place could not be confirmed. Repeated pictures are those of `repeated_stimuli_113_list.txt`. The original files
/// were not available. Source: Chang et al., Scientific Data 6 (2019), 49; release 2 of 2021.
public struct BOLD5000: StudyLayout {
    public static let title = "BOLD5000, release 2"
    public let subjects: [String]
    private let files: LayoutFolder
    /// The folder of the arrays within the folder.
    private let root: String
    public var folder: URL { files.url }

    private static let middle = "_GLMbetas-TYPED-FITHRF-GLMDENOISE-RR_allses_"
    private static let regionNames = ["LH", "RH"].flatMap { side in
        ["EarlyVis", "LOC", "OPA", "PPA", "RSC"].map { side + $0 }
    }

    public static func open(_ folder: some FileLocation) throws -> BOLD5000 {
        let files = try LayoutFolder(folder, title)
        for root in ["py/", "", "BOLD5000_GLMsingle_ROI_betas/py/"] {
            let subjects = files.names(in: root, from: "CSI", to: ".npy").compactMap { name in
                name.range(of: middle).map { "CSI" + name[..<$0.lowerBound] }
            }
            guard !subjects.isEmpty else { continue }
            return BOLD5000(subjects: Set(subjects).sorted(), files: files, root: root)
        }
        throw files.mismatch("py/CSI1\(middle)LHEarlyVis.npy")
    }

    private func path(_ subject: String, _ region: String) -> String {
        root + subject + Self.middle + region + ".npy"
    }

    private func names(_ subject: String) -> String { "\(subject)_imgnames.txt" }

    public var parts: [LayoutPart] {
        [
            LayoutPart(
                "responses", subjects.flatMap { subject in Self.regionNames.map { path(subject, $0) } },
                in: files),
            LayoutPart("names of pictures", subjects.map(names), in: files),
        ]
    }

    /// A subject's responses: presentations x voxels of all regions that are there, one region after another.
    ///
    /// Throws `FormatError` if no region is there, or regions or names differ in their number of presentations.
    public func study(_ subject: String) throws -> Study {
        try files.check(subject, in: subjects)
        let found = Self.regionNames.filter { files.contains(path(subject, $0)) }
        let parts = try found.map { region -> Matrix<Float> in
            try LayoutFolder.matrix(of: files.url.appendingPathComponent(path(subject, region)))
        }
        guard let first = parts.first, parts.allSatisfy({ $0.rows == first.rows }) else {
            throw FormatError(
                folder, "the regions of \(subject)", expected: "one or more, of the same presentations",
                found: "\(parts.count), of \(Set(parts.map(\.rows)).sorted()) presentations")
        }
        let names =
            try files.contains(names(subject))
            ? LayoutFolder.lines(of: files.url.appendingPathComponent(names(subject))) : []
        return try Study(
            name: subject, stimuli: names, responses: .concatenated(parts, axis: 1),
            regions: Regions(
                names: zip(found, parts).flatMap { name, part in
                    [String](repeating: name, count: part.columns)
                }))
    }
}
