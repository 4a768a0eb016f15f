import Encoding
import Formats
import Foundation
import Tensors

/// A folder in a published layout: looks for files by name, and says which is missing.
struct LayoutFolder: Sendable {
    let url: URL
    /// The name of the layout, for errors.
    let layout: String

    /// Throws `FormatError` if there is no such folder.
    init(_ folder: some FileLocation, _ layout: String) throws {
        url = folder.fileURL
        self.layout = layout
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw FormatError(url, "is not there; \(layout) needs the folder of the data")
        }
        guard isFolder.boolValue else {
            throw FormatError(url, "is a file; \(layout) needs the folder of the data")
        }
    }

    /// The names in a folder, hidden ones left out, so that sub-2 comes before sub-10; none if there is no such folder.
    func names(in path: String = "") -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.path(path))) ?? []
        return names.filter { !$0.hasPrefix(".") }
            .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    }

    /// The parts of the names in a folder between a beginning and an ending.
    func names(in path: String = "", from prefix: String, to suffix: String = "") -> [String] {
        names(in: path).compactMap { name in
            guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.count >= prefix.count + suffix.count
            else { return nil }
            return String(name.dropFirst(prefix.count).dropLast(suffix.count))
        }
    }

    func path(_ path: String) -> String { path.isEmpty ? url.path : url.path + "/" + path }

    /// Whether there is such a file or folder; a link counts even if what it leads to was not downloaded.
    func contains(_ path: String) -> Bool {
        var status = stat()
        return lstat(self.path(path), &status) == 0
    }

    /// Whether a name that is there leads to something; that of a file of git-annex that was not fetched does not.
    func isDownloaded(_ path: String) -> Bool { FileManager.default.fileExists(atPath: self.path(path)) }

    /// The first of some names that is there.
    func first(of paths: [String]) -> String? { paths.first(where: contains) }

    /// The place of a file. Throws `FormatError` if the folder lacks it; `what` is what the file holds.
    func file(_ path: String, for what: String) throws -> URL {
        guard contains(path) else {
            throw FormatError(url, "lacks the file \(path), which holds \(what) in the layout of \(layout)")
        }
        return url.appendingPathComponent(path)
    }

    /// Throws `FormatError` if the folder does not have a subject.
    func check(_ subject: String, in subjects: [String]) throws {
        guard subjects.contains(subject) else {
            throw FormatError(
                url, "the subject", expected: "one of \(subjects.joined(separator: ", "))",
                found: "\"\(subject)\"")
        }
    }

    /// The responses of a study, its parts one below the other, each a run.
    ///
    /// Throws `FormatError` if there is no part, or they have no columns or not as many; `what` are the parts, and `columns` what
    /// their columns are.
    func joined(_ parts: [Matrix<Float>], _ what: String, of columns: String) throws -> (
        Matrix<Float>, Runs
    ) {
        guard let first = parts.first, first.columns > 0, parts.allSatisfy({ $0.columns == first.columns })
        else {
            throw FormatError(
                url, what, expected: "one or more, of the same \(columns)",
                found: "\(parts.count), of \(Set(parts.map(\.columns)).sorted()) \(columns)")
        }
        return (.stacked(parts), try Runs(lengths: parts.map(\.rows)))
    }

    /// The responses of both hemispheres beside each other, those of the left one first.
    ///
    /// Throws `FormatError` if they have not as many rows, or not `counts` columns, as the hemispheres of the first run
    /// have; `what` are the hemispheres.
    func beside(_ halves: [Matrix<Float>], _ counts: [Int], _ what: String) throws -> Matrix<Float> {
        guard halves[0].rows == halves[1].rows else {
            throw FormatError(
                url, what, expected: "of as many samples",
                found: "of \(halves[0].rows) and \(halves[1].rows)")
        }
        let own = halves.map(\.columns)
        guard own == counts else {
            throw FormatError(
                url, what, expected: "of \(counts) vertices, as those of the first run", found: "of \(own)")
        }
        return halves[0].beside(halves[1])
    }

    /// The lines of a text that are not empty. Throws `FormatError` if it is no text in UTF-8.
    static func lines(of url: URL) throws -> [String] {
        guard let text = String(data: try Bytes(reading: url).data, encoding: .utf8) else {
            throw FormatError(url, "is no text in UTF-8")
        }
        return text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    /// The matrix of an array of NumPy. Throws `FormatError` if it has not two dimensions, or cannot be read.
    static func matrix(of url: URL) throws -> Matrix<Float> {
        let array = try NumPyArray.open(url)
        guard array.shape.count == 2 else {
            throw FormatError(
                url, "the shape", expected: "samples x voxels, two dimensions", found: "\(array.shape)")
        }
        return try array.tensor().matrix
    }

    /// That the folder has not the layout; `expected` is what was looked for.
    func mismatch(_ expected: String) -> FormatError {
        FormatError(url, "is no folder of \(layout): it has no \(expected)")
    }
}
