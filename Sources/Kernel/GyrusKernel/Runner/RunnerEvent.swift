import CRunnerProtocol
import Foundation
import RunnerProtocol

/// What the runner tells the kernel.
enum RunnerEvent {
    case display(Data)
    case update(Data)
    case clear(wait: Bool)
    case result(Data)
    case error(UncaughtError)
    /// A result that is available again as `Out[3]`.
    case kept(KeptResult)
    case comm(CommFrame)
    case stdout(Data)
    case stderr(Data)
    case input(InputDemand)
    case ready
    /// A cell ended, or the handler of a comm message.
    case finished(JobEnd)
    /// A trap on a thread that nobody waited for; it ended alone.
    case stray(JobEnd)
    /// A job waits for what a stopped cell left, and may do so forever.
    case waits(JobEnd)
    /// What the runner says to a command that asks.
    case answer(Data)

    /// The event of a frame; nil if it says nothing that the kernel knows.
    init?(_ frame: Frame) {
        func decoded<Payload: Decodable, Event>(_ event: (Payload) -> Event) -> Event? {
            (try? JSONDecoder().decode(Payload.self, from: frame.payload)).map(event)
        }
        let event: RunnerEvent? =
            switch frame.kind {
            case .display: .display(frame.payload)
            case .update: .update(frame.payload)
            case .clear: decoded { (clear: ClearOutput) in .clear(wait: clear.wait) }
            case .result: .result(frame.payload)
            case .error: decoded(Self.error)
            case .comm: (try? CommFrame(decoding: frame.payload)).map(Self.comm)
            case .kept: decoded(Self.kept)
            case .stdout: .stdout(frame.payload)
            case .stderr: .stderr(frame.payload)
            case .input: decoded(Self.input)
            case .ready: .ready
            case .finished, .handled: decoded(Self.finished)
            case .answer: .answer(frame.payload)
            case .stray: decoded(Self.stray)
            case .waits: decoded(Self.waits)
            case .question: nil
            @unknown default: nil
            }
        guard let event else { return nil }
        self = event
    }
}
