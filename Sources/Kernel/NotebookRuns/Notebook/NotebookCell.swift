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
    /// A cell as a file holds it; throws `RunError` without the file's name.
    init(_ json: JSON) throws {
        guard let type = json["cell_type"]?.string, let kind = Kind(rawValue: type) else {
            throw RunError("has a cell whose cell_type is not code, markdown or raw")
        }
        guard let source = json["source"].flatMap(Self.text) else {
            throw RunError("has a cell whose source is no text")
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

    /// A text as a list of lines, each with its end.
    static func lines(_ text: String) -> JSON {
        var lines: [JSON] = []
        var line = ""
        for scalar in text.unicodeScalars {
            line.unicodeScalars.append(scalar)
            if scalar == "\n" {
                lines.append(.string(line))
                line = ""
            }
        }
        if !line.isEmpty { lines.append(.string(line)) }
        return .array(lines)
    }

    /// An output with its texts as lists of lines, as nbformat writes them; what is JSON stays as it is.
    private static func inLines(_ output: JSON) -> JSON {
        guard var members = output.object else { return output }
        if let text = members["text"]?.string { members["text"] = lines(text) }
        if let data = members["data"]?.object {
            let changed = data.map { type, value -> (String, JSON) in
                guard let text = value.string, type != "application/json", !type.hasSuffix("+json") else {
                    return (type, value)
                }
                return (type, lines(text))
            }
            members["data"] = .object(Dictionary(uniqueKeysWithValues: changed))
        }
        return .object(members)
    }
}
