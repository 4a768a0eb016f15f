import Formats
import Foundation
import Hashing
import JSON
import Synchronization

/// Bytes that a viewer reads: compressed parts, one after another, each known by where it begins.
struct PackedParts: Sendable {
    private(set) var bytes = Data()

    /// Adds a part, and returns its place and length.
    mutating func add(_ part: Data) -> JSON { add(packed: PackedParts.packed(part)) }

    /// Adds signed numbers; see `packed`.
    mutating func add(_ numbers: [Int32]) -> JSON { add(packed: PackedParts.packed(numbers)) }

    /// Adds a part that is compressed already, and returns its place and length.
    mutating func add(packed: Data) -> JSON {
        bytes.append(packed)
        return [.integer(bytes.count - packed.count), .integer(packed.count)]
    }

    private static func packed(_ part: Data) -> Data { zlibStream(of: part, level: 9, filtered: true) }

    /// Signed numbers compressed: the lowest bytes of all, then the higher ones, signs in the lowest bit.
    ///
    /// Two planes of bytes hold numbers of 16 bits, four any.
    static func packed(_ numbers: [Int32], planes: Int = 2) -> Data {
        let folded = numbers.map { UInt32(bitPattern: $0 << 1 ^ $0 >> 31) }
        return packed(
            (0..<UInt32(planes)).reduce(into: Data()) { bytes, plane in
                bytes.append(Data(folded.map { UInt8(truncatingIfNeeded: $0 >> (8 * plane)) }))
            })
    }
}

/// A surface as the viewer reads it.
struct MeshEncoding: Sendable {
    private struct Kept: Sendable {
        let surface: CorticalSurface
        let shapes: [SurfaceShape]
        let encoding: MeshEncoding
    }

    /// The last one: most figures of a session show one surface, and encoding takes a tenth of a second.
    private static let kept = Mutex<Kept?>(nil)

    static func of(_ surface: CorticalSurface, shapes: [SurfaceShape]) -> MeshEncoding {
        if let kept = kept.withLock({ $0 }), kept.shapes == shapes, kept.surface == surface {
            return kept.encoding
        }
        let encoding = MeshEncoding(surface, shapes: shapes)
        kept.withLock { $0 = Kept(surface: surface, shapes: shapes, encoding: encoding) }
        return encoding
    }

    /// The mesh's name among those of a page: the hash of its bytes.
    let key: String
    let description: JSON
    let parts: PackedParts
    let predictors: [Hemisphere: VertexPredictor]

    /// The shapes of a slider: folded, inflated, flat; any other displayed shape comes first.
    static func shapes(of surface: CorticalSurface, shown: SurfaceShape) -> [SurfaceShape] {
        let there = surface.shapes
        let folded = [.pial, "midthickness", .white].filter(there.contains)
        var shapes = folded.prefix(1) + [.inflated, .flat].filter(there.contains)
        if !shapes.contains(shown) { shapes.insert(shown, at: 0) }
        return Array(shapes)
    }

    private init(_ surface: CorticalSurface, shapes: [SurfaceShape]) {
        var parts = PackedParts()
        var predictors: [Hemisphere: VertexPredictor] = [:]
        var sides: [JSON] = []
        var known: (faces: [SIMD3<UInt32>], predictor: VertexPredictor)?
        for (side, hemisphere) in surface.hemispheres {
            let meshes = shapes.compactMap { hemisphere.shapes[$0] }
            // Cut shapes have fewer faces; the others share theirs.
            let faces = meshes.max { $0.faces.count < $1.faces.count }?.faces ?? []
            var members: [String: JSON] = [
                "side": .string(side.rawValue), "vertices": .integer(hemisphere.vertexCount),
            ]
            let predictor: VertexPredictor
            if let known, known.faces == faces {
                predictor = known.predictor
            } else if let sphere = MeshEncoding.icosphere(faces, hemisphere.vertexCount) {
                predictor = .icosphere(sphere)
            } else {
                predictor = VertexPredictor(faces: faces, vertexCount: hemisphere.vertexCount)
            }
            if case .icosphere = predictor {
                members["steps"] = .integer(
                    Icosphere.steps(vertices: hemisphere.vertexCount, faces: faces.count) ?? 0)
            } else if let known, known.faces == faces {
                members["sameFaces"] = true
            } else {
                members["faces"] = parts.add(MeshEncoding.steps(faces))
                members["faceCount"] = .integer(faces.count)
            }
            known = (faces, predictor)
            predictors[side] = predictor
            members["shapes"] = .array(
                zip(shapes, meshes).compactMap { shape, mesh in
                    MeshEncoding.encode(shape, mesh, faces, predictor, &parts)
                })
            let grays = SurfaceMap.grays(hemisphere).map { Int32(($0 * 127).rounded()) }
            members["grays"] = parts.add(predictor.differences(grays))
            sides.append(.object(members))
        }
        self.parts = parts
        self.predictors = predictors
        let description: JSON = ["name": .string(surface.name), "sides": .array(sides)]
        self.description = description
        // The description as well: a mesh that was moved, or the other hemisphere's, has the same bytes.
        var hash = FNV1a(parts.bytes)
        for byte in description.encodedText.utf8 { hash.add(byte) }
        key = String(hash.value, radix: 16)
    }

    /// The faces' icosphere where they are exactly one's.
    private static func icosphere(_ faces: [SIMD3<UInt32>], _ vertexCount: Int) -> Icosphere? {
        guard let steps = Icosphere.steps(vertices: vertexCount, faces: faces.count) else { return nil }
        let sphere = Icosphere(steps: steps)
        return sphere.faces == faces ? sphere : nil
    }

    /// Each corner as the difference to the same corner of the face before; 32 bits as four planes of bytes.
    private static func steps(_ faces: [SIMD3<UInt32>]) -> Data {
        var planes = [Data](repeating: Data(), count: 4)
        for corner in 0..<3 {
            var last: Int32 = 0
            for face in faces {
                let number = Int32(bitPattern: face[corner])
                let difference = number &- last
                let folded = UInt32(bitPattern: difference << 1 ^ difference >> 31)
                for plane in 0..<4 { planes[plane].append(UInt8(folded >> (8 * UInt32(plane)) & 255)) }
                last = number
            }
        }
        return planes.reduce(Data(), +)
    }

    /// Positions in 2,048 steps along the longest side of their box, less than a tenth of a mm; nil for a shape with faces that the others lack.
    private static func encode(
        _ shape: SurfaceShape, _ mesh: SurfaceMesh, _ faces: [SIMD3<UInt32>], _ predictor: VertexPredictor,
        _ parts: inout PackedParts
    ) -> JSON? {
        let cut = mesh.faces == faces ? nil : kept(mesh.faces, of: faces)
        if let cut, cut.reduce(0, { $0 + $1.nonzeroBitCount }) != mesh.faces.count { return nil }
        // A flat shape keeps the vertices that were cut away somewhere.
        var needed = [Bool](repeating: cut == nil, count: mesh.vertices.count)
        if cut != nil { for face in mesh.faces { for corner in 0..<3 { needed[Int(face[corner])] = true } } }
        let axes = (0..<3).map { axis in mesh.vertices.map { Double($0[axis]) } }
        let ranges = axes.map { axis in
            let used = zip(axis, needed).lazy.filter(\.1).map(\.0)
            return (used.min() ?? 0)...(used.max() ?? 0)
        }
        let longest = ranges.map { $0.upperBound - $0.lowerBound }.max() ?? 1
        let step = max(1e-6, longest / 2047)
        var members: [String: JSON] = [
            "name": .string(shape.rawValue), "low": .array(ranges.map { .number($0.lowerBound) }),
            "step": .number(step),
        ]
        members["places"] = .array(
            zip(axes, ranges).map { values, range in
                let numbers = values.map {
                    Int32(
                        ((min(max($0, range.lowerBound), range.upperBound) - range.lowerBound) / step)
                            .rounded())
                }
                return parts.add(predictor.differences(numbers, needed: needed))
            })
        if let cut { members["cut"] = parts.add(cut) }
        return .object(members)
    }

    /// A bit for each face: whether a cut shape has it.
    private static func kept(_ faces: [SIMD3<UInt32>], of all: [SIMD3<UInt32>]) -> Data {
        func key(_ face: SIMD3<UInt32>) -> SIMD3<UInt32> {
            let (low, high) = (face.min(), face.max())
            return SIMD3(low, face.wrappedSum() &- low &- high, high)
        }
        let there = Set(faces.map(key))
        var bits = Data(count: (all.count + 7) / 8)
        for (index, face) in all.enumerated() where there.contains(key(face)) {
            bits[index / 8] |= 1 << UInt8(index % 8)
        }
        return bits
    }
}
