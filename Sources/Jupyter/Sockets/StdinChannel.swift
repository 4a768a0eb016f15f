import Foundation
import Synchronization

/// The socket on which a kernel asks front ends for input.
final class StdinChannel: Sendable {
    private struct Pending {
        let identities: [Data]
        let answered: DispatchSemaphore
        var answer: Result<String, InputError>?
    }

    private let loop: SocketLoop
    private let wire: Wire
    private let pending = Mutex<Pending?>(nil)

    init(loop: SocketLoop, wire: Wire) {
        self.loop = loop
        self.wire = wire
    }

    func start() {
        loop.start(
            receive: { [self] in receive($0) },
            failure: { [self] _, error in
                Log.write("input_request: \(error)")
                answer(.failure(.noFrontEnd))
            })
    }

    /// Asks the front end that sent a request, and waits for its answer or for `cancel`.
    func request(_ content: InputRequest, for request: Message) throws -> String {
        let answered = DispatchSemaphore(value: 0)
        pending.withLock { $0 = Pending(identities: request.identities, answered: answered) }
        loop.send(
            try wire.frames(
                to: request.identities, type: "input_request", parent: request.headerData,
                content: try Wire.encode(content)))
        answered.wait()
        let answer = pending.withLock { pending in
            defer { pending = nil }
            return pending?.answer
        }
        return try (answer ?? .failure(.interrupted)).get()
    }

    /// Ends a wait for input, as an interrupt does.
    func cancel() {
        answer(.failure(.interrupted))
    }

    private func receive(_ frames: [Data]) {
        do {
            let message = try wire.message(from: frames)
            guard message.header.type == "input_reply" else {
                return Log.write("stdin: \(message.header.type) is not for this channel")
            }
            answer(.success(try message.content(as: InputReply.self).value), from: message.identities)
        } catch {
            Log.write("stdin: dropped: \(error)")
        }
    }

    /// Takes the answer if one is awaited (from that front end); a late one is of no use.
    private func answer(_ result: Result<String, InputError>, from identities: [Data]? = nil) {
        pending.withLock { pending in
            guard var waiting = pending, waiting.answer == nil else { return }
            if let identities, identities != waiting.identities { return }
            waiting.answer = result
            pending = waiting
            waiting.answered.signal()
        }
    }
}

/// Why no input came.
public enum InputError: Error, Equatable, CustomStringConvertible {
    /// The request said that its front end answers no requests for input.
    case notAllowed
    /// The front end is gone.
    case noFrontEnd
    /// The wait was interrupted.
    case interrupted

    public var description: String {
        switch self {
        case .notAllowed: "this front end does not allow a cell to ask for input"
        case .noFrontEnd: "the front end that ran the cell is gone, so nobody can be asked for input"
        case .interrupted: "the wait for input was interrupted"
        }
    }
}
