import Foundation

/// One representation of a value, as Jupyter carries it.
public enum MIMEContent: Sendable, Equatable {
    /// Text of any textual type (`text/plain`, `text/html`, `text/markdown`, `image/svg+xml`).
    case text(String)
    /// A JSON document as UTF-8 (`application/json`, `application/vnd.vegalite.v5+json`).
    case json(Data)
    /// Bytes (`image/png`), which travel as base64.
    case binary(Data)
}

/// A value in several representations by MIME type; the front end shows the richest that it can.
///
/// ```swift
/// let png = try Data(contentsOf: URL(filePath: "regions.png"))
/// MIMEBundle(["text/plain": .text("3 regions"), "image/png": .binary(png)])
/// ```
///
/// Source: the "display_data" section of Jupyter's messaging specification.
public struct MIMEBundle: Sendable, Equatable {
    /// The representations, by MIME type.
    public var contents: [String: MIMEContent]
    /// A JSON object for each MIME type that needs one (for instance `{"width": 640}` of an image), as UTF-8.
    public var metadata: [String: Data]
    /// The tables that it shows, for anyone who wants their values.
    package var tables: [Table] = []

    /// A bundle of the given representations.
    ///
    /// - Parameters:
    ///   - contents: the representations by MIME type.
    ///   - metadata: a JSON object as UTF-8 for each MIME type that needs one.
    public init(_ contents: [String: MIMEContent], metadata: [String: Data] = [:]) {
        self.contents = contents
        self.metadata = metadata
    }

    public static func == (left: MIMEBundle, right: MIMEBundle) -> Bool {
        left.contents == right.contents && left.metadata == right.metadata
    }

    /// The `text/plain` representation, or nil if the bundle has none.
    public var plainText: String? {
        if case .text(let text)? = contents["text/plain"] { text } else { nil }
    }
}

extension MIMEBundle {
    /// A bundle that holds plain text alone.
    public static func plain(_ text: String) -> MIMEBundle { MIMEBundle(["text/plain": .text(text)]) }

    /// The `{"data": …, "metadata": …}` object of a display message, with further members appended, as UTF-8 JSON.
    ///
    /// `provenance` is a JSON object that the metadata holds under `gyrus`. Throws what `JSONSerialization` throws if
    /// a JSON representation is not valid JSON.
    package func message(adding members: [String: Any] = [:], provenance: Data? = nil) throws -> Data {
        var data: [String: Any] = [:]
        for (type, content) in contents {
            switch content {
            case .text(let text): data[type] = text
            case .json(let json):
                data[type] = try JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed)
            case .binary(let bytes): data[type] = bytes.base64EncodedString()
            }
        }
        var message = members
        message["data"] = data
        var metadata = try metadata.mapValues { try JSONSerialization.jsonObject(with: $0) }
        metadata["gyrus"] = try provenance.map { try JSONSerialization.jsonObject(with: $0) }
        message["metadata"] = metadata
        return try JSONSerialization.data(
            withJSONObject: message, options: [.withoutEscapingSlashes, .sortedKeys])
    }
}

extension MIMEBundle {
    /// The texts of several bundles one below the other, as plain text and as HTML if all have it.
    package static func stacked(_ parts: [MIMEBundle]) -> MIMEBundle {
        func joined(_ type: String, _ separator: String) -> String? {
            let texts = parts.compactMap { part -> String? in
                if case .text(let text)? = part.contents[type] { text } else { nil }
            }
            return texts.count == parts.count ? texts.joined(separator: separator) : nil
        }
        var bundle = MIMEBundle([:])
        bundle.contents["text/plain"] = joined("text/plain", "\n").map { .text($0) }
        bundle.contents["text/html"] = joined("text/html", "").map { .text($0) }
        bundle.tables = parts.flatMap(\.tables)
        return bundle
    }
}
