import CZeroMQ
import Foundation
import Synchronization

/// A thread that owns one socket: it hands over what arrives, and sends what any thread gives it, in order.
final class SocketLoop: Sendable {
    private struct Outbox {
        var messages: [[Data]] = []
        var isStopping = false
    }

    private let name: String
    private let socket: Socket
    private let outbox = Mutex(Outbox())
    /// Wakes the loop when the outbox has something: an eventfd, since a ZeroMQ socket may not be used from outside.
    private let wakeUp: Int32
    private let ended = DispatchSemaphore(value: 0)

    /// Called on the loop's thread.
    typealias Receive = @Sendable ([Data]) -> Void
    typealias Failure = @Sendable ([Data], SocketError) -> Void

    init(name: String, socket: Socket) throws {
        self.name = name
        self.socket = socket
        wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeUp >= 0 else { throw SocketError("no eventfd: \(String(cString: strerror(errno)))") }
    }

    deinit {
        close(wakeUp)
    }

    /// Starts the thread.
    func start(receive: @escaping Receive, failure: @escaping Failure = { _, error in Log.write("\(error)") })
    {
        startThread(name) {
            self.run(receive, failure)
            self.socket.close()
            self.ended.signal()
        }
    }

    /// Sends a message soon; messages leave in the order of the calls. After `stop` it does nothing.
    func send(_ frames: [Data]) {
        let isFirst = outbox.withLock { outbox in
            guard !outbox.isStopping else { return false }
            outbox.messages.append(frames)
            return outbox.messages.count == 1
        }
        if isFirst { wake() }
    }

    /// Sends what is left, closes the socket and ends the thread.
    func stop() {
        outbox.withLock { $0.isStopping = true }
        wake()
        ended.wait()
    }

    private func wake() {
        eventfd_write(wakeUp, 1)
    }

    private func run(_ receive: Receive, _ failure: Failure) {
        while true {
            var items = [
                zmq_pollitem_t(socket: socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
                zmq_pollitem_t(socket: nil, fd: wakeUp, events: Int16(ZMQ_POLLIN), revents: 0),
            ]
            guard zmq_poll(&items, 2, -1) >= 0 || zmq_errno() == EINTR else { return }
            var wakes: eventfd_t = 0
            eventfd_read(wakeUp, &wakes)
            do {
                while let frames = try socket.receive() { receive(frames) }
            } catch {
                return
            }
            let (messages, isStopping) = outbox.withLock { outbox in
                let messages = outbox.messages
                outbox.messages.removeAll()
                return (messages, outbox.isStopping)
            }
            for frames in messages {
                do {
                    try socket.send(frames)
                } catch let error as SocketError {
                    failure(frames, error)
                } catch {
                    return
                }
            }
            if isStopping { return }
        }
    }
}

/// Runs a block on a thread of its own, with a stack for deep recursion.
func startThread(_ name: String, in group: DispatchGroup? = nil, _ body: @escaping @Sendable () -> Void) {
    group?.enter()
    let thread = Thread {
        body()
        group?.leave()
    }
    thread.name = name
    thread.stackSize = 64 << 20
    thread.start()
}
