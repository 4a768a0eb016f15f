import Figures
import Formats
import Foundation

/// A sphere about the origin; `rings` bands of latitude, its first vertex at the top.
func sphere(radius: Float = 50, rings: Int = 48) throws -> SurfaceMesh {
    let around = rings * 2
    var vertices: [SIMD3<Float>] = [[0, 0, radius]]
    for ring in 1..<rings {
        let polar = Double(ring) / Double(rings) * .pi
        for step in 0..<around {
            let turn = Double(step) / Double(around) * 2 * .pi
            vertices.append(
                SIMD3(Float(sin(polar) * cos(turn)), Float(sin(polar) * sin(turn)), Float(cos(polar)))
                    * radius)
        }
    }
    vertices.append([0, 0, -radius])
    func vertex(_ ring: Int, _ step: Int) -> UInt32 {
        ring == 0
            ? 0 : ring == rings ? UInt32(vertices.count - 1) : UInt32(1 + (ring - 1) * around + step % around)
    }
    var faces: [SIMD3<UInt32>] = []
    for ring in 0..<rings {
        for step in 0..<around {
            let (a, b) = (vertex(ring, step), vertex(ring, step + 1))
            let (c, d) = (vertex(ring + 1, step), vertex(ring + 1, step + 1))
            if ring > 0 { faces.append([a, c, b]) }
            if ring < rings - 1 { faces.append([b, c, d]) }
        }
    }
    return try SurfaceMesh(vertices: vertices, faces: faces)
}

/// Two spheres as hemispheres, each with its side's sign as the value of all vertices.
func spheres() throws -> (surface: CorticalSurface, left: [Double], right: [Double]) {
    let mesh = try sphere(rings: 16)
    let surface = try CorticalSurface(name: "spheres", left: mesh, right: mesh)
    let count = mesh.vertices.count
    return (surface, [Double](repeating: -1, count: count), [Double](repeating: 1, count: count))
}
