import Foundation
import Tensors

/// A surface as FreeSurfer writes it (`lh.white`, `rh.pial`, …), in its own coordinates.
///
/// ```swift
/// let surface = try FreeSurferSurface.open("surf/lh.white")
/// let mesh = try surface.meshInScannerSpace() // in the space of the subject's volumes
/// ```
///
/// FreeSurfer's coordinates have their origin at the center of the volume that the surface was made from; that center's
/// place in the scanner follows the mesh. Positions and faces are nibabel's. Source: FreeSurfer's `fsio`.
public struct FreeSurferSurface: Sendable, Equatable {
    /// The mesh in FreeSurfer's own coordinates ("surface RAS"), in mm.
    public let mesh: SurfaceMesh
    /// What the program that wrote the file says of it; empty in old files.
    public let comment: String
    /// The center of the volume in the scanner's coordinates in mm; nil if the file does not tell it.
    public let center: SIMD3<Float>?

    private static let triangles = 0xfffffe
    private static let quadrangles = 0xffffff
    private static let newQuadrangles = 0xfffffd

    /// Reads a surface of triangles, or of quadrangles as old versions wrote them, each of which becomes two triangles.
    ///
    /// Throws `FormatError` if the file is not a surface, is cut short, or a face names a vertex that is not there.
    public static func open(_ file: some FileLocation) throws -> FreeSurferSurface {
        try FreeSurferSurface(OpenFile(file.fileURL))
    }

    /// The mesh moved by `center`, so that it lies in the space of the subject's volumes.
    ///
    /// Throws `FormatError` if the file does not tell the center.
    public func meshInScannerSpace() throws -> SurfaceMesh {
        guard let center else {
            throw FormatError(
                named: comment.isEmpty ? "the surface" : comment, "the volume's center (cras)",
                expected: "there, to get to the scanner's space", found: "missing")
        }
        return try SurfaceMesh(vertices: mesh.vertices.map { $0 + center }, faces: mesh.faces)
    }

    /// Whether a file begins as one of these surfaces; one of quadrangles may begin as a file of curvature does.
    static func begins(_ head: Bytes) -> Bool {
        head.count >= 3 && head.buffer[0] == 0xff && head.buffer[1] == 0xff && head.buffer[2] >= 0xfd
    }

    init(_ file: OpenFile) throws {
        var bytes = try FreeSurferBytes(file)
        switch try bytes.three("the magic number") {
        case Self.triangles:
            comment = try bytes.line("the comment")
            // An empty line follows; FreeSurfer looks for two line ends in a row.
            let next = try bytes.line("the line behind the comment")
            guard next.isEmpty else {
                throw FormatError(
                    bytes.url, "the line behind the comment", expected: "empty",
                    found: "\"\(next.prefix(80))\"")
            }
            mesh = try Self.triangles(&bytes)
            center = try Self.center(&bytes)
        case Self.quadrangles:
            (mesh, comment, center) = (try Self.quadrangles(&bytes, .int16, scale: 100), "", nil)
        case Self.newQuadrangles:
            (mesh, comment, center) = (try Self.quadrangles(&bytes, .float32, scale: 1), "", nil)
        case let magic:
            throw FormatError(
                bytes.url, "the magic number", expected: "FF FF FE, as a surface of FreeSurfer has",
                found: String(magic, radix: 16, uppercase: true) + kindNote(try file.bytes(upTo: 560)))
        }
    }

    private static func triangles(_ bytes: inout FreeSurferBytes) throws -> SurfaceMesh {
        let vertexCount = try bytes.count("the number of vertices", ofSize: 12)
        let faceCount = try bytes.count("the number of faces", ofSize: 12)
        let vertices = try positions(&bytes, .float32, vertexCount, scale: 1)
        let corners = try bytes.numbers(.int32, 3 * faceCount, "the faces").integers()
        let faces = try (0..<faceCount).map { face in
            try SIMD3(
                vertex(corners[3 * face], bytes.url), vertex(corners[3 * face + 1], bytes.url),
                vertex(corners[3 * face + 2], bytes.url))
        }
        return try SurfaceMesh(vertices: vertices, faces: faces, of: bytes.url.path)
    }

    private static func vertex(_ index: Int, _ url: URL) throws -> UInt32 {
        guard let vertex = UInt32(exactly: index) else {
            throw FormatError(url, "a face's vertex", expected: "a number of at least 0", found: "\(index)")
        }
        return vertex
    }

    private static func positions(
        _ bytes: inout FreeSurferBytes, _ type: NumberType, _ count: Int, scale: Double
    ) throws -> [SIMD3<Float>] {
        let (numbers, overflow) = count.multipliedReportingOverflow(by: 3)
        guard !overflow else {
            throw FormatError(bytes.url, "the number of vertices", expected: "fewer", found: "\(count)")
        }
        let tensor = try bytes.numbers(type, numbers, "the vertices' positions").tensor(as: Double.self)
        return tensor.withUnsafeBufferPointer { from in
            (0..<count).map { vertex in
                SIMD3(
                    Float(from[3 * vertex] / scale), Float(from[3 * vertex + 1] / scale),
                    Float(from[3 * vertex + 2] / scale))
            }
        }
    }

    /// A quadrangle is divided along one diagonal or the other by its first vertex's number, as FreeSurfer does.
    private static func quadrangles(
        _ bytes: inout FreeSurferBytes, _ type: NumberType, scale: Double
    ) throws -> SurfaceMesh {
        let vertexCount = try bytes.three("the number of vertices")
        let count = try bytes.three("the number of quadrangles")
        let vertices = try positions(&bytes, type, vertexCount, scale: scale)
        var faces: [SIMD3<UInt32>] = []
        guard 12 * count <= bytes.rest else {
            throw FormatError(
                bytes.url, "the quadrangles", expected: "\(12 * count) bytes", found: "\(bytes.rest)")
        }
        faces.reserveCapacity(2 * count)
        for _ in 0..<count {
            let corners = try (0..<4).map { _ in UInt32(try bytes.three("a quadrangle")) }
            if corners[0] % 2 == 0 {
                faces.append(SIMD3(corners[0], corners[1], corners[3]))
                faces.append(SIMD3(corners[2], corners[3], corners[1]))
            } else {
                faces.append(SIMD3(corners[0], corners[1], corners[2]))
                faces.append(SIMD3(corners[0], corners[2], corners[3]))
            }
        }
        return try SurfaceMesh(vertices: vertices, faces: faces, of: bytes.url.path)
    }

    /// The center in the lines after the faces, where there are any: `cras   = 5.4 18.0 0.5`.
    private static func center(_ bytes: inout FreeSurferBytes) throws -> SIMD3<Float>? {
        let rest = try bytes.part(min(bytes.rest, 1 << 16), "the volume's geometry")
        let text = withExtendedLifetime(rest.owner) { String(decoding: rest.buffer, as: UTF8.self) }
        let lines = text.split(whereSeparator: \.isNewline)
        func value(_ key: String) -> Substring? {
            lines.lazy.compactMap { line -> Substring? in
                let parts = line.split(separator: "=", maxSplits: 1)
                // The first line has bytes of a number before it.
                return parts.count == 2 && parts[0].trimmingCharacters(in: .whitespaces).hasSuffix(key)
                    ? parts[1] : nil
            }.first
        }
        guard let valid = value("valid"), valid.split(whereSeparator: \.isWhitespace).first == "1",
            let words = value("cras")?.split(whereSeparator: \.isWhitespace)
        else { return nil }
        let numbers = words.compactMap { Float($0) }
        guard words.count == 3, numbers.count == 3, numbers.allSatisfy(\.isFinite) else {
            throw FormatError(
                bytes.url, "cras (the volume's center)", expected: "three numbers",
                found: "\"\(words.joined(separator: " ").prefix(80))\"")
        }
        return SIMD3(numbers[0], numbers[1], numbers[2])
    }
}
