import Foundation
import Tensors

/// A `MatrixIndicesMap` of a CIFTI header, while it is read.
struct CIFTIMap {
    private let attributes: [String: String]
    private let url: URL
    private var names: [String] = []
    private var tables: [[SurfaceLabel]] = []
    private var models: [(attributes: [String: String], vertices: [Int]?, voxels: [SIMD3<Int>]?)] = []
    private var parcels: [(name: String, vertices: [String: [Int]], voxels: [SIMD3<Int>])] = []
    private var surfaces: [String: Int] = [:]
    private var volume: [Int]?
    private var affine: Affine?

    init(_ attributes: [String: String], _ url: URL) {
        self.attributes = attributes
        self.url = url
    }

    /// The dimensions of the matrix that the map is of.
    func appliesTo() throws -> [Int] {
        let text = attributes["AppliesToMatrixDimension"] ?? ""
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        guard !numbers.isEmpty, numbers.count == parts.count, numbers.allSatisfy({ 0...2 ~= $0 }) else {
            throw FormatError(
                url, "AppliesToMatrixDimension", expected: "dimensions from 0 to 2",
                found: "\"\(text.prefix(40))\"")
        }
        return numbers
    }

    mutating func begin(_ element: String, _ attributes: [String: String]) throws {
        switch element {
        case "NamedMap":
            names.append("")
            tables.append([])
        case "BrainModel": models.append((attributes, nil, nil))
        case "Parcel": parcels.append((attributes["Name"] ?? "", [:], []))
        case "Surface":
            surfaces[Self.structure(attributes)] = try whole("SurfaceNumberOfVertices", of: attributes)
        default:
            let text = attributes["VolumeDimensions"] ?? ""
            let numbers = text.split(separator: ",").compactMap {
                Int($0.trimmingCharacters(in: .whitespaces))
            }
            guard numbers.count == 3, numbers.allSatisfy({ $0 > 0 }), byteCount(of: numbers, .float64) != nil
            else {
                throw FormatError(
                    url, "VolumeDimensions", expected: "three extents", found: "\"\(text.prefix(60))\"")
            }
            volume = numbers
        }
    }

    mutating func name(_ text: String) throws {
        guard !names.isEmpty else {
            throw FormatError(url, "MapName", expected: "in a NamedMap", found: "elsewhere")
        }
        names[names.count - 1] = text
    }

    mutating func label(_ text: String, _ attributes: [String: String]) throws {
        guard !tables.isEmpty else {
            throw FormatError(url, "Label", expected: "in a NamedMap", found: "elsewhere")
        }
        guard let key = attributes["Key"].flatMap({ Int($0) }) else {
            throw FormatError(
                url, "the Key of the label \"\(text.prefix(40))\"", expected: "a whole number",
                found: "\"\((attributes["Key"] ?? "").prefix(40))\"")
        }
        let channels = ["Red", "Green", "Blue", "Alpha"].compactMap { attributes[$0].flatMap { Float($0) } }
        let color = channels.count == 4 ? SIMD4(channels[0], channels[1], channels[2], channels[3]) : nil
        tables[tables.count - 1].append(SurfaceLabel(key: key, name: text, color: color))
    }

    mutating func transform(_ text: String, _ attributes: [String: String]) throws {
        let words = text.split(whereSeparator: \.isWhitespace)
        let numbers = words.compactMap { Double($0) }
        guard words.count == 16, numbers.count == 16,
            let exponent = attributes["MeterExponent"].flatMap({ Int($0) }),
            -12...3 ~= exponent
        else {
            throw FormatError(
                url, "the volume's transformation", expected: "16 numbers and a MeterExponent",
                found: "\"\(text.prefix(80))\"")
        }
        var matrix = Matrix<Double>(rows: 4, columns: 4, elements: numbers)
        // Millimeters, as everywhere here.
        if exponent != -3 {
            let scale = pow(10, Double(exponent + 3))
            for row in 0..<3 { for column in 0..<4 { matrix[row, column] *= scale } }
        }
        do { affine = try Affine(matrix) } catch {
            throw FormatError(url, "the volume's transformation", expected: "an affine", found: "\(error)")
        }
    }

    mutating func vertexIndices(_ text: [UInt8]) throws {
        guard !models.isEmpty else {
            throw FormatError(url, "VertexIndices", expected: "in a BrainModel", found: "elsewhere")
        }
        models[models.count - 1].vertices = try wholes(text, "VertexIndices")
    }

    mutating func vertices(_ text: [UInt8], _ attributes: [String: String]) throws {
        guard !parcels.isEmpty else {
            throw FormatError(url, "Vertices", expected: "in a Parcel", found: "elsewhere")
        }
        parcels[parcels.count - 1].vertices[Self.structure(attributes), default: []] += try wholes(
            text, "Vertices")
    }

    mutating func voxelIndices(_ text: [UInt8]) throws {
        let numbers = try wholes(text, "VoxelIndicesIJK")
        guard numbers.count % 3 == 0 else {
            throw FormatError(
                url, "VoxelIndicesIJK", expected: "three numbers a voxel", found: "\(numbers.count)")
        }
        let voxels = (0..<numbers.count / 3).map {
            SIMD3(numbers[3 * $0], numbers[3 * $0 + 1], numbers[3 * $0 + 2])
        }
        if !models.isEmpty {
            models[models.count - 1].voxels = voxels
        } else if !parcels.isEmpty {
            parcels[parcels.count - 1].voxels = voxels
        } else {
            throw FormatError(
                url, "VoxelIndicesIJK", expected: "in a BrainModel or Parcel", found: "elsewhere")
        }
    }

    /// Whole numbers from 0 on, with white space between them.
    private func wholes(_ text: [UInt8], _ what: String) throws -> [Int] {
        var numbers: [Int] = []
        var reader = NumberText()
        func take(_ index: Int, _ word: String) throws {
            guard let number = Int(word), 0...Int(Int32.max) ~= number else {
                throw FormatError(
                    url, "\(what)", expected: "whole numbers of at least 0", found: "\"\(word.prefix(40))\"")
            }
            numbers.append(number)
        }
        try text.withUnsafeBufferPointer { try reader.read($0, take) }
        try reader.finish(take)
        return numbers
    }

    private func whole(_ name: String, of attributes: [String: String]) throws -> Int {
        guard let number = attributes[name].flatMap({ Int($0) }), 0...Int(Int32.max) ~= number else {
            throw FormatError(
                url, name, expected: "a whole number of at least 0",
                found: attributes[name].map { "\"\($0.prefix(40))\"" } ?? "missing")
        }
        return number
    }

    private static func structure(_ attributes: [String: String]) -> String {
        String((attributes["BrainStructure"] ?? "").trimmingPrefix("CIFTI_STRUCTURE_"))
    }
}

extension CIFTIMap {
    /// What the map says, once it is whole.
    func dimension() throws -> CIFTI.Dimension {
        let kind = attributes["IndicesMapToDataType"] ?? "missing"
        switch kind {
        case "CIFTI_INDEX_TYPE_SCALARS": return .scalars(names)
        case "CIFTI_INDEX_TYPE_LABELS":
            return .labels(zip(names, tables).map { CIFTI.LabelMap(name: $0, labels: $1) })
        case "CIFTI_INDEX_TYPE_SERIES": return .series(try series())
        case "CIFTI_INDEX_TYPE_BRAIN_MODELS": return .brainModels(try brainModels())
        case "CIFTI_INDEX_TYPE_PARCELS":
            return .parcels(
                try parcels.map { parcel in
                    for (structure, vertices) in parcel.vertices {
                        let most = surfaces[structure] ?? 0
                        guard vertices.allSatisfy({ $0 < most }) else {
                            throw FormatError(
                                url, "a vertex of the parcel \(parcel.name)",
                                expected: "below \(most), of the surface \(structure)",
                                found: "\(vertices.max() ?? 0)")
                        }
                    }
                    if let volume { try check(parcel.voxels, in: volume, "the parcel \(parcel.name)") }
                    return CIFTI.Parcel(name: parcel.name, vertices: parcel.vertices, voxels: parcel.voxels)
                })
        default:
            throw FormatError(
                url, "IndicesMapToDataType",
                expected: "scalars, labels, a series, grayordinates (BRAIN_MODELS) or parcels",
                found: "\"\(kind.prefix(60))\"")
        }
    }

    private func series() throws -> CIFTI.Series {
        func real(_ name: String) throws -> Double {
            guard let number = attributes[name].flatMap({ Double($0) }), number.isFinite else {
                throw FormatError(
                    url, name, expected: "a number",
                    found: attributes[name].map { "\"\($0.prefix(40))\"" } ?? "missing")
            }
            return number
        }
        let scale = pow(10, try real("SeriesExponent"))
        return CIFTI.Series(
            count: try whole("NumberOfSeriesPoints", of: attributes), start: try real("SeriesStart") * scale,
            step: try real("SeriesStep") * scale, unit: attributes["SeriesUnit"] ?? "")
    }

    private func brainModels() throws -> [CIFTI.BrainModel] {
        var next = 0
        return try models.map { model in
            let structure = Self.structure(model.attributes)
            let offset = try whole("IndexOffset", of: model.attributes)
            let count = try whole("IndexCount", of: model.attributes)
            guard offset == next else {
                throw FormatError(
                    url, "IndexOffset of \(structure)", expected: "\(next), behind the structure before it",
                    found: "\(offset)")
            }
            next += count
            let place: CIFTI.Place
            switch model.attributes["ModelType"] {
            case "CIFTI_MODEL_TYPE_SURFACE": place = try vertices(of: model, structure)
            case "CIFTI_MODEL_TYPE_VOXELS": place = try voxels(of: model, structure)
            case let kind:
                throw FormatError(
                    url, "ModelType of \(structure)", expected: "a surface's or voxels'",
                    found: kind.map { "\"\($0.prefix(60))\"" } ?? "missing")
            }
            let result = CIFTI.BrainModel(structure: structure, offset: offset, place: place)
            guard result.count == count else {
                throw FormatError(
                    url, "IndexCount of \(structure)", expected: "\(result.count), as many as are listed",
                    found: "\(count)")
            }
            return result
        }
    }

    private func vertices(
        of model: (attributes: [String: String], vertices: [Int]?, voxels: [SIMD3<Int>]?), _ structure: String
    ) throws -> CIFTI.Place {
        let most = try whole("SurfaceNumberOfVertices", of: model.attributes)
        let vertices = model.vertices ?? []
        guard vertices.allSatisfy({ $0 < most }), Set(vertices).count == vertices.count else {
            throw FormatError(
                url, "the vertices of \(structure)", expected: "each once, below \(most)",
                found: "\(vertices.max() ?? 0) or one twice")
        }
        return .vertices(vertices, of: most)
    }

    private func voxels(
        of model: (attributes: [String: String], vertices: [Int]?, voxels: [SIMD3<Int>]?), _ structure: String
    ) throws -> CIFTI.Place {
        guard let volume, let affine else {
            throw FormatError(
                url, "the Volume of \(structure)", expected: "with its extents and transformation",
                found: "missing")
        }
        let voxels = model.voxels ?? []
        try check(voxels, in: volume, structure)
        return .voxels(voxels, in: try ImageGrid(shape: volume, affine: affine))
    }

    /// Throws if one of an owner's voxels is outside the volume, or listed twice.
    private func check(_ voxels: [SIMD3<Int>], in volume: [Int], _ owner: String) throws {
        let extents = SIMD3(volume[0], volume[1], volume[2])
        var seen: Set<SIMD3<Int>> = []
        for voxel in voxels {
            let isInside = all(voxel .< extents)
            guard isInside, seen.insert(voxel).inserted else {
                throw FormatError(
                    url, "a voxel of \(owner)",
                    expected: isInside ? "listed once" : "inside the volume \(volume)",
                    found: "(\(voxel.x), \(voxel.y), \(voxel.z))\(isInside ? " twice" : "")")
            }
        }
    }
}
