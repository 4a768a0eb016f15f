import Formats
import Foundation
import Tensors
import Testing

/// Files that others wrote, compared with what h5py and nibabel read (Tests/Oracles/real_files.py).
@Suite("Real files of other projects")
struct RealFileTests {
    private struct Expected: Decodable {
        struct Dataset: Decodable {
            let shape: [Int]?
            let sum: Double?
            let others: Int?
            let text: Int?
            let problem: Bool?
        }
        let datasets: [String: Dataset]?
        let shape: [Int]?
        let affine: [Double]?
        let sum: Double?
        let others: Int?
        let arrays: [Dataset]?
        let labels: [String]?
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../../shared/data/real-files").standardizedFileURL
    private static let isThere = FileManager.default.fileExists(atPath: folder.path)

    private static func expected() throws -> [String: Expected?] {
        try JSONDecoder().decode([String: Expected?].self, from: Data(contentsOf: fixture("real-files.json")))
    }

    @Test(
        "every number is h5py's or nibabel's, and what is broken or of another format is refused by a sentence",
        .enabled(if: isThere, "the real files are not beside this repository (shared/data/real-files)"))
    func numbers() throws {
        var compared = 0
        for (name, expected) in try Self.expected() {
            let url = Self.folder.appending(path: name)
            guard FileManager.default.fileExists(atPath: url.path) else { continue }
            compared += 1
            let isHDF5 = ["h5", "hdf5", "mat"].contains(url.pathExtension)
            guard let expected else {
                let error = #expect(throws: FormatError.self, "\(name)") {
                    if isHDF5 { _ = try HDF5File.open(url) } else { _ = try NIfTI.open(url) }
                }
                #expect((error?.problem.count ?? 0) >= "is not an HDF5 file".count)
                continue
            }
            if let datasets = expected.datasets {
                try compare(url, datasets, name)
            } else if let arrays = expected.arrays {
                let gifti = try GIFTI.open(url)
                #expect(gifti.labels.map { "\($0.key) \($0.name)" } == expected.labels, "\(name)")
                #expect(gifti.arrays.map(\.shape) == arrays.map(\.shape), "\(name)")
                for (array, right) in zip(gifti.arrays, arrays) {
                    check(try array.tensor(as: Double.self), right.sum, right.others, name)
                }
            } else {
                let image = try NIfTI.open(url)
                #expect(image.shape == expected.shape, "\(name)")
                #expect(
                    zip(image.affine.elements, expected.affine ?? []).allSatisfy { abs($0 - $1) < 1e-4 },
                    "\(name)")
                check(try image.tensor(as: Double.self), expected.sum, expected.others, name)
            }
        }
        #expect(compared > 100)
    }

    private func compare(_ url: URL, _ expected: [String: Expected.Dataset], _ name: String) throws {
        let file = try HDF5File.open(url)
        let listed = Set(try file.datasets().map(\.path))
        for (path, right) in expected {
            #expect(listed.contains(path), "\(name) \(path)")
            let dataset = try file.dataset(path)
            if right.problem == true {
                #expect(throws: FormatError.self, "\(name) \(path)") { try dataset.tensor(as: Double.self) }
                #expect(throws: FormatError.self, "\(name) \(path)") { try dataset.strings() }
                if let problem = dataset.problem {
                    #expect(problem.count > 12, "\(name) \(path): \(problem)")
                } else {
                    let count = try structureCount(dataset)
                    #expect(count == dataset.shape.reduce(1, *), "\(name) \(path): \(dataset.kind)")
                }
                continue
            }
            #expect(dataset.shape == right.shape, "\(name) \(path)")
            if let text = right.text {
                #expect(try dataset.strings().reduce(0) { $0 + $1.utf8.count } == text, "\(name) \(path)")
            } else {
                check(try dataset.tensor(as: Double.self), right.sum, right.others, "\(name) \(path)")
            }
        }
    }

    /// How many elements the method for the dataset's kind reads; nil if none reads it.
    private func structureCount(_ dataset: HDF5Dataset) throws -> Int? {
        if let records = try? dataset.records() { return records.count }
        if let lists = try? dataset.lists() { return lists.count }
        if let lists = try? dataset.textLists() { return lists.count }
        if let references = try? dataset.references() { return references.count }
        guard let arrays = try? dataset.arrays(as: Double.self) else { return nil }
        return arrays.shape.prefix(dataset.shape.count).reduce(1, *)
    }

    private func check(_ tensor: Tensor<Double>, _ sum: Double?, _ others: Int?, _ name: String) {
        var found = 0.0
        var size = 0.0
        var notFinite = 0
        for (index, value) in tensor.elements.enumerated() {
            guard value.isFinite else {
                notFinite += 1
                continue
            }
            let part = value * Double(index % 97 + 1)
            found += part
            size += abs(part)
        }
        #expect(notFinite == others, "\(name)")
        // The sums are in another order; each number is the same.
        #expect(abs(found - (sum ?? .nan)) <= 1e-12 * max(size, 1), "\(name): \(found), not \(sum ?? .nan)")
    }
}
