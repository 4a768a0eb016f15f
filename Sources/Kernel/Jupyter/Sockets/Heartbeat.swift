/// Answers every heartbeat with itself, on a thread that does nothing else, so that it answers whatever else runs.
enum Heartbeat {
    /// Starts the thread; it ends when the context shuts down.
    static func start(_ socket: Socket) {
        startThread("heartbeat") {
            defer { socket.close() }
            while let frames = try? socket.receive(wait: true) {
                guard (try? socket.send(frames)) != nil else { return }
            }
        }
    }
}
