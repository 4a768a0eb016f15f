import Foundation
import Tensors

/// How the blood answers a brief burst of neural activity: a peak after some 5 s less an undershoot after some 15 s,
/// each a gamma density.
///
/// ```swift
/// let predicted = try features.convolved(with: .glover, repetitionTime: 2, runs: runs)
/// ```
///
/// Source: `spm_hrf` and `glover_hrf` of nilearn; Friston et al. (1998), Glover (1999).
public struct HaemodynamicResponse: Sendable, Equatable {
    /// Shape and scale (seconds) of the peak's gamma density, from its delay and dispersion.
    public var delay: Double
    /// The delay of the undershoot in seconds.
    public var undershoot: Double
    /// The dispersion of the peak.
    public var dispersion: Double
    /// The dispersion of the undershoot.
    public var undershootDispersion: Double
    /// The undershoot's size as a share of the peak's.
    public var ratio: Double
    /// How many seconds the response lasts.
    public var length: Double

    /// A response of the given delays, dispersions, ratio and length; at first SPM's.
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
    public static let spm = HaemodynamicResponse()
    /// Glover's response.
    public static let glover = HaemodynamicResponse(
        undershoot: 12, dispersion: 0.9, undershootDispersion: 0.9, ratio: 0.48)

    /// The response at `oversampling` times a repetition, from 0 s to its end; the samples sum to 1.
    ///
    /// Throws `EncodingError` where a parameter is not above 0 or the response is shorter than two samples.
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
        let count = (length / step).rounded()
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
        return (0..<(fine.count + 2 * oversampling - 2) / oversampling).map { lag in
            let end = lag * oversampling
            return fine[min(max(end - oversampling + 1, 0), fine.count)..<min(end + 1, fine.count)].reduce(
                0, +)
        }
    }
}

private func gammaDensity(_ time: Double, shape: Double, scale: Double) -> Double {
    guard time > 0 else { return 0 }
    let x = time / scale
    return exp((shape - 1) * log(x) - x - lgamma(shape)) / scale
}

extension Matrix {
    /// Every column (samples x features) convolved with the response of the blood, each run for itself.
    ///
    /// A feature holds from its sample to the next. What was shown before a run began is unknown and taken for 0, so
    /// centre features before whose zero means something else.
    ///
    /// Throws `EncodingError` where the runs do not fit or a parameter of the response cannot be.
    public func convolved(
        with response: HaemodynamicResponse, repetitionTime: Double, oversampling: Int = 50,
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
                    parallelFor(range.count, grain: max(1, 8192 / max(columns, 1))) { part in
                        for place in part {
                            for lag in 0...min(place, weights.count - 1) {
                                let row = range.lowerBound + place
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
