import Foundation

/// The learning rate of each step: a linear warm-up, then half a cosine down to a share of the peak.
public struct TrainingSchedule: Sendable, Equatable {
    /// The highest rate.
    public var peak: Float
    /// Steps until the peak is reached.
    public var warmUp: Int
    /// All steps, the warm-up among them; later ones have the last rate.
    public var steps: Int
    /// The last rate, as a share of the peak.
    public var final: Float

    /// A schedule.
    ///
    /// - Parameters:
    ///   - peak: the largest rate.
    ///   - warmUp: steps until the peak is reached, at most as many as there are; 200, or all of fewer, without it.
    ///   - steps: all steps, the warm-up among them.
    ///   - final: the last rate, as a share of the peak.
    public init(peak: Float = 1e-3, warmUp: Int? = nil, steps: Int, final: Float = 0.02) {
        self.peak = peak
        self.warmUp = warmUp ?? min(200, max(steps, 0))
        self.steps = steps
        self.final = final
    }

    /// The rate of a step, counted from 0.
    public func rate(at step: Int) -> Float {
        if step < warmUp { return peak * Float(step + 1) / Float(warmUp) }
        // As numbers that cannot overflow: a schedule is looked at before it is checked.
        let progress = min((Double(step) - Double(warmUp)) / max(Double(steps) - Double(warmUp), 1), 1)
        let share = Double(final) + (1 - Double(final)) * (1 + cos(.pi * progress)) / 2
        return Float(Double(peak) * share)
    }
}

/// How a training takes its steps: AdamW, the schedule of its rate, clipping, and how batches are shared.
public struct TrainingOptions: Sendable, Equatable {
    public var schedule: TrainingSchedule
    /// How much of the mean gradient, and of the mean square, a step keeps.
    public var beta1: Float
    public var beta2: Float
    public var epsilon: Float
    /// The decay of matrices, as a share of the rate; biases, normalizations and tokens do not decay.
    public var weightDecay: Float
    /// The longest gradient of all parameters together; nil clips none.
    public var clipNorm: Float?
    /// How many batches make one step.
    public var accumulation: Int
    /// What the first weights are drawn from.
    public var seed: UInt64
    /// Into how many parts a batch is split by its rows, each computed on one thread. The result does not depend on how
    /// many threads there are, but on this number in the last bits.
    public var parts: Int

    /// Options of AdamW (Loshchilov & Hutter 2019) and of how batches are computed.
    ///
    /// - Parameters:
    ///   - schedule: the rate of each step.
    ///   - beta1: how much of the mean gradient stays from step to step.
    ///   - beta2: how much of the mean squared gradient stays.
    ///   - epsilon: what is added to its root.
    ///   - weightDecay: the share of the matrices that a rate of 1 takes away.
    ///   - clipNorm: the largest norm of all gradients together; nil for no limit.
    ///   - accumulation: how many batches make one step.
    ///   - seed: the seed of the initial weights.
    ///   - parts: into how many parts a batch is split, each computed on one thread.
    public init(
        schedule: TrainingSchedule, beta1: Float = 0.9, beta2: Float = 0.98, epsilon: Float = 1e-8,
        weightDecay: Float = 0.05, clipNorm: Float? = 1, accumulation: Int = 1, seed: UInt64 = 0,
        parts: Int = 2
    ) {
        self.schedule = schedule
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.clipNorm = clipNorm
        self.accumulation = accumulation
        self.seed = seed
        self.parts = parts
    }

    /// All options in words; a run can only be resumed with the same ones.
    var signature: String {
        "peak \(schedule.peak), warm-up \(schedule.warmUp) of \(schedule.steps) steps, last \(schedule.final), "
            + "betas \(beta1) \(beta2), epsilon \(epsilon), decay \(weightDecay), "
            + "clip \(clipNorm.map { "\($0)" } ?? "none"), accumulation \(accumulation), seed \(seed), parts \(parts)"
    }

    func check() throws {
        try expect(
            schedule.peak > 0 && schedule.peak.isFinite && schedule.warmUp >= 0 && schedule.steps > 0
                && (0...1).contains(schedule.final),
            "a schedule needs a rate and steps above zero and a last share from 0 to 1; they are \(signature)"
        )
        try expect(
            schedule.warmUp <= schedule.steps,
            "a schedule of \(schedule.steps) steps with a warm-up of \(schedule.warmUp) never reaches its peak; "
                + "warmUp is to be at most the steps")
        try expect(
            (0..<1).contains(beta1) && (0..<1).contains(beta2) && epsilon > 0 && weightDecay >= 0
                && epsilon.isFinite && weightDecay.isFinite,
            "beta1 and beta2 are from 0 to below 1, epsilon is above 0, weightDecay not below, both finite; they are "
                + "\(beta1), \(beta2), \(epsilon) and \(weightDecay)")
        try expect(clipNorm.map { $0 > 0 } ?? true, "clipNorm must be above 0; it is \(clipNorm ?? 0)")
        try expect(
            accumulation > 0 && parts > 0 && parts <= 64,
            "accumulation is a number of batches above 0 and parts from 1 to 64; they are \(accumulation) and \(parts)"
        )
    }
}
