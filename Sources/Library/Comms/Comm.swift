import Display
import Foundation
import JSON
import RunnerProtocol
import Synchronization

/// A line between this code and the front end, on which both sides send JSON and bytes at any time.
///
/// A comm lives until one side closes it or the process ends, whether or not anything refers to it. Its handlers run one
/// at a time: after the running cell if the front end sends on the main shell, beside it if it sends on a subshell
/// (JupyterLab does), so that variables which a cell and a handler both change need a lock. What a handler prints or
/// displays is published under the message that it handles; an error or a trap in it is reported there and ends nothing
/// else.
///
/// ```swift
/// let comm = Comm(target: "probe", data: ["layer": 3])
/// comm.onMessage { message in print(message.data["click"] ?? "nothing", message.buffers.count) }
/// comm.send(["done": true], buffers: [Data([1, 2, 3])])
/// ```
///
/// Source: "Custom Messages" of Jupyter's messaging specification.
public final class Comm: Sendable {
    /// What one side tells the other.
    public struct Message: Sendable {
        public let data: JSON
        public let metadata: JSON
        public let buffers: [Data]
        /// The comms for which further messages wait after this one.
        package let waiting: Set<String>
    }

    /// A handler of messages; see `Comm` for when it runs.
    public typealias Handler = (Message) throws -> Void

    /// The id that both sides know it by.
    public let id: String
    /// What the other side takes it for.
    public let target: String

    private struct State {
        var isOpen = true
        var onMessage: StoredHandler?
        var onClose: StoredHandler?
    }
    private let state = Mutex(State())

    /// Opens a comm to the front end; one without a handler for the target closes it at once.
    ///
    /// - Parameters:
    ///   - target: what the front end takes the comm for.
    ///   - data: the first data.
    ///   - metadata: what the message says about the data.
    ///   - buffers: bytes that go with the data.
    ///   - id: the id that both sides know it by.
    public init(
        target: String, data: JSON = [:], metadata: JSON = [:], buffers: [Data] = [],
        id: String = UUID().uuidString.lowercased()
    ) {
        self.id = id
        self.target = target
        CommRegistry.shared.add(self)
        post(.open, data, metadata: metadata, buffers: buffers)
    }

    /// A comm that the front end opened.
    init(openedAs id: String, target: String) {
        self.id = id
        self.target = target
        CommRegistry.shared.add(self)
    }

    /// Whether neither side has closed it.
    public var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Calls a handler for each message from the front end, in place of any earlier handler.
    public func onMessage(_ handler: @escaping Handler) {
        let stored = StoredHandler(run: handler)
        state.withLock { $0.onMessage = stored }
    }

    /// Calls a handler when the front end closes the comm.
    public func onClose(_ handler: @escaping Handler) {
        let stored = StoredHandler(run: handler)
        state.withLock { $0.onClose = stored }
    }

    /// Sends data and bytes to the front end; does nothing once the comm is closed.
    ///
    /// - Parameters:
    ///   - data: what is sent.
    ///   - metadata: what the message says about the data.
    ///   - buffers: bytes that go with the data.
    public func send(_ data: JSON, metadata: JSON = [:], buffers: [Data] = []) {
        if isOpen { post(.message, data, metadata: metadata, buffers: buffers) }
    }

    /// Sends data if the running cell or handler fails, at its end.
    package func sendOnFailure(_ data: JSON) {
        if isOpen { post(.message, data, onFailure: true) }
    }

    /// Closes the comm.
    public func close(_ data: JSON = [:]) {
        guard markClosed() else { return }
        post(.close, data)
    }

    /// Calls `opened` for each comm that a front end opens to `target`, with the message that opened it.
    ///
    /// ```swift
    /// Comm.register(target: "echo") { comm, _ in
    ///     comm.onMessage { [comm] in comm.send($0.data, buffers: $0.buffers) }
    /// }
    /// ```
    public static func register(target: String, _ opened: @escaping (Comm, Message) throws -> Void) {
        CommRegistry.shared.register(target, StoredOpener(run: opened))
    }

    /// Lets comms to `target` be refused from now on.
    public static func unregister(target: String) {
        CommRegistry.shared.register(target, nil)
    }

    func receive(_ message: Message) throws {
        try state.withLock { $0.onMessage }?.run(message)
    }

    func closedByFrontEnd(_ message: Message) throws {
        guard markClosed() else { return }
        try state.withLock { $0.onClose }?.run(message)
    }

    private func markClosed() -> Bool {
        CommRegistry.shared.remove(id)
        return state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
    }

    private func post(
        _ kind: CommFrame.Kind, _ data: JSON, metadata: JSON = [:], buffers: [Data] = [],
        onFailure: Bool? = nil
    ) {
        var content: [String: JSON] = ["comm_id": .string(id), "data": data]
        if kind == .open { content["target_name"] = .string(target) }
        do {
            let frame = CommFrame(
                head: .init(kind: kind, commID: id, target: target, onFailure: onFailure),
                content: JSON.object(content).encoded(),
                metadata: metadata.encoded(), buffers: buffers)
            Output.send(.comm, try frame.encoded())
        } catch {
            FileHandle.standardError.write(Data("a comm message to \(target) was not sent: \(error)\n".utf8))
        }
    }
}

/// A user's handler.
struct StoredHandler: @unchecked Sendable {
    // @unchecked: handlers run one at a time; what they share with a cell that runs is the user's to guard, as the
    // documentation of `Comm` says.
    let run: Comm.Handler
}

/// A user's handler of comms that a front end opens.
struct StoredOpener: @unchecked Sendable {
    // @unchecked: as of `StoredHandler`.
    let run: (Comm, Comm.Message) throws -> Void
}
