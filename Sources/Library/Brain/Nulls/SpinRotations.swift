import Encoding
import Formats
import Foundation
import Tensors

/// Random rotations of maps on the spherical cortex, which preserve the similarity of neighbors: the null of "two maps
/// go together".
///
/// ```swift
/// let spins = try SpinRotations(sphere: centroids, isRight: isRight, count: 1000, matching: .onceEach, seed: 1)
/// let test = try MapCorrelation(gain, myelin, spins: spins)
/// test.p
/// ```
///
/// A rotation is drawn for the left hemisphere and mirrored for the right one. The same rearrangements as neuromaps'
/// `gen_spinsamples` for `RandomState(seed)`.
/// Source: Alexander-Bloch et al., NeuroImage 178 (2018), 540-551; Váša et al., Cerebral Cortex 28 (2018), 281-294.
public struct SpinRotations: Sendable, Equatable {
    /// Which rotated place each place takes its value from.
    public enum Matching: Sendable {
        /// The nearest one, so that some values may come twice (Alexander-Bloch et al.); for vertices.
        case nearest
        /// Each value once: the place whose nearest rotated one is farthest chooses first (Váša et al.); for parcels.
        case onceEach
    }

    /// For each rotation the index of the place from which each place takes its value.
    public let rearrangements: [[Int32]]
    /// How many rotations are there twice, since no others could be found.
    public let duplicates: Int

    /// Draws rotations.
    ///
    /// - Parameters:
    ///   - sphere: the places, places x 3, on a sphere about zero for each hemisphere.
    ///   - isRight: whether each place is in the right hemisphere.
    ///   - count: how many rotations.
    ///   - matching: from which rotated place a place takes its value.
    ///   - seed: the seed of the rotations.
    ///
    /// Throws `BrainError` if shapes differ, a coordinate is not finite, or there are fewer than two places or no
    /// rotation, and `CancellationError`.
    public init(
        sphere: Matrix<Double>, isRight: [Bool], count: Int = 1000, matching: Matching = .nearest,
        seed: UInt32
    ) throws {
        guard sphere.columns == 3 else {
            throw BrainError.value(
                what: "the places on the sphere", got: "\(sphere.rows) x \(sphere.columns)",
                expected: "places x 3")
        }
        guard isRight.count == sphere.rows else {
            throw BrainError.count(
                what: "hemispheres", got: isRight.count, expected: sphere.rows, of: "places on the sphere")
        }
        guard sphere.rows > 1, sphere.elements.allSatisfy(\.isFinite) else {
            throw BrainError.value(
                what: "the places on the sphere",
                got: sphere.rows > 1 ? "with a coordinate that is not finite" : "\(sphere.rows)",
                expected: "two or more, of finite coordinates in mm")
        }
        try SpinRotations.check(count, bytesEach: 4 * sphere.rows)
        if matching == .onceEach, sphere.rows > 5_000 {
            throw BrainError.value(
                what: "the number of places", got: "\(sphere.rows)",
                expected: "at most 5,000 where each value is taken once; take .nearest for vertices")
        }
        let hemispheres = [false, true].map { side in
            Hemisphere(isRight.indices.filter { isRight[$0] == side }, of: sphere)
        }
        var random = NumpyRandom(seed: seed)
        var seen: Set<[Int32]> = [(0..<Int32(sphere.rows)).map { $0 }]
        var (all, duplicates): ([[Int32]], Int) = ([], 0)
        for _ in 0..<count {
            try Task.checkCancellation()
            var tries = 0
            while true {
                tries += 1
                let left = Rotation(&random)
                var places = [Int32](repeating: 0, count: sphere.rows)
                for (hemisphere, rotation) in zip(hemispheres, [left, left.mirrored]) {
                    hemisphere.take(rotation, matching, into: &places)
                }
                let isNew = seen.insert(places).inserted
                guard isNew || tries == 500 else { continue }
                if !isNew { duplicates += 1 }
                all.append(places)
                break
            }
        }
        (rearrangements, self.duplicates) = (all, duplicates)
    }

    /// The values of a map after each rotation: rotations x places. Throws `BrainError.count` for another number of values.
    public func rearranged(_ values: [Double]) throws -> Matrix<Double> {
        try require(values)
        return Matrix(rearrangements.map { order in order.map { values[Int($0)] } })
    }

    /// Throws `BrainError.count` if there is not one value for each place.
    func require(_ values: [Double]) throws {
        let places = rearrangements.first?.count ?? 0
        guard values.count == places else {
            throw BrainError.count(
                what: "values of the map", got: values.count, expected: places, of: "places on the sphere")
        }
    }

    /// Throws `BrainError.value` if there are no null maps, or more of so many bytes than fit into memory.
    static func check(_ count: Int, bytesEach: Int) throws {
        guard (1...1_000_000).contains(count) else {
            throw BrainError.value(
                what: "the number of null maps", got: "\(count)", expected: "1 to 1,000,000")
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: bytesEach)
        guard !overflow, bytes < 1 << 26 || bytes <= availableMemory() / 2 else {
            throw BrainError.value(
                what: "the number of null maps", got: "\(count)",
                expected: "fewer: so many do not fit into memory")
        }
    }
}

/// A rotation, as the rows of a matrix by which row vectors are multiplied.
private struct Rotation {
    let rows: [SIMD3<Double>]

    init(rows: [SIMD3<Double>]) { self.rows = rows }

    /// The orthogonal part of a matrix of normal numbers, whose rotations are evenly spread (Blaser & Fryzlewicz 2016).
    init(_ random: inout NumpyRandom) {
        let drawn = (0..<9).map { _ in random.gaussian() }
        // By Gram and Schmidt the diagonal of R is positive, which makes Q unique.
        var columns: [SIMD3<Double>] = []
        for column in 0..<3 {
            var vector = SIMD3(drawn[column], drawn[3 + column], drawn[6 + column])
            // Twice, so that rounding leaves the columns orthogonal.
            for _ in 0..<2 {
                for other in columns { vector -= other * (vector * other).sum() }
            }
            columns.append(vector / (vector * vector).sum().squareRoot())
        }
        let cross = SIMD3(
            columns[1].y * columns[2].z - columns[1].z * columns[2].y,
            columns[1].z * columns[2].x - columns[1].x * columns[2].z,
            columns[1].x * columns[2].y - columns[1].y * columns[2].x)
        if (columns[0] * cross).sum() < 0 { columns[0] = -columns[0] }
        rows = (0..<3).map { row in SIMD3(columns[0][row], columns[1][row], columns[2][row]) }
    }

    /// The same rotation seen in a mirror between the hemispheres.
    var mirrored: Rotation {
        Rotation(rows: [rows[0] * SIMD3(1, -1, -1), rows[1] * SIMD3(-1, 1, 1), rows[2] * SIMD3(-1, 1, 1)])
    }

    /// The place to which a place is taken.
    func taken(_ place: SIMD3<Double>) -> SIMD3<Double> {
        rows[0] * place.x + rows[1] * place.y + rows[2] * place.z
    }

    /// The place that is taken to a place.
    func source(_ place: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3((rows[0] * place).sum(), (rows[1] * place).sum(), (rows[2] * place).sum())
    }
}

/// The places of one hemisphere.
private struct Hemisphere {
    let places: [Int]
    let points: [SIMD3<Double>]
    let index: SphereIndex

    init(_ places: [Int], of sphere: Matrix<Double>) {
        self.places = places
        points = places.map { SIMD3(sphere[$0, 0], sphere[$0, 1], sphere[$0, 2]) }
        index = SphereIndex(points)
    }

    func take(_ rotation: Rotation, _ matching: SpinRotations.Matching, into result: inout [Int32]) {
        guard !places.isEmpty else { return }
        switch matching {
        case .nearest:
            // The rotated place nearest to a place is the one whose source is nearest to that place's source.
            let found = nearest(points.map(rotation.source))
            for (place, source) in zip(places, found) { result[place] = Int32(places[Int(source)]) }
        case .onceEach:
            let found = onceEach(points.map(rotation.taken))
            for (place, source) in zip(places, found) { result[place] = Int32(places[source]) }
        }
    }

    private func nearest(_ sources: [SIMD3<Double>]) -> [Int32] {
        [Int32](unsafeUninitializedCapacity: sources.count) { target, count in
            guard let out = target.baseAddress else { return }
            // Each element is written by one thread alone.
            parallelFor(sources.count, grain: 512) { range in
                for item in range { (out + item).initialize(to: index.nearest(to: sources[item])) }
            }
            count = sources.count
        }
    }

    /// Each rotated place once: the place whose nearest free one is farthest chooses first.
    private func onceEach(_ rotated: [SIMD3<Double>]) -> [Int] {
        let count = points.count
        let distances = (0..<count).map { row in
            rotated.map { other -> Double in
                let offset = points[row] - other
                return (offset * offset).sum().squareRoot()
            }
        }
        var isFree = [Bool](repeating: true, count: count)
        func nearestFree(_ row: Int) -> (Int, Double) {
            var (best, distance) = (-1, Double.infinity)
            for column in 0..<count where isFree[column] && distances[row][column] < distance {
                (best, distance) = (column, distances[row][column])
            }
            return (best, distance)
        }
        var nearest = (0..<count).map(nearestFree)
        var chosen = [Int](repeating: -1, count: count)
        for _ in 0..<count {
            var row = -1
            for other in 0..<count where chosen[other] < 0 {
                if row < 0 || nearest[other].1 > nearest[row].1 { row = other }
            }
            let column = nearest[row].0
            chosen[row] = column
            isFree[column] = false
            for other in 0..<count where chosen[other] < 0 && nearest[other].0 == column {
                nearest[other] = nearestFree(other)
            }
        }
        return chosen
    }
}

extension SpinRotations: CustomStringConvertible {
    /// How many rotations of how many places.
    public var description: String {
        "\(rearrangements.count) rotations of \(rearrangements.first?.count ?? 0) places"
            + (duplicates > 0 ? ", \(duplicates) of them twice" : "")
    }
}
