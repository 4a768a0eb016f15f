import Formats
import Tensors

/// Takes the tensors of an architecture out of a checkpoint, and notes what does not fit.
///
/// A tensor that is missing or has another shape is noted and replaced by zeros until `finish`, which names all of them.
/// Zeros for more numbers than the checkpoint has are never made: a configuration may claim any size, and the first
/// tensor that claims too much is thrown at once.
final class ParameterReader {
    private let checkpoint: Checkpoint
    private let layout: CheckpointLayout
    private let prefix: String
    /// Beginnings of the names that are accounted for; empty for all of them.
    private let scope: [String]
    private var used: Set<String> = []
    private var problems: [String] = []
    /// How many zeros may still be made in place of tensors that do not fit.
    private var zerosLeft: Int
    /// How many problems are noted before they are thrown.
    private static let problemLimit = 100

    /// The tensors of the layout, after whatever precedes its token embedding; names of other towers do not count.
    ///
    /// Throws if there are several such models.
    convenience init(_ checkpoint: Checkpoint, layout: CheckpointLayout) throws {
        let anchor = (layout.name(.tokenEmbedding) ?? "") + ".weight"
        let prefix = try checkpoint.prefix(before: anchor) ?? ""
        self.init(checkpoint, layout: layout, prefix: prefix, scope: layout.scope.map { prefix + $0 })
    }

    /// The tensors whose names begin with `prefix`, which may be only a part of the checkpoint.
    init(_ checkpoint: Checkpoint, layout: CheckpointLayout, prefix: String, scope: [String]) {
        self.checkpoint = checkpoint
        self.layout = layout
        self.prefix = prefix
        self.scope = scope
        zerosLeft = checkpoint.count
    }

    /// A linear layer made of `parts`, each of outputs x inputs.
    func linear(
        _ parts: [CheckpointLayout.Part], block: Int? = nil, outputs: Int, inputs: Int, hasBias: Bool = true
    ) throws -> Linear {
        Linear(
            try parts.map { part in
                let name = layout.name(part, block: block) ?? ""
                return (
                    try weight(spelled(name, "weight"), shape: [outputs, inputs], columns: inputs),
                    hasBias ? try matrix(spelled(name, "bias"), vector: outputs) : nil
                )
            })
    }

    /// A linear layer without bias whose weight is inputs x outputs in the file.
    func transposedLinear(_ part: CheckpointLayout.Part, outputs: Int, inputs: Int) throws -> Linear {
        let name = spelled(layout.name(part) ?? "", "weight")
        return Linear([(LayerWeight(try matrix(name, rows: inputs, columns: outputs).transposed()), nil)])
    }

    /// Query, key and value of a block as one layer, whether the file has them apart or together.
    func attentionInput(block: Int, width: Int) throws -> Linear {
        try layout.name(.attentionInput) == nil
            ? linear([.query, .key, .value], block: block, outputs: width, inputs: width)
            : linear([.attentionInput], block: block, outputs: 3 * width, inputs: width)
    }

    /// Layer normalization over `width` columns.
    func norm(_ part: CheckpointLayout.Part, block: Int? = nil, width: Int, epsilon: Float) throws
        -> LayerNorm
    {
        let name = layout.name(part, block: block) ?? ""
        // Checkpoints converted from TensorFlow before 2019 say gamma and beta.
        let isLegacy = checkpoint.shape(of: prefix + name + ".gamma") != nil
        return LayerNorm(
            gamma: try matrix(name + (isLegacy ? ".gamma" : ".weight"), vector: width),
            beta: try matrix(name + (isLegacy ? ".beta" : ".bias"), vector: width), epsilon: epsilon)
    }

    /// A table of embeddings.
    func embedding(_ part: CheckpointLayout.Part, rows: Int, width: Int) throws -> Matrix<Float> {
        try matrix(spelled(layout.name(part) ?? "", "weight"), rows: rows, columns: width)
    }

    /// Whether the checkpoint has the weights of a part.
    func has(_ part: CheckpointLayout.Part) -> Bool {
        shape(of: part) != nil
    }

    /// The shape of the weight of a part; nil if the checkpoint has none.
    func shape(of part: CheckpointLayout.Part, block: Int? = nil) -> [Int]? {
        layout.name(part, block: block).flatMap { checkpoint.shape(of: prefix + spelled($0, "weight")) }
    }

    /// The name of a part's weight or bias in the file.
    private func spelled(_ name: String, _ kind: String) -> String {
        if name.hasSuffix("=") { return String(name.dropLast()) }
        return name.hasSuffix("_") ? name + kind : "\(name).\(kind)"
    }

    /// Throws what did not fit; returns the tensors that the model has no use for (heads of a pre-training task).
    ///
    /// A tensor that nobody took but that is named like a part of the model means a configuration of another size.
    func finish() throws -> [String] {
        let unused = checkpoint.names.filter { name in
            !used.contains(name) && !layout.ignored.contains { name.hasSuffix($0) }
                && (scope.isEmpty || scope.contains { name.hasPrefix($0) })
        }
        for name in unused where isOwn(name) {
            problems.append("\(name) \(checkpoint.shape(of: name) ?? []) is in the file and not in the model")
        }
        guard problems.isEmpty else {
            throw FoundationModelError.parameters(path: checkpoint.path, problems: problems)
        }
        return unused.filter { !isOwn($0) }
    }

    private func isOwn(_ name: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let name = name.dropFirst(prefix.count)
        return [layout.block, "embeddings."].contains { own in
            name.hasPrefix(own.replacing("{}", with: ""))
        }
    }

    private func matrix(_ name: String, vector width: Int) throws -> Matrix<Float> {
        try tensor(name, shape: [width]).reshaped(to: [1, width]).matrix
    }

    private func matrix(_ name: String, rows: Int, columns: Int) throws -> Matrix<Float> {
        try tensor(name, shape: [rows, columns]).matrix
    }

    /// A weight by its name without the prefix, of `columns` inputs; it stays in 16 bits if the file has it so.
    func weight(_ name: String, shape: [Int], columns: Int) throws -> LayerWeight {
        // What is wrong with numbers that cannot be taken is said by `tensor`.
        if checkpoint.shape(of: prefix + name) == shape,
            let halves = try? checkpoint.halves(prefix + name)
        {
            used.insert(prefix + name)
            return LayerWeight(halves, rows: halves.count / columns, columns: columns)
        }
        let tensor = try tensor(name, shape: shape)
        return LayerWeight(tensor.reshaped(to: [tensor.count / columns, columns]).matrix)
    }

    /// A tensor by its name without the prefix; zeros of that shape if it does not fit.
    ///
    /// Throws `FoundationModelError.parameters` once the zeros would be more numbers than the checkpoint has.
    func tensor(_ name: String, shape: [Int]) throws -> Tensor<Float> {
        let name = prefix + name
        used.insert(name)
        do {
            switch checkpoint.shape(of: name) {
            case shape: return try checkpoint.tensor(name)
            case let found?: problems.append("\(name) has the shape \(found); the model needs \(shape)")
            case nil: problems.append("\(name) is missing; the model needs \(shape)")
            }
        } catch {
            problems.append("\(name) cannot be read: \(error)")
        }
        guard problems.count < Self.problemLimit, let count = byteCount(of: shape, .uint8), count <= zerosLeft
        else { throw FoundationModelError.parameters(path: checkpoint.path, problems: problems) }
        zerosLeft -= count
        return Tensor(shape: shape)
    }
}
