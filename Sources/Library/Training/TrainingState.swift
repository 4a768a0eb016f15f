import CTrainingKernels
import Formats
import Foundation
import Hashing
import Tensors

/// The weights of a model in training, the optimizer's moments, and what else is needed to continue a training.
///
/// One thread at a time may use it.
public final class TrainingState {
    public let options: TrainingOptions
    /// How many steps were taken.
    public internal(set) var step = 0
    /// The length of the last step's gradient, before it was clipped.
    public private(set) var gradientNorm: Float = 0
    /// The bytes of weights, moments, gradients and states.
    public var byteCount: Int { workspace.byteCount }

    /// What is trained, and towards what, in words.
    let signature: String
    let table: ParameterTable
    let workspace = Workspace()
    let weights: Floats
    let first: Floats
    let second: Floats
    /// The gradients of each part of a batch.
    let gradients: [Floats]
    /// The momentum twins of all weights, in a training that has them.
    var slow: Floats?
    /// Further numbers that a training must keep (its queues).
    var extras: [(name: String, shape: [Int], numbers: Floats)] = []
    /// Where the queues are written next.
    var queuePosition = 0
    /// Batches whose gradients wait for their step.
    var pending = 0

    /// How many numbers the model has.
    public var parameterCount: Int { table.parameterCount }
    /// The rate of the next step.
    public var rate: Float { options.schedule.rate(at: step) }

    init(_ table: ParameterTable, _ options: TrainingOptions, of signature: String) throws {
        try options.check()
        // Weights, two moments, and the gradients of each part.
        let (bytes, isHuge) = table.count.multipliedReportingOverflow(
            by: (3 + options.parts) * MemoryLayout<Float>.stride)
        try expect(
            !isHuge && (bytes < 4 << 20 || bytes <= availableMemory()),
            "a model of \(table.parameterCount) parameters takes more memory in training than there is")
        self.signature = signature
        self.table = table
        self.options = options
        weights = workspace.floats(table.count)
        first = workspace.floats(table.count)
        second = workspace.floats(table.count)
        let workspace = workspace
        gradients = (0..<options.parts).map { _ in workspace.floats(table.count) }
        for (number, entry) in table.entries.enumerated() {
            // Each parameter has its own draws: another one more does not change the rest.
            draw(entry, SplitMix64(seed: options.seed &+ UInt64(number) &* 0xd134_2543_de82_ef95))
        }
    }

    private func draw(_ entry: ParameterTable.Entry, _ random: SplitMix64) {
        var random = random
        let target = weights + entry.offset
        for index in 0..<entry.count {
            switch entry.start {
            case .zeros: target[index] = 0
            case .ones: target[index] = 1
            case .constant(let number): target[index] = number
            case .normal(let deviation): target[index] = deviation * random.normal()
            }
        }
    }

    func parameters(of part: Int) -> Parameters {
        Parameters(weights: UnsafePointer(weights), gradients: gradients[part])
    }

    /// The rows of a batch that a part has.
    func rows(of part: Int, count: Int) -> Range<Int> {
        part * count / options.parts..<(part + 1) * count / options.parts
    }

    /// Calls `body` for each part of a batch, on a thread each.
    func forEachPart(_ body: (Int) -> Void) { parallelEach(options.parts) { part, _ in body(part) } }

    /// Makes gradients zero if a step begins with this batch.
    func beginBatch() {
        guard pending == 0 else { return }
        let count = table.count
        forEachPart { gradients[$0].update(repeating: 0, count: count) }
    }

    /// Takes the step of the gradients, if this batch completes it.
    func endBatch() {
        pending += 1
        guard pending == options.accumulation else { return }
        pending = 0
        let total = gradients[0]
        parallelFor(table.count, grain: 65_536) { range in
            for other in gradients.dropFirst() {
                train_add(total + range.lowerBound, other + range.lowerBound, range.count)
            }
        }
        for entry in table.entries where entry.isFrozen {
            (total + entry.offset).update(repeating: 0, count: entry.count)
        }
        let mean = 1 / Float(options.accumulation)
        gradientNorm = mean * Float(train_sum_squares(total, table.count).squareRoot())
        var factor = mean
        // As PyTorch's clip_grad_norm_.
        if let clip = options.clipNorm { factor *= min(1, clip / (gradientNorm + 1e-6)) }
        let rate = rate
        step += 1
        let (entries, options) = (table.entries, options)
        func correction(_ beta: Float) -> Double {
            var power = 1.0
            for _ in 0..<step { power *= Double(beta) }
            return 1 - power
        }
        let (correction1, correction2) = (correction(options.beta1), correction(options.beta2))
        parallelEach(entries.count) { index, _ in
            let entry = entries[index]
            guard !entry.isFrozen else { return }
            let offset = entry.offset
            train_adamw(
                weights + offset, first + offset, second + offset, total + offset, entry.count, factor, rate,
                entry.decays ? options.weightDecay : 0, options.beta1, options.beta2, options.epsilon,
                correction1, correction2)
        }
    }

    /// Makes momentum twins, equal to the weights.
    func addTwins() {
        let twins = workspace.floats(table.count)
        twins.update(from: weights, count: table.count)
        slow = twins
    }

    /// Lets the twins follow the weights.
    func follow(momentum: Float) {
        guard let slow else { return }
        let weights = weights
        parallelFor(table.count, grain: 65_536) { range in
            train_follow(slow + range.lowerBound, weights + range.lowerBound, momentum, range.count)
        }
    }
}

extension SplitMix64 {
    /// A number of the normal distribution (Box and Muller; one of the two that they make).
    mutating func normal() -> Float {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return Float(radius * cos(2 * .pi * unit()))
    }

    /// A number from 0 to below 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
