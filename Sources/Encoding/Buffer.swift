import Tensors

/// Uninitialised numbers that live as long as this object; the scratch memory of loops over voxel batches.
final class Buffer<Element: Scalar> {
    let base: UnsafeMutablePointer<Element>

    init(count: Int) {
        base = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 64
        ).bindMemory(to: Element.self, capacity: max(count, 1))
    }

    deinit { base.deallocate() }
}
