import Foundation
import Tensors

/// The hemodynamic response function (HRF): the BOLD response to a brief event, as the difference of two gamma
/// densities, a peak after some 5 s and an undershoot after some 15 s.
///
/// ```swift
/// let predicted = try features.convolved(with: .glover, repetitionTime: 2, runs: runs)
/// ```
///
/// Source: `spm_hrf` and `glover_hrf` of nilearn; Friston et al. (1998), Glover (1999).
public struct HemodynamicResponse: Sendable, Equatable, Codable {
    /// The delay of the peak in seconds: the mean of its gamma density, whose maximum lies `dispersion` earlier.
    public var delay: Double
    /// The delay of the undershoot in seconds: the mean of its gamma density.
    public var undershoot: Double
    /// The dispersion of the peak in seconds: the scale of its gamma density.
    public var dispersion: Double
    /// The dispersion of the undershoot in seconds: the scale of its gamma density.
    public var undershootDispersion: Double
    /// The size of the undershoot as a share of that of the peak.
    public var ratio: Double
    /// The duration of the response in seconds.
    public var length: Double

    /// A hemodynamic response; the defaults are SPM's.
    ///
    /// - Parameters:
    ///   - delay: the mean of the peak's gamma density in seconds.
    ///   - undershoot: the mean of the undershoot's gamma density in seconds.
    ///   - dispersion: the scale of the peak's gamma density in seconds.
    ///   - undershootDispersion: the scale of the undershoot's gamma density in seconds.
    ///   - ratio: the size of the undershoot as a share of that of the peak.
    ///   - length: the duration of the response in seconds.
    public init(
        delay: Double = 6, undershoot: Double = 16, dispersion: Double = 1, undershootDispersion: Double = 1,
        ratio: Double = 0.167, length: Double = 32
    ) {
        self.delay = delay
        self.undershoot = undershoot
        self.dispersion = dispersion
        self.undershootDispersion = undershootDispersion
        self.ratio = ratio
        self.length = length
    }

    /// SPM's response.
    public static let spm = HemodynamicResponse()
    /// Glover's response.
    public static let glover = HemodynamicResponse(
        undershoot: 12, dispersion: 0.9, undershootDispersion: 0.9, ratio: 0.48)

    /// The response at `oversampling` times a repetition, from 0 s to its end; the samples sum to 1.
    ///
    /// Throws `EncodingError` if a parameter is not above 0 or the response is shorter than two samples.
    public func samples(repetitionTime: Double, oversampling: Int = 50) throws -> [Double] {
        for (name, value) in [
            ("the repetition time", repetitionTime), ("the oversampling", Double(oversampling)),
            ("the delay of the response", delay), ("the delay of its undershoot", undershoot),
            ("the dispersion of the response", min(dispersion, undershootDispersion)),
        ] where !(value > 0 && value.isFinite) {
            throw EncodingError.parameter(name: name, value: "\(value)", expected: "above 0 and finite")
        }
        try checkParameter("the ratio of the undershoot", ratio, expected: "finite", ratio.isFinite)
        let step = repetitionTime / Double(oversampling)
        let count = (length / step).rounded(.toNearestOrEven)
        guard count >= 2, count < 1e7 else {
            throw EncodingError.parameter(
                name: "the length of the response", value: "\(length) s",
                expected: "2 to 10,000,000 samples of \(step) s")
        }
        // As in nilearn, whose grid ends at `length` and whose densities begin one fine step late.
        let values = (0..<Int(count)).map { index -> Double in
            let time = Double(index) * length / (count - 1) - step
            return gammaDensity(time, shape: delay / dispersion, scale: dispersion)
                - ratio
                * gammaDensity(time, shape: undershoot / undershootDispersion, scale: undershootDispersion)
        }
        let sum = values.reduce(0, +)
        let size = values.reduce(0) { $0 + abs($1) }
        try checkParameter(
            "the area of the response", sum,
            expected: "other than 0: a smaller ratio or a longer response", abs(sum) > size * 1e-6)
        return values.map { $0 / sum }
    }

    /// What a feature that lasts one repetition contributes 0, 1, 2, … repetitions later.
    ///
    /// The same as nilearn's `compute_regressor` gives for an event of that duration. Throws what `samples` throws.
    public func weights(repetitionTime: Double, oversampling: Int = 50) throws -> [Double] {
        let fine = try samples(repetitionTime: repetitionTime, oversampling: oversampling)
        // A repetition may have more steps than there are samples, up to the largest Int.
        let last = fine.count - 1
        return (0...(last - 1) / oversampling + 1).map { lag in
            let end = lag * oversampling
            let start = min(max(end - oversampling, -1), last)
            return fine[(start + 1)..<(min(end, last) + 1)].reduce(0, +)
        }
    }
}

private func gammaDensity(_ time: Double, shape: Double, scale: Double) -> Double {
    guard time > 0 else { return 0 }
    let x = time / scale
    return exp((shape - 1) * log(x) - x - lgamma(shape)) / scale
}

extension Matrix {
    /// Every column (samples x features) convolved with a hemodynamic response, run by run.
    ///
    /// A feature keeps its value until the next sample. What was shown before a run began is unknown and taken to be
    /// 0, so center features first for which zero means something else.
    ///
    /// - Parameters:
    ///   - response: the hemodynamic response.
    ///   - repetitionTime: the time from one sample to the next, in seconds.
    ///   - oversampling: how many steps of a repetition the response is sampled in.
    ///   - runs: the runs of the samples; all samples are one run if nil.
    ///
    /// Throws `EncodingError` if the runs do not fit or a parameter of the response is out of range.
    public func convolved(
        with response: HemodynamicResponse, repetitionTime: Double, oversampling: Int = 50,
        runs: Runs? = nil
    ) throws -> Matrix {
        let weights = try response.weights(repetitionTime: repetitionTime, oversampling: oversampling)
            .map { Element($0) }
        let ranges = try Runs.ranges(of: runs, samples: rows)
        var result = Matrix(rows: rows, columns: columns)
        result.withUnsafeMutableBufferPointer { target in
            withUnsafeBufferPointer { source in
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                for range in ranges {
                    parallelFor(range.count, grain: Swift.max(1, 8192 / Swift.max(columns, 1))) { part in
                        for sample in part {
                            for lag in 0...Swift.min(sample, weights.count - 1) {
                                let row = range.lowerBound + sample
                                addScaled(
                                    from + (row - lag) * columns, times: weights[lag],
                                    to: to + row * columns, count: columns)
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}

@_specialize(where Element == Float)
@_specialize(where Element == Double)
private func addScaled<Element: Scalar>(
    _ source: UnsafePointer<Element>, times factor: Element, to target: UnsafeMutablePointer<Element>,
    count: Int
) {
    for i in 0..<count { target[i] += factor * source[i] }
}
