import Display
import Formats

/// The cortex as meshes: each hemisphere in several shapes with the same vertices, and how deep its sulci are.
///
/// ```swift
/// let surface = try CorticalSurface.fsaverage5()
/// try SurfaceMap(left: leftScores, right: rightScores, on: surface, valueTitle: "Pearson r")
/// ```
public struct CorticalSurface: Sendable, Equatable {
    /// One hemisphere.
    public struct HemisphereMeshes: Sendable, Equatable {
        /// The shapes by name; all have the same number of vertices.
        public let shapes: [SurfaceShape: SurfaceMesh]
        /// How deep each vertex lies, positive within sulci (FreeSurfer's sulc; its curv works too); nil for unknown.
        public let sulci: [Float]?
        /// How many vertices each shape has.
        public let vertexCount: Int

        /// Throws `FigureError` if there is no shape, or if shapes or depths differ in the number of their vertices.
        ///
        /// - Parameters:
        ///   - shapes: a mesh for each shape, of the same vertices.
        ///   - sulci: how deep each vertex lies; nil if it is not known.
        public init(shapes: [SurfaceShape: SurfaceMesh], sulci: [Float]? = nil) throws {
            let sorted = shapes.sorted { $0.key.rawValue < $1.key.rawValue }
            guard let first = sorted.first else {
                throw FigureError.tooFew(of: "shapes of a hemisphere", least: 1, got: 0)
            }
            vertexCount = first.value.vertices.count
            for (shape, mesh) in sorted where mesh.vertices.count != vertexCount {
                throw FigureError.count(
                    of: "vertices of the shape \(shape), beside those of \(first.key)",
                    expected: vertexCount, got: mesh.vertices.count)
            }
            if let sulci, sulci.count != vertexCount {
                throw FigureError.count(
                    of: "depths of the sulci", expected: vertexCount, got: sulci.count)
            }
            self.shapes = shapes
            self.sulci = sulci
        }
    }

    /// What the surface is called, for instance "fsaverage5".
    public let name: String
    /// The left hemisphere; nil if absent.
    public let left: HemisphereMeshes?
    /// The right hemisphere; nil if absent.
    public let right: HemisphereMeshes?

    /// A cortex of its hemispheres; throws `FigureError.tooFew` without any, `FigureError.value` if they share no shape.
    ///
    /// - Parameters:
    ///   - name: what the surface is called.
    ///   - left: the left hemisphere: its mesh, or its file of each shape.
    ///   - right: the right hemisphere.
    public init(name: String, left: HemisphereMeshes?, right: HemisphereMeshes?) throws {
        self.name = name
        self.left = left
        self.right = right
        guard left != nil || right != nil else {
            throw FigureError.tooFew(of: "hemispheres of a surface", least: 1, got: 0)
        }
        guard !shapes.isEmpty else {
            func list(_ side: HemisphereMeshes?) -> String {
                side?.shapes.keys.map(\.rawValue).sorted().joined(separator: ", ") ?? ""
            }
            throw FigureError.value(
                what: "the shapes of the right hemisphere", got: list(right),
                expected: "at least one of those of the left: \(list(left))")
        }
    }

    /// A cortex of one mesh per hemisphere, whatever its shape is called.
    ///
    /// - Parameters:
    ///   - name: what the surface is called.
    ///   - left: the left hemisphere: its mesh, or its file of each shape.
    ///   - right: the right hemisphere.
    ///   - sulci: how deep each vertex lies, for shades of gray; nil if it is not known.
    ///   - shape: what shape the meshes have.
    public init(
        name: String = "surface", left: SurfaceMesh?, right: SurfaceMesh?,
        sulci: (left: [Float]?, right: [Float]?) = (nil, nil),
        shape: SurfaceShape = .pial
    ) throws {
        try self.init(
            name: name,
            left: left.map { try HemisphereMeshes(shapes: [shape: $0], sulci: sulci.left) },
            right: right.map { try HemisphereMeshes(shapes: [shape: $0], sulci: sulci.right) })
    }

    /// A hemisphere by its side.
    public subscript(_ side: Hemisphere) -> HemisphereMeshes? { side == .left ? left : right }

    /// The hemispheres that there are, the left one first.
    var hemispheres: [(side: Hemisphere, hemisphere: HemisphereMeshes)] {
        Hemisphere.allCases.compactMap { side in self[side].map { (side, $0) } }
    }

    /// The names of the shapes that all hemispheres have.
    public var shapes: [SurfaceShape] {
        let common = hemispheres.map { Set($0.hemisphere.shapes.keys) }
        return (common.first ?? []).filter { shape in common.allSatisfy { $0.contains(shape) } }
            .sorted { $0.rawValue < $1.rawValue }
    }

    /// How many vertices both hemispheres have together.
    public var vertexCount: Int { hemispheres.reduce(0) { $0 + $1.hemisphere.vertexCount } }

    /// The mesh of a hemisphere in a shape; throws `FigureError.value` if there is none.
    public func mesh(_ side: Hemisphere, _ shape: SurfaceShape) throws -> SurfaceMesh {
        guard let hemisphere = self[side] else {
            throw FigureError.value(
                what: "the hemisphere", got: side.rawValue,
                expected: hemispheres.map(\.side.rawValue).joined(separator: " or "))
        }
        guard let mesh = hemisphere.shapes[shape] else {
            throw FigureError.value(
                what: "the shape", got: "\(shape)",
                expected: "one of \(name)'s: \(shapes.map(\.rawValue).joined(separator: ", "))")
        }
        return mesh
    }
}

extension CorticalSurface: CustomStringConvertible, Displayable {
    public var description: String {
        let sides = hemispheres.map { side, hemisphere in
            "\(side.rawValue) \(Number.grouped(hemisphere.vertexCount)) vertices"
        }
        return "\(name): \(sides.joined(separator: ", ")); \(shapes.map(\.rawValue).joined(separator: ", "))"
    }

    public var mimeBundle: MIMEBundle { .plain(description) }
}
