import Foundation
import Tensors

/// A convolutional network as a checkpoint has it: its layers, and what an image must be.
struct ConvolutionalModel {
    var family: String
    var layers: [MapLayer]
    var imageSize: ImageSize
    var normalization: ImageTransform.Normalization
    /// What stands before the names of the tensors (`module.`).
    var prefix: String
    /// How the names of blocks begin; a tensor of that kind that the network has no use for is an error.
    var blocks: String

    /// The network with its weights, and the tensors that it has no use for.
    ///
    /// Throws where tensors are missing or have another shape.
    func network(_ checkpoint: Checkpoint) throws -> (network: ConvolutionalNetwork, unused: [String]) {
        let layout = CheckpointLayout(
            family: family, prefixes: [prefix], names: [:], block: blocks + "{}",
            ignored: [".num_batches_tracked"])
        let reader = ParameterReader(checkpoint, layout: layout)
        var parameters = MapParameters()
        for layer in layers { layer.read(reader, into: &parameters) }
        let unused = try reader.finish()
        return (
            try ConvolutionalNetwork(family: family, layers, parameters: parameters, imageSize: imageSize),
            unused
        )
    }
}

extension MapLayer {
    /// Takes the tensors of the layer, and of those inside it.
    fileprivate func read(_ reader: ParameterReader, into parameters: inout MapParameters) {
        switch operation {
        case .activation, .maximum, .averageGrid: break
        case .convolution(let convolution):
            parameters.convolutions[convolution.name] = reader.convolution(convolution)
        case .linear(let linear):
            parameters.linears[linear.name] = reader.linear(
                linear.name, shape: [linear.outputs, linear.inputs])
        case .squeezeExcite(let part):
            parameters.linears[part.reduce] = reader.linear(
                part.reduce, shape: [part.reduced, part.channels, 1, 1])
            parameters.linears[part.expand] = reader.linear(
                part.expand, shape: [part.channels, part.reduced, 1, 1])
        case .residual(let main, let shortcut, _):
            for layer in main + shortcut { layer.read(reader, into: &parameters) }
        case .sequence(let layers): for layer in layers { layer.read(reader, into: &parameters) }
        }
    }
}

extension ParameterReader {
    /// A convolution, with the batch normalisation behind it.
    fileprivate func convolution(_ convolution: Convolution) -> FoldedConvolution {
        let (outputs, side) = (convolution.outputs, convolution.window.size)
        let weight = tensor(
            convolution.name + ".weight",
            shape: [outputs, convolution.inputs / convolution.groups, side, side])
        let norm = convolution.norm.map { name in
            BatchNorm(
                gamma: tensor(name + ".weight", shape: [outputs]),
                beta: tensor(name + ".bias", shape: [outputs]),
                mean: tensor(name + ".running_mean", shape: [outputs]),
                variance: tensor(name + ".running_var", shape: [outputs]), epsilon: convolution.epsilon)
        }
        return FoldedConvolution(
            convolution, weight: weight,
            bias: convolution.hasBias ? tensor(convolution.name + ".bias", shape: [outputs]) : nil, norm: norm
        )
    }

    /// A linear layer, or a convolution of 1 x 1 that is used as one.
    fileprivate func linear(_ name: String, shape: [Int]) -> Linear {
        let weight = tensor(name + ".weight", shape: shape).reshaped(to: [shape[0], shape[1]]).matrix
        return Linear([
            (weight, tensor(name + ".bias", shape: [shape[0]]).reshaped(to: [1, shape[0]]).matrix)
        ])
    }
}
