import Formats
import Foundation
import FoundationModels
import Tensors
import Training

/// What `Tests/Oracles/training.py` made of one objective.
struct TrainingCase {
    let file: Safetensors

    init(_ name: String) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        file = try Safetensors.open(folder.appending(path: name + ".safetensors"))
    }

    /// The tensors whose names begin so, without the beginning.
    func tensors(_ prefix: String) throws -> [String: Tensor<Float>] {
        var tensors: [String: Tensor<Float>] = [:]
        for name in file.names where name.hasPrefix(prefix + "/") {
            tensors[String(name.dropFirst(prefix.count + 1))] = try file.tensor(name)
        }
        return tensors
    }

    func numbers(_ name: String) throws -> [Float] { try file.tensor(name).elements }

    /// Image batch `index` of the four.
    func images(_ index: Int) throws -> ImageBatch {
        let pixels = try file.integers("pixels").map { UInt8($0) }
        let size = pixels.count / 4
        return try ImageBatch(side: 16, pixels: Array(pixels[index * size..<(index + 1) * size]))
    }

    private func rows(_ name: String, _ index: Int) throws -> [[Int]] {
        let shape = file.entries[name]?.shape ?? []
        let ids = try file.integers(name)
        let first = index * shape[1] * shape[2]
        return (0..<shape[1]).map { row in Array(ids[first + row * shape[2]..<first + (row + 1) * shape[2]]) }
    }

    func texts(_ index: Int) throws -> TokenBatch {
        try TokenBatch(rows("ids", index).map { $0.filter { $0 >= 0 }.map(Int32.init) })
    }

    /// The hidden tokens of all texts, -1 elsewhere.
    func targets(_ index: Int) throws -> [Int32] {
        zip(try rows("ids", index), try rows("targets", index)).flatMap { ids, targets in
            zip(ids, targets).filter { $0.0 >= 0 }.map { Int32($0.1) }
        }
    }

    func labels(_ index: Int) throws -> [Float] {
        let labels = try numbers("labels")
        let size = labels.count / 4
        return Array(labels[index * size..<(index + 1) * size])
    }

    static let options = TrainingOptions(
        schedule: TrainingSchedule(peak: 3e-3, warmUp: 3, steps: 20), epsilon: 1e-8, weightDecay: 0.05,
        clipNorm: 1)

    static func transformer(
        _ activation: TransformerConfiguration.Activation, heads: Int = 2, epsilon: Float,
        normOrder: TransformerConfiguration.NormOrder
    ) -> TransformerConfiguration {
        TransformerConfiguration(
            width: 16, depth: 2, heads: heads, feedForwardWidth: 24, activation: activation, epsilon: epsilon,
            normOrder: normOrder)
    }

    static func image(
        _ stem: [ImageTowerConfiguration.Convolution], hasClassToken: Bool, pooling: TowerPooling,
        _ activation: TransformerConfiguration.Activation, frozen: Int = 0
    ) -> ImageTowerConfiguration {
        ImageTowerConfiguration(
            imageSize: 16, stem: stem, hasClassToken: hasClassToken,
            transformer: transformer(activation, epsilon: 1e-6, normOrder: .before), pooling: pooling,
            mean: [120, 110, 100], deviation: [60, 65, 70], frozenBlocks: frozen)
    }

    static let patches = [ImageTowerConfiguration.Convolution(size: 8, stride: 8, channels: 16)]
    static let convolutions = [
        ImageTowerConfiguration.Convolution(size: 3, stride: 2, padding: 1, channels: 8),
        ImageTowerConfiguration.Convolution(size: 3, stride: 2, padding: 1, channels: 16),
    ]

    /// Two towers without momentum twins.
    static func inBatch(_ options: TrainingOptions = options) throws -> ContrastiveTrainer {
        try ContrastiveTrainer(
            TwoTowerConfiguration(
                image: image(convolutions, hasClassToken: false, pooling: .mean, .geluTanh),
                text: TextTowerConfiguration(
                    vocabulary: 20, positions: 9,
                    transformer: transformer(.gelu, epsilon: 1e-12, normOrder: .after)), embeddingWidth: 8),
            options: options)
    }

    /// Two towers with twins and queues, whose first blocks stay as they are.
    static func queues(_ options: TrainingOptions = options) throws -> ContrastiveTrainer {
        try ContrastiveTrainer(
            TwoTowerConfiguration(
                image: image(patches, hasClassToken: true, pooling: .cls, .gelu, frozen: 1),
                text: TextTowerConfiguration(
                    vocabulary: 20, positions: 9,
                    transformer: transformer(.quickGELU, epsilon: 1e-5, normOrder: .before), pooling: .cls,
                    frozenBlocks: 1), embeddingWidth: 8),
            objective: .queues(length: 12, momentum: 0.9), temperature: .fixed(0.07), options: options)
    }

    static func masked() throws -> MaskedLanguageTrainer {
        try MaskedLanguageTrainer(
            TextTowerConfiguration(
                vocabulary: 20, positions: 9,
                transformer: transformer(.relu, heads: 1, epsilon: 1e-12, normOrder: .after)),
            masking: .init(mask: 4, firstWord: 5), options: options)
    }
}
