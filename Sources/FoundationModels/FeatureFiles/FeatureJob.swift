import Display
import Formats
import Foundation
import Tensors

/// Features that are computed a few rows at a time into a file, which keeps what is done.
///
/// The file is `NAME.partial` until it is whole. Its datasets lie in one piece each, allocated before the first row, so
/// writing rows changes nothing else in it and a process that dies leaves it readable. Rows are written first and
/// counted afterwards.
struct FeatureJob {
    let provenance: FeatureProvenance
    let layers: [ModelLayer]
    /// The columns of each layer's features.
    let columns: [Int]
    /// The rows of the file.
    let count: Int
    /// What a row is (`texts`).
    let unit: String
    /// The rows that are computed at a time.
    let step: Int
    /// What should be known of the stimuli, kept as an attribute of the file.
    var remark: String?
    let showsProgress: Bool
    /// The features of some rows, a matrix for each layer.
    let compute: (Range<Int>) throws -> [Matrix<Float>]

    /// The file of the features: found, or computed to its end.
    ///
    /// `location` is a file's name, or that of a folder, in which the file is named by the digest of its provenance.
    func run(at location: URL) throws -> FeatureFile {
        let url = try file(at: location)
        if FileManager.default.fileExists(atPath: url.path) {
            try checkLength(url)
            let found = try FeatureFile.open(url)
            try check(found.provenance, url)
            return found
        }
        let partial = url.appendingPathExtension("partial")
        if !FileManager.default.fileExists(atPath: partial.path) { try create(partial) }
        try fill(partial)
        guard rename(partial.path, url.path) == 0 else { throw FormatError(url, cannot: "written") }
        return try FeatureFile.open(url)
    }

    private func file(at location: URL) throws -> URL {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: location.path, isDirectory: &isFolder)
        let folder =
            isFolder.boolValue || location.hasDirectoryPath ? location : location.deletingLastPathComponent()
        if !exists {
            do {
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            } catch { throw FormatError(folder, "cannot be made: \(error.localizedDescription)") }
        }
        guard folder == location else { return location }
        let name = provenance.model.split(separator: "/").last.map(String.init) ?? "features"
        return folder.appending(path: "\(name)-\(provenance.digest.prefix(12)).h5")
    }

    /// Throws what can be done about a file that was cut short, as by a full disk or a copy that broke off.
    private func checkLength(_ url: URL) throws {
        guard let missing = try HDF5File.missingBytes(of: url) else { return }
        throw FormatError(
            url, "is cut short: it lacks \(missing) bytes; delete it, and its features are computed anew")
    }

    private func check(_ found: FeatureProvenance, _ url: URL) throws {
        let differences = provenance.differences(from: found)
        guard differences.isEmpty else {
            throw FoundationModelError.file(
                path: url.path,
                problem: "holds other features than those wanted; delete it, or choose another name\n"
                    + differences.map { "  " + $0 }.joined(separator: "\n"))
        }
    }

    /// Makes the file with all its room and no row done.
    private func create(_ partial: URL) throws {
        try HDF5File.create(partial) { file in
            try provenance.write(to: file)
            if let remark { try file.setAttribute(FeatureFile.remarkName, to: .strings([remark])) }
            for (layer, columns) in zip(layers, columns) {
                let path = FeatureFile.path(of: layer.name)
                let dataset = try file.createDataset(path, shape: [count, columns])
                try file.setAttribute("short_name", to: .strings([layer.shortName]), of: path)
                // HDF5 allocates a dataset when its first element is written; the last one makes the file as long as it gets.
                if count > 0, columns > 0 {
                    try dataset.write(Tensor<Float>(shape: [1, 1]), at: [count - 1, columns - 1])
                }
            }
            try file.write(Tensor<Double>(shape: [1]), to: Self.done)
        }
    }

    private static let done = "/rows_done"

    /// Computes and writes the rows that are not done.
    private func fill(_ partial: URL) throws {
        try checkLength(partial)
        let file = try HDF5File.open(partial, writable: true)
        try check(try FeatureProvenance(file), partial)
        let counter = try file.dataset(Self.done)
        let datasets = try layers.map { try file.dataset(FeatureFile.path(of: $0.name)) }
        let first = Int(try counter.tensor(as: Double.self).elements.first ?? 0)
        let title = first > 0 ? "features (\(first) \(unit) were there)" : "features"
        var bar = showsProgress ? ProgressBar(title, total: count - first, unit: unit) : nil
        for start in stride(from: first, to: count, by: max(step, 1)) {
            let range = start..<min(start + max(step, 1), count)
            for (dataset, matrix) in zip(datasets, try compute(range)) {
                try dataset.write(Tensor(matrix), at: [start, 0])
            }
            try file.flush()
            try counter.write(Tensor(shape: [1], elements: [Double(range.upperBound)]), at: [0])
            try file.flush()
            bar?.advance(by: range.count)
        }
        bar?.finish()
    }
}
