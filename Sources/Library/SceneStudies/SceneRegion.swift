import Brain
import Figures
import Formats

/// A region of the study: where it lies, and to what its voxels respond.
///
/// The names are those of areas that lie there in human brains; what the regions do is invented.
public struct SceneRegion: Sendable, Equatable {
    public let name: String
    /// "early visual", "ventral", "dorsal", "multi-sensory", "language" or "silent".
    public let group: String
    /// The factors to which it responds while a film is seen; empty for none.
    public let films: [SceneFactor]
    /// The factors to which it responds while captions are read.
    public let captions: [SceneFactor]
    /// Lateral, anterior, superior, from the middle of a hemisphere.
    let direction: SIMD3<Float>

    /// Whether it responds to what a picture and a caption share, in both: planted for a comparison to find.
    public var isMultisensory: Bool { films.contains(where: \.isShared) && films == captions }

    /// The 24 regions, from early visual to language ones; the last five respond to nothing.
    public static let all: [SceneRegion] =
        visual("early visual", "V1", .pixels, at: -0.45, -0.89, 0.05)
        + visual("early visual", "V2", .edges, at: -0.02, -0.97, -0.22)
        + visual("early visual", "V3", .edges, at: 0.12, -0.95, 0.3)
        + visual("ventral", "V4", .colors, at: 0.38, -0.78, -0.5)
        + visual("ventral", "lateral occipital", .shapes, at: 0.7, -0.7, -0.12)
        + visual("ventral", "posterior fusiform", .shapes, .colors, at: 0.1, -0.62, -0.78)
        + visual("ventral", "parahippocampal", .background, at: -0.28, -0.25, -0.92)
        + visual("dorsal", "V3A", .places, at: -0.1, -0.76, 0.64)
        + visual("dorsal", "superior parietal", .places, .edges, at: 0.05, -0.42, 0.9)
        + shared("intraparietal", .count, at: 0.5, -0.58, 0.64)
        + shared("perirhinal", .identity, at: 0.05, 0.22, -0.97)
        + shared("temporal pole", .attributes, at: 0.5, 0.72, -0.48)
        + shared("angular gyrus", .identity, .count, at: 0.85, -0.5, 0.28)
        + shared("superior temporal sulcus", .identity, .attributes, at: 0.95, -0.28, -0.14)
        + shared("precuneus", .identity, .count, .attributes, at: -0.68, -0.5, 0.53)
        + language("visual word form area", .wordForm, at: 0.46, -0.36, -0.81)
        + language("middle temporal gyrus", .words, at: 0.9, 0.1, -0.42)
        + language("superior temporal gyrus", .words, .phrasing, at: 0.95, 0.28, -0.06)
        + language("inferior frontal gyrus", .phrasing, at: 0.78, 0.6, 0.18)
        + silent("motor", at: 0.62, 0.06, 0.78) + silent("somatosensory", at: 0.66, -0.2, 0.72)
        + silent("frontal eye field", at: 0.5, 0.5, 0.7) + silent("medial frontal", at: -0.62, 0.74, 0.25)
        + silent("orbitofrontal", at: 0.1, 0.86, -0.5)

    private static func region(
        _ group: String, _ name: String, films: [SceneFactor], captions: [SceneFactor], _ lateral: Float,
        _ anterior: Float, _ superior: Float
    ) -> [SceneRegion] {
        [
            SceneRegion(
                name: name, group: group, films: films, captions: captions,
                direction: SIMD3(lateral, anterior, superior))
        ]
    }

    private static func visual(
        _ group: String, _ name: String, _ factors: SceneFactor..., at x: Float, _ y: Float, _ z: Float
    ) -> [SceneRegion] { region(group, name, films: factors, captions: [], x, y, z) }

    private static func shared(
        _ name: String, _ factors: SceneFactor..., at x: Float, _ y: Float, _ z: Float
    ) -> [SceneRegion] { region("multi-sensory", name, films: factors, captions: factors, x, y, z) }

    private static func language(
        _ name: String, _ factors: SceneFactor..., at x: Float, _ y: Float, _ z: Float
    ) -> [SceneRegion] { region("language", name, films: [], captions: factors, x, y, z) }

    private static func silent(_ name: String, at x: Float, _ y: Float, _ z: Float) -> [SceneRegion] {
        region("silent", name, films: [], captions: [], x, y, z)
    }

    /// The angle from a region's middle within which its vertices lie, in radians.
    private static let radius: Float = 0.23

    /// The place among `all` of each vertex's region, the same in both hemispheres; nil for none.
    static let ofVertices: [Int?] = SmallCortex.sphere.vertices.map { vertex in
        let angles = all.map { SmallCortex.angle(vertex, $0.direction) }
        return angles.indices.min { angles[$0] < angles[$1] }.flatMap { angles[$0] <= radius ? $0 : nil }
    }

    /// The vertices of one hemisphere that are in a region.
    static let vertices = ofVertices.indices.filter { ofVertices[$0] != nil }
}

extension SurfaceRegions {
    /// The 24 regions of `SceneStudy` on its cortex.
    public static var smallWorld: SurfaceRegions {
        let names = SceneRegion.ofVertices.map { $0.map { SceneRegion.all[$0].name } ?? "" }
        return SurfaceRegions(left: names, right: names)
    }
}

extension VoxelSpace {
    /// The vertices of the 24 regions of `SceneStudy`, those of the left hemisphere first.
    public static func smallWorld() throws -> VoxelSpace {
        let surface = try CorticalSurface.smallWorld()
        return try VoxelSpace(
            surfaces: Hemisphere.allCases.map { side in
                let mesh = try surface.mesh(side, .pial)
                return try SurfaceVertices(
                    side, of: mesh.vertices.count, vertices: SceneRegion.vertices,
                    positions: SceneRegion.vertices.map { mesh.vertices[$0] })
            })
    }
}
