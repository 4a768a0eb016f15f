import CZeroMQ
import Foundation
import JSON
import Jupyter

/// A front end over real sockets, and the server that it talks to, in one process.
final class FrontEnd {
    let connection: ConnectionFile
    let wire: Wire
    private let context = zmq_ctx_new()
    private var sockets: [String: UnsafeMutableRawPointer] = [:]
    private let server: Server
    private let ended = DispatchSemaphore(value: 0)
    private let curve: (publicKey: String, secretKey: String)?

    /// Starts a server on sockets of its own and subscribes to its iopub.
    init(key: String = "secret", encrypted: Bool = false, subscribe: Bool = true) throws {
        let stem = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        var text =
            #"{"transport":"ipc","ip":"\#(stem)","key":"\#(key)","shell_port":1,"iopub_port":2,"stdin_port":3,"#
            + #""control_port":4,"hb_port":5"#
        curve = encrypted ? Self.keyPair() : nil
        if let curve {
            text += #","curve_publickey":"\#(curve.publicKey)","curve_secretkey":"\#(curve.secretKey)""#
        }
        let path = stem + ".json"
        try Data((text + "}").utf8).write(to: URL(fileURLWithPath: path))
        connection = try ConnectionFile(contentsOf: path)
        try FileManager.default.removeItem(atPath: path)
        wire = Wire(signer: try Signer(scheme: "hmac-sha256", key: key))
        server = try Server(connection: connection, kernel: EchoKernel())
        Thread.detachNewThread { [server, ended] in
            server.run()
            ended.signal()
        }
        connect("shell", ZMQ_DEALER, connection.shellPort)
        connect("control", ZMQ_DEALER, connection.controlPort)
        connect("stdin", ZMQ_DEALER, connection.stdinPort)
        connect("heartbeat", ZMQ_REQ, connection.heartbeatPort)
        connect("iopub", ZMQ_SUB, connection.iopubPort)
        if subscribe {
            zmq_setsockopt(sockets["iopub"], ZMQ_SUBSCRIBE, "", 0)
            precondition(receive("iopub")?.header.type == "iopub_welcome")
            precondition(receive("iopub")?.header.type == "status")
        }
    }

    deinit {
        server.finish()
        ended.wait()
        for socket in sockets.values { zmq_close(socket) }
        zmq_ctx_term(context)
        for port in 1...5 { try? FileManager.default.removeItem(atPath: "\(connection.ip)-\(port)") }
    }

    /// Whether the server ends by itself within some seconds.
    func serverEnds(within seconds: Double) -> Bool {
        defer { ended.signal() }
        return ended.wait(timeout: .now() + seconds) == .success
    }

    private func connect(_ name: String, _ type: Int32, _ port: Int) {
        let socket = zmq_socket(context, type)!
        sockets[name] = socket
        var linger: Int32 = 0
        zmq_setsockopt(socket, ZMQ_LINGER, &linger, 4)
        if let curve {
            let own = Self.keyPair()
            zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, curve.publicKey, 40)
            zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own.publicKey, 40)
            zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own.secretKey, 40)
        }
        // One identity for shell and stdin, as Jupyter's clients have it.
        if type == ZMQ_DEALER { zmq_setsockopt(socket, ZMQ_ROUTING_ID, "front-end", 9) }
        precondition(zmq_connect(socket, connection.endpoint(port)) == 0)
    }

    static func keyPair() -> (publicKey: String, secretKey: String) {
        var publicKey = [CChar](repeating: 0, count: 41)
        var secretKey = publicKey
        zmq_curve_keypair(&publicKey, &secretKey)
        func text(_ key: [CChar]) -> String {
            String(decoding: key.dropLast().map(UInt8.init), as: UTF8.self)
        }
        return (text(publicKey), text(secretKey))
    }

    /// Sends a request; the id that its answers carry as their parent.
    @discardableResult
    func send(_ channel: String, _ type: String, _ content: JSON = [:], buffers: [Data] = []) throws -> String
    {
        let frames = try wire.frames(to: [], type: type, content: content.encoded(), buffers: buffers)
        send(channel, frames: frames)
        return try JSONDecoder().decode(Header.self, from: frames[2]).messageID
    }

    func send(_ channel: String, frames: [Data]) {
        for (index, frame) in frames.enumerated() {
            let flags = index == frames.count - 1 ? 0 : ZMQ_SNDMORE
            _ = frame.withUnsafeBytes { zmq_send(sockets[channel], $0.baseAddress, $0.count, flags) }
        }
    }

    /// The next message of a channel; nil if none comes in time.
    func receive(_ channel: String, within milliseconds: Int32 = 5000) -> Message? {
        guard let frames = receiveFrames(channel, within: milliseconds) else { return nil }
        return try? wire.message(from: frames)
    }

    func receiveFrames(_ channel: String, within milliseconds: Int32 = 5000) -> [Data]? {
        var timeout = milliseconds
        zmq_setsockopt(sockets[channel], ZMQ_RCVTIMEO, &timeout, 4)
        var frames: [Data] = []
        repeat {
            var message = zmq_msg_t()
            zmq_msg_init(&message)
            defer { zmq_msg_close(&message) }
            guard zmq_msg_recv(&message, sockets[channel], 0) >= 0 else { return nil }
            frames.append(Data(bytes: zmq_msg_data(&message), count: zmq_msg_size(&message)))
            if zmq_msg_more(&message) == 0 { return frames }
        } while true
    }

    /// The reply to a request, and what iopub said of it until idle.
    func finish(_ channel: String, _ id: String) -> (reply: JSON, output: [(type: String, content: JSON)]) {
        var output: [(String, JSON)] = []
        while let message = receive("iopub") {
            guard message.parentHeader?.messageID == id else { continue }
            let content = (try? JSON(parsing: message.contentData)) ?? .null
            output.append((message.header.type, content))
            if content["execution_state"] == "idle" { break }
        }
        let reply = receive(channel).flatMap { try? JSON(parsing: $0.contentData) } ?? .null
        return (reply, output)
    }

    /// Runs code to its end.
    func execute(_ code: String, _ options: [String: JSON] = [:]) throws -> (
        reply: JSON, output: [(type: String, content: JSON)]
    ) {
        let content = options.merging(["code": .string(code)]) { $1 }
        return finish("shell", try send("shell", "execute_request", .object(content)))
    }
}
