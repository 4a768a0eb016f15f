import Tensors

/// One block of memory from which functions take the buffers that they work in.
///
/// One block is large enough for large pages; each buffer alone may not be.
final class ScratchStack {
    private let base: UnsafeMutableRawPointer
    private let byteCount: Int
    private var used = 0

    /// What the alignment of the buffers may take beside their numbers, in bytes.
    static let padding = 1024

    init(byteCount: Int) {
        self.byteCount = byteCount
        base = allocateNumbers(byteCount: byteCount)
    }

    deinit { base.deallocate() }

    /// A buffer of uninitialized numbers that begins at a cache line; it is valid until the `scope` that took it
    /// ends.
    func take<Number>(_ count: Int, of type: Number.Type = Number.self) -> UnsafeMutablePointer<Number> {
        let start = used
        used += (count * MemoryLayout<Number>.stride + 63) / 64 * 64
        precondition(
            used <= byteCount, "\(used) bytes of scratch memory were taken, and \(byteCount) allocated")
        return (base + start).bindMemory(to: Number.self, capacity: max(count, 1))
    }

    /// Calls `body`, then takes back the buffers that it took.
    func scope<Result>(_ body: () throws -> Result) rethrows -> Result {
        let start = used
        defer { used = start }
        return try body()
    }
}
