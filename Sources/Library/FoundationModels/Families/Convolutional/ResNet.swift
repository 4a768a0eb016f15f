/// A residual network as torchvision lays it out (He et al. 2016), of basic or bottleneck blocks.
struct ResNet: Sendable {
    /// How many blocks the four stages have (18: 2 2 2 2; 50: 3 4 6 3).
    var depths: [Int]
    /// Whether a block is 1 x 1, 3 x 3, 1 x 1 with four times the width (50 and deeper), or two of 3 x 3.
    var isBottleneck: Bool
    /// The channels of the stem and of the first stage inside a block.
    var width = 64
    /// The outputs of the head, if there is one.
    var classes: Int?

    /// What torchvision calls it (`ResNet-50`).
    var family: String {
        let count = 2 + depths.reduce(0, +) * (isBottleneck ? 3 : 2)
        return "ResNet-\(count)" + (width == 64 ? "" : ", \(width) wide")
    }

    var layers: [MapLayer] {
        let stem = Convolution(
            name: "conv1", norm: "bn1", inputs: 3, outputs: width,
            window: MapWindow(size: 7, stride: 2, padding: .fixed(3)))
        var layers = [
            MapLayer(.convolution(stem), name: "bn1"),
            MapLayer(.activation(.relu), name: "relu", shortName: "stem"),
            MapLayer(.maximum(MapWindow(size: 3, stride: 2, padding: .fixed(1))), name: "maxpool"),
        ]
        var inputs = width
        var number = 0
        for (stage, depth) in depths.enumerated() {
            for index in 0..<depth {
                let name = "layer\(stage + 1).\(index)"
                let block = block(
                    name, inputs: inputs, width: width << stage, stride: index == 0 && stage > 0 ? 2 : 1)
                inputs = (width << stage) * (isBottleneck ? 4 : 1)
                layers.append(
                    MapLayer(
                        block, name: name, shortName: index == depth - 1 ? "layer\(stage + 1)" : nil,
                        block: number))
                number += 1
            }
        }
        layers.append(MapLayer(.averageGrid(1), name: "avgpool"))
        if let classes {
            layers.append(
                MapLayer(.linear(MapLinear(name: "fc", inputs: inputs, outputs: classes)), name: "fc"))
        }
        return layers
    }

    private func block(_ name: String, inputs: Int, width: Int, stride: Int) -> MapOperation {
        let outputs = width * (isBottleneck ? 4 : 1)
        func convolution(
            _ part: String, _ norm: String, _ inputs: Int, _ outputs: Int, _ size: Int, _ stride: Int
        )
            -> MapLayer
        {
            MapLayer(
                .convolution(
                    Convolution(
                        name: "\(name).\(part)", norm: "\(name).\(norm)", inputs: inputs, outputs: outputs,
                        window: MapWindow(size: size, stride: stride, padding: .fixed(size / 2)))))
        }
        let relu = MapLayer(.activation(.relu))
        let main =
            isBottleneck
            ? [
                convolution("conv1", "bn1", inputs, width, 1, 1), relu,
                convolution("conv2", "bn2", width, width, 3, stride), relu,
                convolution("conv3", "bn3", width, outputs, 1, 1),
            ]
            : [
                convolution("conv1", "bn1", inputs, width, 3, stride), relu,
                convolution("conv2", "bn2", width, width, 3, 1),
            ]
        let shortcut =
            stride == 1 && inputs == outputs
            ? [] : [convolution("downsample.0", "downsample.1", inputs, outputs, 1, stride)]
        return .residual(main: main, shortcut: shortcut, activation: .relu)
    }
}
