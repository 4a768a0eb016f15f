import Foundation
import Tensors

/// The share of samples whose response pattern correlates best with its own prediction, among all predictions.
///
/// `predictions` and `responses` are samples x voxels; chance is 1 / samples. Voxels with a NaN are left out.
/// Throws `EncodingError` where shapes differ, or there are fewer than 2 samples or fewer than 2 voxels without NaN.
///
/// Source: Kay, Naselaris, Prenger & Gallant (2008).
public func identificationAccuracy<Element: Scalar>(
    predictions: Matrix<Element>, responses: Matrix<Element>
) throws -> Double {
    let r = try patternCorrelations(predictions, responses)
    let hits = (0..<r.rows).count { sample in
        let row = r.row(sample)
        return row.indices.allSatisfy { $0 == sample || row[$0] < row[sample] }
    }
    return Double(hits) / Double(r.rows)
}

/// The share of pairs of samples that are told apart: the two right matches correlate more, in sum, than the two
/// wrong ones.
///
/// `predictions` and `responses` are samples x voxels; chance is 0.5. Voxels with a NaN are left out.
/// Throws `EncodingError` where shapes differ, or there are fewer than 2 samples or fewer than 2 voxels without NaN.
///
/// Source: the 2V2 accuracy of Mitchell et al. (2008), with Pearson's correlation.
public func twoVersusTwoAccuracy<Element: Scalar>(
    predictions: Matrix<Element>, responses: Matrix<Element>
) throws -> Double {
    let r = try patternCorrelations(predictions, responses)
    var (hits, pairs) = (0, 0)
    for i in 0..<r.rows {
        for j in 0..<i {
            pairs += 1
            if r[i, i] + r[j, j] > r[i, j] + r[j, i] { hits += 1 }
        }
    }
    return Double(hits) / Double(pairs)
}

/// The correlation over voxels of every response (rows) with every prediction (columns).
private func patternCorrelations<Element: Scalar>(
    _ predictions: Matrix<Element>, _ responses: Matrix<Element>
) throws -> Matrix<Double> {
    try checkShapes(predictions, of: responses)
    let bad = Set(ColumnStatistics(predictions).notFinite + ColumnStatistics(responses).notFinite)
    let voxels = (0..<responses.columns).filter { !bad.contains($0) }
    for (name, count) in [
        ("the number of samples", responses.rows), ("the number of voxels without NaN", voxels.count),
    ] where count < 2 {
        throw EncodingError.parameter(name: name, value: "\(count)", expected: "2 or more")
    }
    func patterns(_ matrix: Matrix<Element>) throws -> Matrix<Double> {
        try matrix.columns(at: voxels).converted(to: Double.self).transposed().zScored()
    }
    let products = multiply(try patterns(responses), transposed: true, try patterns(predictions))
    return products.scalingRows(by: Array(repeating: 1 / Double(voxels.count), count: products.rows))
}
