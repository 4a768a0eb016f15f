import Foundation

/// Memory for weights and states, in pages of 2 MB where the system gives them on request.
///
/// Small pages cost a fault each when they are first written, and products that stream through weights wait for the
/// look-up of each. The bytes are not initialised; whoever holds the object sees to it that one thread at a time
/// writes them, hence `@unchecked Sendable`.
package final class LargeMemory: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer

    private static let page = 2 << 20

    package init(byteCount: Int) {
        guard byteCount >= Self.page else {
            base = .allocate(byteCount: max(byteCount, 1), alignment: 64)
            return
        }
        base = .allocate(byteCount: byteCount, alignment: Self.page)
        #if os(Linux)
            // What lies behind the last whole page stays in small ones: no memory is held that is not used.
            madvise(base, byteCount / Self.page * Self.page, MADV_HUGEPAGE)
        #endif
    }

    deinit { base.deallocate() }

    /// Memory for `count` numbers.
    package convenience init(numbers count: Int) { self.init(byteCount: count * MemoryLayout<Float>.stride) }

    /// The memory as numbers.
    package var numbers: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }
}
