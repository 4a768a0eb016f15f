import Foundation
import Synchronization

/// The socket on which a kernel publishes: sends messages, and welcomes subscribers.
final class IOPubChannel: Sendable {
    private struct State {
        var hasStarted = false
        var lastParent: Data?
    }

    private let loop: SocketLoop
    private let wire: Wire
    private let state = Mutex(State())

    init(loop: SocketLoop, wire: Wire) {
        self.loop = loop
        self.wire = wire
    }

    func start() {
        loop.start { [self] frames in
            // A subscription is one frame: 1 or 0, then the topic.
            guard let frame = frames.first, frame.first == 1 else { return }
            let topic = Data(frame.dropFirst())
            send("iopub_welcome", Welcome(subscription: String(decoding: topic, as: UTF8.self)), topic: topic)
            announceStart()
        }
    }

    /// The header of the request that the main shell serves or served last, to which late output belongs.
    var lastParent: Data? {
        get { state.withLock { $0.lastParent } }
        set { state.withLock { $0.lastParent = newValue } }
    }

    /// Publishes a message whose content is JSON already.
    func send(
        _ type: String, content: Data, topic: Data? = nil, parent: Data? = nil, metadata: Data? = nil,
        buffers: [Data] = []
    ) {
        do {
            loop.send(
                try wire.frames(
                    to: [topic ?? Data(type.utf8)], type: type, parent: parent, metadata: metadata,
                    content: content,
                    buffers: buffers))
        } catch {
            Log.write("\(type) was not published: \(error)")
        }
    }

    /// Publishes a message.
    func send(_ type: String, _ content: some Encodable, topic: Data? = nil, parent: Data? = nil) {
        do {
            send(type, content: try Wire.encode(content), topic: topic, parent: parent)
        } catch {
            Log.write("\(type) was not published: \(error)")
        }
    }

    /// Publishes what the kernel does for a request.
    func status(_ state: ExecutionState, parent: Data) {
        self.state.withLock { $0.hasStarted = true }
        send("status", Status(executionState: state), parent: parent)
    }

    /// Says "starting" once, to the first subscriber, unless the kernel has work already: then it is no longer true.
    private func announceStart() {
        let isFirst = state.withLock { state in
            defer { state.hasStarted = true }
            return !state.hasStarted
        }
        if isFirst { send("status", Status(executionState: .starting)) }
    }
}
