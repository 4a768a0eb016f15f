internal import COneDNN
import Tensors

/// Compiles a list of layers into a plan: chooses the memory layout, fuses activations and sums into convolutions, and
/// leaves out what follows the last requested layer.
struct MapPlanner {
    /// A value, and how it lies in memory.
    struct MapValue {
        var value: Int
        var shape: MapShape
        var isPlain: Bool
    }

    let images: Int
    let parameters: MapParameters
    let layout = MapLayout.preferred
    private let wanted: Set<Int>
    var calls: [MapPlan.Call] = []
    var values: [MapPlan.Value] = []
    /// The means of the map that a depthwise convolution has just made.
    var means: MapValue?

    /// The plan of a network whose named layers have the indices 0, 1, … in their order; throws if images are too small.
    static func plan(
        _ layers: [MapLayer], parameters: MapParameters, images: Int, shape: MapShape, wanted: Set<Int>
    ) throws -> MapPlan {
        _ = try shape.after(layers)
        var planner = MapPlanner(images: images, parameters: parameters, wanted: wanted)
        let input = planner.value(shape, isPlain: true)
        try planner.add(layers, to: input)
        return try MapPlan(images: images, wanted: wanted, calls: planner.calls, values: planner.values)
    }

    private init(images: Int, parameters: MapParameters, wanted: Set<Int>) {
        self.images = images
        self.parameters = parameters
        self.wanted = wanted
    }

    /// The named layers up to the last wanted one.
    private mutating func add(_ layers: [MapLayer], to input: MapValue) throws {
        var current = input
        var layerIndex = 0
        var index = 0
        while index < layers.count, let last = wanted.max(), layerIndex <= last {
            var layer = layers[index]
            var isWanted = layer.name != nil && wanted.contains(layerIndex)
            // An activation after a convolution is computed with it, unless the sum before it is requested.
            let following = Self.activation(after: index, in: layers)
            let fuses = following != nil && !isWanted && Self.isConvolution(layer)
            current = try add(layer, to: current, activation: fuses ? following : nil)
            if layer.name != nil { layerIndex += 1 }
            if fuses {
                index += 1
                layer = layers[index]
                isWanted = layer.name != nil && wanted.contains(layerIndex)
                if layer.name != nil { layerIndex += 1 }
            }
            if isWanted {
                let result = plain(current)
                call(
                    .layer(layerIndex: layerIndex - 1, source: result.value, result.shape),
                    reads: [result.value])
            }
            index += 1
        }
    }

    /// Layers inside a block, none of which is asked for; `target` is the sum to which the last convolution adds.
    mutating func chain(
        _ layers: [MapLayer], from input: MapValue, addingTo target: MapValue? = nil,
        activation: MapActivation? = nil
    ) throws -> MapValue {
        var current = input
        var index = 0
        // Whether the numbers of `current` still lack their SiLU, which the depthwise convolution takes as it reads them.
        var isPending = false
        means = nil
        while index < layers.count {
            if let convolution = Self.depthwise(at: index, in: layers) {
                current = try add(depthwise: convolution, to: current, activatesInput: isPending)
                isPending = false
                index += 2
                continue
            }
            let isLast = index == layers.count - 1
            let following = Self.activation(after: index, in: layers)
            let fuses = following != nil && Self.isConvolution(layers[index])
            isPending = fuses && following == .silu && Self.depthwise(at: index + 2, in: layers) != nil
            current = try add(
                layers[index], to: current,
                activation: isLast ? activation : fuses && !isPending ? following : nil,
                addingTo: isLast ? target : nil)
            index += fuses ? 2 : 1
        }
        return current
    }

    /// The depthwise convolution at an index, if a SiLU follows it and there is a kernel for both.
    ///
    /// oneDNN's SiLU takes as long as the convolution (0.32 ns a number on two cores); that kernel takes a third, reads
    /// the map once for both activations, and has the means that squeeze-and-excitation needs.
    private static func depthwise(at index: Int, in layers: [MapLayer]) -> Convolution? {
        guard index < layers.count, case .convolution(let convolution) = layers[index].operation,
            activation(after: index, in: layers) == .silu, convolution.groups == convolution.inputs,
            convolution.outputs == convolution.inputs,
            DepthwiseShape.supports(size: convolution.window.size, stride: convolution.window.stride)
        else { return nil }
        return convolution
    }

    private static func isConvolution(_ layer: MapLayer) -> Bool {
        if case .convolution = layer.operation { true } else { false }
    }

    private static func activation(after index: Int, in layers: [MapLayer]) -> MapActivation? {
        guard index + 1 < layers.count, case .activation(let activation) = layers[index + 1].operation else {
            return nil
        }
        return activation
    }
}
