/// What a kernel is doing, in `status`.
enum ExecutionState: String, Encodable {
    case starting, busy, idle
}

/// `status`.
struct Status: Encodable {
    let executionState: ExecutionState

    private enum CodingKeys: String, CodingKey {
        case executionState = "execution_state"
    }
}

/// The two streams of text that a process writes.
public enum StreamName: String, Encodable, Sendable {
    case stdout, stderr
}

/// `stream`.
struct Stream: Encodable {
    let name: StreamName
    let text: String
}

/// `clear_output`.
struct ClearOutput: Encodable {
    let wait: Bool
}

/// `iopub_welcome`: tells a front end that its subscription is in force.
struct Welcome: Encodable {
    let subscription: String
}
