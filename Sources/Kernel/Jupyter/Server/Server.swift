import Foundation

/// A kernel's side of a Jupyter connection: binds the sockets and serves front ends until one shuts it down.
///
/// ```swift
/// func serve(_ kernel: any Kernel) throws {
///     let server = try Server(connection: ConnectionFile(contentsOf: "kernel-1234.json"), kernel: kernel)
///     server.run()
/// }
/// ```
public final class Server: Sendable {
    private let kernel: any Kernel
    private let wire: Wire
    private let sockets: SocketSet
    private let iopub: IOPubChannel
    private let stdin: StdinChannel
    private let shells: Shells
    private let control: ControlHandler
    private let finished: DispatchSemaphore

    /// Binds every socket; throws `ConnectionError` or `SocketError` if that is not possible.
    public init(connection: ConnectionFile, kernel: any Kernel) throws {
        let wire = Wire(signer: try Signer(scheme: connection.signatureScheme, key: connection.key))
        let sockets = try SocketSet(connection)
        let finished = DispatchSemaphore(value: 0)
        let iopub = IOPubChannel(loop: sockets.iopub, wire: wire)
        let stdin = StdinChannel(loop: sockets.stdin, wire: wire)
        func handler(_ loop: SocketLoop) -> ShellHandler {
            ShellHandler(
                kernel: kernel, replier: Replier(loop: loop, wire: wire, iopub: iopub), stdin: stdin,
                connection: connection)
        }
        let shells = Shells(handler: handler(sockets.shell))
        control = ControlHandler(
            kernel: kernel, replier: Replier(loop: sockets.control, wire: wire, iopub: iopub), shells: shells,
            questions: handler(sockets.control), onShutdown: { finished.signal() })
        self.kernel = kernel
        self.wire = wire
        self.sockets = sockets
        self.iopub = iopub
        self.stdin = stdin
        self.shells = shells
        self.finished = finished
    }

    /// Serves until a front end or `finish` shuts the kernel down, or the parent process dies.
    public func run() {
        Heartbeat.start(sockets.heartbeat)
        iopub.start()
        stdin.start()
        shells.start()
        sockets.shell.start { [self] in
            receive($0, on: "shell", shells.dispatch, refuse: shells.refuse)
        }
        sockets.control.start { [self] in
            receive($0, on: "control", control.serve, refuse: control.refuse)
        }
        ParentWatch.start { [self] in
            Log.write("the process that started this kernel is gone; the kernel ends")
            finish()
        }
        kernel.started(iopub: IOPub(channel: iopub, parent: nil, executionCount: 0, isSilent: false))
        finished.wait()
        shells.stop()
        // iopub last: what the others still do is published.
        for loop in [sockets.shell, sockets.control, sockets.stdin, sockets.iopub] { loop.stop() }
        sockets.context.shutDown()
        sockets.context.terminate()
    }

    /// Ends the code that runs, as an `interrupt_request` does.
    public func interrupt() {
        kernel.interrupt(subshellID: nil)
    }

    /// Shuts the kernel down; `run` returns.
    public func finish() {
        stdin.cancelAll()
        kernel.shutdown(restart: false)
        finished.signal()
    }

    private func receive(
        _ frames: [Data], on channel: String, _ handle: (Message) -> Void,
        refuse: (Message, any Error) -> Void
    ) {
        do {
            let message = try wire.message(from: frames)
            handle(message)
        } catch {
            Log.write("\(channel): dropped: \(error)")
            // Who sent one that is too large waits for an answer.
            guard case WireError.oversized(_) = error, let request = try? wire.head(of: frames) else {
                return
            }
            refuse(request, error)
        }
    }
}
