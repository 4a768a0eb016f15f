import Tensors

/// A transformation of features before a model sees them: scaling, principal components, delays.
///
/// A `Pipeline` fits each step to the training samples alone, inside each fold.
public protocol PipelineStep: Sendable {
    /// Whether each new feature depends on all samples of a run, so that a fold must not divide a run.
    var usesWholeRuns: Bool { get }

    /// The step, fitted to `features` (training samples x features).
    ///
    /// Throws `EncodingError` if the step cannot be learned from these features.
    func fitted<Element: Scalar>(to features: Matrix<Element>) throws -> any FittedStep
}

extension PipelineStep {
    public var usesWholeRuns: Bool { false }
}

/// A fitted step.
public protocol FittedStep: Sendable {
    /// The new features of the samples, in the same order: samples x new features.
    ///
    /// Throws `EncodingError` if the features are not those that the step was fitted to, or the runs do not have
    /// as many samples.
    func transform<Element: Scalar>(_ features: Matrix<Element>, runs: Runs?) throws -> Matrix<Element>
}

/// A step that learns nothing: the features of earlier samples side by side (`Matrix.delayed`), which is a
/// finite impulse response for each voxel.
///
/// ```swift
/// Pipeline(StandardScaler(scales: false), Delays([1, 2, 3, 4]), into: Ridge())
/// ```
///
/// Delays never cross runs, and reach over the samples that a fold leaves out: what was shown a second before a
/// training sample belongs to that sample, wherever it was shown.
public struct Delays: PipelineStep, FittedStep {
    /// The delays as they were given: a range, which may be of more than memory holds, is laid out once it is checked.
    enum Given: Sendable {
        case list([Int])
        case range(ClosedRange<Int>)
    }
    private(set) var given: Given

    /// The delays in samples; one below zero looks ahead.
    public var delays: [Int] {
        get {
            switch given {
            case .list(let delays): delays
            case .range(let range): Array(range)
            }
        }
        set { given = .list(newValue) }
    }

    /// Delays by the given numbers of samples.
    ///
    /// - Parameter delays: how many samples later each copy of the features comes; negative ones come earlier.
    public init(_ delays: [Int]) { given = .list(delays) }

    /// Delays by each number of samples of a range, as in `Delays(1...4)`.
    ///
    /// - Parameter delays: how many samples later each copy of the features comes; negative ones come earlier.
    public init(_ delays: ClosedRange<Int>) { given = .range(delays) }

    public func fitted<Element: Scalar>(to features: Matrix<Element>) -> any FittedStep { self }

    public func transform<Element: Scalar>(_ features: Matrix<Element>, runs: Runs?) throws -> Matrix<Element>
    {
        if case .range(let range) = given { try checkDelays(range, samples: features.rows, runs: runs) }
        return try features.delayed(by: delays, runs: runs)
    }
}

/// A step that learns nothing: features without their slow drift within each run (`Matrix.detrended`).
public struct Detrend: PipelineStep, FittedStep {
    /// What is removed.
    public var drift: Drift

    /// A step that removes `drift`.
    ///
    /// - Parameter drift: what is removed from each run.
    public init(_ drift: Drift = .polynomial(degree: 1)) { self.drift = drift }

    public var usesWholeRuns: Bool { true }

    public func fitted<Element: Scalar>(to features: Matrix<Element>) -> any FittedStep { self }

    public func transform<Element: Scalar>(_ features: Matrix<Element>, runs: Runs?) throws -> Matrix<Element>
    {
        try features.detrended(drift, runs: runs)
    }
}

/// A step that learns nothing: features convolved with a hemodynamic response (`Matrix.convolved`).
public struct HemodynamicConvolution: PipelineStep, FittedStep {
    /// The hemodynamic response.
    public var response: HemodynamicResponse
    /// The time from one sample to the next, in seconds.
    public var repetitionTime: Double

    /// A step that convolves every feature with a hemodynamic response.
    ///
    /// - Parameters:
    ///   - response: the hemodynamic response.
    ///   - repetitionTime: the time from one sample to the next, in seconds.
    public init(_ response: HemodynamicResponse = .glover, repetitionTime: Double) {
        self.response = response
        self.repetitionTime = repetitionTime
    }

    public func fitted<Element: Scalar>(to features: Matrix<Element>) -> any FittedStep { self }

    public func transform<Element: Scalar>(_ features: Matrix<Element>, runs: Runs?) throws -> Matrix<Element>
    {
        try features.convolved(with: response, repetitionTime: repetitionTime, runs: runs)
    }
}
