import CZeroMQ
import Foundation

/// The five bound sockets of a kernel.
struct SocketSet: Sendable {
    let context: SocketContext
    let shell: SocketLoop
    let control: SocketLoop
    let stdin: SocketLoop
    let iopub: SocketLoop
    let heartbeat: Socket

    /// Binds every socket of a connection file; throws if a port is taken or a key is wrong.
    init(_ connection: ConnectionFile) throws {
        let context = try SocketContext()
        func bound(_ type: Int32, _ port: Int, _ options: [(Int32, Int32)] = []) throws -> Socket {
            let socket = try context.socket(type)
            // Enough for the last reply to leave; a front end that is gone must not keep the kernel alive.
            try socket.set(ZMQ_LINGER, 1000)
            // Nothing is dropped for a slow front end.
            try socket.set(ZMQ_SNDHWM, 0)
            try socket.set(ZMQ_RCVHWM, 0)
            for (option, value) in options { try socket.set(option, value) }
            if let publicKey = connection.curvePublicKey, let secretKey = connection.curveSecretKey {
                try socket.set(ZMQ_CURVE_SERVER, 1)
                try socket.set(ZMQ_CURVE_PUBLICKEY, publicKey)
                try socket.set(ZMQ_CURVE_SECRETKEY, secretKey)
            }
            try socket.bind(connection.endpoint(port))
            return socket
        }
        // A front end that reconnects under its old identity replaces its former self.
        let router: [(Int32, Int32)] = [(ZMQ_ROUTER_HANDOVER, 1)]
        self.context = context
        shell = try SocketLoop(name: "shell", socket: bound(ZMQ_ROUTER, connection.shellPort, router))
        control = try SocketLoop(name: "control", socket: bound(ZMQ_ROUTER, connection.controlPort, router))
        // Mandatory, so that asking a front end that is gone is an error instead of a wait forever.
        stdin = try SocketLoop(
            name: "stdin",
            socket: bound(ZMQ_ROUTER, connection.stdinPort, router + [(ZMQ_ROUTER_MANDATORY, 1)]))
        // Verbose, so that each subscriber is welcomed and not only the first of a topic.
        iopub = try SocketLoop(
            name: "iopub", socket: bound(ZMQ_XPUB, connection.iopubPort, [(ZMQ_XPUB_VERBOSE, 1)]))
        heartbeat = try bound(ZMQ_REP, connection.heartbeatPort)
    }
}
