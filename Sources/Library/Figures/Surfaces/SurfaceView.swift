import Display
import Formats
import Foundation

/// From where a cortex is looked at.
public struct SurfaceView: Sendable, Equatable, CustomStringConvertible {
    enum Direction: Sendable, Equatable {
        /// From outside or from between the hemispheres: another direction for each hemisphere.
        case lateral, medial
        /// The same for both: degrees about the vertical from the right, and degrees above the horizon.
        case both(elevation: Double, azimuth: Double)
    }

    /// What stands above the picture.
    public let name: String
    let direction: Direction

    /// Each hemisphere from outside.
    public static let lateral = SurfaceView(name: "lateral", direction: .lateral)
    /// Each hemisphere from the midline.
    public static let medial = SurfaceView(name: "medial", direction: .medial)
    /// Both hemispheres from above, the front up.
    public static let dorsal = SurfaceView(name: "dorsal", direction: .both(elevation: 90, azimuth: 270))
    /// Both hemispheres from below, the front up.
    public static let ventral = SurfaceView(name: "ventral", direction: .both(elevation: -90, azimuth: 90))
    /// Both hemispheres from the front.
    public static let anterior = SurfaceView(name: "anterior", direction: .both(elevation: 0, azimuth: 90))
    /// Both hemispheres from behind.
    public static let posterior = SurfaceView(name: "posterior", direction: .both(elevation: 0, azimuth: 270))

    /// Both hemispheres from any direction, in degrees: elevation above the horizon, azimuth from the right (0) over the
    /// front (90) to the left (180), as in nilearn.
    ///
    /// Throws `FigureError.value` for an elevation beyond -90 to 90 or an angle that is not finite.
    public static func from(elevation: Double, azimuth: Double) throws -> SurfaceView {
        guard (-90...90).contains(elevation) else {
            throw FigureError.value(
                what: "the elevation of a view", got: "\(elevation)", expected: "-90 to 90 degrees")
        }
        guard azimuth.isFinite else {
            throw FigureError.value(
                what: "the azimuth of a view", got: "\(azimuth)", expected: "a number of degrees")
        }
        return SurfaceView(
            name: "elevation \(Number.fixed(elevation.rounded(), 0))°, "
                + "azimuth \(Number.fixed(azimuth.rounded(), 0))°",
            direction: .both(elevation: elevation, azimuth: azimuth))
    }

    public var description: String { name }

    /// Whether each hemisphere has its own picture.
    var isByHemisphere: Bool { direction == .lateral || direction == .medial }

    /// The camera toward a hemisphere.
    func camera(_ side: Hemisphere) -> Camera {
        switch direction {
        case .lateral: Camera(elevation: 0, azimuth: side == .left ? 180 : 0)
        case .medial: Camera(elevation: 0, azimuth: side == .left ? 0 : 180)
        case .both(let elevation, let azimuth): Camera(elevation: elevation, azimuth: azimuth)
        }
    }
}

/// An orthographic camera: no part is larger for being nearer.
struct Camera: Sendable, Equatable {
    /// Directions in the brain (right, anterior, superior) that are to the right, upward and toward the viewer.
    let right: SIMD3<Float>
    let up: SIMD3<Float>
    let toward: SIMD3<Float>

    init(elevation: Double, azimuth: Double) {
        func sine(_ degrees: Double) -> Float { Float(sin(degrees * .pi / 180)) }
        func cosine(_ degrees: Double) -> Float { sine(90 - degrees) }
        let (sa, ca) = (sine(azimuth), cosine(azimuth))
        let (se, ce) = (sine(elevation), cosine(elevation))
        right = SIMD3(-sa, ca, 0)
        up = SIMD3(-se * ca, -se * sa, ce)
        toward = SIMD3(ce * ca, ce * sa, se)
    }

    /// A place in the view: to the right, upward, toward the viewer.
    @inline(__always) func seen(_ place: SIMD3<Float>) -> SIMD3<Float> {
        SIMD3((place * right).sum(), (place * up).sum(), (place * toward).sum())
    }
}
