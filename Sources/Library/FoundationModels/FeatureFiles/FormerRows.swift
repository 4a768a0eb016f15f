import Formats
import Foundation
import Tensors

/// Rows that feature files of the same model have of the same inputs, so that they need not be computed again.
struct FormerRows {
    private let files: [FeatureFile]
    /// For each wanted row that there is: the file and the row in it.
    private var places: [(row: Int, file: Int, source: Int)] = []

    /// Looks in files for rows with the wanted hashes; `inPlace` takes only those that lie where they are wanted.
    init(_ files: [FeatureFile], wanted hashes: [String], inPlace: Bool) throws {
        self.files = files
        func key(_ row: Int, _ hash: String) -> String { inPlace ? "\(row) \(hash)" : hash }
        var found: [String: (file: Int, row: Int)] = [:]
        for (index, file) in files.enumerated() {
            let done = try file.done
            for (row, hash) in try file.hashes.enumerated() where done[row] {
                found[key(row, hash)] = (index, row)
            }
        }
        places = hashes.enumerated().compactMap { row, hash in
            found[key(row, hash)].map { (row, $0.file, $0.row) }
        }
    }

    /// Copies the rows into a new file, and marks them as done.
    func copy(to target: HDF5File, layers: [ModelLayer]) throws {
        let done = try target.dataset(FeatureRows.done)
        for run in runs {
            try Task.checkCancellation()
            for layer in layers {
                let rows = try files[run.file].rows(run.source..<run.source + run.count, of: layer.name)
                try target.dataset(FeatureFile.path(of: layer.name)).write(Tensor(rows), at: [run.row, 0])
            }
            try done.write([UInt8](repeating: 1, count: run.count), at: run.row)
        }
    }

    /// Rows that lie after each other in both files, as many as fit into memory.
    private var runs: [(row: Int, file: Int, source: Int, count: Int)] {
        let limit = 1024
        var runs: [(row: Int, file: Int, source: Int, count: Int)] = []
        for place in places {
            if let last = runs.last, last.file == place.file, last.count < limit,
                last.row + last.count == place.row, last.source + last.count == place.source
            {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((place.row, place.file, place.source, 1))
            }
        }
        return runs
    }

    /// Throws what a file has otherwise, unless only its rows differ and most of those that are done are wanted.
    ///
    /// A file that someone named may be of other stimuli, and is then left alone.
    static func check(_ found: FeatureFile, _ rows: FeatureRows, _ wanted: FeatureProvenance) throws {
        let done = try found.done
        let hashes = Set(zip(try found.hashes, done).filter(\.1).map(\.0))
        let kept = hashes.intersection(rows.hashes).count
        let isEmpty = found.url.pathExtension == "partial" && !done.contains(true)
        let isFormer =
            wanted.differences(from: found.provenance, besidesStimuli: true).isEmpty
            && (kept > 0 ? hashes.count - kept <= kept : isEmpty)
        guard !isFormer else { return }
        throw FoundationModelError.file(
            path: found.url.path,
            problem: "holds other features than those wanted; delete it, or choose another name\n"
                + wanted.differences(from: found.provenance).map { "  " + $0 }.joined(separator: "\n"))
    }

    /// The files beside one that is named by its digest which have features of the same making.
    static func siblings(of url: URL, _ wanted: FeatureProvenance) -> [FeatureFile] {
        let folder = url.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { name in
            guard !name.hasPrefix("."), name.hasSuffix(".h5") || name.hasSuffix(".h5.partial"),
                let file = try? FeatureFile.open(folder.appending(path: name)),
                wanted.differences(from: file.provenance, besidesStimuli: true).isEmpty
            else { return nil }
            return file
        }
    }
}
