import Foundation

/// What the Python process tells the kernel; the first byte of a frame is its kind, then comes the length (4 bytes, little
/// endian) of what follows.
enum PythonEvent {
    case stdout(String)
    case stderr(String)
    /// Contents of messages, as JSON.
    case display(Data)
    case update(Data)
    case result(Data)
    case clear(wait: Bool)
    case input(InputDemand)
    case ready(Ready)
    case finished(PythonEnd)

    struct Ready: Decodable {
        let version: String
        let executable: String
    }

    private struct Clear: Decodable { let wait: Bool }

    init?(kind: UInt8, payload: Data) {
        let decoder = JSONDecoder()
        func decoded<Value: Decodable>(_ type: Value.Type) -> Value? {
            try? decoder.decode(type, from: payload)
        }
        switch Character(UnicodeScalar(kind)) {
        case "o": self = .stdout(String(decoding: payload, as: UTF8.self))
        case "e": self = .stderr(String(decoding: payload, as: UTF8.self))
        case "d": self = .display(payload)
        case "u": self = .update(payload)
        case "r": self = .result(payload)
        case "c": self = .clear(wait: decoded(Clear.self)?.wait ?? false)
        case "i":
            guard let demand = decoded(InputDemand.self) else { return nil }
            self = .input(demand)
        case "k":
            guard let ready = decoded(Ready.self) else { return nil }
            self = .ready(ready)
        case "f":
            guard let end = decoded(PythonEnd.self) else { return nil }
            self = .finished(end)
        default: return nil
        }
    }
}

/// How a cell in Python ended.
struct PythonEnd: Decodable {
    struct Failure: Decodable {
        let ename: String
        let evalue: String
        let traceback: [String]
    }
    struct Output: Decodable {
        let name: String
        /// The type in Swift, as source.
        let type: String
    }

    let outputs: [Output]
    let failure: Failure?
}

/// Cuts bytes into events; text of one stream that arrives together becomes one.
struct PythonFrames {
    private static let headLength = 5
    private var pending = Data()

    mutating func take(_ data: Data) -> [PythonEvent] {
        pending.append(data)
        var events: [PythonEvent] = []
        var position = pending.startIndex
        while pending.endIndex - position >= Self.headLength {
            let length = (0..<4).reduce(0) { $0 | Int(pending[position + 1 + $1]) << (8 * $1) }
            let start = position + Self.headLength
            guard pending.endIndex - start >= length else { break }
            let event = PythonEvent(kind: pending[position], payload: Data(pending[start..<(start + length)]))
            position = start + length
            switch (events.last, event) {
            case (.stdout(let text), .stdout(let more)): events[events.count - 1] = .stdout(text + more)
            case (.stderr(let text), .stderr(let more)): events[events.count - 1] = .stderr(text + more)
            case (_, let event?): events.append(event)
            default: break
            }
        }
        pending = Data(pending[position...])
        return events
    }
}
