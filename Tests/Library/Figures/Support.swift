import Display
import Figures
import Foundation
import Testing

/// The Vega-Lite specification of a figure, parsed.
func specification(_ figure: some Figure) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(figure.vegaLite.utf8)) as? [String: Any])
}

/// The rows of the data of a specification.
func rows(_ specification: [String: Any]) throws -> [[String: Any]] {
    let data = try #require(specification["data"] as? [String: Any])
    return try #require(data["values"] as? [[String: Any]])
}

/// The layers of a specification.
func layers(_ specification: [String: Any]) throws -> [[String: Any]] {
    try #require(specification["layer"] as? [[String: Any]])
}

/// What a layer encodes on a channel.
func channel(_ layer: [String: Any], _ name: String) throws -> [String: Any] {
    let encoding = try #require(layer["encoding"] as? [String: Any])
    return try #require(encoding[name] as? [String: Any])
}

/// The width and height that a PNG's header states.
func pngSize(_ data: Data) throws -> (width: Int, height: Int) {
    #expect(Array(data.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    func number(_ at: Int) -> Int { data[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
}

/// The picture as SVG, in which every shape can be found.
func svg(_ figure: some Figure) throws -> String {
    let path = NSTemporaryDirectory() + UUID().uuidString + ".svg"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try figure.write(to: path)
    return try String(contentsOfFile: path, encoding: .utf8)
}

/// How often one text holds another.
func occurrences(of part: String, in text: String) -> Int { text.components(separatedBy: part).count - 1 }
