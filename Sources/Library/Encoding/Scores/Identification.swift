import Display
import Tensors

/// How well the pattern of responses to each sample tells which prediction belongs to it.
///
/// ```swift
/// let predictions = try fit.predict(testFeatures)
/// let identification = try Identification(predictions: predictions, responses: testResponses)
/// identification.accuracy                 // chance is 1 / samples
/// identification.twoVersusTwoAccuracy     // chance is 0.5
/// ```
public struct Identification: Sendable, Equatable {
    /// The correlation over voxels of every response (rows) with every prediction (columns): samples x samples.
    public let correlations: Matrix<Double>

    /// Compares patterns over voxels; voxels with a NaN are left out.
    ///
    /// - Parameters:
    ///   - predictions: samples x voxels.
    ///   - responses: samples x voxels.
    ///
    /// Throws `EncodingError` if shapes differ, or there are fewer than 2 samples or fewer than 2 voxels without NaN.
    public init<Element: Scalar>(predictions: Matrix<Element>, responses: Matrix<Element>) throws {
        try checkShapes(predictions, of: responses)
        let bad = Set(ColumnStatistics(predictions).notFinite + ColumnStatistics(responses).notFinite)
        let voxels = (0..<responses.columns).filter { !bad.contains($0) }
        for (name, count) in [
            ("the number of samples", responses.rows), ("the number of voxels without NaN", voxels.count),
        ] {
            try checkParameter(name, count, expected: "2 or more", count >= 2)
        }
        func patterns(_ matrix: Matrix<Element>) throws -> Matrix<Double> {
            try matrix.columns(at: voxels).converted(to: Double.self).transposed().zScored()
        }
        let products = multiply(try patterns(responses), transposed: true, try patterns(predictions))
        correlations = products * (1 / Double(voxels.count))
    }

    /// The share of samples whose response pattern correlates best with its own prediction, among all predictions;
    /// chance is 1 / samples.
    ///
    /// Source: Kay, Naselaris, Prenger & Gallant (2008).
    public var accuracy: Double {
        let hits = (0..<correlations.rows).count { sample in
            let row = correlations.row(sample)
            return row.indices.allSatisfy { $0 == sample || row[$0] < row[sample] }
        }
        return Double(hits) / Double(correlations.rows)
    }

    /// The share of pairs of samples that are told apart: the two right matches correlate more, in sum, than the two
    /// wrong ones; chance is 0.5.
    ///
    /// Source: the 2V2 accuracy of Mitchell et al. (2008), with Pearson's correlation.
    public var twoVersusTwoAccuracy: Double {
        var (hits, pairs) = (0, 0)
        for i in 0..<correlations.rows {
            for j in 0..<i {
                pairs += 1
                if correlations[i, i] + correlations[j, j] > correlations[i, j] + correlations[j, i] {
                    hits += 1
                }
            }
        }
        return Double(hits) / Double(pairs)
    }
}

extension Identification: Displayable, CustomStringConvertible {
    /// Both accuracies beside chance.
    public var mimeBundle: MIMEBundle {
        Table(
            "Identification of \(Number.counted(correlations.rows, "sample"))",
            [
                .text("", ["among all samples", "two versus two"]),
                .numbers("accuracy", [accuracy, twoVersusTwoAccuracy]),
                .numbers("chance", [1 / Double(correlations.rows), 0.5]),
            ]
        ).mimeBundle
    }
}
