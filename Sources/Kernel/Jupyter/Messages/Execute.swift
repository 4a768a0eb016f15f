import JSON

/// `execute_request`: code to run.
public struct ExecuteRequest: Decodable, Sendable {
    public let code: String
    /// Run without output on iopub and without a place in the history.
    public let silent: Bool
    /// Whether the code is counted and remembered; never with `silent`.
    public let storeHistory: Bool
    /// Expressions to evaluate once the code has run, by the front end's names for them.
    public let userExpressions: [String: String]
    /// Whether the front end answers requests for input.
    public let allowStdin: Bool
    /// Whether an error aborts the requests that wait after this one.
    public let stopOnError: Bool

    /// A request to run code and to remember it, from a front end that answers no requests for input.
    ///
    /// - Parameters:
    ///   - code: what is run.
    ///   - userExpressions: expressions to evaluate afterwards, by names of the caller's.
    public init(code: String, userExpressions: [String: String] = [:]) {
        self.code = code
        self.userExpressions = userExpressions
        silent = false
        storeHistory = true
        allowStdin = false
        stopOnError = true
    }

    private enum CodingKeys: String, CodingKey {
        case code, silent
        case storeHistory = "store_history"
        case userExpressions = "user_expressions"
        case allowStdin = "allow_stdin"
        case stopOnError = "stop_on_error"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        code = try container.decode(String.self, forKey: .code)
        silent = try container.decodeIfPresent(Bool.self, forKey: .silent) ?? false
        storeHistory = try !silent && (container.decodeIfPresent(Bool.self, forKey: .storeHistory) ?? true)
        userExpressions =
            try container.decodeIfPresent([String: String].self, forKey: .userExpressions) ?? [:]
        allowStdin = try container.decodeIfPresent(Bool.self, forKey: .allowStdin) ?? true
        stopOnError = try container.decodeIfPresent(Bool.self, forKey: .stopOnError) ?? true
    }
}

/// What went wrong in a cell, as `error` and the reply carry it.
public struct ErrorReport: Error, Codable, Sendable, Equatable {
    /// The kind of error (`CompileError`).
    public var name: String
    /// What it says.
    public var value: String
    /// The lines that a front end shows, with ANSI colors.
    public var traceback: [String]

    private enum CodingKeys: String, CodingKey {
        case name = "ename"
        case value = "evalue"
        case traceback
    }

    public init(name: String, value: String, traceback: [String]) {
        self.name = name
        self.value = value
        self.traceback = traceback
    }
}

/// `execute_reply` of code that ran.
public struct ExecuteReply: Encodable, Sendable {
    let status = "ok"
    /// The server counts.
    var executionCount = 0
    let payload: [JSON]
    public let userExpressions: [String: JSON]

    /// `payload` holds deprecated but used instructions (`{"source": "page", …}` opens a pager), `userExpressions` an
    /// object for each expression asked for.
    public init(payload: [JSON] = [], userExpressions: [String: JSON] = [:]) {
        self.payload = payload
        self.userExpressions = userExpressions
    }

    private enum CodingKeys: String, CodingKey {
        case status, payload
        case executionCount = "execution_count"
        case userExpressions = "user_expressions"
    }
}

/// A reply that says that the request failed; on `execute_reply` with the counter.
struct ErrorReply: Encodable {
    let status = "error"
    let name: String
    let value: String
    let traceback: [String]
    let executionCount: Int?

    private enum CodingKeys: String, CodingKey {
        case status, traceback
        case name = "ename"
        case value = "evalue"
        case executionCount = "execution_count"
    }

    init(_ report: ErrorReport, executionCount: Int? = nil) {
        name = report.name
        value = report.value
        traceback = report.traceback
        self.executionCount = executionCount
    }
}

/// `execute_reply` to a request that an earlier error aborted.
struct AbortedReply: Encodable {
    let status = "aborted"
}

/// `execute_input`: tells every front end what is about to run.
struct ExecuteInput: Encodable {
    let code: String
    let executionCount: Int

    private enum CodingKeys: String, CodingKey {
        case code
        case executionCount = "execution_count"
    }
}
