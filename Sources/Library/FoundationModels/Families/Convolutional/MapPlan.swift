internal import COneDNN
import Tensors

/// The weights of a convolutional network by the names that its layers give them.
struct MapParameters: Sendable {
    var convolutions: [String: FoldedConvolution] = [:]
    var linears: [String: Linear] = [:]
    var gates: [String: GateWeights] = [:]

    var count: Int {
        convolutions.values.reduce(0) { $0 + $1.parameterCount }
            + linears.values.reduce(0) { $0 + $1.parameterCount }
            + gates.values.reduce(0) { $0 + $1.parameterCount }
    }
}

/// A network compiled for a number of images of one size and for the layers that are wanted: a list of calls on one
/// piece of memory, in which maps that are no longer needed make room for later ones.
///
/// It runs on one thread at a time, hence `@unchecked Sendable`.
final class MapPlan: @unchecked Sendable {
    /// One call.
    enum Call {
        case primitive(MapPrimitive, source: Int, target: Int, weights: PackedMaps?)
        case mean(source: Int, target: Int, MapBlocks)
        /// A depthwise convolution with its activations, and the means of its output.
        case depthwise(DepthwiseWeights, DepthwiseShape, source: Int, target: Int, means: Int)
        case gates(GateWeights, means: Int, gates: Int)
        case gate(map: Int, gates: Int, MapBlocks)
        case linear(Linear, source: Int, target: Int)
        case averageGrid(source: Int, target: Int, MapShape, rows: Int)
        /// Passes on the layer with that index, whose maps are plain.
        case layer(layerIndex: Int, source: Int, MapShape)
    }

    /// A map or vector of every image, and the calls between which it is needed.
    struct Value {
        var description: dnnl_memory_desc_t
        var first: Int
        var last: Int
        var offset = 0
        var bytes: Int { withUnsafePointer(to: description) { dnnl_memory_desc_get_size($0) } }
    }

    let images: Int
    let wanted: Set<Int>
    /// The threads among which its primitives share the work.
    let threads = threadCount
    private let calls: [Call]
    private let memory: LargeMemory
    private let scratchpad: LargeMemory
    /// A memory object for each value; the first is the images, which lie elsewhere.
    private let memories: [dnnl_memory_t?]
    private let arguments: [[dnnl_exec_arg_t]]
    private let scratchpads: [dnnl_memory_t?]

    /// How many bytes the maps take.
    let bytes: Int

    /// Values are numbered as `MapPlanner` numbers them.
    ///
    /// Throws `FoundationModelError.input` if there is no memory for the maps.
    init(images: Int, wanted: Set<Int>, calls: [Call], values: [Value]) throws {
        self.images = images
        self.wanted = wanted
        self.calls = calls
        var values = values
        bytes = Self.assignOffsets(&values)
        try checkRoom(Double(bytes), for: "a batch of \(images) images", "take a smaller batchSize")
        memory = LargeMemory(byteCount: bytes)
        let scratch = calls.map { call -> Int in
            guard case .primitive(let primitive, _, _, _) = call else { return 0 }
            return withUnsafePointer(to: primitive.scratchpad) { dnnl_memory_desc_get_size($0) }
        }.max()
        scratchpad = LargeMemory(byteCount: scratch ?? 0)
        var memories: [dnnl_memory_t?] = []
        for (index, value) in values.enumerated() {
            memories.append(OneDNN.memory(value.description, index == 0 ? nil : memory.base + value.offset))
        }
        var arguments: [[dnnl_exec_arg_t]] = []
        var scratchpads: [dnnl_memory_t?] = []
        for call in calls {
            guard case .primitive(let primitive, let source, let target, let weights) = call else {
                arguments.append([])
                continue
            }
            let scratch = OneDNN.memory(primitive.scratchpad, scratchpad.base)
            scratchpads.append(scratch)
            var list = [
                dnnl_exec_arg_t(arg: DNNL_ARG_SRC, memory: memories[source]),
                dnnl_exec_arg_t(arg: DNNL_ARG_DST, memory: memories[target]),
                dnnl_exec_arg_t(arg: DNNL_ARG_SCRATCHPAD, memory: scratch),
            ]
            if let weights {
                list.append(dnnl_exec_arg_t(arg: DNNL_ARG_WEIGHTS, memory: weights.weight))
                list.append(dnnl_exec_arg_t(arg: DNNL_ARG_BIAS, memory: weights.bias))
            }
            arguments.append(list)
        }
        self.memories = memories
        self.arguments = arguments
        self.scratchpads = scratchpads
    }

    deinit {
        for memory in memories + scratchpads { dnnl_memory_destroy(memory) }
    }

    /// Runs images x channels x rows x columns numbers; `body` gets each wanted layer, in PyTorch's order.
    func run(
        _ input: UnsafePointer<Float>,
        _ body: (_ layerIndex: Int, MapShape, UnsafePointer<Float>) throws -> Void
    ) throws {
        dnnl_memory_set_data_handle(memories[0], UnsafeMutableRawPointer(mutating: input))
        for (index, call) in calls.enumerated() {
            try Task.checkCancellation()
            switch call {
            case .primitive(let primitive, _, _, _):
                let list = arguments[index]
                OneDNN.check(
                    dnnl_primitive_execute(primitive.handle, OneDNN.shared.stream, Int32(list.count), list),
                    "a layer")
            case .mean(let source, let target, let blocks):
                Kernels.mapMean(numbers(source), into: numbers(target), blocks)
            case .depthwise(let weights, let shape, let source, let target, let means):
                weights.run(shape, numbers(source), into: numbers(target), means: numbers(means))
            case .gates(let weights, let means, let gates):
                weights.run(numbers(means), into: numbers(gates), images: images)
            case .gate(let map, let gates, let blocks):
                Kernels.mapGate(numbers(map), by: numbers(gates), blocks)
            case .linear(let linear, let source, let target):
                linear.apply(numbers(source), into: numbers(target), rows: images)
            case .averageGrid(let source, let target, let shape, let rows):
                averageGrid(
                    numbers(source), into: numbers(target), maps: images * shape.channels, shape, rows: rows)
            case .layer(let layerIndex, let source, let shape): try body(layerIndex, shape, numbers(source))
            }
        }
    }

    private func numbers(_ value: Int) -> UnsafeMutablePointer<Float> {
        // The images are only ever read.
        guard let data = OneDNN.data(of: memories[value]) else { fatalError("a map has no memory") }
        return data.assumingMemoryBound(to: Float.self)
    }

    /// Gives each value an offset in the memory that no other value uses while it is needed; returns the bytes of all.
    private static func assignOffsets(_ values: inout [Value]) -> Int {
        var total = 0
        var placed: [Int] = []
        // The largest first: the small ones fit into the gaps.
        for index in values.indices.dropFirst().sorted(by: { values[$0].bytes > values[$1].bytes }) {
            let value = values[index]
            let size = (value.bytes + 63) / 64 * 64
            var offset = 0
            for other in placed.sorted(by: { values[$0].offset < values[$1].offset }) {
                let neighbour = values[other]
                guard neighbour.first <= value.last, value.first <= neighbour.last else { continue }
                if offset + size <= neighbour.offset { break }
                offset = max(offset, neighbour.offset + (neighbour.bytes + 63) / 64 * 64)
            }
            values[index].offset = offset
            placed.append(index)
            total = max(total, offset + size)
        }
        return total
    }
}

/// The means over a grid of `rows` x `rows` windows that cover each plain map, as PyTorch's adaptive pooling lays them.
private func averageGrid(
    _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, maps: Int, _ shape: MapShape,
    rows: Int
) {
    func range(_ index: Int, of extent: Int) -> Range<Int> {
        index * extent / rows..<((index + 1) * extent + rows - 1) / rows
    }
    parallelFor(maps, grain: 64) { part in
        for map in part {
            for row in 0..<rows {
                for column in 0..<rows {
                    let (ys, xs) = (range(row, of: shape.height), range(column, of: shape.width))
                    var sum: Float = 0
                    for y in ys {
                        for x in xs { sum += source[map * shape.pixels + y * shape.width + x] }
                    }
                    target[(map * rows + row) * rows + column] = sum / Float(ys.count * xs.count)
                }
            }
        }
    }
}
