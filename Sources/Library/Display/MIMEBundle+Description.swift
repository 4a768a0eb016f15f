import Foundation

extension MIMEBundle: CustomStringConvertible {
    /// The types of the representations, with their sizes.
    public var description: String {
        let parts = contents.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
        return parts.isEmpty ? "an empty bundle" : parts.joined(separator: ", ")
    }
}

extension MIMEContent: CustomStringConvertible {
    /// How much there is.
    public var description: String {
        switch self {
        case .text(let text): Number.counted(text.count, "character")
        case .json(let data): "JSON of \(Number.counted(data.count, "byte"))"
        case .binary(let data): Number.counted(data.count, "byte")
        }
    }
}

extension Table.Column: CustomStringConvertible {
    /// The heading and how many cells there are.
    public var description: String { "column \"\(heading)\" of \(Number.counted(cells.count, "cell"))" }
}
