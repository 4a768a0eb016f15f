import Encoding
import Foundation
import Tensors

/// Reads a fixture that Tests/Oracles/encoding_*.py wrote.
func fixture<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Fixtures")
    return try JSONDecoder().decode(
        type, from: Data(contentsOf: folder.appendingPathComponent(name + ".json")))
}

extension Matrix {
    /// The matrix that a fixture lists row by row.
    init(listed rows: [[Double]]) { self.init(rows.map { $0.map { Element($0) } }) }
}

/// The largest difference of two lists, in units of the largest of `expected`; a NaN on one side alone is infinite.
func relativeError(_ found: [Double], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let scale = max(expected.filter(\.isFinite).map(abs).max() ?? 0, 1e-300)
    return zip(found, expected).map { a, b in
        a.isNaN && b.isNaN ? 0 : a.isNaN != b.isNaN ? .infinity : abs(a - b) / scale
    }.max() ?? 0
}

extension NumpyRandom {
    /// Independent standard normal numbers, in the order in which numpy fills rows x columns.
    mutating func normal(_ rows: Int, _ columns: Int) -> Matrix<Double> {
        Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in gaussian() })
    }
}
