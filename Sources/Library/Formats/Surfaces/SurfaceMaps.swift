import Foundation
import Tensors

/// Numbers of the vertices of a surface: one map or more, as GIFTI, FreeSurfer's curv and MGH files have them.
///
/// ```swift
/// let sulci = try SurfaceMaps.open("lh.sulc").values.row(0)            // one number a vertex
/// let run = try SurfaceMaps.open("sub-01_hemi-L_bold.func.gii").values  // time points x vertices
/// ```
public struct SurfaceMaps: Sendable, Equatable {
    /// What the file calls each map; empty where it does not.
    public let names: [String]
    /// Maps (or time points) x vertices.
    public let values: Matrix<Float>

    /// Custom maps.
    ///
    /// - Parameters:
    ///   - names: what each map is called.
    ///   - values: maps x vertices.
    ///
    /// Throws `FormatError` if there is not one name for each map.
    public init(names: [String], values: Matrix<Float>) throws {
        guard names.count == values.rows else {
            throw FormatError(
                named: "the maps", "names", expected: "\(values.rows), one a map", found: "\(names.count)")
        }
        self.names = names
        self.values = values
    }

    /// Reads a GIFTI file (`.func.gii`, `.shape.gii`, `.gii.gz`), one of FreeSurfer's (`lh.curv`, `lh.thickness`), or
    /// numbers of vertices in an image (`.mgh`, `.mgz`, `.nii`).
    ///
    /// Throws `FormatError` if the file is none of these, is damaged, or a number does not fit into a `Float`.
    public static func open(_ file: some FileLocation) throws -> SurfaceMaps {
        let file = try OpenFile(file.fileURL)
        let head = try file.head()
        if NIfTI.begins(head) { return try SurfaceMaps(vectors: NIfTI.open(file)) }
        if let first = head.number(at: 0, as: UInt8.self),
            [0x3c, 0xef, 0x20, 0x0a, 0x0d, 0xfe].contains(first)
        {
            let gifti = try GIFTI(file)
            let values = try gifti.maps()
            let maps = gifti.arrays.filter { !GIFTI.geometry.contains($0.intent) }
            let names = maps.flatMap { map in
                [String](
                    repeating: map.metadata["Name"] ?? "", count: map.shape.count == 2 ? map.shape[1] : 1)
            }
            return try SurfaceMaps(names: names, values: values)
        }
        let numbers = try FreeSurferCurvature.read(file)
        return try SurfaceMaps(
            names: [file.url.pathExtension],
            values: Matrix(rows: 1, columns: numbers.count, elements: numbers))
    }

    /// The numbers of an image that is one long row of vertices for each volume, as FreeSurfer writes surfaces' numbers.
    private init(vectors image: NIfTI) throws {
        guard image.shape[1] == 1, image.shape[2] == 1 else {
            throw FormatError(
                image.url, "the shape", expected: "vertices x 1 x 1, numbers of a surface",
                found: "\(image.shape), a volume")
        }
        let values = try image.voxelsByTime(at: Array(0..<image.shape[0]))
        try self.init(names: [String](repeating: "", count: values.rows), values: values)
    }
}
