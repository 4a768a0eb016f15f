import Foundation
import Tensors

/// A convolutional network as a checkpoint has it: its layers, and what an image must be.
struct ConvolutionalModel {
    var family: String
    var layers: [MapLayer]
    var imageSize: ImageSize
    var transform: ImageTransform
    /// What precedes the names of the tensors (`module.`).
    var prefix: String
    /// How the names of blocks begin; a tensor of that kind that the network has no use for is an error.
    var blocks: String

    /// The network with its weights, and the tensors that it has no use for.
    ///
    /// Throws if tensors are missing or have another shape.
    /// `scope` has the beginnings of the names that are accounted for; empty for all of them.
    func network(_ checkpoint: Checkpoint, scope: [String] = []) throws -> (
        network: ConvolutionalNetwork, unused: [String]
    ) {
        let layout = CheckpointLayout(
            family: family, names: [:], block: blocks + "{}",
            ignored: [".num_batches_tracked"])
        let reader = ParameterReader(checkpoint, layout: layout, prefix: prefix, scope: scope)
        var parameters = MapParameters()
        for layer in layers { try layer.read(reader, into: &parameters) }
        let unused = try reader.finish()
        return (
            try ConvolutionalNetwork(family: family, layers, parameters: parameters, imageSize: imageSize),
            unused
        )
    }
}

extension MapLayer {
    /// Takes the tensors of the layer, and of those inside it.
    fileprivate func read(_ reader: ParameterReader, into parameters: inout MapParameters) throws {
        switch operation {
        case .activation, .maximum, .averageGrid: break
        case .convolution(let convolution):
            parameters.convolutions[convolution.name] = try reader.convolution(convolution)
        case .linear(let linear):
            parameters.linears[linear.name] = try reader.linear(
                linear.name, outputs: linear.outputs, inputs: linear.inputs)
        case .squeezeExcite(let part):
            parameters.gates[part.reduce] = GateWeights(
                reduce: try reader.matrices(
                    part.reduce, outputs: part.reduced, inputs: part.channels, isConvolution: true),
                expand: try reader.matrices(
                    part.expand, outputs: part.channels, inputs: part.reduced, isConvolution: true))
        case .residual(let main, let shortcut, _):
            for layer in main + shortcut { try layer.read(reader, into: &parameters) }
        case .sequence(let layers): for layer in layers { try layer.read(reader, into: &parameters) }
        }
    }
}

extension ParameterReader {
    /// A convolution, with the batch normalization after it.
    fileprivate func convolution(_ convolution: Convolution) throws -> FoldedConvolution {
        let (outputs, side) = (convolution.outputs, convolution.window.size)
        let weight = try tensor(
            convolution.name + ".weight",
            shape: [outputs, convolution.inputs / convolution.groups, side, side])
        let norm = try convolution.norm.map { name in
            BatchNorm(
                gamma: try tensor(name + ".weight", shape: [outputs]),
                beta: try tensor(name + ".bias", shape: [outputs]),
                mean: try tensor(name + ".running_mean", shape: [outputs]),
                variance: try tensor(name + ".running_var", shape: [outputs]), epsilon: convolution.epsilon)
        }
        return FoldedConvolution(
            convolution, weight: weight,
            bias: convolution.hasBias ? try tensor(convolution.name + ".bias", shape: [outputs]) : nil,
            norm: norm
        )
    }

    /// A linear layer by its name, or a convolution of 1 x 1 that is used as one.
    func linear(_ name: String, outputs: Int, inputs: Int, isConvolution: Bool = false) throws
        -> Linear
    {
        let (weight, bias) = try matrices(
            name, outputs: outputs, inputs: inputs, isConvolution: isConvolution)
        return Linear([(LayerWeight(weight), bias)])
    }

    /// Its weight of outputs x inputs, and its bias.
    fileprivate func matrices(_ name: String, outputs: Int, inputs: Int, isConvolution: Bool) throws -> (
        weight: Matrix<Float>, bias: Matrix<Float>
    ) {
        let weight = try tensor(
            name + ".weight", shape: isConvolution ? [outputs, inputs, 1, 1] : [outputs, inputs])
        let bias = try tensor(name + ".bias", shape: [outputs])
        return (weight.reshaped(to: [outputs, inputs]).matrix, bias.reshaped(to: [1, outputs]).matrix)
    }
}
