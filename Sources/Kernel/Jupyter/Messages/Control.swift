/// A reply that says no more than that the request was carried out (`interrupt_reply`, `delete_subshell_reply`).
struct OKReply: Encodable {
    let status = "ok"
}

/// The reply to `connect_request`: the ports, as the connection file has them.
struct ConnectReply: Encodable {
    let status = "ok"
    let shellPort, iopubPort, stdinPort, heartbeatPort, controlPort: Int

    init(_ connection: ConnectionFile) {
        shellPort = connection.shellPort
        iopubPort = connection.iopubPort
        stdinPort = connection.stdinPort
        heartbeatPort = connection.heartbeatPort
        controlPort = connection.controlPort
    }

    private enum CodingKeys: String, CodingKey {
        case status
        case shellPort = "shell_port"
        case iopubPort = "iopub_port"
        case stdinPort = "stdin_port"
        case heartbeatPort = "hb_port"
        case controlPort = "control_port"
    }
}

/// `shutdown_request`, and its reply with a status.
struct Shutdown: Codable {
    let restart: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        restart = try container.decodeIfPresent(Bool.self, forKey: .restart) ?? false
    }

    private enum CodingKeys: CodingKey {
        case status, restart
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("ok", forKey: .status)
        try container.encode(restart, forKey: .restart)
    }
}

/// `create_subshell_reply`, and `delete_subshell_request`.
struct Subshell: Codable {
    let subshellID: String

    private enum CodingKeys: String, CodingKey {
        case status
        case subshellID = "subshell_id"
    }

    init(subshellID: String) {
        self.subshellID = subshellID
    }

    init(from decoder: any Decoder) throws {
        subshellID = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .subshellID)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("ok", forKey: .status)
        try container.encode(subshellID, forKey: .subshellID)
    }
}

/// `list_subshell_reply`.
struct SubshellList: Encodable {
    let status = "ok"
    let subshellIDs: [String]

    private enum CodingKeys: String, CodingKey {
        case status
        case subshellIDs = "subshell_id"
    }
}

/// `debug_request`, as far as a kernel without a debugger reads it.
struct DebugRequest: Decodable {
    let sequence: Int
    let command: String

    private enum CodingKeys: String, CodingKey {
        case sequence = "seq"
        case command
    }
}

/// `debug_reply` of a kernel without a debugger: a response of the Debug Adapter Protocol that says so.
struct DebugReply: Encodable {
    let type = "response"
    let success = false
    let sequence: Int
    let requestSequence: Int
    let command: String
    let message = "this kernel has no debugger"

    private enum CodingKeys: String, CodingKey {
        case type, success, command, message
        case sequence = "seq"
        case requestSequence = "request_seq"
    }

    init(to request: DebugRequest) {
        sequence = request.sequence
        requestSequence = request.sequence
        command = request.command
    }
}
