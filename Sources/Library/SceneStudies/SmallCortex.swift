import Figures
import Formats
import Foundation
import Hashing

/// The cortex of the study: two hemispheres of 2,562 vertices, drawn by formulas, so that it is free of rights.
///
/// Its outline is like a human one's, its sulci are waves without meaning, and its regions are where the areas lie
/// whose names they have.
enum SmallCortex {
    /// A direction from the middle of a hemisphere: lateral, anterior, superior.
    typealias Direction = SIMD3<Float>

    /// The corners of the mesh on a sphere, the same for both hemispheres.
    static let sphere = Icosahedron(divisions: 4)

    static let surface = Result { try makeSurface() }

    private static func makeSurface() throws -> CorticalSurface {
        func hemisphere(_ side: Hemisphere) throws -> CorticalSurface.HemisphereMeshes {
            let sign: Float = side == .left ? -1 : 1
            // A mirror image turns faces inside out.
            let faces = side == .right ? sphere.faces : sphere.faces.map { SIMD3($0.x, $0.z, $0.y) }
            func mesh(_ place: (Direction) -> SIMD3<Float>) throws -> SurfaceMesh {
                let vertices = sphere.vertices.map { direction -> SIMD3<Float> in
                    let place = place(direction)
                    return SIMD3(sign * place.x, place.y, place.z)
                }
                return try SurfaceMesh(vertices: vertices, faces: faces)
            }
            return try CorticalSurface.HemisphereMeshes(
                shapes: [
                    .inflated: mesh { outline($0, fissure: 0.6) },
                    .pial: mesh { outline($0, fissure: 1) * (1 + 0.05 * fold($0)) },
                    "sphere": mesh { 100 * $0 },
                ],
                sulci: sphere.vertices.map { -fold($0) + 1.5 * sylvian($0) })
        }
        return try CorticalSurface(name: "small cortex", left: hemisphere(.left), right: hemisphere(.right))
    }

    /// The place in mm of a vertex of a smooth right hemisphere.
    private static func outline(_ direction: Direction, fissure: Float) -> SIMD3<Float> {
        let (lateral, anterior, superior) = (direction.x, direction.y, direction.z)
        var place = SIMD3(
            16 + (lateral < 0 ? 11 : 46) * lateral, 78 * anterior - 14, 52 * superior + 12)
        // The temporal lobe hangs down and forward; the back of the head lies lower than the front.
        let temporal = bump(direction, SIMD3(0.66, 0.3, -0.66), width: 0.42)
        place += temporal * SIMD3(2, 17, -17)
        let frontal = bump(direction, SIMD3(0.3, 0.8, 0.35), width: 0.5)
        place += frontal * SIMD3(-2, 4, 5)
        place.z -= 14 * max(0, -anterior) * max(0, -anterior)
        let depth = fissure * 16 * sylvian(direction)
        return place - depth * SIMD3(0.95, 0, 0.3)
    }

    /// 1 at a direction, falling off with the angle to it.
    private static func bump(_ direction: Direction, _ center: Direction, width: Float) -> Float {
        let angle = SmallCortex.angle(direction, center)
        return exp(-angle * angle / (2 * width * width))
    }

    static func angle(_ one: Direction, _ other: Direction) -> Float {
        acos(max(-1, min(1, (unit(one) * unit(other)).sum())))
    }

    private static func unit(_ direction: Direction) -> Direction {
        direction / (direction * direction).sum().squareRoot()
    }

    /// How deep a vertex lies in the fissure between the temporal lobe and what is above it, 0 to 1.
    private static func sylvian(_ direction: Direction) -> Float {
        (0...12).map { step in
            let share = Float(step) / 12
            return bump(
                direction, Direction(0.78, 0.62 - 0.95 * share, -0.22 + 0.36 * share), width: 0.07)
        }.max() ?? 0
    }

    /// Gyri (above zero) and sulci (below): waves over the sphere, bent by slower ones; -1 to 1.
    private static func fold(_ direction: Direction) -> Float {
        var bent = direction
        for wave in bends { bent += 0.12 * wave.axis * sin((wave.direction * direction).sum() + wave.phase) }
        let sum = waves.reduce(Float(0)) { $0 + sin(($1.direction * bent).sum() + $1.phase) }
        return tanh(1.1 * sum / Float(waves.count).squareRoot() * 1.6)
    }

    private struct Wave {
        let direction: Direction
        let axis: Direction
        let phase: Float
    }

    private static let waves = drawnWaves(12, length: 13, seed: 7)
    private static let bends = drawnWaves(4, length: 3, seed: 11)

    private static func drawnWaves(_ count: Int, length: Float, seed: UInt64) -> [Wave] {
        var random = SplitMix64(seed: seed)
        func direction() -> Direction {
            unit(Direction(Float(random.normal()), Float(random.normal()), Float(random.normal())))
        }
        return (0..<count).map { _ in
            Wave(
                direction: length * direction(), axis: direction(), phase: Float(2 * .pi * random.unit()))
        }
    }
}

/// The mesh of an icosahedron whose faces were divided into four some times, on the unit sphere.
struct Icosahedron {
    let vertices: [SIMD3<Float>]
    let faces: [SIMD3<UInt32>]

    init(divisions: Int) {
        let golden = (1 + Float(5).squareRoot()) / 2
        var vertices: [SIMD3<Float>] = [
            SIMD3(-1, golden, 0), SIMD3(1, golden, 0), SIMD3(-1, -golden, 0), SIMD3(1, -golden, 0),
            SIMD3(0, -1, golden), SIMD3(0, 1, golden), SIMD3(0, -1, -golden), SIMD3(0, 1, -golden),
            SIMD3(golden, 0, -1), SIMD3(golden, 0, 1), SIMD3(-golden, 0, -1), SIMD3(-golden, 0, 1),
        ].map(Self.onSphere)
        var faces: [SIMD3<UInt32>] = [
            SIMD3(0, 11, 5), SIMD3(0, 5, 1), SIMD3(0, 1, 7), SIMD3(0, 7, 10), SIMD3(0, 10, 11),
            SIMD3(1, 5, 9), SIMD3(5, 11, 4), SIMD3(11, 10, 2), SIMD3(10, 7, 6), SIMD3(7, 1, 8),
            SIMD3(3, 9, 4), SIMD3(3, 4, 2), SIMD3(3, 2, 6), SIMD3(3, 6, 8), SIMD3(3, 8, 9),
            SIMD3(4, 9, 5), SIMD3(2, 4, 11), SIMD3(6, 2, 10), SIMD3(8, 6, 7), SIMD3(9, 8, 1),
        ]
        for _ in 0..<divisions {
            var middles: [SIMD2<UInt32>: UInt32] = [:]
            func middle(_ one: UInt32, _ other: UInt32) -> UInt32 {
                let key = SIMD2(min(one, other), max(one, other))
                if let known = middles[key] { return known }
                vertices.append(Self.onSphere(vertices[Int(one)] + vertices[Int(other)]))
                let index = UInt32(vertices.count - 1)
                middles[key] = index
                return index
            }
            faces = faces.flatMap { face -> [SIMD3<UInt32>] in
                let (a, b, c) = (middle(face.x, face.y), middle(face.y, face.z), middle(face.z, face.x))
                return [SIMD3(face.x, a, c), SIMD3(face.y, b, a), SIMD3(face.z, c, b), SIMD3(a, b, c)]
            }
        }
        self.vertices = vertices
        self.faces = faces
    }

    private static func onSphere(_ place: SIMD3<Float>) -> SIMD3<Float> {
        place / (place * place).sum().squareRoot()
    }
}

extension CorticalSurface {
    /// The cortex of `SceneStudy`: two hemispheres of 2,562 vertices in the shapes pial, inflated and sphere.
    ///
    /// It is defined by formulas, not derived from any brain, and under no license.
    public static func smallWorld() throws -> CorticalSurface { try SmallCortex.surface.get() }
}
