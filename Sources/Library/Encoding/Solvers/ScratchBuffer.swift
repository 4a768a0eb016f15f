import Tensors

/// Uninitialized numbers that live as long as this object.
final class ScratchBuffer<Element: Scalar> {
    let base: UnsafeMutablePointer<Element>

    init(count: Int) {
        base = allocateNumbers(byteCount: count * MemoryLayout<Element>.stride)
            .bindMemory(to: Element.self, capacity: max(count, 1))
    }

    deinit { base.deallocate() }
}
