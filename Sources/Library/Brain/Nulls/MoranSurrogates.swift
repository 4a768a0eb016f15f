import Encoding
import Tensors

/// Random maps with the spatial autocorrelation of a given one, for volumes and wherever distances are known.
///
/// ```swift
/// let moran = try MoranSurrogates(coordinates: centroids)             // places x 3, in mm
/// let test = try MapCorrelation(a, b, moran: moran, count: 1000, seed: 1)
/// ```
///
/// The map is taken apart into the eigenvectors of the centered matrix of weights (1 over the distance), each of which gets
/// a random sign (the singleton procedure), as brainspace's `MoranRandomization` does it.
/// Source: Wagner & Dray, Methods in Ecology and Evolution 6 (2015), 1169-1178.
public struct MoranSurrogates: Sendable {
    /// The eigenvalues of the centered weights, largest first, without those that are zero.
    public let eigenvalues: [Double]
    /// The eigenvectors, one per row.
    private let vectors: Matrix<Double>

    /// Of places in mm, places x 3.
    ///
    /// - Parameter coordinates: in mm, places x 3.
    ///
    /// Throws `BrainError` if there are fewer than three or more than 5,000 places (average over regions first), two lie at
    /// the same place, or a coordinate is not finite.
    public init(coordinates: Matrix<Double>) throws {
        guard coordinates.columns == 3 else {
            throw BrainError.value(
                what: "the coordinates", got: "\(coordinates.rows) x \(coordinates.columns)",
                expected: "places x 3")
        }
        try MoranSurrogates.check(coordinates.rows)
        let points = (0..<coordinates.rows).map { row in
            SIMD3(coordinates[row, 0], coordinates[row, 1], coordinates[row, 2])
        }
        var distances = Matrix<Double>(rows: points.count, columns: points.count)
        for row in points.indices {
            for column in points.indices {
                let offset = points[row] - points[column]
                distances[row, column] = (offset * offset).sum().squareRoot()
            }
        }
        try self.init(distances: distances)
    }

    /// Of distances between places, places x places, in any unit; those of a place from itself are not looked at.
    ///
    /// - Parameter distances: places x places, symmetric, in any unit.
    ///
    /// Throws `BrainError` if the matrix is not square and symmetric, two places have no distance, or the weights (1 for a
    /// place with itself) are all the same.
    public init(distances: Matrix<Double>) throws {
        let count = distances.rows
        guard distances.columns == count else {
            throw BrainError.value(
                what: "the distances", got: "\(count) x \(distances.columns)", expected: "places x places")
        }
        try MoranSurrogates.check(count)
        var weights = Matrix<Double>(rows: count, columns: count)
        for row in 0..<count {
            for column in 0..<count {
                let (distance, back) = (distances[row, column], distances[column, row])
                guard row == column || (distance > 0 && distance.isFinite) else {
                    throw BrainError.value(
                        what: "the distance of places \(row) and \(column)", got: "\(distance)",
                        expected: "above zero and finite")
                }
                guard abs(distance - back) <= 1e-9 * max(abs(distance), abs(back)) else {
                    throw BrainError.value(
                        what: "the distance of places \(row) and \(column)", got: "\(distance) and \(back)",
                        expected: "the same both ways")
                }
                weights[row, column] = row == column ? 1 : 1 / distance
            }
        }
        let means = (0..<count).map { weights.row($0).reduce(0, +) / Double(count) }
        let mean = means.reduce(0, +) / Double(count)
        // A weight of its own for no pair: the centered matrix is nothing but rounding.
        let total = mean * Double(count)
        for row in 0..<count {
            for column in 0..<count { weights[row, column] += mean - means[row] - means[column] }
        }
        let (values, columns) = try weights.eigh()
        let order = values.indices.sorted { values[$0] > values[$1] }
        // One is zero, that of the constant map; of it nothing but rounding is left.
        let largest = values.reduce(0) { max($0, abs($1)) }
        guard largest > 1e-12 * total else {
            throw BrainError.value(
                what: "the distance of every two places", got: "1",
                expected: "different ones, or in another unit: a place has the weight 1 with itself and 1 "
                    + "over the distance with others, so that these maps would have no spatial structure")
        }
        let kept = order.filter { abs(values[$0]) > 1e-10 * largest }
        eigenvalues = kept.map { values[$0] }
        vectors = Matrix(kept.map { columns.column($0) })
    }

    private static func check(_ count: Int) throws {
        guard (3...5_000).contains(count) else {
            throw BrainError.value(
                what: "the number of places", got: "\(count)",
                expected:
                    "3 to 5,000: of more, the matrix of distances is too large; average over regions first")
        }
    }

    /// Random maps with the mean, the variance and the spatial autocorrelation of a map: maps x places.
    ///
    /// - Parameters:
    ///   - values: one for each place.
    ///   - count: how many maps are made.
    ///   - seed: the seed of the random numbers.
    ///
    /// Throws `BrainError` for another number of values than places, or one that is not finite.
    public func surrogates(of values: [Double], count: Int = 1000, seed: UInt32) throws -> Matrix<Double> {
        // Signs, the surrogates and a copy of them.
        try SpinRotations.check(count, bytesEach: 8 * (vectors.rows + 2 * vectors.columns))
        guard values.count == vectors.columns else {
            throw BrainError.count(
                what: "values of the map", got: values.count, expected: vectors.columns, of: "places")
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw BrainError.value(
                what: "value number \(index) of the map", got: "\(values[index])", expected: "a finite number"
            )
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let centered = values.map { $0 - mean }
        let square = centered.reduce(0) { $0 + $1 * $1 }
        // The correlation of the map with each vector, which is of length one; nothing of a constant map.
        let correlations = (0..<vectors.rows).map { row -> Double in
            let vector = vectors.row(row)
            let own = vector.reduce(0, +) / Double(vector.count)
            let spread = vector.reduce(0) { $0 + ($1 - own) * ($1 - own) }
            let product = zip(centered, vector).reduce(0) { $0 + $1.0 * ($1.1 - own) }
            return square > 0 ? product / (square * spread).squareRoot() : 0
        }
        var random = NumpyRandom(seed: seed)
        let signed = Matrix<Double>(rows: count, columns: vectors.rows) { target in
            for index in 0..<count * vectors.rows {
                let isUp = random.integer(through: 1) == 1
                target[index] =
                    isUp ? correlations[index % vectors.rows] : -correlations[index % vectors.rows]
            }
        }
        // (n - 1) times the variance is the sum of squares.
        return multiply(signed, vectors) * square.squareRoot() + mean
    }
}

extension MoranSurrogates: CustomStringConvertible {
    /// How many places and eigenvectors.
    public var description: String {
        "Moran surrogates of \(vectors.columns) places, \(vectors.rows) eigenvectors"
    }
}
