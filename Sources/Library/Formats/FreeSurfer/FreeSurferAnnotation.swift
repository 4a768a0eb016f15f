import Foundation
import Tensors

/// FreeSurfer's `.annot`: a color for each vertex, and a table of what the colors mean.
enum FreeSurferAnnotation {
    private struct Entry {
        /// The structure's number.
        let index: Int
        let name: String
        /// Red, green, blue, transparency.
        let channels: [Int]

        /// What stands for the color at a vertex.
        var code: Int { channels[0] | channels[1] << 8 | channels[2] << 16 }

        var label: SurfaceLabel {
            let parts = [channels[0], channels[1], channels[2], 255 - channels[3]].map { Float($0) / 255 }
            return SurfaceLabel(key: index, name: name, color: SIMD4(parts[0], parts[1], parts[2], parts[3]))
        }
    }

    /// The structure's number of each vertex, -1 for none, and the table, of both versions.
    ///
    /// Throws `FormatError` if the file is not an annotation, is damaged, has no table, or a vertex has a color that the table
    /// does not have, or that two of its structures have.
    static func read(_ file: OpenFile) throws -> SurfaceLabels {
        var bytes = try FreeSurferBytes(file)
        let count = try bytes.count("the number of vertices", ofSize: 8)
        let pairs = try bytes.numbers(.int32, 2 * count, "the vertices").integers()
        guard bytes.rest > 0, try bytes.number(Int32.self, "the mark of the color table") != 0 else {
            throw FormatError(bytes.url, "the color table", expected: "behind the vertices", found: "missing")
        }
        let entries = try table(&bytes)
        return SurfaceLabels(
            keys: try keys(pairs, entries, bytes.url), labels: entries.map(\.label).sorted { $0.key < $1.key }
        )
    }

    private static func table(_ bytes: inout FreeSurferBytes) throws -> [Entry] {
        let version = try Int(bytes.number(Int32.self, "the version of the color table"))
        if version > 0 {
            // The first version begins with the number of its entries.
            try skipFileName(&bytes)
            return try (0..<checked(version, bytes)).map { try entry($0, &bytes) }
        }
        guard version == -2 else {
            throw FormatError(
                bytes.url, "the version of the color table", expected: "1 or 2", found: "\(-version)")
        }
        _ = try bytes.number(Int32.self, "the largest number of the color table")
        try skipFileName(&bytes)
        let count = try checked(Int(bytes.number(Int32.self, "the number of colors")), bytes)
        let entries = try (0..<count).map { _ in
            try entry(Int(bytes.number(Int32.self, "a structure's number")), &bytes)
        }
        if let twice = Dictionary(grouping: entries, by: \.index).first(where: { $1.count > 1 }) {
            throw FormatError(
                bytes.url, "the structure \(twice.key)", expected: "once in the table",
                found: "there \(twice.value.count) times")
        }
        return entries
    }

    /// An entry takes 20 bytes at least: no more are believed in than the file has.
    private static func checked(_ count: Int, _ bytes: FreeSurferBytes) throws -> Int {
        guard count >= 0, count <= bytes.rest / 20 else {
            throw FormatError(
                bytes.url, "the number of colors", expected: "from 0 to \(bytes.rest / 20)", found: "\(count)"
            )
        }
        return count
    }

    private static func skipFileName(_ bytes: inout FreeSurferBytes) throws {
        _ = try bytes.part(bytes.count("the length of the table's name", ofSize: 1), "the table's name")
    }

    private static func entry(_ index: Int, _ bytes: inout FreeSurferBytes) throws -> Entry {
        let length = try bytes.count("the length of a structure's name", ofSize: 1)
        let name = try bytes.text(length, "a structure's name")
        let channels = try (0..<4).map { _ in try Int(bytes.number(Int32.self, "the color of \(name)")) }
        guard index >= 0, channels.allSatisfy({ 0...255 ~= $0 }) else {
            throw FormatError(
                bytes.url, "the color of \(name)", expected: "four numbers from 0 to 255",
                found: "\(channels) as number \(index)")
        }
        return Entry(index: index, name: name, channels: channels)
    }

    private static func keys(_ pairs: [Int], _ entries: [Entry], _ url: URL) throws -> [Int] {
        let byCode = Dictionary(grouping: entries, by: \.code)
        let count = pairs.count / 2
        var keys = [Int?](repeating: nil, count: count)
        for pair in 0..<count {
            let (vertex, code) = (pairs[2 * pair], pairs[2 * pair + 1])
            guard keys.indices.contains(vertex), keys[vertex] == nil else {
                throw FormatError(
                    url, "the vertex of pair \(pair)", expected: "each of 0 to \(count - 1) once",
                    found: "\(vertex)")
            }
            keys[vertex] = code == 0 ? -1 : try key(of: code, at: vertex, byCode, url)
        }
        return keys.compactMap { $0 }
    }

    private static func key(
        of code: Int, at vertex: Int, _ entries: [Int: [Entry]], _ url: URL
    ) throws -> Int {
        let color = "(\(code & 255), \(code >> 8 & 255), \(code >> 16 & 255))"
        guard let found = entries[code] else {
            throw FormatError(
                url, "the color of vertex \(vertex)", expected: "one of the color table's",
                found: "\(code), \(color)")
        }
        guard found.count == 1 else {
            throw FormatError(
                url, "the color \(color) of vertex \(vertex)", expected: "that of one structure",
                found: "that of \(found.map(\.name).joined(separator: " and "))")
        }
        return found[0].index
    }
}
