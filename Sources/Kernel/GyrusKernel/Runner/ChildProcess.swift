import Foundation
import Spawn
import Synchronization

/// A command that the kernel runs for a cell: in a session of its own, with its output handed on as it comes.
///
/// It inherits no descriptor of the kernel's but the three that are meant for it, so that nothing it leaves behind
/// holds a socket or the runner's channel open.
final class ChildProcess: Stoppable {
    enum Stream { case output, errors }

    /// The group's number while it runs.
    private let group = Mutex<pid_t?>(nil)
    private let isStopped = Atomic(false)

    /// How long the command may take to end by itself once it is asked to, first kindly and then firmly.
    private static let patience: (kind: TimeInterval, firm: TimeInterval) = (0.5, 0.4)

    /// Whether `stop` was called.
    var wasStopped: Bool { isStopped.load(ordering: .relaxed) }

    /// Runs a command to its end and returns its wait status; throws `LaunchFailure` if it cannot be started.
    func run(
        _ executable: String, _ arguments: [String], environment: [String], directory: String,
        receive: (Stream, Data) -> Void
    ) throws -> Int32 {
        let output = try PipeEnds(for: executable)
        defer { close(output.read) }
        let errors = try Result { try PipeEnds(for: executable) }.mapError { error in
            close(output.write)
            return error
        }.get()
        defer { close(errors.read) }
        var launch = Launch(executable, arguments)
        launch.environment = environment
        launch.directory = directory
        launch.descriptors = [.nothing, .descriptor(output.write), .descriptor(errors.write)]
        launch.group = .session
        // The kernel ignores some signals; a command must not.
        launch.resetsSignals = true
        let started = Result { try launch.start() }
        for end in [output.write, errors.write] { close(end) }
        let child = try started.get()
        group.withLock { $0 = child }
        if wasStopped { stop() }
        // What it leaves running in the background may hold the pipes: its own end is what counts.
        let ended = EndWatch(child)
        pump(output.read, errors.read, until: ended, receive)
        let status = ended.wait()
        group.withLock { $0 = nil }
        return status
    }

    /// Asks the command and what it started to end, and ends them if they do not.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
        guard let group = group.withLock({ $0 }) else { return }
        Foundation.kill(-group, SIGINT)
        let first = Self.patience.kind
        for (delay, number) in [(first, SIGTERM), (first + Self.patience.firm, SIGKILL)] {
            DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [self] in
                self.group.withLock { if $0 == group { Foundation.kill(-group, number) } }
            }
        }
    }

    /// Ends the command and what it started at once.
    func kill() {
        isStopped.store(true, ordering: .relaxed)
        if let group = group.withLock({ $0 }) { Foundation.kill(-group, SIGKILL) }
    }

    private func pump(
        _ output: Int32, _ errors: Int32, until ended: EndWatch, _ receive: (Stream, Data) -> Void
    ) {
        var open: [(descriptor: Int32, stream: Stream)] = [(output, .output), (errors, .errors)]
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        // What two pipes hold: all beyond it was written by what the command left running.
        var last = 2 << 16
        while !open.isEmpty, last > 0 {
            // Asked before the pipes are looked at: all that the command wrote is then in them.
            let hasEnded = ended.hasEnded
            var waits = open.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
            let ready = poll(&waits, nfds_t(waits.count), hasEnded ? 0 : 100)
            if ready == 0, hasEnded { return }
            for (wait, source) in zip(waits, open) where wait.revents != 0 {
                let count = read(source.descriptor, &buffer, buffer.count)
                if count > 0 { receive(source.stream, Data(buffer[..<count])) }
                if hasEnded { last -= max(count, 0) }
                if count == 0 || (count < 0 && errno != EINTR) {
                    open.removeAll { $0.descriptor == source.descriptor }
                }
            }
        }
    }
}

/// Waits for a process on a thread of its own.
private final class EndWatch: Sendable {
    private let status = Mutex<Int32?>(nil)
    private let ended = DispatchGroup()

    init(_ child: pid_t) {
        ended.enter()
        Thread { [self] in
            let status = waitForEnd(of: child)
            self.status.withLock { $0 = status }
            ended.leave()
        }.start()
    }

    var hasEnded: Bool { status.withLock { $0 != nil } }

    func wait() -> Int32 {
        ended.wait()
        return status.withLock { $0 ?? 0 }
    }
}
