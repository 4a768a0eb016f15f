import Display
import Foundation
import Tensors

extension Ridge {
    /// Fits the model to voxels that are read, fitted and written in batches.
    ///
    /// The features are decomposed once. What the writer already has is left out, so that a fit that was stopped goes
    /// on where it was. A progress bar shows the rate and the time left. An interrupt is noticed within a second:
    /// between two products of a few hundred voxels, and in the decomposition as in `Ridge.fit(_:to:runs:)`; what a
    /// batch that is not written yet has cost is lost.
    ///
    /// - Parameters:
    ///   - features: samples x features; all finite.
    ///   - reader: the responses. The results of a voxel that holds a NaN are NaN; the other voxels are not affected.
    ///   - writer: what keeps the results.
    ///   - runs: the runs of the samples, if the folds leave runs out.
    ///   - memoryLimit: the memory that the whole fit may take, the features included.
    ///
    /// Throws `EncodingError` if shapes or parameters do not fit or the memory is not enough, `CancellationError`
    /// if the cell is interrupted (the writer then has all batches before), and what reader and writer throw.
    package func fit<Element: Scalar>(
        _ features: Matrix<Element>, reading reader: some ResponseReader<Element>,
        writing writer: some RidgeWriter<Element>, runs: Runs? = nil, memoryLimit: MemoryLimit
    ) throws {
        try checkBatches(features, samples: reader.samples)
        let splits = try options.splits(samples: features.rows, runs: runs)
        let done = try writer.isDone
        guard done.contains(false) else { return }
        let plan = try MemoryPlan(self, features: features, splits: splits, limit: memoryLimit)
        var model = self
        model.memoryLimit = plan.batchMemory
        model.showsProgress = false
        let solver = try model.solver(features, splits: splits)
        var progress = ProgressBar("ridge", total: done.count { !$0 }, unit: "voxels")
        for batch in batches(of: done, size: plan.voxels) {
            try Task.checkCancellation()
            let fit = try solver.fit(reader.responses(of: batch))
            try writer.write(fit, of: batch)
            if options.showsProgress { progress.advance(by: batch.count) }
        }
        if options.showsProgress { progress.finish() }
    }

    /// Throws `EncodingError` if voxels of so many samples cannot be fitted to these features in batches.
    func checkBatches<Element: Scalar>(_ features: Matrix<Element>, samples: Int) throws {
        guard options.alphaPerVoxel else {
            throw EncodingError.parameter(
                name: "alphaPerVoxel", value: "false",
                expected: "true where voxels come in batches: one alpha for all needs all of them")
        }
        guard features.rows == samples else {
            throw EncodingError.sampleCount(what: "responses", count: samples, expected: features.rows)
        }
        try checkFeatures(features, responses: Matrix(rows: features.rows, columns: 0))
        try options.check()
    }
}

/// The voxels that are not done, in ranges of at most `size`.
private func batches(of done: [Bool], size: Int) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    while let first = done[start...].firstIndex(of: false) {
        let end = done[first...].firstIndex(of: true) ?? done.count
        ranges += stride(from: first, to: end, by: size).map { $0..<min($0 + size, end) }
        start = end
    }
    return ranges
}

/// How many voxels a fit in batches takes at a time.
private struct MemoryPlan {
    let voxels: Int
    /// What the threads' batches may take.
    let batchMemory: MemoryLimit

    init<Element: Scalar>(_ model: Ridge, features: Matrix<Element>, splits: [Fold], limit: MemoryLimit)
        throws
    {
        let (n, p) = (features.rows, features.columns)
        let (width, folds) = (MemoryLayout<Element>.stride, splits.count)
        let test = splits.map(\.test.count).max() ?? 0
        let order = min(p, splits.map(\.train.count).max() ?? n)
        let isPrimal = order == p
        let isDouble = WorkingPrecision.isDouble(
            [features], scalings: [1], order: order, alphas: model.alphas.values,
            intercept: model.intercept)
        let working = isDouble ? MemoryLayout<Double>.stride : width
        // The features as given, as converted and centered, and as multiplied with the responses.
        let data = n * p * (2 * width + working)
        // For each fold its rotation, its pairs of directions and its test rows; axes of the refit.
        let rotation = isPrimal ? order * p : order * (n - test)
        let models = (folds * (rotation + order * order + order * test) + 2 * n * order) * width
        // LAPACK's matrix, vectors and workspace for each thread.
        let scratch =
            5 * order * order * working * min(threadCount, folds + 1) + (isPrimal ? p * p : n * n) * working
        let fixed = data + models + scratch
        // One below 0 is as one of 0, which is refused.
        let bytes = max(limit.bytes, 0)
        let perThread = min(bytes / 8, 64 << 20)
        // Responses as read and as given, weights as found and as written, scores.
        let perVoxel = 2 * (n + p) * width + model.alphas.values.count * 24
        let left = bytes - fixed - perThread
        guard left >= perVoxel else {
            let needed = Double(fixed + perThread + 64 * perVoxel) / 1e9
            throw EncodingError.parameter(
                name: "the memory limit", value: String(format: "%.2f GB", Double(limit.bytes) / 1e9),
                expected: String(
                    format: "at least %.2f GB for %d samples, %d features and %d folds", needed, n, p, folds))
        }
        // More at a time is not faster, and what a batch has computed is lost when the fit is stopped.
        voxels = min(4096, left / perVoxel)
        batchMemory = MemoryLimit(bytes: perThread)
    }
}
