import Tensors

/// Uninitialised numbers that live as long as this object; the scratch memory of loops over voxel batches.
final class ScratchBuffer<Element: Scalar> {
    let base: UnsafeMutablePointer<Element>
    /// What the numbers are a part of, where they are not this object's own.
    private let whole: ScratchBuffer?

    init(count: Int) {
        base = allocateNumbers(byteCount: count * MemoryLayout<Element>.stride)
            .bindMemory(to: Element.self, capacity: max(count, 1))
        whole = nil
    }

    private init(partOf whole: ScratchBuffer, from start: Int) {
        (base, self.whole) = (whole.base + start, whole)
    }

    /// Buffers of the given counts in one piece of memory, which is large enough for large pages where each is not.
    static func parts(_ counts: [Int]) -> [ScratchBuffer] {
        // Each part begins at a cache line.
        let lengths = counts.map { ($0 + 15) / 16 * 16 }
        let whole = ScratchBuffer(count: lengths.reduce(0, +))
        var start = 0
        return lengths.map { length in
            defer { start += length }
            return ScratchBuffer(partOf: whole, from: start)
        }
    }

    deinit { if whole == nil { base.deallocate() } }
}
