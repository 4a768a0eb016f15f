import CZeroMQ
import Foundation

/// A ZeroMQ context: the sockets of one kernel.
///
/// Unchecked because a raw pointer is not Sendable; libzmq documents contexts as thread safe.
struct SocketContext: @unchecked Sendable {
    private let handle: UnsafeMutableRawPointer

    init() throws {
        guard let handle = zmq_ctx_new() else { throw SocketError("no ZeroMQ context can be made") }
        self.handle = handle
    }

    /// A new socket of a type such as `ZMQ_ROUTER`.
    func socket(_ type: Int32) throws -> Socket {
        guard let socket = zmq_socket(handle, type) else { throw SocketError("no ZeroMQ socket can be made") }
        return Socket(handle: socket)
    }

    /// Makes every blocking call on the context's sockets return.
    func shutDown() {
        zmq_ctx_shutdown(handle)
    }

    /// Frees the context once its sockets are closed and what they still had to send is sent (or their linger is over).
    func terminate() {
        while zmq_ctx_term(handle) != 0, zmq_errno() == EINTR {}
    }
}

/// A ZeroMQ socket, as far as a kernel needs one.
///
/// Unchecked because a raw pointer is not Sendable; libzmq allows a socket to move to another thread, and each is
/// used by one thread only once its `SocketLoop` runs.
struct Socket: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer

    /// Sets an integer option, such as `ZMQ_LINGER`.
    func set(_ option: Int32, _ value: Int32) throws {
        var value = value
        guard zmq_setsockopt(handle, option, &value, MemoryLayout<Int32>.size) == 0 else {
            throw SocketError.last("set")
        }
    }

    /// Sets a text option, such as a CURVE key.
    func set(_ option: Int32, _ value: String) throws {
        guard zmq_setsockopt(handle, option, value, value.utf8.count) == 0 else {
            throw SocketError.last("set")
        }
    }

    /// Listens on an endpoint.
    func bind(_ endpoint: String) throws {
        guard zmq_bind(handle, endpoint) == 0 else { throw SocketError.last("bind \(endpoint)") }
    }

    /// Connects to an endpoint.
    func connect(_ endpoint: String) throws {
        guard zmq_connect(handle, endpoint) == 0 else { throw SocketError.last("connect \(endpoint)") }
    }

    /// Sends one message of several frames.
    func send(_ frames: [Data]) throws {
        for (index, frame) in frames.enumerated() {
            let flags = index == frames.count - 1 ? 0 : ZMQ_SNDMORE
            var sent: Int32 = -1
            repeat {
                sent = frame.withUnsafeBytes { zmq_send(handle, $0.baseAddress, $0.count, flags) }
            } while sent < 0 && zmq_errno() == EINTR
            guard sent >= 0 else { throw SocketError.last("send") }
        }
    }

    /// The next message, or nil if none has come; with `wait` it blocks until one has.
    func receive(wait: Bool = false) throws -> [Data]? {
        var frames: [Data] = []
        var more = true
        while more {
            var frame = zmq_msg_t()
            zmq_msg_init(&frame)
            defer { zmq_msg_close(&frame) }
            var size: Int32 = -1
            repeat {
                size = zmq_msg_recv(&frame, handle, wait ? 0 : ZMQ_DONTWAIT)
            } while size < 0 && zmq_errno() == EINTR
            guard size >= 0 else {
                if zmq_errno() == EAGAIN { return nil }
                throw SocketError.last("receive")
            }
            if let bytes = zmq_msg_data(&frame), zmq_msg_size(&frame) > 0 {
                frames.append(Data(bytes: bytes, count: zmq_msg_size(&frame)))
            } else {
                frames.append(Data())
            }
            more = zmq_msg_more(&frame) == 1
        }
        return frames
    }

    func close() {
        zmq_close(handle)
    }
}

/// A ZeroMQ call that failed, and libzmq's words for why.
struct SocketError: Error, CustomStringConvertible {
    let description: String
    /// libzmq's error number, if one was given.
    var code: Int32 = 0

    init(_ description: String) {
        self.description = description
    }

    /// The error of the call that just failed on this thread.
    static func last(_ action: String) -> SocketError {
        let code = zmq_errno()
        var error = SocketError("ZeroMQ could not \(action): \(String(cString: zmq_strerror(code)))")
        error.code = code
        return error
    }
}
