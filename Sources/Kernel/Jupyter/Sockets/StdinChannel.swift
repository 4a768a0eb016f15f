import Foundation
import Synchronization

/// The socket on which a kernel asks front ends for input.
final class StdinChannel: Sendable {
    /// A question that waits for its answer.
    private struct Pending {
        /// The id of the request that asks, and of the message that asked.
        let request, question: String
        let identities: [Data]
        let answered: DispatchSemaphore
        var answer: Result<String, InputError>?
    }

    private let loop: SocketLoop
    private let wire: Wire
    /// Oldest first; each shell may have one.
    private let pending = Mutex<[Pending]>([])

    init(loop: SocketLoop, wire: Wire) {
        self.loop = loop
        self.wire = wire
    }

    func start() {
        loop.start(
            receive: { [self] in receive($0) },
            failure: { [self] frames, error in
                Log.write("input_request: \(error)")
                let question = try? wire.header(in: frames).messageID
                answer(.failure(.noFrontEnd)) { $0.question == question }
            })
    }

    /// Asks the front end that sent a request, and waits for its answer or for `cancel`.
    func request(_ content: InputRequest, for request: Message) throws -> String {
        let answered = DispatchSemaphore(value: 0)
        let frames = try wire.frames(
            to: request.identities, type: "input_request", parent: request.headerData,
            content: try Wire.encode(content))
        let question = try wire.header(in: frames).messageID
        pending.withLock {
            $0.append(
                Pending(
                    request: request.header.messageID, question: question, identities: request.identities,
                    answered: answered))
        }
        loop.send(frames)
        answered.wait()
        let answer = pending.withLock { pending in
            let place = pending.firstIndex { $0.question == question }
            return place.map { pending.remove(at: $0) }?.answer
        }
        return try (answer ?? .failure(.interrupted)).get()
    }

    /// Ends a request's wait for input, as an interrupt does.
    func cancel(_ request: Message) {
        answer(.failure(.interrupted)) { $0.request == request.header.messageID }
    }

    /// Ends all waits for input.
    func cancelAll(_ reason: InputError = .interrupted) {
        while answer(.failure(reason), where: { _ in true }) {}
    }

    private func receive(_ frames: [Data]) {
        do {
            let message = try wire.message(from: frames)
            guard message.header.type == "input_reply" else {
                return Log.write("stdin: \(message.header.type) is not for this channel")
            }
            let value = try message.content(as: InputReply.self).value
            let question = message.parentHeader?.messageID
            // Some front ends do not say which question they answer.
            answer(.success(value)) {
                question == nil ? $0.identities == message.identities : $0.question == question
            }
        } catch {
            Log.write("stdin: dropped: \(error)")
        }
    }

    /// Gives an answer to the oldest of the questions that it fits; false if there is none, since it comes too late.
    @discardableResult
    private func answer(_ result: Result<String, InputError>, where fits: (Pending) -> Bool) -> Bool {
        pending.withLock { pending in
            guard let place = pending.firstIndex(where: { $0.answer == nil && fits($0) }) else {
                return false
            }
            pending[place].answer = result
            pending[place].answered.signal()
            return true
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
