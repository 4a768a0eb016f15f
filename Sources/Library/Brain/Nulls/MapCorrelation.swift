import Display
import Encoding
import Figures
import Tables
import Tensors

/// Whether two maps of the brain are more strongly correlated than equally smooth maps are by chance.
///
/// ```swift
/// let spins = try SpinRotations(sphere: centroids, isRight: isRight, matching: .onceEach, seed: 1)
/// let test = try MapCorrelation(gain, myelin, spins: spins)
/// test                                    // r, p, and how the nulls are spread
/// ```
public struct MapCorrelation: Sendable, Equatable {
    /// Pearson's correlation of both maps over the places where both have a value.
    public let r: Double
    /// The two-sided p value: `(1 + nulls at least as far from zero) / (1 + nulls)`.
    public let p: Double
    /// The correlation of the second map with each null of the first.
    public let nulls: [Double]
    /// How many places both maps have a value in.
    public let count: Int
    /// How the nulls were made.
    public let method: String

    /// Tests against rotations of the first map.
    ///
    /// - Parameters:
    ///   - first: the map that is rotated, one value for each place; NaN for none.
    ///   - second: the other map.
    ///   - spins: rotations of the sphere.
    ///
    /// Throws `BrainError` if the maps have another number of places than the sphere, or fewer than three in common.
    public init(_ first: [Double], _ second: [Double], spins: SpinRotations) throws {
        let orders = spins.rearrangements
        try spins.require(first)
        try self.init(
            first, second, nulls: orders.count, places: orders.first?.count ?? 0,
            method: "spins of the sphere (\(Number.grouped(orders.count)))"
        ) { index in orders[index].map { first[Int($0)] } }
    }

    /// Tests against surrogates of the first map; places where either has no value must be left out before.
    ///
    /// - Parameters:
    ///   - first: the map that is rotated or replaced, one value for each place; NaN for none.
    ///   - second: the other map.
    ///   - moran: surrogates of the places.
    ///   - count: how many surrogates are made.
    ///   - seed: the seed of the random numbers.
    ///
    /// Throws `BrainError` if the maps have another number of places than the surrogates, or a value that is not finite.
    public init(
        _ first: [Double], _ second: [Double], moran: MoranSurrogates, count: Int = 1000, seed: UInt32
    ) throws {
        try self.init(
            first, second, nulls: moran.surrogates(of: first, count: count, seed: seed),
            method: "Moran surrogates (\(Number.grouped(count)), seed \(seed))")
    }

    /// Tests against nulls of the first map that were made elsewhere, nulls x places.
    ///
    /// - Parameters:
    ///   - first: the map that is rotated or replaced, one value for each place; NaN for none.
    ///   - second: the other map.
    ///   - nulls: nulls of the first map: nulls x places.
    ///   - method: how they were made, for the note of a figure.
    public init(_ first: [Double], _ second: [Double], nulls: Matrix<Double>, method: String) throws {
        try self.init(first, second, nulls: nulls.rows, places: nulls.columns, method: method) {
            nulls.row($0)
        }
    }

    /// Tests against so many nulls, one made after another: all of a map of many vertices fill the memory.
    private init(
        _ first: [Double], _ second: [Double], nulls: Int, places: Int, method: String,
        null: (Int) -> [Double]
    ) throws {
        for (what, got) in [("values of the second map", second.count), ("values of a null map", places)]
        where got != first.count {
            throw BrainError.count(what: what, got: got, expected: first.count, of: "values of the first map")
        }
        count = zip(first, second).count { $0.isFinite && $1.isFinite }
        guard count > 2 else {
            throw BrainError.value(
                what: "the number of places with a value in both maps", got: "\(count)", expected: "3 or more"
            )
        }
        r = correlation(first, second)
        self.nulls = try (0..<nulls).map { index in
            try Task.checkCancellation()
            return correlation(null(index), second)
        }
        self.method = method
        let (own, known) = (abs(r), self.nulls.filter { !$0.isNaN })
        // Rounding must not tell a null that is the map itself from it.
        let extreme = known.count { abs($0) >= own * (1 - 1e-12) }
        p = r.isNaN || known.isEmpty ? .nan : Double(1 + extreme) / Double(1 + known.count)
    }

    /// How the correlations of the nulls are spread, with the maps' own as a line.
    ///
    /// - Parameters:
    ///   - title: nil for none; by default it says what the figure shows.
    ///   - note: a line below the title; nil for none, not even to say what error bars and marks mean.
    ///   - style: colors, fonts and grid.
    public func histogram(
        title: String? = "", note: String? = "", style: ChartStyle = .standard
    ) -> Histogram {
        Histogram(
            nulls, title: title == "" ? "Correlation of two maps and of null maps" : title,
            note: note.map {
                [$0, "p = \(Number.probability(p)), \(method)."].filter { !$0.isEmpty }.joined(separator: " ")
            },
            valueTitle: "Pearson r", countTitle: "null maps",
            references: [ReferenceLine(r, "r = \(Number.fixed(r, 3))")], style: style)
    }
}

/// Pearson's correlation over the places where both are finite; NaN where one is constant there.
private func correlation(_ first: [Double], _ second: [Double]) -> Double {
    var (n, a, b, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    // About the first pair, so that means far from zero cost no digits.
    var origin: (Double, Double)?
    for index in first.indices where first[index].isFinite && second[index].isFinite {
        let start = origin ?? (first[index], second[index])
        origin = start
        let (x, y) = (first[index] - start.0, second[index] - start.1)
        n += 1
        a += x
        b += y
        aa += x * x
        bb += y * y
        ab += x * y
    }
    let (xx, yy) = (aa - a * a / n, bb - b * b / n)
    guard n > 1, xx > aa * 1e-14, yy > bb * 1e-14 else { return .nan }
    return min(1, max(-1, (ab - a * b / n) / (xx * yy).squareRoot()))
}

extension MapCorrelation: Displayable, CustomStringConvertible {
    /// r, p, and the middle 95 % of the nulls.
    public var mimeBundle: MIMEBundle {
        let sorted = nulls.filter { !$0.isNaN }.sorted()
        let last = Double(max(0, sorted.count - 1))
        let ends = sorted.isEmpty ? nil : sorted[Int(0.025 * last)]...sorted[Int((0.975 * last).rounded(.up))]
        return Table(
            "Correlation of two maps over \(Number.counted(count, "place"))",
            [
                .numbers("r", [r]), .probabilities("p", [p]), .intervals("95 % of the nulls", [ends]),
                .text("nulls", [method]),
            ]
        ).mimeBundle
    }
}
