/// How numbers of a volume get onto the vertices of a surface: at which places about each vertex, and what of them.
///
/// ```swift
/// let sampling = SurfaceSampling.ribbon(to: white)          // between the pial surface and the white one
/// let map = try bold.sampled(on: pial, sampling)           // volumes x vertices
/// let labels = try atlas.sampled(on: pial, sampling.mostFrequent).row(0)
/// ```
///
/// Places, rules and what counts as outside are nilearn's `vol_to_surf`: a place outside the image or the mask is left
/// out, and a vertex without any is NaN.
public struct SurfaceSampling: Sendable, Equatable {
    /// The places about each vertex.
    public enum Places: Sendable, Equatable {
        /// The vertex alone.
        case vertex
        /// Along the normal, at some mm outward of the vertex.
        case normal(offsets: [Double])
        /// On the way to the same vertex of another mesh: 0 is here, 1 is there.
        case ribbon(to: SurfaceMesh, depths: [Double])
        /// Around the vertex, at some mm from it.
        case offsets([SIMD3<Double>])
    }

    /// What becomes of the numbers at the places.
    public enum Rule: String, Sendable, CaseIterable {
        /// The mean of the numbers that straight lines between the voxels give.
        case linear
        /// The mean of the nearest voxels' numbers.
        case nearest
        /// The number that most of the nearest voxels have, of several the smallest: for labels. NaN in the volume counts as
        /// outside, as for the means; nilearn 0.14.1 counts it, and a vertex near more NaN than any label is NaN there.
        case mostFrequent
    }

    /// The places about each vertex.
    public let places: Places
    /// What becomes of the numbers there.
    public let rule: Rule
    /// Why nothing can be sampled so; the places were not made then.
    let problem: String?

    /// Places and a rule.
    ///
    /// - Parameters:
    ///   - places: where around a vertex the image is read.
    ///   - rule: how its numbers are read there.
    public init(_ places: Places, rule: Rule = .linear) {
        self.init(places, rule, problem: nil)
    }

    private init(_ places: Places, _ rule: Rule, problem: String?) {
        self.places = places
        self.rule = rule
        self.problem = problem
    }

    /// So many places of each vertex, or of more than any memory holds the refusal.
    static func sampling(_ count: Int, _ places: (Int) -> Places) -> SurfaceSampling {
        let limit = 1 << 24
        return count <= limit
            ? SurfaceSampling(places(count))
            : refused("\(count) samples at each vertex are too many; at most \(limit) are possible")
    }

    /// What says why nothing can be sampled so, once it is tried.
    static func refused(_ problem: String) -> SurfaceSampling {
        SurfaceSampling(.vertex, .linear, problem: problem)
    }

    /// The voxel nearest to the vertex.
    public static let nearest = SurfaceSampling(.vertex, rule: .nearest)

    /// Places evenly spaced along the normal, from `radius` mm outward to as much inward: nilearn's "line".
    public static func line(radius: Double = 3, samples: Int = 10) -> SurfaceSampling {
        sampling(samples) { .normal(offsets: spread(from: radius, to: -radius, $0)) }
    }

    /// Places evenly spaced between this mesh (0) and another (1), as the pial and the white surface: nilearn's "depth".
    public static func ribbon(to inner: SurfaceMesh, samples: Int = 10) -> SurfaceSampling {
        sampling(samples) { .ribbon(to: inner, depths: spread(from: 0, to: 1, $0)) }
    }

    /// Places at given depths between this mesh (0) and another (1); they may lie beyond.
    public static func ribbon(to inner: SurfaceMesh, depths: [Double]) -> SurfaceSampling {
        SurfaceSampling(.ribbon(to: inner, depths: depths))
    }

    /// The same places with the most frequent number of the nearest voxels, for labels. NaN is left out: see
    /// `Rule.mostFrequent`.
    public var mostFrequent: SurfaceSampling { SurfaceSampling(places, .mostFrequent, problem: problem) }

    private static func spread(from first: Double, to last: Double, _ count: Int) -> [Double] {
        guard count > 1 else { return count == 1 ? [first] : [] }
        return (0..<count).map { first + (last - first) * Double($0) / Double(count - 1) }
    }
}
