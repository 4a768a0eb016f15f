/// How the p values of several tests are corrected for their number.
///
/// The same as statsmodels' `multipletests` with `bonferroni`, `holm`, `fdr_bh` and `fdr_by`.
public enum PValueCorrection: String, Sendable, CaseIterable {
    /// p values as they are.
    case none
    /// Bonferroni's, which controls the probability of any false alarm.
    case bonferroni
    /// Holm's, which controls the same and finds at least as much.
    case holm
    /// Benjamini and Hochberg's false discovery rate.
    case benjaminiHochberg
    /// Benjamini and Yekutieli's false discovery rate, under any dependence of the tests.
    case benjaminiYekutieli

    /// The corrected p values (`q` where a false discovery rate is controlled); NaN stays NaN and counts as no test.
    ///
    /// Throws `EncodingError` if a p is below 0 or above 1.
    public func corrected(_ p: [Double]) throws -> [Double] {
        // The check is that of the false discovery rates.
        let rates = try p.falseDiscoveryRates()
        let order = p.indices.filter { !p[$0].isNaN }.sorted { p[$0] < p[$1] }
        let count = Double(order.count)
        switch self {
        case .none: return p
        case .bonferroni: return p.map { $0.isNaN ? $0 : min(1, $0 * count) }
        case .holm:
            var corrected = p
            var largest = 0.0
            for (rank, index) in order.enumerated() {
                largest = max(largest, min(1, p[index] * (count - Double(rank))))
                corrected[index] = largest
            }
            return corrected
        case .benjaminiHochberg: return rates
        case .benjaminiYekutieli:
            let harmonic = order.indices.reduce(0) { $0 + 1 / Double($1 + 1) }
            return rates.map { $0.isNaN ? $0 : min(1, $0 * harmonic) }
        }
    }

    /// The name of the correction, as a figure's note gives it.
    public var name: String {
        switch self {
        case .none: "uncorrected"
        case .bonferroni: "Bonferroni"
        case .holm: "Holm"
        case .benjaminiHochberg: "Benjamini-Hochberg"
        case .benjaminiYekutieli: "Benjamini-Yekutieli"
        }
    }
}

extension PValueCorrection: CustomStringConvertible {
    public var description: String { name }
}

/// How many standard errors the confidence interval of a mean of `count` values reaches to either side, by Student's t.
package func intervalReach(level: Double, count: Int) -> Double {
    count < 2 ? .nan : studentQuantile((1 + level) / 2, degrees: Double(count - 1))
}
