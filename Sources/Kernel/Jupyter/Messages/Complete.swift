import JSON

/// `complete_request`: what can be completed at the cursor.
public struct CompleteRequest: Decodable, Sendable {
    public let code: String
    /// The cursor's place in Unicode code points.
    public let cursorPosition: Int

    private enum CodingKeys: String, CodingKey {
        case code
        case cursorPosition = "cursor_pos"
    }

    public init(code: String, cursorPosition: Int) {
        self.code = code
        self.cursorPosition = cursorPosition
    }
}

/// `complete_reply`.
public struct CompleteReply: Encodable, Sendable {
    private let status = "ok"
    /// What could replace the code from `cursorStart` to `cursorEnd`.
    public var matches: [String]
    /// The replaced range, in Unicode code points.
    public var cursorStart: Int
    public var cursorEnd: Int
    /// May hold `_jupyter_types_experimental`, the matches with their types.
    public var metadata: JSON

    private enum CodingKeys: String, CodingKey {
        case status, matches, metadata
        case cursorStart = "cursor_start"
        case cursorEnd = "cursor_end"
    }

    public init(matches: [String], cursorStart: Int, cursorEnd: Int, metadata: JSON = [:]) {
        self.matches = matches
        self.cursorStart = cursorStart
        self.cursorEnd = cursorEnd
        self.metadata = metadata
    }
}
