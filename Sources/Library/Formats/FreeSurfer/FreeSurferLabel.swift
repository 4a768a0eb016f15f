import Foundation

/// FreeSurfer's `.label`: some vertices of a surface, as a region drawn by hand or a cluster.
///
/// ```swift
/// let v1 = try FreeSurferLabel.open("label/lh.V1_exvivo.label")
/// v1.vertices          // indices of the subject's mesh
/// ```
public struct FreeSurferLabel: Sendable, Equatable {
    /// The vertices' indices; -1 for a place that has no vertex yet.
    public let vertices: [Int]
    /// Where they lie in mm.
    public let positions: [SIMD3<Float>]
    /// A number for each, for instance a probability.
    public let values: [Double]

    /// The most letters of a line.
    private static let longestLine = 4096

    /// Reads a `.label` file.
    ///
    /// Throws `FormatError` if a line is not a vertex, a position and a number, or there are not as many as the file
    /// says.
    public static func open(_ file: some FileLocation) throws -> FreeSurferLabel {
        var bytes = try FreeSurferBytes(OpenFile(file.fileURL))
        let url = bytes.url
        let comment = try bytes.line("the first line")
        guard comment.hasPrefix("#") else {
            throw FormatError(
                url, "the first line", expected: "a comment (#!ascii label)",
                found: "\"\(comment.prefix(80))\"")
        }
        let second = try bytes.line("the second line")
        guard let count = Int(second.trimmingCharacters(in: .whitespaces)), count >= 0 else {
            throw FormatError(
                url, "the second line", expected: "the number of vertices", found: "\"\(second.prefix(80))\"")
        }
        let rest = try bytes.part(bytes.rest, "the vertices")
        let text = withExtendedLifetime(rest.owner) { String(decoding: rest.buffer, as: UTF8.self) }
        let lines = text.split(whereSeparator: \.isNewline).filter { $0.contains { !$0.isWhitespace } }
        guard lines.count == count else {
            throw FormatError(
                url, "the vertices", expected: "\(count) lines, as the second line says",
                found: "\(lines.count)")
        }
        return try FreeSurferLabel(lines, url)
    }

    private init(_ lines: [Substring], _ url: URL) throws {
        var vertices: [Int] = []
        var positions: [SIMD3<Float>] = []
        var values: [Double] = []
        for (index, line) in lines.enumerated() {
            let words = line.prefix(Self.longestLine).split(whereSeparator: \.isWhitespace)
            let numbers = words.dropFirst().compactMap { Double($0) }
            guard words.count == 5, numbers.count == 4, let vertex = Int(words[0]), vertex >= -1 else {
                throw FormatError(
                    url, "line \(index + 3)", expected: "a vertex, its position and a number",
                    found: "\"\(line.prefix(80))\"")
            }
            vertices.append(vertex)
            positions.append(SIMD3(Float(numbers[0]), Float(numbers[1]), Float(numbers[2])))
            values.append(numbers[3])
        }
        self.vertices = vertices
        self.positions = positions
        self.values = values
    }
}
