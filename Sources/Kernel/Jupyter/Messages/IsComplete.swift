/// `is_complete_request`: whether a console should run the code or ask for more.
public struct IsCompleteRequest: Decodable, Sendable {
    public let code: String
}

/// `is_complete_reply`.
public enum IsCompleteReply: Encodable, Sendable, Equatable {
    /// Ready to run.
    case complete
    /// More is to come; `indent` is what the next line begins with.
    case incomplete(indent: String)
    /// Wrong, whatever follows.
    case invalid
    /// Not known.
    case unknown

    private enum CodingKeys: CodingKey {
        case status, indent
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .complete: try container.encode("complete", forKey: .status)
        case .incomplete(let indent):
            try container.encode("incomplete", forKey: .status)
            try container.encode(indent, forKey: .indent)
        case .invalid: try container.encode("invalid", forKey: .status)
        case .unknown: try container.encode("unknown", forKey: .status)
        }
    }
}
