import Foundation

/// Memory for numbers, not initialized, at an address that vector instructions like; `deallocate()` frees it.
///
/// Large memory is asked for in pages of 2 MB where the system has them. Small pages cost a fault each when they are
/// first written, and products that stream through weights, or go down the rows of a wide matrix, wait for the look-up
/// of each.
package func allocateNumbers(byteCount: Int) -> UnsafeMutableRawPointer {
    let page = 2 << 20
    guard byteCount >= page else { return .allocate(byteCount: max(byteCount, 1), alignment: 64) }
    // Where the system refuses, Swift's allocation stops without a word. (A `malloc` that is freed at once would be
    // optimized away.)
    if byteCount >= 1 << 30 {
        guard
            let probe = mmap(
                nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            probe != MAP_FAILED
        else { fatalError("there is no memory for \(byteCount / 1_000_000) MB of numbers") }
        munmap(probe, byteCount)
    }
    let base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: page)
    #if os(Linux)
        // What follows the last whole page stays in small ones: no memory is held that is not used.
        madvise(base, byteCount / page * page, MADV_HUGEPAGE)
    #endif
    return base
}

/// Memory for weights and states, in large pages.
///
/// The bytes are not initialized; anyone who holds the object sees to it that one thread at a time writes them, hence
/// `@unchecked Sendable`.
package final class LargeMemory: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer
    /// What was mapped for it alone.
    private let mapping: UnsafeMutableRawBufferPointer?

    package init(byteCount: Int) {
        base = allocateNumbers(byteCount: byteCount)
        mapping = nil
    }

    /// Memory of the system's own for what stays, such as weights.
    ///
    /// Allocated between the buffers that come and go while a model is packed, weights would keep the room of those from
    /// being given back (measured: 120 MB of a ViT-L).
    package init(lasting byteCount: Int) {
        let page = 2 << 20
        guard byteCount >= page,
            let start = mmap(
                nil, byteCount + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else {
            base = allocateNumbers(byteCount: byteCount)
            mapping = nil
            return
        }
        mapping = UnsafeMutableRawBufferPointer(start: start, count: byteCount + page)
        base = start.alignedUp(toMultipleOf: page)
        #if os(Linux)
            madvise(base, byteCount / page * page, MADV_HUGEPAGE)
        #endif
    }

    deinit {
        if let mapping { munmap(mapping.baseAddress, mapping.count) } else { base.deallocate() }
    }

    /// Memory for `count` numbers.
    package convenience init(numbers count: Int) { self.init(byteCount: count * MemoryLayout<Float>.stride) }

    /// The memory as numbers.
    package var numbers: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }
}
