import Foundation
import Tensors

/// Which frequencies of the time courses are kept.
///
/// ```swift
/// TemporalFilter.cosine(highPass: 0.008, repetitionTime: 2)                     // slower than 125 s goes
/// TemporalFilter.butterworth(highPass: 0.01, lowPass: 0.1, repetitionTime: 2)
/// ```
public enum TemporalFilter: Sendable, Equatable {
    /// Cosines that are slower than `highPass` (Hz) are regressed out together with the confounds, as in SPM and fMRIPrep.
    case cosine(highPass: Double, repetitionTime: Double)
    /// Butterworth's filter run forward and backward, so that nothing is delayed; `highPass` and `lowPass` in Hz, nil for
    /// none.
    case butterworth(highPass: Double? = nil, lowPass: Double? = nil, order: Int = 5, repetitionTime: Double)

    /// The time from one sample to the next, in seconds.
    public var repetitionTime: Double {
        switch self {
        case .cosine(_, let repetitionTime), .butterworth(_, _, _, let repetitionTime): repetitionTime
        }
    }

    func check() throws {
        try checkParameter(
            "the repetition time", "\(repetitionTime) s", expected: "above 0 s and finite",
            repetitionTime > 0 && repetitionTime.isFinite)
        let limit = 0.5 / repetitionTime
        func check(_ name: String, _ frequency: Double) throws {
            try checkParameter(
                name, "\(frequency) Hz",
                expected: "above 0 and below \(limit) Hz, half of the samples in a second",
                frequency > 0 && frequency < limit)
        }
        switch self {
        case .cosine(let highPass, _): try check("the high-pass frequency", highPass)
        case .butterworth(let highPass, let lowPass, let order, _):
            if let highPass { try check("the high-pass frequency", highPass) }
            if let lowPass { try check("the low-pass frequency", lowPass) }
            if let highPass, let lowPass {
                try checkParameter(
                    "the high-pass frequency", "\(highPass) Hz",
                    expected: "below the low-pass frequency, \(lowPass) Hz",
                    highPass < lowPass)
            }
            try checkParameter(
                "the order of the filter", order, expected: "1 to 12", (1...12).contains(order))
        }
    }

    /// The slow cosines of a run without the constant: samples x functions.
    func cosines(samples: Int) -> Matrix<Double> {
        guard case .cosine(let highPass, let repetitionTime) = self, samples > 1 else {
            return Matrix(rows: samples, columns: 0)
        }
        return cosineDrift(highPass: highPass, repetitionTime: repetitionTime, samples: samples)
    }
}

/// The cosines of a run that are slower than a frequency (Hz), orthonormal, without the constant: samples x functions.
///
/// Source: nilearn's `create_cosine_drift`.
func cosineDrift(highPass: Double, repetitionTime: Double, samples: Int) -> Matrix<Double> {
    let step = Double(samples - 1) * repetitionTime / Double(max(1, samples - 1))
    let order = min(samples - 1, Int((2 * Double(samples) * highPass * step).rounded(.down)))
    let scale = (2 / Double(samples)).squareRoot()
    return Matrix(rows: samples, columns: max(order, 0)) { target in
        for sample in 0..<samples {
            for k in 0..<max(order, 0) {
                target[sample * order + k] =
                    scale * cos(.pi / Double(samples) * (Double(sample) + 0.5) * Double(k + 1))
            }
        }
    }
}
