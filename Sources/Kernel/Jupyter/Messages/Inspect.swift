import JSON

/// `inspect_request`: what is known of the name at the cursor.
public struct InspectRequest: Decodable, Sendable {
    public let code: String
    /// The cursor's place in Unicode code points.
    public let cursorPosition: Int
    /// 0 for the usual tool tip, 1 for all there is.
    public let detailLevel: Int

    private enum CodingKeys: String, CodingKey {
        case code
        case cursorPosition = "cursor_pos"
        case detailLevel = "detail_level"
    }

    public init(code: String, cursorPosition: Int, detailLevel: Int = 0) {
        self.code = code
        self.cursorPosition = cursorPosition
        self.detailLevel = detailLevel
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(String.self, forKey: .code)
        cursorPosition = try container.decode(Int.self, forKey: .cursorPosition)
        detailLevel = try container.decodeIfPresent(Int.self, forKey: .detailLevel) ?? 0
    }
}

/// `inspect_reply`.
public struct InspectReply: Encodable, Sendable {
    private let status = "ok"
    public var found: Bool
    /// The description by MIME type.
    public var data: [String: JSON]
    public var metadata: JSON

    private enum CodingKeys: CodingKey {
        case status, found, data, metadata
    }

    public init(data: [String: JSON], metadata: JSON = [:]) {
        found = true
        self.data = data
        self.metadata = metadata
    }

    /// The answer if nothing is known of what is at the cursor.
    public static var notFound: InspectReply {
        var reply = InspectReply(data: [:])
        reply.found = false
        return reply
    }
}
