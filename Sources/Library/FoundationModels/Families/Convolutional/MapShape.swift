/// Channels, rows and columns of a map; a vector has one row and one column.
struct MapShape: Sendable, Hashable, CustomStringConvertible {
    var channels: Int
    var height: Int
    var width: Int

    var pixels: Int { height * width }
    var count: Int { channels * pixels }
    var description: String { "\(channels) x \(height) x \(width)" }

    /// What a layer makes of a map of this shape; throws if the map is too small or has other channels.
    func after(_ layer: MapLayer) throws -> MapShape {
        switch layer.operation {
        case .activation: return self
        case .squeezeExcite(let part):
            try requireChannels(part.channels, part.reduce)
            return self
        case .convolution(let convolution):
            try requireChannels(convolution.inputs, convolution.name)
            return try moved(convolution.window, channels: convolution.outputs, convolution.name)
        case .maximum(let window):
            return try moved(window, channels: channels, layer.name ?? "a pooling layer")
        case .averageGrid(let side): return MapShape(channels: channels, height: side, width: side)
        case .linear(let linear):
            guard count == linear.inputs else {
                throw FoundationModelError.input(
                    "\(linear.name) takes \(linear.inputs) numbers; the map before it has \(self)")
            }
            return MapShape(channels: linear.outputs, height: 1, width: 1)
        case .residual(let main, let shortcut, _):
            let (main, shortcut) = (try after(main), try after(shortcut))
            guard main == shortcut else {
                throw FoundationModelError.input(
                    "the branches of \(layer.name ?? "a block") have the shapes \(main) and \(shortcut)")
            }
            return main
        case .sequence(let layers): return try after(layers)
        }
    }

    /// What layers one after the other make of it.
    func after(_ layers: [MapLayer]) throws -> MapShape {
        try layers.reduce(self) { try $0.after($1) }
    }

    /// The most numbers that a map has between layers, those inside blocks included; throws as `after` does.
    func largest(_ layers: [MapLayer]) throws -> Int {
        var shape = self
        var largest = count
        for layer in layers {
            switch layer.operation {
            case .residual(let main, let shortcut, _):
                largest = max(largest, try shape.largest(main), try shape.largest(shortcut))
            case .sequence(let layers): largest = max(largest, try shape.largest(layers))
            default: break
            }
            shape = try shape.after(layer)
            largest = max(largest, shape.count)
        }
        return largest
    }

    private func requireChannels(_ expected: Int, _ name: String) throws {
        guard channels == expected else {
            throw FoundationModelError.input("\(name) takes \(expected) channels; it would get \(channels)")
        }
    }

    private func moved(_ window: MapWindow, channels: Int, _ name: String) throws -> MapShape {
        let result = MapShape(
            channels: channels, height: window.positions(over: height), width: window.positions(over: width))
        guard result.height > 0, result.width > 0 else {
            throw FoundationModelError.input(
                "images are too small: \(name) has windows of \(window.size) x \(window.size), "
                    + "and the map before it has \(height) x \(width) pixels")
        }
        return result
    }
}

extension MapWindow {
    /// How many places it has over `extent` pixels.
    func positions(over extent: Int) -> Int {
        switch padding {
        case .fixed(let pad): extent + 2 * pad < size ? 0 : (extent + 2 * pad - size) / stride + 1
        case .same: (extent + stride - 1) / stride
        }
    }

    /// The pixels before the first and after the last.
    func padding(over extent: Int) -> (before: Int, after: Int) {
        switch padding {
        case .fixed(let pad): return (pad, pad)
        case .same:
            let total = max((positions(over: extent) - 1) * stride + size - extent, 0)
            return (total / 2, total - total / 2)
        }
    }
}
