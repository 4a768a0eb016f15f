/// The sides from which a glass brain is seen.
public enum BrainSide: String, Sendable, CaseIterable {
    /// From the side, through both hemispheres; anterior is to the right.
    case sagittal
    /// From behind: the subject's left is to the left.
    case coronal
    /// From above: the subject's left is to the left.
    case axial
    /// The left hemisphere alone, from the side.
    case left
    /// The right hemisphere alone, from the side.
    case right

    /// The axes (0 right, 1 anterior, 2 superior) that run to the right and upwards in the picture, and that is seen along.
    package var axes: (across: Int, up: Int, along: Int) {
        switch self {
        case .sagittal, .left, .right: (1, 2, 0)
        case .coronal: (0, 2, 1)
        case .axial: (0, 1, 2)
        }
    }

    /// What lies at the edges.
    package var edges: [String] { axes.across == 1 ? ["P", "A"] : ["L", "R"] }

    package var title: String {
        switch self {
        case .left: "left hemisphere"
        case .right: "right hemisphere"
        default: rawValue
        }
    }
}

/// The outline of MNI152 (ICBM 2009, nonlinear, symmetric), in mm: the silhouette of the brain and, paler, its sulci.
package enum BrainOutline {
    /// The curves of a side.
    package static func mni152(_ side: BrainSide) -> [BrainPanel.Curve] {
        let (silhouette, sulci) =
            switch side.axes.along {
            case 0: (MNI152Outline.sagittalSilhouette, MNI152Outline.sagittalSulci)
            case 1: (MNI152Outline.coronalSilhouette, MNI152Outline.coronalSulci)
            default: (MNI152Outline.axialSilhouette, MNI152Outline.axialSulci)
            }
        return curves(.sulcus, sulci) + curves(.outline, silhouette)
    }

    private static func curves(_ kind: BrainPanel.Curve.Kind, _ text: String) -> [BrainPanel.Curve] {
        text.split(separator: "\n").map { line in
            let points = line.split(separator: " ").map { pair in
                pair.split(separator: ",").compactMap { Double($0) }
            }
            let smooth = rounded(rounded(points))
            return BrainPanel.Curve(kind, xs: smooth.map { $0[0] }, ys: smooth.map { $0[1] })
        }
    }

    /// A closed line with its corners cut (Chaikin 1974).
    private static func rounded(_ points: [[Double]]) -> [[Double]] {
        guard let first = points.first else { return [] }
        let cut = zip(points, points.dropFirst() + [first]).flatMap { a, b -> [[Double]] in
            guard a != b else { return [] }
            return [
                [0.75 * a[0] + 0.25 * b[0], 0.75 * a[1] + 0.25 * b[1]],
                [0.25 * a[0] + 0.75 * b[0], 0.25 * a[1] + 0.75 * b[1]],
            ]
        }
        return cut + cut.prefix(1)
    }

    /// The edges of the brain in mm: left, posterior, inferior; right, anterior, superior.
    package static let mni152Bounds = (low: [-72.0, -107, -72], high: [72.0, 74, 82])
}
