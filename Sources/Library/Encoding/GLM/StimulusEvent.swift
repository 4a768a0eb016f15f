import Foundation

/// Something that was shown: when, for how long, and of which condition.
public struct StimulusEvent: Sendable, Equatable {
    /// The beginning in seconds from the first sample of its run.
    public var onset: Double
    /// The duration in seconds; 0 of an impulse.
    public var duration: Double
    /// The condition, BIDS' `trial_type`.
    public var condition: String
    /// The height of its regressor.
    public var amplitude: Double

    /// An event.
    ///
    /// - Parameters:
    ///   - onset: in seconds from the first sample of its run.
    ///   - duration: in seconds; 0 of an impulse.
    ///   - condition: the condition, BIDS' `trial_type`.
    ///   - amplitude: the height of its regressor.
    public init(onset: Double, duration: Double = 0, condition: String, amplitude: Double = 1) {
        self.onset = onset
        self.duration = duration
        self.condition = condition
        self.amplitude = amplitude
    }
}
