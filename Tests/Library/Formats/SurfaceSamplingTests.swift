import Formats
import Foundation
import Tensors
import Testing

/// A map on a surface, as nilearn's `vol_to_surf` has it (Tests/Oracles/surface_sampling.py).
@Suite("From volume to surface")
struct SurfaceSamplingTests {
    private static func file(_ name: String) -> URL { fixture("sampling/\(name)") }

    private struct Expected: Decodable {
        let values: [String: [Double?]]

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            var values: [String: [Double?]] = [:]
            for key in container.allKeys {
                values[key.stringValue] = try container.decode([Double?].self, forKey: key)
            }
            self.values = values
        }
    }

    private static func expected() throws -> Expected {
        try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file("expected.json")))
    }

    /// nilearn has positions and normals in single precision: its numbers are right to about 1e-5 of the map's range.
    private func check(_ found: [Float], _ right: [Double?]?, _ name: String) throws {
        let right = try #require(right)
        #expect(found.count == right.count, "\(name)")
        for (vertex, (found, right)) in zip(found, right).enumerated() {
            #expect(found.isNaN == (right == nil), "\(name) at \(vertex)")
            if let right {
                #expect(abs(Double(found) - right) <= 2e-5 * max(1, abs(right)), "\(name) at \(vertex)")
            }
        }
    }

    @Test func everySamplingIsNilearns() throws {
        let expected = try Self.expected()
        let pial = try SurfaceMesh.open(Self.file("pial.surf.gii"))
        let white = try SurfaceMesh.open(Self.file("white.surf.gii"))
        let map = try NIfTI.open(Self.file("map.nii"))
        let samplings: [(String, SurfaceSampling)] = [
            ("line", .line()), ("line of 2 mm, 5 samples", .line(radius: 2, samples: 5)),
            ("ball", .ball()), ("ribbon", .ribbon(to: white)),
            ("ribbon at depths", .ribbon(to: white, depths: [-0.2, 0.3, 1.5])),
        ]
        for (name, sampling) in samplings {
            try check(map.sampled(on: pial, sampling).row(0), expected.values[name], name)
        }
        let mask = try NIfTI.open(Self.file("mask.nii"))
        try check(map.sampled(on: pial, mask: mask).row(0), expected.values["masked"], "masked")
        let holes = try NIfTI.open(Self.file("holes.nii")).sampled(on: pial)
        #expect(holes.rows == 2)
        try check(holes.elements, expected.values["holes"], "holes")
        let labels = try NIfTI.open(Self.file("wide.nii.gz"))
        try check(
            labels.sampled(on: pial, .ribbon(to: white).mostFrequent).row(0),
            expected.values["most frequent"], "labels")
        try check(labels.sampled(on: pial, .nearest).row(0), expected.values["nearest"], "nearest")
    }

    @Test("places other than the twenty fill the ball evenly", arguments: [10, 14, 40, 160])
    func ball(samples: Int) throws {
        guard case .offsets(let offsets) = SurfaceSampling.ball(radius: 3, samples: samples).places else {
            Issue.record("no offsets")
            return
        }
        let lengths = offsets.map { ($0 * $0).sum().squareRoot() }
        #expect(offsets.count == samples && lengths.allSatisfy { $0 < 3 })
        let center = offsets.reduce(SIMD3<Double>.zero, +) / Double(samples)
        #expect((center * center).sum().squareRoot() < 0.5)
    }

    @Test("a mesh in another space lands where its affine takes it")
    func transform() throws {
        let map = try NIfTI.open(Self.file("map.nii"))
        let pial = try SurfaceMesh.open(Self.file("pial.surf.gii"))
        let moved = try SurfaceMesh(
            vertices: pial.vertices.map { SIMD3($0.y + 8, -$0.x, $0.z / 2) }, faces: pial.faces)
        let back = try Affine(rows: [[0, -1, 0, 0], [1, 0, 0, -8], [0, 0, 2, 0]])
        let here = try map.sampled(on: pial, .nearest).row(0)
        let there = try map.sampled(on: moved, .nearest, transform: back).row(0)
        #expect(zip(here, there).count { $0 == $1 || $0.isNaN && $1.isNaN } >= 160)
    }

    /// Unlike nilearn 0.14.1, which counts NaN as a value.
    @Test func theMostFrequentLabelLeavesNaNOut() throws {
        try withFolder { folder in
            let url = folder.appending(path: "labels.nii")
            let labels = Tensor<Float>(shape: [1, 1, 3], elements: [.nan, .nan, 2])
            try NIfTI.write(labels, affine: .identity, to: url)
            let mesh = try SurfaceMesh(vertices: [[0, 0, 1]], faces: [])
            let around = SurfaceSampling(.offsets([[0, 0, -1], [0, 0, 0], [0, 0, 1]])).mostFrequent
            #expect(try NIfTI.open(url).sampled(on: mesh, around).row(0) == [2])
        }
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let map = try NIfTI.open(Self.file("map.nii"))
        let pial = try SurfaceMesh.open(Self.file("pial.surf.gii"))
        let small = try SurfaceMesh(vertices: [[0, 0, 0], [1, 0, 0], [0, 1, 0]], faces: [[0, 1, 2]])
        #expect(throws: GridError.self) { try map.sampled(on: pial, .ribbon(to: small)) }
        let point = try SurfaceMesh(vertices: [[0, 0, 0]], faces: [])
        let single = #expect(throws: GridError.self) { try map.sampled(on: pial, .ribbon(to: point)) }
        #expect(single?.description == "the inner mesh has 1 vertex, but the outer one 162")
        #expect(throws: GridError.self) { try map.sampled(on: pial, .line(samples: 0)) }
        #expect(throws: GridError.self) { try map.sampled(on: pial, .ball(samples: -3)) }
        #expect(throws: GridError.self) { try map.sampled(on: pial, .line(radius: .nan)) }
        for radius in [-1, 0, Double.nan, .infinity] {
            for sampling in [SurfaceSampling.ball(radius: radius), .ball(radius: radius).mostFrequent] {
                let error = #expect(throws: GridError.self) { try map.sampled(on: pial, sampling) }
                #expect(error?.description.contains("the radius of a ball is \(radius) mm") == true)
            }
        }
        // 10 million million places.
        let large = try SurfaceMesh(vertices: [SIMD3<Float>](repeating: .zero, count: 1_000_000), faces: [])
        let error = #expect(throws: GridError.self) {
            try map.sampled(on: large, .line(samples: 10_000_000))
        }
        #expect(error?.description.contains("memory") == true)
        // As many cannot even be listed.
        let endless: [SurfaceSampling] = [
            .line(samples: 1 << 40), .ribbon(to: small, samples: .max).mostFrequent, .ball(samples: 1 << 40),
        ]
        for sampling in endless {
            let error = #expect(throws: GridError.self) { try map.sampled(on: pial, sampling) }
            #expect(error?.description.contains("too many") == true)
        }
        #expect(throws: FormatError.self) {
            try map.sampled(on: pial, mask: NIfTI.open(Self.file("wide.nii.gz")))
        }
    }

    @Test func theLargestMapGivesTheLabel() throws {
        try withFolder { folder in
            let url = folder.appending(path: "maps.nii")
            // Three maps of four voxels.
            let maps = Tensor<Float>(
                shape: [4, 1, 1, 3], elements: [10, 30, 20, 60, 60, 5, 0, 0, 0, 24, 24.5, 24.75])
            try NIfTI.write(maps, affine: .identity, to: url)
            let labels = try NIfTI.open(url).labelsOfMaximum(threshold: 25)
            #expect(labels.shape == [4, 1, 1])
            #expect(try labels.labels(at: [0, 1, 2, 3]) == [2, 1, 0, 0])
        }
    }
}
