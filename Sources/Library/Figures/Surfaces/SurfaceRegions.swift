import Formats

/// A region for each vertex of a cortex, as a parcellation gives it.
public struct SurfaceRegions: Sendable, Equatable {
    /// The names, in the order in which they first occur, the left hemisphere first.
    public let names: [String]
    /// For each vertex the place of its region among `names`; nil for none.
    private let leftLabels: [Int?]
    private let rightLabels: [Int?]

    /// The region of each vertex of the left hemisphere; empty for none.
    public var left: [String] { leftLabels.map { $0.map { names[$0] } ?? "" } }
    /// The region of each vertex of the right hemisphere; empty for none.
    public var right: [String] { rightLabels.map { $0.map { names[$0] } ?? "" } }

    /// The region of each vertex by name; an empty name is none. A hemisphere that the surface lacks has no names.
    ///
    /// - Parameters:
    ///   - left: the region of each vertex of the left hemisphere; empty for none.
    ///   - right: the same of the right hemisphere.
    public init(left: [String] = [], right: [String] = []) {
        var names: [String] = []
        var known: [String: Int] = [:]
        func places(_ labels: [String]) -> [Int?] {
            labels.map { label in
                guard !label.isEmpty else { return nil }
                if let place = known[label] { return place }
                known[label] = names.count
                names.append(label)
                return names.count - 1
            }
        }
        leftLabels = places(left)
        rightLabels = places(right)
        self.names = names
    }

    /// The region of each vertex by number, as GIFTI and annotation files hold them, and the names of the numbers.
    ///
    /// Zero and negative numbers have no region unless `names` has them; a number without a name is named by itself.
    ///
    /// - Parameters:
    ///   - left: the region of each vertex of the left hemisphere; empty for none.
    ///   - right: the same of the right hemisphere.
    ///   - names: the name of each number.
    public init(left: [Int] = [], right: [Int] = [], names: [Int: String]) {
        func named(_ labels: [Int]) -> [String] {
            labels.map { names[$0] ?? ($0 > 0 ? "region \($0)" : "") }
        }
        self.init(left: named(left), right: named(right))
    }

    /// The place in `names` of each vertex's region; nil for a vertex of none.
    package func labels(_ side: Hemisphere) -> [Int?] { side == .left ? leftLabels : rightLabels }

    /// Throws `FigureError.count` if there is not one for each vertex of a surface.
    package func check(_ surface: CorticalSurface) throws {
        for side in Hemisphere.allCases {
            let expected = surface[side]?.vertexCount ?? 0
            guard labels(side).count == expected else {
                throw FigureError.count(
                    of: "regions of the \(side.rawValue) hemisphere of \(surface.name)",
                    expected: expected, got: labels(side).count)
            }
        }
    }
}

extension SurfaceRegions: CustomStringConvertible {
    public var description: String {
        "\(names.count) regions on a surface: \(AltText.listed(names))"
    }
}
