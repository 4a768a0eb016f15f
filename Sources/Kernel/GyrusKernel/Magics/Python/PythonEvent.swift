import CRunnerProtocol
import Foundation
import RunnerProtocol

/// What the Python process tells the kernel.
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

    /// The event of a frame; nil if it says nothing that the kernel knows.
    init?(_ frame: Frame) {
        func decoded<Payload: Decodable, Event>(_ event: (Payload) -> Event) -> Event? {
            (try? JSONDecoder().decode(Payload.self, from: frame.payload)).map(event)
        }
        let event: PythonEvent? =
            switch frame.kind {
            case .stdout: .stdout(String(decoding: frame.payload, as: UTF8.self))
            case .stderr: .stderr(String(decoding: frame.payload, as: UTF8.self))
            case .display: .display(frame.payload)
            case .update: .update(frame.payload)
            case .result: .result(frame.payload)
            case .clear: decoded { (clear: ClearOutput) in .clear(wait: clear.wait) }
            case .input: decoded(Self.input)
            case .ready: decoded(Self.ready)
            case .finished: decoded(Self.finished)
            default: nil
            }
        guard let event else { return nil }
        self = event
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
