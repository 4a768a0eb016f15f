import Foundation
import Tensors

/// Builds the maps of a CIFTI header from its elements.
final class CIFTIParser: XMLHandler {
    /// What an element's text may be at most, 64 MB: a million vertices take 8.
    private static let longestText = 64 << 20
    private static let textual: Set = [
        "Name", "Value", "Label", "MapName", "TransformationMatrixVoxelIndicesIJKtoXYZ", "VertexIndices",
        "VoxelIndicesIJK", "Vertices",
    ]

    private(set) var metadata: [String: String] = [:]
    private var maps: [Int: CIFTIMap] = [:]
    private let url: URL
    private var path: [(name: String, attributes: [String: String])] = []
    private var text: [UInt8] = []
    private var name = ""
    private var current: CIFTIMap?

    init(_ url: URL) { self.url = url }

    /// The dimensions of a matrix of this shape.
    func dimensions(of shape: [Int]) throws -> [CIFTI.Dimension] {
        try shape.indices.map { index in
            guard let map = maps[index] else {
                throw FormatError(
                    url, "the map of dimension \(index)", expected: "in the CIFTI header", found: "missing")
            }
            let dimension = try map.dimension()
            guard dimension.count == shape[index] else {
                throw FormatError(
                    url, "dimension \(index)", expected: "\(dimension.count) long, as the CIFTI header says",
                    found: "\(shape[index])")
            }
            return dimension
        }
    }

    func begin(_ element: String, _ attributes: [String: String]) throws {
        if path.isEmpty {
            guard element == "CIFTI", attributes["Version"]?.hasPrefix("2") == true else {
                throw FormatError(
                    url, "the header's XML", expected: "CIFTI of version 2",
                    found: "\(element) of version \(attributes["Version"] ?? "missing")")
            }
        }
        text.removeAll(keepingCapacity: true)
        path.append((element, attributes))
        switch element {
        case "MatrixIndicesMap":
            guard current == nil else { throw FormatError(url, "a MatrixIndicesMap holds another") }
            current = CIFTIMap(attributes, url)
        case "MD": name = ""
        case "NamedMap", "BrainModel", "Parcel", "Surface", "Volume":
            guard current != nil else {
                throw FormatError(url, element, expected: "in a MatrixIndicesMap", found: "elsewhere")
            }
            try current?.begin(element, attributes)
        default: break
        }
    }

    func characters(_ part: UnsafeBufferPointer<UInt8>) throws {
        guard let element = path.last?.name, Self.textual.contains(element) else { return }
        guard text.count + part.count <= Self.longestText else {
            throw FormatError(url, "the text of \(element)", expected: "at most 64 MB", found: "longer")
        }
        text.append(contentsOf: part)
    }

    func end(_ element: String) throws {
        guard let (_, attributes) = path.popLast() else { return }
        switch element {
        case "Name": name = trimmedText
        // The metadata of a single map is not kept.
        case "Value" where current == nil: metadata[name] = trimmedText
        case "MapName": try current?.name(trimmedText)
        case "Label": try current?.label(trimmedText, attributes)
        case "TransformationMatrixVoxelIndicesIJKtoXYZ": try current?.transform(trimmedText, attributes)
        case "VertexIndices": try current?.vertexIndices(text)
        case "VoxelIndicesIJK": try current?.voxelIndices(text)
        case "Vertices": try current?.vertices(text, attributes)
        case "MatrixIndicesMap": try endMap()
        default: break
        }
    }

    private var trimmedText: String {
        String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func endMap() throws {
        guard let map = current else { return }
        current = nil
        for index in try map.appliesTo() {
            guard maps[index] == nil else {
                throw FormatError(
                    url, "the map of dimension \(index)", expected: "once in the CIFTI header", found: "twice"
                )
            }
            maps[index] = map
        }
    }
}
