import Display
import Formats
import Foundation
import Tensors

/// Features that are computed a few rows at a time into a file, which keeps what is done.
///
/// The file is `NAME.partial` until it is whole. Its datasets lie in one piece each, allocated before the first row, so
/// writing rows changes nothing else in it and a process that dies leaves it readable. Rows are written first and
/// marked as done afterwards.
struct FeatureJob {
    let provenance: FeatureProvenance
    let layers: [ModelLayer]
    /// The columns of each layer's features.
    let columns: [Int]
    let rows: FeatureRows
    /// What a row is (`texts`).
    let unit: String
    /// The rows that are computed at a time.
    let step: Int
    /// What should be known of the stimuli, kept as an attribute of the file.
    var remark: String?
    /// Whether what is computed of a row depends on its place, too (random crops).
    var dependsOnPlace = false
    let showsProgress: Bool
    /// The features of some rows, a matrix for each layer.
    let compute: ([Int]) throws -> [Matrix<Float>]

    /// The file of the features: found, or computed to its end.
    ///
    /// `location` is a file's name, or that of a folder, in which the file is named by the digest of its provenance.
    /// Rows that a former file at that place has of the same inputs are taken over; only the others are computed.
    func run(at location: URL) throws -> FeatureFile {
        let (url, isNamedByDigest) = try file(at: location)
        let partial = url.appendingPathExtension("partial")
        var former: [FeatureFile] = []
        if let found = try existing(url) {
            if try isWhatIsWanted(found) { return found }
            try FormerRows.check(found, rows, provenance)
            former.append(found)
        }
        if let found = try existing(partial) {
            if try !isWhatIsWanted(found) {
                try FormerRows.check(found, rows, provenance)
                former.append(found)
                try create(partial, former)
            }
        } else {
            if isNamedByDigest { former += FormerRows.siblings(of: url, provenance) }
            try create(partial, former)
        }
        try fill(partial)
        guard rename(partial.path, url.path) == 0 else { throw FormatError(url, cannot: "written") }
        return try FeatureFile.open(url)
    }

    private func file(at location: URL) throws -> (url: URL, isNamedByDigest: Bool) {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: location.path, isDirectory: &isFolder)
        let folder =
            isFolder.boolValue || location.hasDirectoryPath ? location : location.deletingLastPathComponent()
        if !exists { try makeFolder(folder) }
        guard folder == location else { return (location, false) }
        let name = provenance.model.split(separator: "/").last.map(String.init) ?? "features"
        return (folder.appending(path: "\(name)-\(provenance.digest.prefix(12)).h5"), true)
    }

    /// The feature file at a place, if there is one; throws what can be done about one that was cut short.
    private func existing(_ url: URL) throws -> FeatureFile? {
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        if let missing = try HDF5File.missingBytes(of: url) {
            throw FormatError(
                url, "is cut short: it lacks \(missing) bytes; delete it, and its features are computed again"
            )
        }
        return try FeatureFile.open(url)
    }

    /// Whether a file holds, or is to hold, the wanted features under the wanted names.
    private func isWhatIsWanted(_ found: FeatureFile) throws -> Bool {
        guard provenance.differences(from: found.provenance).isEmpty, found.count == rows.count else {
            return false
        }
        let hashes = try found.hashes
        return try (hashes.isEmpty || rows.hashes.isEmpty || hashes == rows.hashes)
            && (!rows.isNamed || found.ids == rows.ids) && (rows.texts == nil || found.texts == rows.texts)
    }

    /// Makes the file with all its room, and the rows that other files have of it.
    private func create(_ partial: URL, _ former: [FeatureFile]) throws {
        try HDF5File.create(partial) { file in
            try provenance.write(to: file)
            try rows.write(to: file)
            if let remark { try file.setAttribute(FeatureFile.remarkName, to: .strings([remark])) }
            for (layer, columns) in zip(layers, columns) {
                let path = FeatureFile.path(of: layer.name)
                let dataset = try file.createDataset(path, shape: [rows.count, columns])
                try file.setAttribute("short_name", to: .strings([layer.shortName]), of: path)
                // HDF5 allocates a dataset when its first element is written; the last one makes the file as long as it gets.
                if rows.count > 0, columns > 0 {
                    try dataset.write(Tensor<Float>(shape: [1, 1]), at: [rows.count - 1, columns - 1])
                }
            }
            try FormerRows(former, wanted: rows.hashes, inPlace: dependsOnPlace)
                .copy(to: file, layers: layers)
        }
    }

    /// Computes and writes the rows that are not done.
    private func fill(_ partial: URL) throws {
        let file = try HDF5File.open(partial, writable: true)
        let done = try file.dataset(FeatureRows.done)
        let missing = try done.bytes([0..<rows.count]).enumerated().filter { $1 == 0 }.map(\.offset)
        guard !missing.isEmpty else { return }
        try rows.check(missing)
        let datasets = try layers.map { try file.dataset(FeatureFile.path(of: $0.name)) }
        let kept = rows.count - missing.count
        let title = kept > 0 ? "features (\(kept) \(unit) were there)" : "features"
        var bar = showsProgress ? ProgressBar(title, total: missing.count, unit: unit) : nil
        for start in stride(from: 0, to: missing.count, by: max(step, 1)) {
            let part = Array(missing[start..<min(start + max(step, 1), missing.count)])
            let runs = part.runs
            for (dataset, matrix) in zip(datasets, try compute(part)) {
                for run in runs {
                    let rows = matrix.rows(run.offset..<run.offset + run.range.count)
                    try dataset.write(Tensor(rows), at: [run.range.lowerBound, 0])
                }
            }
            try file.flush()
            for run in runs {
                try done.write([UInt8](repeating: 1, count: run.range.count), at: run.range.lowerBound)
            }
            try file.flush()
            bar?.advance(by: part.count)
        }
        bar?.finish()
    }
}

extension FeatureRows {
    /// For each row whether its features are there.
    static let done = "/rows/done"
    static let ids = "/rows/id"
    static let texts = "/rows/text"
    static let hashes = "/rows/sha256"

    /// Writes what the rows are called and made of, and that none is done.
    fileprivate func write(to file: HDF5File) throws {
        try file.write(ids, to: Self.ids)
        if let texts { try file.write(texts, to: Self.texts) }
        if !hashes.isEmpty { try file.write(hashes, to: Self.hashes) }
        try file.write([UInt8](repeating: 0, count: count), shape: [count], to: Self.done)
    }
}

extension [Int] {
    /// The runs of consecutive numbers of an ascending list, each with the place in the list where it begins.
    var runs: [(offset: Int, range: Range<Int>)] {
        var runs: [(offset: Int, range: Range<Int>)] = []
        for (offset, number) in enumerated() {
            if let last = runs.last, last.range.upperBound == number {
                runs[runs.count - 1].range = last.range.lowerBound..<number + 1
            } else {
                runs.append((offset, number..<number + 1))
            }
        }
        return runs
    }
}
