/// `history_request`: earlier inputs, and their outputs if asked for.
public struct HistoryRequest: Decodable, Sendable {
    /// Which entries are wanted.
    public enum Access: Sendable, Equatable {
        /// Lines `start` up to but not including `stop` of a session; session 0 is the current one, -1 the one before.
        case range(session: Int, start: Int, stop: Int?)
        /// The last `count` entries.
        case tail(count: Int)
        /// The last `count` entries (all if nil) that match a glob pattern (`*` and `?`).
        case search(pattern: String, count: Int?, unique: Bool)
    }

    public let access: Access
    /// Whether outputs are wanted too.
    public let output: Bool
    /// Whether the input is wanted as it was typed.
    public let raw: Bool

    private enum CodingKeys: String, CodingKey {
        case output, raw, session, start, stop, n, pattern, unique
        case accessType = "hist_access_type"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        output = try container.decodeIfPresent(Bool.self, forKey: .output) ?? false
        raw = try container.decodeIfPresent(Bool.self, forKey: .raw) ?? true
        let count = try container.decodeIfPresent(Int.self, forKey: .n)
        switch try container.decode(String.self, forKey: .accessType) {
        case "range":
            access = .range(
                session: try container.decodeIfPresent(Int.self, forKey: .session) ?? 0,
                start: try container.decodeIfPresent(Int.self, forKey: .start) ?? 0,
                stop: try container.decodeIfPresent(Int.self, forKey: .stop))
        case "tail":
            access = .tail(count: count ?? 10)
        case "search":
            access = .search(
                pattern: try container.decodeIfPresent(String.self, forKey: .pattern) ?? "*", count: count,
                unique: try container.decodeIfPresent(Bool.self, forKey: .unique) ?? false)
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .accessType, in: container,
                debugDescription: "expected range, tail or search, found \(other)")
        }
    }
}

/// One cell of the history.
public struct HistoryEntry: Encodable, Sendable, Equatable {
    public var session: Int
    /// The execution count.
    public var line: Int
    public var input: String
    /// The result's plain text; an entry with outputs is `[session, line, [input, output]]`.
    public var output: String?
    private let withOutput: Bool

    /// An entry without outputs.
    public init(session: Int, line: Int, input: String) {
        self.init(session: session, line: line, input: input, output: nil, withOutput: false)
    }

    /// An entry with an output, which may be none.
    public init(session: Int, line: Int, input: String, output: String?) {
        self.init(session: session, line: line, input: input, output: output, withOutput: true)
    }

    private init(session: Int, line: Int, input: String, output: String?, withOutput: Bool) {
        self.session = session
        self.line = line
        self.input = input
        self.output = output
        self.withOutput = withOutput
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(session)
        try container.encode(line)
        guard withOutput else { return try container.encode(input) }
        var pair = container.nestedUnkeyedContainer()
        try pair.encode(input)
        if let output { try pair.encode(output) } else { try pair.encodeNil() }
    }
}

/// `history_reply`.
struct HistoryReply: Encodable {
    let status = "ok"
    let history: [HistoryEntry]
}
