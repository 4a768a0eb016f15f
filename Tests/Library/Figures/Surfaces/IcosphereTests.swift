import Figures
import Formats
import Foundation
import Testing

@Suite struct IcosphereTests {
    @Test func eachStepHasFourTimesTheFacesAndIsClosed() {
        for steps in 0...4 {
            let sphere = Icosphere(steps: steps)
            #expect(sphere.faces.count == 20 << (2 * steps))
            #expect(Icosphere.steps(vertices: sphere.vertexCount, faces: sphere.faces.count) == steps)
            var edges: [SIMD2<UInt32>: Int] = [:]
            for face in sphere.faces {
                for (from, to) in [(face.x, face.y), (face.y, face.z), (face.z, face.x)] {
                    edges[SIMD2(from, to), default: 0] += 1
                }
            }
            // Each edge once in each direction: closed, and all faces turned alike.
            #expect(edges.values.allSatisfy { $0 == 1 })
            #expect(edges.keys.allSatisfy { edges[SIMD2($0.y, $0.x)] == 1 })
        }
        #expect(Icosphere.steps(vertices: 10_242, faces: 20_480) == 5)
        #expect(Icosphere.steps(vertices: 10_242, faces: 18_654) == nil)
        #expect(Icosphere.steps(vertices: 32_492, faces: 64_980) == nil)
    }

    /// FreeSurfer's own file has these faces in this order.
    @Test(.enabled(if: RealSurfaces.exist, "needs ../shared/data/real-files/nilearn"))
    func fsaverage5HasTheseFaces() throws {
        for name in ["pial.left", "pial.right"] {
            #expect(try SurfaceMesh.open(RealSurfaces.file(name)).faces == Icosphere(steps: 5).faces)
        }
    }
}

/// The meshes of fsaverage5 that nilearn carries, beside the repository.
enum RealSurfaces {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../../../shared/data/real-files/nilearn").standardizedFileURL

    static func file(_ name: String) -> URL { folder.appendingPathComponent(name + ".gii.gz") }

    static var exist: Bool { FileManager.default.fileExists(atPath: file("pial.left").path) }
}
