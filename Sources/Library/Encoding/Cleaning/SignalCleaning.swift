import Foundation
import Tensors

/// How each time course is scaled at the end.
public enum SignalScale: String, Sendable, CaseIterable {
    /// Mean 0 and standard deviation 1 (divisor: samples - 1); a constant time course becomes 0.
    case zScore
    /// The deviation from the mean in percent of the mean.
    case percentChange
    /// As it is.
    case none
}

/// How the time courses of fMRI are cleaned: drift, slow and fast frequencies, and confounds.
///
/// ```swift
/// let motion = try confounds.confounds(.motion(.full), scrubbing: Scrubbing())
/// let cleaning = SignalCleaning(filter: .cosine(highPass: 0.008, repetitionTime: 2))
/// let clean = try cleaning.clean(responses, confounds: motion.matrix, keeping: motion.kept, runs: runs)
/// ```
///
/// Within each run, and in this order: samples are left out that are not kept (with Butterworth's filter they are
/// bridged by a spline, and left out after it), a line is removed from signals and confounds, both are filtered the
/// same way, the confounds are regressed out, and the signals are scaled. Filtering signals alone and regressing out
/// unfiltered confounds afterwards would bring back what the filter removed (Lindquist et al. 2019). Everything is
/// learned from one run and used in it, so nothing passes from one run to another: clean before runs are divided into
/// folds. A scaling over several runs, or one that is learned from training samples, is `StandardScaler`'s, inside a
/// `Pipeline`.
///
/// The same numbers as those of nilearn's `clean` (0.14), with three differences:
/// - nilearn leaves out all of its cosines if one of them correlates with a confound by more than 0.9; here they are
///   never left out. Confounds that have cosines of their own (`.cosine` of fMRIPrep's table) need no filter beside them.
/// - A constant voxel becomes 0; nilearn z-scores the rounding that cleaning leaves of it.
/// - With Butterworth's filter every sample that is left out is bridged; nilearn bridges one only if the sample as far
///   from the other end of the run is kept, and otherwise filters it as it was recorded.
public struct SignalCleaning: Sendable, Equatable {
    /// Whether a line is removed from each time course.
    public var detrends: Bool
    /// Which frequencies are kept; all if nil.
    public var filter: TemporalFilter?
    /// How each time course is scaled at the end.
    public var scale: SignalScale

    /// Settings for cleaning.
    ///
    /// - Parameters:
    ///   - detrends: whether a line is removed from each time course.
    ///   - filter: which frequencies are kept; nil for all.
    ///   - scale: what each time course is finally divided by.
    public init(detrends: Bool = true, filter: TemporalFilter? = nil, scale: SignalScale = .zScore) {
        self.detrends = detrends
        self.filter = filter
        self.scale = scale
    }

    /// The cleaned signals: kept samples x voxels.
    ///
    /// - Parameters:
    ///   - signals: the time courses, samples x voxels.
    ///   - confounds: what is regressed out, samples x confounds; nil for none.
    ///   - kept: the samples that are kept, ascending; all if nil. Frames with motion are left out so ("scrubbing").
    ///   - runs: the runs of the samples; all samples are one run if nil.
    ///
    /// Throws `EncodingError` if the confounds do not have as many samples, or one that is NaN or infinite, the filter
    /// does not fit the run, a run has too few samples, or confounds and cosines leave nothing of it, and
    /// `CancellationError`.
    public func clean<Element: Scalar>(
        _ signals: Matrix<Element>, confounds: Matrix<Double>? = nil, keeping kept: [Int]? = nil,
        runs: Runs? = nil
    ) throws -> Matrix<Element> {
        try filter?.check()
        if let confounds {
            guard confounds.rows == signals.rows else {
                throw EncodingError.sampleCount(
                    what: "confounds", count: confounds.rows, expected: signals.rows)
            }
            if let index = confounds.elements.firstIndex(where: { !$0.isFinite }) {
                throw EncodingError.parameter(
                    name:
                        "the confound in column \(index % confounds.columns), sample \(index / confounds.columns),",
                    value: "\(confounds.elements[index])",
                    expected:
                        "a number; fill the first sample of derivatives, as `confounds(_:)` of a table does")
            }
        }
        if let kept {
            let isAscending = zip(kept, kept.dropFirst()).allSatisfy { $0 < $1 }
            try checkParameter(
                "the kept samples", "\(kept.count) indices from \(kept.first ?? 0) to \(kept.last ?? 0)",
                expected: "ascending and within the \(signals.rows) samples",
                isAscending && kept.first ?? 0 >= 0 && kept.last ?? 0 < signals.rows)
        }
        var parts: [Matrix<Element>] = []
        for (index, range) in try Runs.ranges(of: runs, samples: signals.rows).enumerated() {
            try Task.checkCancellation()
            let own = kept.map { kept in kept.filter(range.contains).map { $0 - range.lowerBound } }
            try checkParameter(
                "the number of kept samples of run \(index)", own?.count ?? range.count,
                expected: "at least 2",
                (own?.count ?? range.count) >= 2)
            parts.append(
                try RunCleaning(self, samples: range.count, kept: own).clean(
                    signals.rows(range), confounds: confounds?.rows(range)))
        }
        return .stacked(parts)
    }
}

extension Matrix {
    /// The time courses (samples x voxels) without drift, filtered, and without what the confounds explain.
    ///
    /// ```swift
    /// let motion = try confounds.confounds(.motion(.full), .aCompCor(5))
    /// let clean = try responses.cleaned(
    ///     confounds: motion.matrix, filter: .cosine(highPass: 0.008, repetitionTime: 2), runs: runs)
    /// ```
    ///
    /// See `SignalCleaning` for the order and for what is thrown.
    ///
    /// - Parameters:
    ///   - confounds: what is regressed out: samples x confounds; nil for none.
    ///   - filter: which frequencies are kept; nil for all.
    ///   - detrends: whether a line is removed from each time course.
    ///   - scale: what each time course is finally divided by.
    ///   - kept: the indices of the samples that are kept, ascending, from zero; nil for all.
    ///   - runs: the runs of the samples; nil for one run.
    public func cleaned(
        confounds: Matrix<Double>? = nil, filter: TemporalFilter? = nil, detrends: Bool = true,
        scale: SignalScale = .zScore, keeping kept: [Int]? = nil, runs: Runs? = nil
    ) throws -> Matrix {
        try SignalCleaning(detrends: detrends, filter: filter, scale: scale)
            .clean(self, confounds: confounds, keeping: kept, runs: runs)
    }
}
