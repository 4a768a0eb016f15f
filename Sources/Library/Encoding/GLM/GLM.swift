import Foundation
import Tensors

/// A general linear model of the responses to events, one run after the other: its betas are what encoding models predict.
///
/// ```swift
/// let shown = try events.stimulusEvents()
/// let glm = GLM(.glover, repetitionTime: 2, drift: .cosine(highPass: 0.01))
/// let fit = try glm.fit(responses, events: shown)
/// fit.betas                                                                      // conditions x voxels
/// let betas = try glm.trialBetas(responses, events: shown, .leastSquaresSeparate)  // trials x voxels
/// ```
///
/// Fit each run by itself and divide the betas into folds by runs: betas of one run share its drift and its neighbors,
/// so betas of one run in both training and test samples leak from one to the other. The same numbers as those of
/// nilearn's `FirstLevelModel` with ordinary least squares and `signal_scaling=False`: its default makes percent of each
/// voxel's mean of the responses first.
public struct GLM: Sendable, Equatable {
    /// How the response to an event is modeled.
    public var response: ResponseModel
    /// The time from one sample to the next, in seconds.
    public var repetitionTime: Double
    /// The slow regressors that every run has beside its constant.
    public var drift: GLMDrift
    /// When in a repetition a sample stands for the signal, from 0 (its beginning) to 1, as slice-time correction says.
    public var sliceTimeReference: Double
    /// The penalty on the squared coefficients of the events' regressors, in their own unit; 0 is ordinary least squares.
    public var alpha: Double

    /// A model.
    ///
    /// - Parameters:
    ///   - response: how the response to an event is modeled.
    ///   - repetitionTime: seconds from one sample to the next.
    ///   - drift: the slow regressors that every run has beside its constant.
    ///   - sliceTimeReference: when in a repetition a sample stands for the signal, 0 (its beginning) to 1.
    ///   - alpha: the penalty on the squared coefficients of the events' regressors; 0 for ordinary least squares.
    public init(
        _ response: ResponseModel = .glover, repetitionTime: Double,
        drift: GLMDrift = .cosine(highPass: 0.01),
        sliceTimeReference: Double = 0, alpha: Double = 0
    ) {
        self.response = response
        self.repetitionTime = repetitionTime
        self.drift = drift
        self.sliceTimeReference = sliceTimeReference
        self.alpha = alpha
    }

    /// The design of a run: the regressors of all conditions in alphabetical order, confounds, drift, and the constant.
    ///
    /// - Parameters:
    ///   - events: what was shown in the run.
    ///   - samples: how many samples the run has.
    ///   - confounds: samples x confounds; nil for none.
    ///
    /// Throws `EncodingError` if there is no event, a time is not finite, or the confounds do not have as many samples.
    public func design(
        of events: [StimulusEvent], samples: Int, confounds: Matrix<Double>? = nil
    ) throws -> DesignMatrix {
        let regressor = try regressor(events, samples: samples)
        let conditions = Set(events.map(\.condition)).sorted()
        let task = conditions.map { condition in
            (condition, regressor.regressors(of: events.filter { $0.condition == condition }))
        }
        let names = task.flatMap { condition, columns in
            columns.count == 1 && !isFiniteImpulse ? [condition] : delays.map { "\(condition)_delay_\($0)" }
        }
        let nuisance = try nuisance(samples: samples, confounds: confounds)
        return DesignMatrix(
            names: names + nuisance.names,
            matrix: columns(task.flatMap(\.1), samples).beside(nuisance.matrix),
            taskCount: names.count)
    }

    /// The model fitted to one run: responses are samples x voxels.
    ///
    /// - Parameters:
    ///   - responses: samples x voxels of one run.
    ///   - events: what was shown in the run.
    ///   - confounds: samples x confounds; nil for none.
    ///
    /// Throws what `design` throws, and `EncodingError` if a response is NaN or infinite.
    public func fit<Element: Scalar>(
        _ responses: Matrix<Element>, events: [StimulusEvent], confounds: Matrix<Double>? = nil
    ) throws -> GLMFit<Element> {
        let design = try design(of: events, samples: responses.rows, confounds: confounds)
        let solver = try leastSquares(design.matrix, penalizing: design.taskCount)
        return GLMFit(
            design: design,
            coefficients: try coefficients(solver, responses, constant: design.matrix.columns - 1))
    }

    var isFiniteImpulse: Bool { if case .finiteImpulse = response { true } else { false } }

    private var delays: [Int] { if case .finiteImpulse(let delays) = response { delays } else { [0] } }

    func regressor(_ events: [StimulusEvent], samples: Int) throws -> EventRegressor {
        try checkParameter(
            "the repetition time", "\(repetitionTime) s", expected: "above 0 s and finite",
            repetitionTime > 0 && repetitionTime.isFinite)
        try checkParameter("the number of events", events.count, expected: "at least 1", !events.isEmpty)
        try checkParameter("the number of samples", samples, expected: "at least 3", samples >= 3)
        try checkParameter(
            "the slice-time reference", sliceTimeReference, expected: "0 to 1",
            (0...1).contains(sliceTimeReference))
        try checkParameter(
            "the delays", delays, expected: "0 to \(samples - 1), at least one",
            !delays.isEmpty && delays.allSatisfy { (0..<samples).contains($0) })
        try checkParameter("the delays", delays, expected: "all different", Set(delays).count == delays.count)
        try checkParameter("alpha", alpha, expected: "0 or more and finite", alpha >= 0 && alpha.isFinite)
        let end = Double(samples) * repetitionTime
        for (index, event) in events.enumerated() {
            let isFine =
                event.onset.isFinite && event.duration.isFinite && event.duration >= 0
                && event.amplitude.isFinite
                && event.onset >= -24 && event.onset < end
            try checkParameter(
                "event \(index) (\(event.condition))",
                "at \(event.onset) s for \(event.duration) s with amplitude \(event.amplitude)",
                expected:
                    "within the run of \(end) s (or up to 24 s before it), with a duration of 0 s or more",
                isFine)
        }
        return try EventRegressor(
            response, samples: samples, repetitionTime: repetitionTime,
            sliceTime: sliceTimeReference * repetitionTime)
    }

    /// Confounds, drift, and at last the constant.
    func nuisance(samples: Int, confounds: Matrix<Double>?) throws -> (
        names: [String], matrix: Matrix<Double>
    ) {
        if let confounds {
            guard confounds.rows == samples else {
                throw EncodingError.sampleCount(what: "confounds", count: confounds.rows, expected: samples)
            }
            if let index = confounds.elements.firstIndex(where: { !$0.isFinite }) {
                throw EncodingError.parameter(
                    name:
                        "the confound in column \(index % confounds.columns), sample \(index / confounds.columns),",
                    value: "\(confounds.elements[index])", expected: "a number")
            }
        }
        let drift = try drift.columns(samples: samples, repetitionTime: repetitionTime)
        let constant = Matrix<Double>(rows: samples, columns: 1, repeating: 1)
        let names =
            (0..<(confounds?.columns ?? 0)).map { "confound_\($0)" }
            + (0..<drift.columns).map { "drift_\($0 + 1)" }
            + ["constant"]
        let all = drift.beside(constant)
        return (names, confounds?.beside(all) ?? all)
    }

    func columns(_ columns: [[Double]], _ samples: Int) -> Matrix<Double> {
        Matrix(rows: samples, columns: columns.count) { target in
            for (index, column) in columns.enumerated() {
                for row in 0..<samples { target[row * columns.count + index] = column[row] }
            }
        }
    }

    /// What takes responses to coefficients of a matrix (samples x regressors), of which the first are penalized:
    /// regressors x samples.
    ///
    /// The penalty stands below the matrix as further samples: products of the regressors would have twice the range,
    /// and beside a confound in large numbers those of the others would count as 0.
    func leastSquares(_ matrix: Matrix<Double>, penalizing count: Int) throws -> Matrix<Double> {
        guard alpha > 0 else { return try matrix.pseudoinverse() }
        var penalty = Matrix<Double>(rows: count, columns: matrix.columns)
        for index in 0..<count { penalty[index, index] = alpha.squareRoot() }
        return try Matrix.stacked([matrix, penalty]).pseudoinverse().columns(0..<matrix.rows)
    }

    /// The coefficients of responses: their means go into the constant in double precision, since a signal is some
    /// hundred times its fluctuation.
    func coefficients<Element: Scalar>(
        _ solver: Matrix<Double>, _ responses: Matrix<Element>, constant: Int
    ) throws -> Matrix<Element> {
        let (centered, means) = try centeredFinite(responses)
        var result = multiply(solver.converted(to: Element.self), centered)
        for (voxel, mean) in means.enumerated() { result[constant, voxel] += Element(mean) }
        return result
    }
}

/// The slow regressors of a run.
public enum GLMDrift: Sendable, Equatable {
    /// Cosines that are slower than a frequency in Hz.
    case cosine(highPass: Double)
    /// Powers of time up to a degree.
    case polynomial(degree: Int)
    /// The constant alone.
    case none

    /// The regressors without the constant: samples x functions.
    func columns(samples: Int, repetitionTime: Double) throws -> Matrix<Double> {
        switch self {
        case .cosine(let highPass):
            try checkParameter(
                "the high-pass frequency", "\(highPass) Hz",
                expected: "above 0 and below \(0.5 / repetitionTime) Hz",
                highPass > 0 && highPass < 0.5 / repetitionTime)
            return cosineDrift(highPass: highPass, repetitionTime: repetitionTime, samples: samples)
        case .polynomial(let degree):
            try checkParameter(
                "the degree of the drift", degree, expected: "0 or more, and below the \(samples) samples",
                degree >= 0 && degree < samples)
            return Matrix(rows: samples, columns: degree) { target in
                for sample in 0..<samples {
                    let time = Double(sample) / Double(max(1, samples - 1)) * 2 - 1
                    for k in 0..<degree { target[sample * degree + k] = pow(time, Double(k + 1)) }
                }
            }
        case .none: return Matrix(rows: samples, columns: 0)
        }
    }
}

/// The regressors of a run under their names.
public struct DesignMatrix: Sendable, Equatable {
    /// The names of the columns: conditions first (with their delays), then confounds, drift and the constant.
    public let names: [String]
    /// Samples x regressors.
    public let matrix: Matrix<Double>
    /// How many columns belong to events.
    public let taskCount: Int
}

/// A general linear model that was fitted to a run.
public struct GLMFit<Element: Scalar>: Sendable {
    /// The regressors of the run.
    public let design: DesignMatrix
    /// Regressors x voxels, in the design's order.
    public let coefficients: Matrix<Element>

    /// The coefficients of the events' regressors: conditions (or conditions and delays) x voxels.
    public var betas: Matrix<Element> { coefficients.rows(0..<design.taskCount) }

    /// The names of the events' regressors.
    public var conditions: [String] { Array(design.names.prefix(design.taskCount)) }
}
