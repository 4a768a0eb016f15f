import Tensors

/// What a batch of voxels contributes to the result.
struct BatchPart {
    var columns = 0..<0
    /// The index of each voxel's alpha.
    var choice: [Int32] = []
    /// The mean score over the folds: alphas x voxels.
    var scores: [Double] = []
    var r2: [Double] = []
    var r: [Double] = []

    /// Chooses each voxel's alpha by `scores`; of equal scores the larger alpha's, as in himalaya.
    ///
    /// `units` is what a difference of scores is measured in, one number for each voxel of all batches.
    mutating func choose(alphas: [Double], units: [Double]) {
        let units = units[columns]
        let first = columns.lowerBound
        let voxels = columns.count
        choice = [Int32](repeating: 0, count: voxels)
        var best = [Double](repeating: -.infinity, count: voxels)
        for (alpha, value) in alphas.enumerated() {
            let slope = tieSlope(value)
            for j in 0..<voxels {
                let score = scores[alpha * voxels + j] + slope * units[first + j]
                guard score > best[j] else { continue }
                best[j] = score
                choice[j] = Int32(alpha)
            }
        }
    }
}

/// The scores of all batches side by side: alphas x voxels.
func gathered(_ parts: [BatchPart], alphas: Int, voxels: Int) -> Matrix<Double> {
    Matrix(rows: alphas, columns: voxels) { target in
        target.update(repeating: 0)
        for part in parts where !part.scores.isEmpty {
            for alpha in 0..<alphas {
                for j in 0..<part.columns.count {
                    target[alpha * voxels + part.columns.lowerBound + j] =
                        part.scores[alpha * part.columns.count + j]
                }
            }
        }
    }
}

/// The voxels in batches, and for each thread the memory of one batch.
///
/// Threads take whole batches, so that they meet once at the end and not in every product.
struct BatchPool<Element: Scalar> {
    let batches: [Range<Int>]
    private let workers: [VoxelBatch<Element>]

    /// Batches of at most 512 voxels (products of fewer are slower, of more no faster), fewer where `memoryLimit` bytes
    /// or an equal share for each thread ask for it.
    init(voxels: Int, sizes: VoxelBatch<Element>.Sizes, memoryLimit: Int) {
        let threads = max(1, threadCount)
        let affordable = memoryLimit / max(sizes.perVoxel * MemoryLayout<Element>.stride * threads, 1)
        let fair = (voxels + threads - 1) / threads
        let capacity = max(1, min(512, affordable, fair))
        // As many as whole rounds of all threads need, all of nearly one size.
        let rounds = max(1, (voxels + capacity * threads - 1) / (capacity * threads))
        let size = max(1, (voxels + rounds * threads - 1) / (rounds * threads))
        batches = stride(from: 0, to: voxels, by: size).map { $0..<min($0 + size, voxels) }
        workers = (0..<min(threads, batches.count)).map { _ in VoxelBatch(capacity: size, sizes: sizes) }
    }

    /// Calls `body` with the memory of a thread, the voxels of each batch and its part of the result; `progress` with
    /// the number of voxels done.
    func run<Part>(
        into parts: inout [Part], progress: ((Int) -> Void)? = nil,
        _ body: (VoxelBatch<Element>, Range<Int>, inout Part, Interruption) throws -> Void
    ) throws {
        try parts.withUnsafeMutableBufferPointer { parts in
            let parts = parts
            let counter = ProgressCounter(report: progress)
            // As many threads as there is memory for, whatever became of `threadCount` meanwhile.
            try concurrently(batches.count, workers: workers.count) { index, worker, interruption in
                try body(workers[worker], batches[index], &parts[index], interruption)
                counter.add(batches[index].count)
            }
            counter.finish()
        }
    }
}

extension VoxelBatch.Sizes {
    /// What the given models need; `remembers` where the targets of all folds are wanted after the search.
    init(
        _ models: [FoldModel<Element>], refit: RidgeSVD<Element>?, samples: Int, alphas: Int,
        remembers: Bool, products: Int
    ) {
        self.init()
        self.samples = samples
        self.alphas = alphas
        self.products = products
        targets = remembers ? max(models.count, 1) : 1
        var parts = refit.map { [$0] } ?? []
        for model in models {
            test = max(test, model.fold.test.count)
            switch model {
            case .directions(let fold):
                parts.append(fold.directions)
                predictions = max(predictions, model.fold.test.count)
            case .skeleton(let fold):
                train = max(train, model.fold.train.count)
                predictions = max(predictions, fold.operators.columns)
                let count = fold.basis.chosen.count
                inner = max(inner, count * (count + 3) / 2)
            }
        }
        for part in parts {
            directions = max(directions, part.count)
            if part.left.columns > 0 { train = max(train, part.fold.train.count) }
        }
    }
}
