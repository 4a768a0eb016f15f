/// One layer of a convolutional network as data: what it computes, and the name under which its output is found.
///
/// A network is a list of these, in which each layer takes the output of the one before; see `AlexNet`, `ResNet` and
/// `EfficientNet` for the lists.
struct MapLayer: Sendable {
    /// The name that torchvision or timm gives the output; nil if it is not offered.
    var name: String?
    /// A second name: of a stage that ends here (`layer3`).
    var shortName: String?
    /// The number of the block whose output it is.
    var block: Int?
    var operation: MapOperation

    init(_ operation: MapOperation, name: String? = nil, shortName: String? = nil, block: Int? = nil) {
        self.operation = operation
        self.name = name
        self.shortName = shortName
        self.block = block
    }
}

/// What a layer computes.
indirect enum MapOperation: Sendable {
    /// A convolution, and the batch normalization that is folded into it.
    case convolution(Convolution)
    /// A function of each number.
    case activation(MapActivation)
    /// The largest number of each window.
    case maximum(MapWindow)
    /// The means over a grid of `rows` x `rows` windows that cover the map; 1 is the global average.
    case averageGrid(Int)
    /// Channels weighed by what their means say.
    case squeezeExcite(SqueezeExcite)
    /// A linear layer over all numbers of the map, in the order channels, rows, columns.
    case linear(MapLinear)
    /// The sum of the main branch, which ends in a convolution, and the shortcut (the input itself if it is empty).
    case residual(main: [MapLayer], shortcut: [MapLayer], activation: MapActivation?)
    /// Layers one after the other, of which only the last output is offered.
    case sequence([MapLayer])
}

/// A function of each number of a map.
enum MapActivation: String, Sendable {
    /// The larger of x and zero.
    case relu
    /// `relu`, at most 6.
    case relu6
    /// `x sigmoid(x)`, also called swish.
    case silu
}

/// How a window moves over the map.
struct MapWindow: Sendable, Hashable {
    /// What stands around the map.
    enum Padding: Sendable, Hashable {
        /// This many pixels on every side.
        case fixed(Int)
        /// TensorFlow's `SAME`: as many as make the output ceil(input / stride), the odd one below and to the right.
        case same
    }

    /// Rows and columns of the window.
    var size: Int
    var stride = 1
    var padding = Padding.fixed(0)
}

/// A convolution with square windows.
struct Convolution: Sendable {
    /// The name of its weight, of outputs x inputs / groups x size x size.
    var name: String
    /// The name of the batch normalization that follows; it has no bias then.
    var norm: String?
    var inputs: Int
    var outputs: Int
    var window: MapWindow
    /// The channels are split into this many groups; as many as channels make a depthwise convolution.
    var groups = 1
    var hasBias = false
    /// What batch normalization adds to the variance.
    var epsilon: Float = 1e-5
}

/// The weights of a squeeze-and-excitation part: two linear layers on the means of the channels, the first with a SiLU,
/// the second with a sigmoid.
struct SqueezeExcite: Sendable {
    var reduce: String
    var expand: String
    var channels: Int
    var reduced: Int
}

/// A linear layer on the whole map.
struct MapLinear: Sendable {
    var name: String
    var inputs: Int
    var outputs: Int
}
