import Formats
import Foundation
import Hashing
import Tensors

/// Writes the results of voxels into a `RidgeFile` as they come.
struct RidgeFileWriter<Element: Scalar>: RidgeWriter {
    private let file: HDF5File
    private let voxels: Int

    /// Makes the file, or opens that of an earlier fit that was asked to do the same.
    ///
    /// Throws `FormatError` if the file holds another fit: the message names what differs.
    init(_ url: URL, alphas: [Double], features: Int, voxels: Int, settings: [(name: String, value: String)])
        throws
    {
        let lines = settings.map { "\($0.name): \($0.value)" }
        if FileManager.default.fileExists(atPath: url.path) {
            let file = try HDF5File.open(url, writable: true)
            guard file.contains("/settings"), file.contains("/state") else {
                throw FormatError(url, "is not the file of a ridge fit; choose another name, or remove it")
            }
            let found = try file.dataset("/settings").strings()
            for line in lines where !found.contains(line) {
                let name = line.prefix { $0 != ":" }
                throw FormatError(
                    url, "the fit that it holds (remove the file to begin again)",
                    expected: "one with \(line)",
                    found: found.first { $0.hasPrefix("\(name):") } ?? "without \(name)")
            }
            (self.file, self.voxels) = (file, try RidgeFile(file).voxels)
            return
        }
        let type: NumberType = Element.self == Float.self ? .float32 : .float64
        try HDF5File.create(url) { file in
            try file.write(Matrix(rows: 1, columns: alphas.count, elements: alphas), to: "/alphas")
            for path in ["/best_alpha", "/r2", "/r", "/intercepts", RidgeFile.means] {
                try file.createDataset(path, shape: [voxels], type: .float64)
            }
            try file.createDataset(RidgeFile.featureMeans, shape: [features], type: .float64)
            try file.createDataset("/search_scores", shape: [alphas.count, voxels], type: .float64)
            try file.createDataset("/weights", shape: [features, voxels], type: type)
            try file.createDataset("/state", shape: [voxels], type: .uint8)
            try file.write(lines, to: "/settings")
        }
        (file, self.voxels) = (try HDF5File.open(url, writable: true), voxels)
    }

    var isDone: [Bool] {
        get throws {
            try file.dataset("/state").bytes([0..<voxels]).map { $0 != RidgeFile.State.waiting.rawValue }
        }
    }

    /// Makes the voxels wait again that held a NaN when they were fitted and hold none now.
    ///
    /// - Parameters:
    ///   - reader: the responses.
    ///   - size: how many voxels are read at a time.
    func reopenMended(_ reader: some ResponseReader<Element>, atOnce size: Int) throws {
        let states = try file.dataset("/state").bytes([0..<voxels])
        var rest = states.indices.filter { states[$0] == RidgeFile.State.notFinite.rawValue }[...]
        while let first = rest.first {
            try Task.checkCancellation()
            let part = rest.prefix { $0 < first + size }
            rest = rest.dropFirst(part.count)
            let responses = try reader.responses(of: first..<(part.last ?? first) + 1)
            let broken = Set(ColumnStatistics(ofResponses: responses).notFinite)
            for voxel in part where !broken.contains(voxel - first) {
                try file.dataset("/state").write([RidgeFile.State.waiting.rawValue], at: voxel)
            }
        }
        try file.flush()
    }

    func write(_ fit: RidgeFit<Element>, of voxels: Range<Int>) throws {
        func write(_ numbers: [Double], to path: String, at start: Int) throws {
            try file.dataset(path).write(Tensor(shape: [numbers.count], elements: numbers), at: [start])
        }
        func write(_ numbers: [Double], to path: String) throws {
            try write(numbers, to: path, at: voxels.lowerBound)
        }
        let none = [Double](repeating: .nan, count: voxels.count)
        try write(fit.bestAlphas, to: "/best_alpha")
        try write(fit.intercepts.map { Double($0) }, to: "/intercepts")
        // A file of an earlier version has no room for them.
        if file.contains(RidgeFile.featureMeans) {
            try write(fit.featureMeans, to: RidgeFile.featureMeans, at: 0)
            try write(fit.means, to: RidgeFile.means)
        }
        try write(fit.scores.count > 0 ? fit.scores.r2 : none, to: "/r2")
        try write(fit.scores.count > 0 ? fit.scores.r : none, to: "/r")
        try file.dataset("/search_scores").write(Tensor(fit.searchScores), at: [0, voxels.lowerBound])
        try file.dataset("/weights").write(Tensor(fit.coefficients), at: [0, voxels.lowerBound])
        try file.flush(toDisk: true)
        // Only when all that belongs to them is on the disk do voxels count as done.
        var states = [UInt8](repeating: RidgeFile.State.fitted.rawValue, count: voxels.count)
        for voxel in fit.constantVoxels { states[voxel] = RidgeFile.State.constant.rawValue }
        for voxel in fit.voxelsWithNaN { states[voxel] = RidgeFile.State.notFinite.rawValue }
        try file.dataset("/state").write(states, at: voxels.lowerBound)
        try file.flush()
    }
}

extension Ridge {
    /// Fits the model to responses in an HDF5 file, a batch of voxels at a time, and writes the results to another.
    ///
    /// A fit that was interrupted, or whose process died, resumes where it was stopped when the same call is made
    /// again: the file says which voxels are done. Those that held a NaN are read again, and fitted if they hold none now.
    /// Different responses are detected by a checksum of a few voxels and refused; a change in others is not noticed.
    ///
    /// ```swift
    /// let responses = try HDF5File.open("sub-01.h5").dataset("/responses")
    /// let file = try Ridge().fit(features, to: responses, file: "ridge.h5", memoryLimit: .gigabytes(2))
    /// file                        // a table of scores, and the voxels that could not be fitted
    /// ```
    ///
    /// - Parameters:
    ///   - features: samples x features; all finite.
    ///   - responses: samples x voxels, or voxels x samples.
    ///   - file: the file of the results; see `RidgeFile`.
    ///   - runs: the runs of the samples, if the folds leave runs out.
    ///   - memoryLimit: the memory that the whole fit may take, the features included.
    ///
    /// Throws `EncodingError` if shapes or parameters do not fit or the memory is not enough, `CancellationError`
    /// if the cell is interrupted, and `FormatError` if a file cannot be used or holds another fit.
    @discardableResult
    public func fit<Element: Scalar>(
        _ features: Matrix<Element>, to responses: HDF5Dataset, file: some FileLocation, runs: Runs? = nil,
        memoryLimit: MemoryLimit = .gigabytes(2)
    ) throws -> RidgeFile {
        let reader = try HDF5Responses<Element>(responses, samples: features.rows)
        return try fit(
            features, reading: reader, named: reader.name(), file: file, runs: runs,
            memoryLimit: memoryLimit)
    }

    /// The same for responses that come from elsewhere; `name` tells one set of responses from another.
    package func fit<Element: Scalar>(
        _ features: Matrix<Element>, reading reader: some ResponseReader<Element>, named name: String,
        file: some FileLocation, runs: Runs? = nil, memoryLimit: MemoryLimit
    ) throws -> RidgeFile {
        // Before there is a file, which would be that of these features and alphas.
        try checkBatches(features, samples: reader.samples)
        let splits = try options.splits(samples: features.rows, runs: runs)
        do {  // The writer closes the file at the end of these braces.
            let writer = try RidgeFileWriter<Element>(
                file.fileURL, alphas: options.alphas.values, features: features.columns,
                voxels: reader.voxels,
                settings: [
                    ("responses", "\(name), \(reader.samples) x \(reader.voxels)"),
                    (
                        "features",
                        "\(features.rows) x \(features.columns), checksum \(checksum(of: features))"
                    ),
                    ("alphas", options.alphas.values.map { "\($0)" }.joined(separator: ", ")),
                    ("folds", "\(splits.count), checksum \(checksum(of: splits))"),
                    ("intercept", "\(options.intercept)"), ("score of the search", "\(options.searchScore)"),
                    ("held-out scores", "\(options.scoresHeldOut)"), ("precision", "\(Element.self)"),
                ])
            let voxelBytes = max(1, reader.samples * MemoryLayout<Element>.stride)
            try writer.reopenMended(reader, atOnce: min(4096, max(1, memoryLimit.bytes / 8 / voxelBytes)))
            try fit(features, reading: reader, writing: writer, runs: runs, memoryLimit: memoryLimit)
        }
        return try RidgeFile.open(file)
    }
}

/// A number that differs between different features, but for one chance in 2⁶⁴ (FNV-1a of their bytes).
func checksum<Element: Scalar>(of matrix: Matrix<Element>) -> String {
    matrix.withUnsafeBufferPointer { hexadecimal(FNV1a(UnsafeRawBufferPointer($0)).value) }
}

private func checksum(of folds: [Fold]) -> String {
    folds.flatMap { $0.train + [-1] + $0.test + [-2] }.withUnsafeBytes { hexadecimal(FNV1a($0).value) }
}

private func hexadecimal(_ number: UInt64) -> String { String(number, radix: 16) }
