internal import COneDNN
import Tensors

/// The calls of each kind of layer.
extension MapPlanner {
    /// What one layer does to `input`.
    mutating func add(
        _ layer: MapLayer, to input: MapValue, activation: MapActivation?, addingTo sum: MapValue? = nil
    ) throws -> MapValue {
        let shape = try input.shape.after(layer)
        switch layer.operation {
        case .convolution(let convolution):
            return add(convolution, to: input, shape, activation: activation, addingTo: sum)
        case .activation(let activation):
            let primitive = MapPrimitive.activation(activation, values[input.value].description)
            call(
                .primitive(primitive, source: input.value, target: input.value, weights: nil),
                reads: [input.value])
            return input
        case .maximum(let window):
            let source = blocked(input)
            let target = value(shape, isPlain: false)
            let primitive = MapPrimitive.maximum(
                window, from: (source.shape, values[source.value].description),
                to: (shape, values[target.value].description))
            call(
                .primitive(primitive, source: source.value, target: target.value, weights: nil),
                reads: [source.value], writes: target.value)
            return target
        case .averageGrid(1): return mean(input)
        case .averageGrid(let rows):
            if input.shape == shape { return input }
            let source = plain(input)
            let target = value(shape, isPlain: true)
            call(
                .averageGrid(source: source.value, target: target.value, source.shape, rows: rows),
                reads: [source.value], writes: target.value)
            return target
        case .squeezeExcite(let part): return add(part, to: input)
        case .linear(let linear):
            let source = plain(input)
            let target = value(shape, isPlain: true)
            guard let weights = parameters.linears[linear.name] else { return target }
            call(
                .linear(weights, source: source.value, target: target.value), reads: [source.value],
                writes: target.value)
            return target
        case .residual(let main, let shortcut, let activation):
            let input = blocked(input)
            // The main branch's last convolution adds to the shortcut where it lies.
            let sum = try chain(shortcut, from: input)
            return try chain(main, from: input, addingTo: sum, activation: activation)
        case .sequence(let layers): return try chain(layers, from: input)
        }
    }

    private mutating func add(
        _ convolution: Convolution, to input: MapValue, _ shape: MapShape, activation: MapActivation?,
        addingTo sum: MapValue?
    ) -> MapValue {
        let target = sum ?? value(shape, isPlain: false)
        guard let weights = parameters.convolutions[convolution.name] else { return target }
        let primitive = MapPrimitive.convolution(
            convolution, images: images, from: (input.shape, values[input.value].description),
            to: (shape, values[target.value].description), accumulates: sum != nil, activation: activation)
        call(
            .primitive(
                primitive, source: input.value, target: target.value,
                weights: weights.packed(as: primitive.weights)
            ), reads: [input.value], writes: target.value)
        return target
    }

    mutating func add(depthwise convolution: Convolution, to input: MapValue, activatesInput: Bool)
        throws
        -> MapValue
    {
        let source = blocked(input)
        let shape = try source.shape.after(MapLayer(.convolution(convolution)))
        let target = value(shape, isPlain: false)
        let means = value(MapShape(channels: shape.channels, height: 1, width: 1), isPlain: true)
        guard let weights = parameters.convolutions[convolution.name]?.depthwise(lanes: layout.lanes) else {
            return target
        }
        let window = convolution.window
        let depthwise = DepthwiseShape(
            blocks: blocks(of: target), height: source.shape.height, width: source.shape.width,
            outputHeight: shape.height, outputWidth: shape.width, size: window.size, stride: window.stride,
            padding: (
                window.padding(over: source.shape.height).before,
                window.padding(over: source.shape.width).before
            ), activatesInput: activatesInput, activatesOutput: true)
        call(
            .depthwise(weights, depthwise, source: source.value, target: target.value, means: means.value),
            reads: [source.value, means.value], writes: target.value)
        self.means = means
        return target
    }

    /// The gates from the means of the channels, and the map times them, where it lies.
    private mutating func add(_ part: SqueezeExcite, to input: MapValue) -> MapValue {
        guard let weights = parameters.gates[part.reduce] else { return input }
        let map = blocked(input)
        let means = means ?? mean(map)
        let gates = value(MapShape(channels: part.channels, height: 1, width: 1), isPlain: true)
        call(
            .gates(weights, means: means.value, gates: gates.value), reads: [means.value], writes: gates.value
        )
        call(.gate(map: map.value, gates: gates.value, blocks(of: map)), reads: [map.value, gates.value])
        return map
    }

    private mutating func mean(_ input: MapValue) -> MapValue {
        let source = blocked(input)
        let target = value(MapShape(channels: source.shape.channels, height: 1, width: 1), isPlain: true)
        call(
            .mean(source: source.value, target: target.value, blocks(of: source)), reads: [source.value],
            writes: target.value)
        return target
    }

    private func blocks(of value: MapValue) -> MapBlocks {
        MapBlocks(
            images: images, channels: value.shape.channels, pixels: value.shape.pixels, lanes: layout.lanes)
    }

    mutating func plain(_ input: MapValue) -> MapValue { input.isPlain ? input : reordered(input) }
    private mutating func blocked(_ input: MapValue) -> MapValue { input.isPlain ? reordered(input) : input }

    private mutating func reordered(_ input: MapValue) -> MapValue {
        let target = value(input.shape, isPlain: !input.isPlain)
        let primitive = MapPrimitive.reorder(
            from: values[input.value].description, to: values[target.value].description)
        call(
            .primitive(primitive, source: input.value, target: target.value, weights: nil),
            reads: [input.value], writes: target.value)
        return target
    }

    mutating func value(_ shape: MapShape, isPlain: Bool) -> MapValue {
        let description = isPlain ? OneDNN.plainMaps(images, shape) : OneDNN.maps(images, shape, layout)
        values.append(MapPlan.Value(description: description, first: calls.count, last: calls.count))
        return MapValue(value: values.count - 1, shape: shape, isPlain: isPlain)
    }

    /// Appends a call, and notes until when its values are needed.
    mutating func call(_ call: MapPlan.Call, reads: [Int], writes: Int? = nil) {
        for value in reads + [writes].compactMap({ $0 }) { values[value].last = calls.count }
        if let writes, values[writes].first > calls.count { values[writes].first = calls.count }
        calls.append(call)
    }
}
