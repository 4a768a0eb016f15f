public import JSON

/// A cell of a notebook.
public struct NotebookCell: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case code, markdown, raw
    }

    public var kind: Kind
    /// Unique in the notebook; empty until it is written if the file has none.
    public var id: String
    public var source: String
    public var metadata: [String: JSON]
    /// The files in a Markdown cell.
    public var attachments: JSON?
    /// What it showed, as nbformat has it, with every text as one string.
    public var outputs: [JSON] = []
    /// The number that it ran under.
    public var executionCount: Int?

    public init(_ kind: Kind, id: String = "", source: String, tags: [String] = []) {
        self.kind = kind
        self.id = id
        self.source = source
        metadata = tags.isEmpty ? [:] : ["tags": .array(tags.map(JSON.string))]
    }

    /// The cell's tags.
    public var tags: [String] { metadata["tags"]?.array?.compactMap(\.string) ?? [] }

    /// Whether there is nothing in it but white space.
    public var isBlank: Bool { source.allSatisfy(\.isWhitespace) }
}

extension NotebookCell {
    /// A cell as a file holds it; throws `RunError` without the names of the file and the cell.
    init(_ json: JSON) throws(RunError) {
        guard let type = json["cell_type"]?.string, let kind = Kind(rawValue: type) else {
            let found = json["cell_type"].map { ", but \($0)" } ?? ""
            throw RunError("has a cell_type that is not code, markdown or raw\(found)")
        }
        guard let source = json["source"].flatMap(Self.text) else {
            throw RunError("has a source that is no text")
        }
        self.kind = kind
        self.source = source
        id = json["id"]?.string ?? ""
        metadata = json["metadata"]?.object ?? [:]
        attachments = json["attachments"]
        outputs = json["outputs"]?.array ?? []
        executionCount = json["execution_count"]?.int
    }

    /// The cell as nbformat 4.5 writes it.
    var json: JSON {
        var members: [String: JSON] = [
            "cell_type": .string(kind.rawValue), "id": .string(id), "metadata": .object(metadata),
            "source": Self.lines(source),
        ]
        members["attachments"] = attachments
        if kind == .code {
            members["execution_count"] = executionCount.map(JSON.integer) ?? .null
            members["outputs"] = .array(outputs.map(Self.inLines))
        }
        return .object(members)
    }

    /// A text that a file holds as one string or as a list of lines.
    static func text(_ json: JSON) -> String? {
        json.string
            ?? json.array.flatMap { lines in
                let texts = lines.compactMap(\.string)
                return texts.count == lines.count ? texts.joined() : nil
            }
    }

    /// Whether a character ends a line for Python's `splitlines`, by which nbformat splits texts.
    private static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// A text as a list of lines, each with its end.
    static func lines(_ text: String) -> JSON {
        var lines: [JSON] = []
        var line = String.UnicodeScalarView()
        var last: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if endsLine(last), !(last == "\r" && scalar == "\n") {
                lines.append(.string(String(line)))
                line = String.UnicodeScalarView()
            }
            line.append(scalar)
            last = scalar
        }
        if !line.isEmpty { lines.append(.string(String(line))) }
        return .array(lines)
    }

    /// An output with its texts as lists of lines, as nbformat writes them; what is JSON stays as it is, and a
    /// picture is one string, as which alone some programs read it.
    private static func inLines(_ output: JSON) -> JSON {
        guard var members = output.object else { return output }
        if let text = members["text"]?.string { members["text"] = lines(text) }
        if let data = members["data"]?.object {
            let changed = data.map { type, value -> (String, JSON) in
                guard type != "application/json", !type.hasSuffix("+json"), let text = Self.text(value) else {
                    return (type, value)
                }
                let isText =
                    type.hasPrefix("text/") || ["application/javascript", "image/svg+xml"].contains(type)
                return (type, isText ? lines(text) : .string(text))
            }
            members["data"] = .object(Dictionary(uniqueKeysWithValues: changed))
        }
        return .object(members)
    }
}
