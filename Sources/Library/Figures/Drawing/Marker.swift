/// The shape of a point, which tells series apart where colors do not.
enum Marker: CaseIterable, Sendable {
    case circle, square, triangle, diamond, downTriangle, plus

    /// The marker of a series by its place.
    static func of(_ index: Int) -> Marker { allCases[index % allCases.count] }

    /// The shape about a spot, of about the area of a disc of the radius.
    func shape(at spot: Spot, radius: Double) -> Shape {
        func corners(_ places: [Spot]) -> Shape {
            .polygon(places.map { (spot.x + $0.x * radius, spot.y + $0.y * radius) })
        }
        switch self {
        case .circle: return .disc(spot, radius: radius)
        case .square:
            let half = 0.9 * radius
            return .rectangle(x: spot.x - half, y: spot.y - half, width: 2 * half, height: 2 * half)
        case .triangle: return corners([(0, -1.3), (1.2, 0.9), (-1.2, 0.9)])
        case .downTriangle: return corners([(0, 1.3), (1.2, -0.9), (-1.2, -0.9)])
        case .diamond: return corners([(0, -1.35), (1.15, 0), (0, 1.35), (-1.15, 0)])
        case .plus:
            let (long, short) = (1.25, 0.42)
            return corners([
                (-short, -long), (short, -long), (short, -short), (long, -short), (long, short),
                (short, short),
                (short, long), (-short, long), (-short, short), (-long, short), (-long, -short),
                (-short, -short),
            ])
        }
    }

    /// What Vega calls the shape.
    var vegaName: String {
        switch self {
        case .circle: "circle"
        case .square: "square"
        case .triangle: "triangle-up"
        case .diamond: "diamond"
        case .downTriangle: "triangle-down"
        case .plus: "cross"
        }
    }
}

/// How lines of several series are dashed: lengths of marks and gaps.
enum LineDash {
    private static let patterns: [[Double]] = [[], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4]]

    /// The dashes of a series by its place; the first line is solid.
    static func of(_ index: Int) -> [Double] { patterns[index % patterns.count] }
}
