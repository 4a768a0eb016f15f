import Foundation

extension SurfaceSampling {
    /// Places evenly spread within `radius` mm of the vertex; the 20 without `samples` are those of nilearn's "ball".
    ///
    /// nilearn also has fixed places for 10, 40, 80 and 160, and random ones for other numbers; here they lie on a spiral,
    /// so means differ a little.
    ///
    /// - Parameters:
    ///   - radius: how far the places may be from the vertex, in mm, above 0.
    ///   - samples: how many places there are.
    public static func ball(radius: Double = 3, samples: Int = 20) -> SurfaceSampling {
        guard radius > 0, radius.isFinite else {
            return refused("the radius of a ball is \(radius) mm, but must be finite and above 0")
        }
        return sampling(samples) { count in
            let places = count == 20 ? twentyInBall : spiral(max(count, 0))
            return .offsets(places.map { $0 * radius })
        }
    }

    /// Radii of shells of equal volume; along the list the directions go around, not from pole to pole.
    private static func spiral(_ count: Int) -> [SIMD3<Double>] {
        let golden = Double.pi * (3 - 5.0.squareRoot())
        let step = count % 7 == 0 ? 11 : 7
        return (0..<count).map { index in
            let length = cbrt((Double(index) + 0.5) / Double(count))
            let turn = index * step % count
            let height = 1 - 2 * (Double(turn) + 0.5) / Double(count)
            let width = (1 - height * height).squareRoot()
            let angle = golden * Double(turn)
            return SIMD3(cos(angle) * width, sin(angle) * width, height) * length
        }
    }

    /// The centers of 20 clusters of points drawn evenly from the unit ball. Source: nilearn 0.14.1 (BSD 3-clause),
    /// surface/data/ball_cloud_20_samples.csv.
    private static let twentyInBall: [SIMD3<Double>] = [
        SIMD3(0.584221654868, 0.437616478486, 0.0166375794206),
        SIMD3(-0.219484768624, -0.710937238603, -0.065374493451),
        SIMD3(-0.0447152884489, 0.706497313612, -0.178658311431),
        SIMD3(-0.670716025369, -0.236754285701, -0.179221295758),
        SIMD3(0.21785499016, -0.278528500072, -0.65607210212),
        SIMD3(0.687157379691, -0.222853396334, 0.172351324077),
        SIMD3(0.208094366118, -0.527984968193, 0.46465028784),
        SIMD3(-0.348615765662, 0.551528350711, 0.339322256756),
        SIMD3(-0.148379762072, 0.0255495981171, 0.721382998567),
        SIMD3(0.639999993975, -0.0412494355307, -0.355466497259),
        SIMD3(0.347398351945, -0.63113879338, -0.151133727963),
        SIMD3(0.285133982852, 0.393372523995, -0.558601714678),
        SIMD3(-0.276736087174, 0.197890323365, -0.650949737846),
        SIMD3(0.19261902117, 0.564667229523, 0.420966224093),
        SIMD3(-0.278867278488, -0.403582921574, -0.558175470021),
        SIMD3(-0.395409430007, -0.473494480299, 0.418340955727),
        SIMD3(0.437091927879, 0.0628130976324, 0.601111453512),
        SIMD3(-0.597360541016, 0.370974957633, -0.195783820525),
        SIMD3(-0.00334600530989, -0.0220422434165, 0.0199325785175),
        SIMD3(-0.658917610695, 0.0581764754783, 0.353354290988),
    ]
}
