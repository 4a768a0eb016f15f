import Foundation
import Tensors

/// Fixtures/matrix.json: what numpy and scipy make of small matrices (Tests/Oracles/matrix.py).
struct MatrixFixture: Decodable {
    struct Numbers: Decodable {
        let rows: Int, columns: Int
        let elements: [Double]

        func matrix<E: Scalar>(_: E.Type = E.self) -> Matrix<E> {
            Matrix(rows: rows, columns: columns, elements: elements.map { E($0) })
        }
    }

    let matrices: [String: Numbers]
    let results: [String: [String: Numbers]]
    let points: Numbers
    let functions: [String: Numbers]
    let linear: [String: Numbers]
    let large: [String: Numbers]

    static let shared: Result<MatrixFixture, any Error> = Result {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode(
            MatrixFixture.self, from: Data(contentsOf: folder.appendingPathComponent("Fixtures/matrix.json")))
    }
}

/// The largest difference in units of the last place of the larger of the expected number and `scale`; infinite where
/// counts, infinities or NaN differ.
func roundings<E: Scalar>(_ found: [E], _ expected: [Double], scale: Double = 0) -> Double {
    guard found.count == expected.count else { return .infinity }
    return zip(found, expected).map { found, expected in
        let rounded = E(expected)
        if found == rounded || (found.isNaN && rounded.isNaN) { return 0 }
        guard found.isFinite, rounded.isFinite else { return .infinity }
        let unit = max(abs(Double(rounded)), scale, Double(E.leastNormalMagnitude)) * Double(E.ulpOfOne)
        return abs(Double(found) - expected) / unit
    }.max() ?? 0
}
