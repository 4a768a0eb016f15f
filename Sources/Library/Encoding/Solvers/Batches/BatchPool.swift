import Tensors

/// The voxels in batches, and for each thread the memory of one batch.
///
/// Threads take whole batches, so that they meet once at the end and not in every product.
struct BatchPool<Element: Scalar> {
    let batches: [Range<Int>]
    private let workers: [VoxelBatch<Element>]

    /// Batches of at most 512 voxels (products of fewer are slower, of more no faster), fewer if `memoryLimit` or an
    /// equal share for each thread requires it.
    init(voxels: Int, layout: VoxelBatch<Element>.Layout, memoryLimit: MemoryLimit) {
        let threads = max(1, threadCount)
        let affordable = memoryLimit.bytes / max(layout.bytesPerVoxel * threads, 1)
        let fair = (voxels + threads - 1) / threads
        let capacity = max(1, min(512, affordable, fair))
        // As many as whole rounds of all threads need, all of nearly one size.
        let rounds = max(1, (voxels + capacity * threads - 1) / (capacity * threads))
        let size = max(1, (voxels + rounds * threads - 1) / (rounds * threads))
        batches = stride(from: 0, to: voxels, by: size).map { $0..<min($0 + size, voxels) }
        workers = (0..<min(threads, batches.count)).map { _ in VoxelBatch(capacity: size, layout: layout) }
    }

    /// The index of the batch that begins with a voxel.
    func index(of columns: Range<Int>) -> Int { columns.lowerBound / max(batches[0].count, 1) }

    /// Calls `body` with the memory of a thread, the voxels of each batch and its part of the result; `progress` with
    /// the number of voxels done.
    func run<Part>(
        into parts: inout [Part], progress: ((Int) -> Void)? = nil,
        _ body: (VoxelBatch<Element>, Range<Int>, inout Part, Interruption) throws -> Void
    ) throws {
        try parts.withUnsafeMutableBufferPointer { parts in
            let parts = parts
            let counter = ProgressCounter(report: progress)
            // As many threads as there is memory for, even if `threadCount` has changed meanwhile.
            try parallelMap(batches.count, workers: workers.count) { index, worker, interruption in
                try body(workers[worker], batches[index], &parts[index], interruption)
                counter.add(batches[index].count)
            }
            counter.finish()
        }
    }
}
