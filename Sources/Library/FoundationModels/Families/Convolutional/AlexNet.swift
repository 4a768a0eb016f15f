/// AlexNet as torchvision lays it out ("One weird trick", Krizhevsky 2014): five convolutions, three linear layers.
enum AlexNet {
    /// The layers; `classes` outputs, or none if the checkpoint has no head.
    ///
    /// Its eight blocks (`LayerSelection.everyBlock`) are the layers of the paper's baseline: the five convolutions and the
    /// first two linear layers after their ReLU, and the last linear layer.
    static func layers(classes: Int?) -> [MapLayer] {
        let widths = [
            (3, 64, 11, 4, 2), (64, 192, 5, 1, 2), (192, 384, 3, 1, 1), (384, 256, 3, 1, 1),
            (256, 256, 3, 1, 1),
        ]
        var layers: [MapLayer] = []
        func name() -> String { "features.\(layers.count)" }
        for (number, (inputs, outputs, size, stride, padding)) in widths.enumerated() {
            let window = MapWindow(size: size, stride: stride, padding: .fixed(padding))
            layers.append(
                MapLayer(
                    .convolution(
                        Convolution(
                            name: name(), inputs: inputs, outputs: outputs, window: window, hasBias: true)),
                    name: name(), shortName: "convolution \(number)"))
            layers.append(MapLayer(.activation(.relu), name: name(), block: number))
            if [0, 1, 4].contains(number) {
                layers.append(MapLayer(.maximum(MapWindow(size: 3, stride: 2)), name: name()))
            }
        }
        layers.append(MapLayer(.averageGrid(6), name: "avgpool"))
        guard let classes else { return layers }
        // classifier.0 and classifier.3 are dropout, which does nothing at inference.
        for (number, (inputs, outputs)) in [(256 * 36, 4096), (4096, 4096), (4096, classes)].enumerated() {
            let place = [1, 4, 6][number]
            layers.append(
                MapLayer(
                    .linear(MapLinear(name: "classifier.\(place)", inputs: inputs, outputs: outputs)),
                    name: "classifier.\(place)", shortName: "linear \(number)", block: number == 2 ? 7 : nil))
            if number < 2 {
                layers.append(
                    MapLayer(.activation(.relu), name: "classifier.\(place + 1)", block: 5 + number))
            }
        }
        return layers
    }
}
