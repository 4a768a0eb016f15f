import Tensors

typealias Floats = UnsafeMutablePointer<Float>

/// Memory that a training makes once and uses in every step.
final class Workspace {
    private var parts: [LargeMemory] = []
    private(set) var byteCount = 0

    /// Room for numbers, zero at first.
    func floats(_ count: Int) -> Floats {
        let bytes = max(count, 1) * MemoryLayout<Float>.stride
        let memory = LargeMemory(byteCount: bytes)
        memory.numbers.initialize(repeating: 0, count: max(count, 1))
        parts.append(memory)
        byteCount += bytes
        return memory.numbers
    }

    /// Room for whole numbers.
    func integers(_ count: Int) -> UnsafeMutablePointer<Int> {
        let bytes = max(count, 1) * MemoryLayout<Int>.stride
        let memory = LargeMemory(byteCount: bytes)
        parts.append(memory)
        byteCount += bytes
        let base = memory.base.bindMemory(to: Int.self, capacity: max(count, 1))
        base.initialize(repeating: 0, count: max(count, 1))
        return base
    }
}

/// The weights of a network, and where the gradients of one shard of a batch are added up.
struct Parameters {
    let weights: UnsafePointer<Float>
    let gradients: Floats
}
