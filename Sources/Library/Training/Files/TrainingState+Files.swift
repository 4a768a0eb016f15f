import CTrainingKernels
import Formats
import Foundation
import Tensors

extension TrainingState {
    /// The tensors of a vector, as a file has them.
    func entries(of numbers: Floats, prefix: String = "") -> [SafetensorsFile.Entry] {
        table.entries.flatMap { entry in
            entry.names.enumerated().map { part, name in
                let from = numbers + entry.offset + part * entry.partCount
                return SafetensorsFile.Entry(name: prefix + name, shape: entry.shape) {
                    entry.isConvolution
                        ? channelsFirst(from, entry.shape)
                        : Array(UnsafeBufferPointer(start: from, count: entry.partCount))
                }
            }
        }
    }

    /// The model's tensors by the names that a file has, as they are now.
    public var tensors: [String: Tensor<Float>] { tensors(of: weights) }

    /// The gradients of all parts of the last batch together.
    package var gradientTensors: [String: Tensor<Float>] {
        let memory = Workspace()
        let sum = memory.floats(table.count)
        for part in gradients { train_add(sum, part, table.count) }
        return withExtendedLifetime(memory) { tensors(of: sum) }
    }

    private func tensors(of numbers: Floats) -> [String: Tensor<Float>] {
        Dictionary(
            uniqueKeysWithValues: entries(of: numbers).map { entry in
                let numbers = entry.numbers()
                return (
                    entry.name,
                    Tensor(shape: entry.shape) { _ = $0.update(fromContentsOf: numbers) }
                )
            })
    }

    /// Takes the weights that have the names of this model's tensors; returns the names that were not among them.
    ///
    /// Momentum twins become equal to the weights. Throws `TrainingError` if a tensor has another shape, and takes none
    /// then.
    @discardableResult
    public func adopt(_ tensors: [String: Tensor<Float>]) throws -> [String] {
        for entry in table.entries {
            for name in entry.names {
                if let tensor = tensors[name] { try check(tensor, name, entry) }
            }
        }
        var missing: [String] = []
        for entry in table.entries {
            for (part, name) in entry.names.enumerated() {
                guard let tensor = tensors[name] else {
                    missing.append(name)
                    continue
                }
                try take(tensor, name, entry, into: weights + entry.offset + part * entry.partCount)
            }
        }
        slow?.update(from: weights, count: table.count)
        return missing
    }

    private func check(_ tensor: Tensor<Float>, _ name: String, _ entry: ParameterTable.Entry) throws {
        try expect(
            tensor.shape == entry.shape,
            "\(name) has the shape \(tensor.shape); the model in training needs \(entry.shape)")
    }

    private func take(
        _ tensor: Tensor<Float>, _ name: String, _ entry: ParameterTable.Entry, into target: Floats
    ) throws {
        try check(tensor, name, entry)
        tensor.withUnsafeBufferPointer { source in
            guard let from = source.baseAddress else { return }
            if entry.isConvolution {
                channelsLast(from, entry.shape, into: target)
            } else {
                target.update(from: from, count: entry.partCount)
            }
        }
    }

    /// All vectors that a training continues from, and what precedes the names of their tensors.
    private var vectors: [(prefix: String, numbers: Floats)] {
        [("", weights), ("optimizer.first.", first), ("optimizer.second.", second)]
            + (slow.map { [("momentum.", $0)] } ?? [])
    }

    /// Saves weights, moments, twins, queues and the number of steps: all that `resume` needs.
    ///
    /// The file is complete or absent. Throws `TrainingError` between the batches of one step, and `FormatError`.
    public func write(to file: some FileLocation) throws {
        try expect(
            pending == 0,
            "a training is saved between steps; \(pending) of \(options.accumulation) batches are done")
        var saved = SafetensorsFile()
        saved.metadata = [
            "format": "pt", "gyrus.training": "1", "step": String(step), "queue": String(queuePosition),
            "options": options.signature, "model": signature,
        ]
        saved.entries = vectors.flatMap { entries(of: $0.numbers, prefix: $0.prefix) }
        for (name, shape, numbers) in extras {
            saved.entries.append(
                SafetensorsFile.Entry(name: name, shape: shape) {
                    Array(UnsafeBufferPointer(start: numbers, count: shape.reduce(1, *)))
                })
        }
        try saved.write(to: file.fileURL)
    }

    /// Resumes a saved training run; the following steps produce exactly the weights of an uninterrupted run.
    ///
    /// Throws `TrainingError` if the file is of another model or of other options, and `FormatError`.
    public func resume(from file: some FileLocation) throws {
        let saved = try Safetensors.open(file)
        guard let count = saved.metadata["step"].flatMap({ Int($0) }),
            let position = saved.metadata["queue"].flatMap({ Int($0) }), count >= 0, position >= 0
        else { throw TrainingError("\(file.fileURL.path) is not a saved training: it names no step") }
        try expect(
            saved.metadata["options"] == options.signature,
            "\(file.fileURL.path) was trained with other options: \(saved.metadata["options"] ?? "none") "
                + "and not \(options.signature)")
        let wanted =
            vectors.flatMap { entries(of: $0.numbers, prefix: $0.prefix) }.map { ($0.name, $0.shape) }
            + extras.map { ($0.name, $0.shape) }
        for (name, shape) in wanted where saved.entries[name]?.shape != shape {
            throw TrainingError(
                "\(file.fileURL.path) has \(name) of shape \(saved.entries[name].map { "\($0.shape)" } ?? "none"); "
                    + "the model in training needs \(shape)")
        }
        try expect(
            saved.entries.count == wanted.count,
            "\(file.fileURL.path) has \(saved.entries.count) tensors; the model in training has \(wanted.count)"
        )
        // Files of the time before have no such words.
        let model = saved.metadata["model"] ?? signature
        try expect(
            model == signature,
            "\(file.fileURL.path) is the training of another model: \(model) and not \(signature)")
        let length = extras.first?.shape.first ?? 1
        try expect(
            position < length,
            "\(file.fileURL.path) goes on at place \(position) of its queues, which have \(length)")
        for (prefix, numbers) in vectors {
            for entry in table.entries {
                for (part, name) in entry.names.enumerated() {
                    try take(
                        try saved.tensor(prefix + name), name, entry,
                        into: numbers + entry.offset + part * entry.partCount)
                }
            }
        }
        for (name, _, numbers) in extras {
            try saved.tensor(name).withUnsafeBufferPointer {
                if let from = $0.baseAddress { numbers.update(from: from, count: $0.count) }
            }
        }
        step = count
        queuePosition = position
        // Gradients that waited for their step belong to the weights of before.
        pending = 0
    }
}

/// Outputs x rows x columns x channels as outputs x channels x rows x columns, which `shape` names.
private func channelsFirst(_ from: UnsafePointer<Float>, _ shape: [Int]) -> [Float] {
    let (channels, places) = (shape[1], shape[2] * shape[3])
    return [Float](unsafeUninitializedCapacity: shape.reduce(1, *)) { target, count in
        for output in 0..<shape[0] {
            for channel in 0..<channels {
                for place in 0..<places {
                    target[(output * channels + channel) * places + place] =
                        from[(output * places + place) * channels + channel]
                }
            }
        }
        count = shape.reduce(1, *)
    }
}

/// The other way round.
private func channelsLast(_ from: UnsafePointer<Float>, _ shape: [Int], into target: Floats) {
    let (channels, places) = (shape[1], shape[2] * shape[3])
    for output in 0..<shape[0] {
        for channel in 0..<channels {
            for place in 0..<places {
                target[(output * places + place) * channels + channel] =
                    from[(output * channels + channel) * places + place]
            }
        }
    }
}
