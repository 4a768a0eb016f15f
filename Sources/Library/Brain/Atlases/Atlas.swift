import Display
import Formats
import Foundation

/// Regions that were published: their numbers and names, and where they are, in a volume or on a surface.
///
/// ```swift
/// let atlas = try Atlas.aal
/// let regions = try atlas.regions(in: space)
/// try atlas.region(at: [-54, -20, 4])         // the region at a place in MNI space
/// ```
///
/// Those that have a name here come in Python packages, which are looked for where Python has them (the active virtual
/// environment, `.venv`, PATH) and never run; an error says what to install.
public struct Atlas: Sendable {
    /// The atlas's name.
    public let name: String
    /// Its numbers and what they stand for.
    public let table: RegionTable
    /// The volume of labels, if it has one.
    public let image: NIfTI?
    /// The label of each vertex of a mesh's hemispheres, if it has them.
    let vertices: [Hemisphere: [Int]]
    /// The label of each grayordinate of the 91,282 that the Human Connectome Project has, if it has them.
    let grayordinates: [Int]

    init(
        _ name: String, _ table: RegionTable, image: NIfTI? = nil, vertices: [Hemisphere: [Int]] = [:],
        grayordinates: [Int] = []
    ) {
        self.name = name
        self.table = table
        self.image = image
        self.vertices = vertices
        self.grayordinates = grayordinates
    }

    /// An atlas from an image of labels and its table.
    ///
    /// - Parameters:
    ///   - name: what the atlas is called.
    ///   - image: one label for each voxel; 0 for none.
    ///   - table: the names of the labels.
    ///
    /// Throws `FormatError` if the image has more than one volume, or numbers between whole ones, and
    /// `BrainError.unknownLabels` if the table does not have all its labels.
    public init(name: String, image: NIfTI, table: RegionTable) throws {
        let labels = Set(try image.labels(at: Array(0..<image.voxelCount)))
        // Says which labels are not there, and which published table has them.
        _ = try Regions(labels: Array(labels), table: table)
        self.init(name, table, image: image)
    }

    /// An atlas from the labels of both hemispheres' vertices, for instance a pair of annotations.
    ///
    /// A name that both hemispheres have gets "_L" and "_R".
    ///
    /// - Parameters:
    ///   - name: what the atlas is called.
    ///   - left: the labels of the left hemisphere's vertices.
    ///   - right: those of the right hemisphere's.
    ///
    /// Throws `BrainError.unknownLabels` if a vertex has a label that its hemisphere's table lacks; 0 and -1 are none.
    public init(name: String, left: SurfaceLabels, right: SurfaceLabels) throws {
        let shared = !Set(left.cortex.map(\.name)).isDisjoint(with: right.cortex.map(\.name))
        var regions: [Region] = []
        var vertices: [Hemisphere: [Int]] = [:]
        for (side, labels) in [(Hemisphere.left, left), (.right, right)] {
            try labels.check(labels.keys, side)
            var new: [Int: Int] = [:]
            for label in labels.cortex {
                let suffix = shared ? (side == .left ? "_L" : "_R") : ""
                new[label.key] = regions.count + 1
                regions.append(Region(id: regions.count + 1, name: label.name + suffix, color: label.color))
            }
            vertices[side] = labels.keys.map { new[$0] ?? 0 }
        }
        self.init(name, RegionTable(name: name, regions: regions), vertices: vertices)
    }

    /// The region of each voxel of a space.
    ///
    /// The labels of a volume are taken from the voxel that holds the place in mm, which must be in the atlas's space (MNI
    /// for those that have a name here); those of a surface from the same vertices of the same mesh. Throws
    /// `BrainError.value` if the atlas has no labels of such a space, or the places of vertices or a grid's affine are not
    /// known, and `BrainError.unknownLabels` if the table lacks one.
    public func regions(in space: VoxelSpace) throws -> Regions {
        if space.kind == .grayordinates, grayordinates.count == space.count {
            return try Regions(labels: grayordinates, table: table)
        }
        let counts = space.surfaces.map { vertices[$0.hemisphere]?.count == $0.meshVertexCount }
        if !counts.isEmpty, counts.allSatisfy({ $0 }) {
            let onSurfaces = space.surfaces.flatMap { surface in
                surface.vertices.map { vertices[surface.hemisphere]?[$0] ?? 0 }
            }
            let rest = VoxelSpace(
                checked: space.shape, indices: space.indices, affine: space.affine,
                hasKnownAffine: space.hasKnownAffine, points: space.points)
            let others = try image.map { try $0.labels(atPositions: rest.positions()) }
            return try Regions(
                labels: onSurfaces + (others ?? [Int](repeating: 0, count: rest.count)), table: table)
        }
        guard let image else { throw noLabels(of: space) }
        return try Regions(labels: image.labels(atPositions: space.positions()), table: table)
    }

    /// The region at a place in mm, in the space of the atlas's volume; nil if absent.
    ///
    /// Throws `BrainError.value` if the atlas has no volume, or the place has not three coordinates.
    public func region(at place: [Double]) throws -> Region? {
        guard let image else {
            throw BrainError.value(
                what: "the atlas \(name)", got: "one of a surface",
                expected: "one with a volume, for a place in mm")
        }
        guard place.count == 3, place.allSatisfy(\.isFinite) else {
            throw BrainError.value(what: "a place", got: "\(place)", expected: "three coordinates in mm")
        }
        let label = try image.labels(atPositions: [place])[0]
        guard label != 0 else { return nil }
        guard let region = table[label] else {
            throw BrainError.unknownLabels([label], table: table.name, fitting: [])
        }
        return region
    }

    private func noLabels(of space: VoxelSpace) -> BrainError {
        let sides = vertices.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            "\(Number.counted($0.value.count, "vertex", "vertices")) (\($0.key.rawValue))"
        }
        let kind = sides.count == 1 ? "a mesh" : "meshes"
        var forms: [String] = sides.isEmpty ? [] : ["\(kind) of \(sides.joined(separator: " and "))"]
        if !grayordinates.isEmpty { forms.append("\(grayordinates.count) grayordinates") }
        let meshes = space.surfaces.map { "\($0.meshVertexCount)" }.joined(separator: " and ")
        return .value(
            what: "the voxel space for the atlas \(name)",
            got: "one of \(space.kind.rawValue)"
                + (meshes.isEmpty ? "" : " with meshes of \(meshes) vertices"),
            expected: forms.joined(separator: " or "))
    }
}

extension NIfTI {
    /// The labels of the voxels that hold places in mm; 0 outside of the image.
    func labels(atPositions positions: [[Double]]) throws -> [Int] {
        let inverse = try affine.inverse()
        let indices = positions.map { position -> Int? in
            let voxel = inverse.position(ofVoxel: position).map { ($0 + 0.5).rounded(.down) }
            guard (0..<3).allSatisfy({ voxel[$0] >= 0 && voxel[$0] < Double(shape[$0]) }) else { return nil }
            return (Int(voxel[0]) * shape[1] + Int(voxel[1])) * shape[2] + Int(voxel[2])
        }
        var found = try labels(at: indices.compactMap { $0 }).makeIterator()
        return indices.map { $0 == nil ? 0 : found.next() ?? 0 }
    }
}

extension Atlas: CustomStringConvertible {
    /// The name, how many regions there are, and where.
    public var description: String {
        var forms: [String] = []
        if let image { forms.append("a volume of " + image.shape.map(String.init).joined(separator: " x ")) }
        if let count = vertices[.left]?.count { forms.append("meshes of \(count) vertices") }
        if !grayordinates.isEmpty { forms.append("\(grayordinates.count) grayordinates") }
        return "\(name): \(table.regions.count) regions, in \(forms.joined(separator: " and "))"
    }
}
