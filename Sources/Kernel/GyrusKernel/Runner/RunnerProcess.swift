import Foundation
import Spawn
import Synchronization

/// The process that runs cells, seen from the kernel.
///
/// Its messages are read on a thread of their own and handed to `receive` in order; text that bypasses the runner's
/// streams (written straight to descriptors 1 and 2, or by child processes) comes through `receiveRaw`.
final class RunnerProcess: Sendable {
    /// What the kernel wants to hear.
    struct Listener: Sendable {
        var receive: @Sendable (RunnerEvent, _ request: UInt32) -> Void
        var receiveRaw: @Sendable (_ descriptor: Int32, Data) -> Void
        /// The process ended, by this wait status.
        var died: @Sendable (RunnerProcess, Int32) -> Void
    }

    /// Linux's F_SETPIPE_SZ, which the C module does not export: a large pipe lets a chatty cell run ahead.
    private static let setPipeSize: Int32 = 1031

    /// Microseconds in which lines that are printed together gather, so that they travel as one message.
    private static let gathering: UInt32 = 2000

    let pid: pid_t
    /// Where commands are written; nothing once the process has ended.
    private let commands: Mutex<Int32?>
    private let channel: Int32
    private let output: Int32
    private let errors: Int32
    private let listener: Listener
    private let answers = PendingReply()
    private let status = Mutex<Int32?>(nil)

    /// The wait status once the process has ended, and all that it sent has been heard.
    var death: Int32? { status.withLock { $0 } }

    /// Whether the process has ended; if so, all that it sent has been heard.
    var hasEnded: Bool {
        if death == nil {
            let limit = ContinuousClock.now + .seconds(1)
            while isAlive {
                // One that was killed ends thread by thread: the first is gone before the process can be waited for.
                guard isFirstThreadGone, .now < limit else { return false }
                usleep(500)
            }
        }
        answers.waitForEnd()
        return true
    }

    /// Whether the process cannot be waited for yet.
    private var isAlive: Bool {
        var info = siginfo_t()
        let isWaitable = waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0
        // Somebody else may have waited for it just now.
        return isWaitable && info.si_signo == 0
    }

    private var isFirstThreadGone: Bool {
        // The state stands behind the name, which is in brackets and may hold any.
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else { return true }
        return text[name...].dropFirst(2).first == "Z"
    }

    /// Starts a runner; throws `LaunchFailure` if that fails.
    init(executable: String, listener: Listener) throws {
        let pipes = try Pipes(for: executable)
        _ = fcntl(pipes.channel.write, Self.setPipeSize, 1 << 20)
        var launch = Launch(executable)
        launch.descriptors =
            [.nothing]
            + [pipes.output.write, pipes.errors.write, pipes.channel.write, pipes.commands.read].map {
                .descriptor($0)
            }
        // A front end's signal to the kernel's group is not meant for the cell.
        launch.group = .own
        let started = Result { try launch.start() }
        for end in [pipes.output.write, pipes.errors.write, pipes.channel.write, pipes.commands.read] {
            close(end)
        }
        if case .failure = started {
            for end in [pipes.output.read, pipes.errors.read, pipes.channel.read, pipes.commands.write] {
                close(end)
            }
        }
        pid = try started.get()
        channel = pipes.channel.read
        commands = Mutex(pipes.commands.write)
        output = pipes.output.read
        errors = pipes.errors.read
        self.listener = listener
        let thread = Thread { [self] in read() }
        thread.name = "runner"
        thread.start()
    }

    /// Sends one command line, and the bytes that it announces; false where the process has ended.
    @discardableResult
    func send(_ command: String, _ bytes: Data = Data()) -> Bool {
        let message = Data((command.replacing("\n", with: " ") + "\n").utf8) + bytes
        return commands.withLock { descriptor in
            guard let descriptor else { return false }
            return message.withUnsafeBytes { bytes in
                var sent = 0
                while sent < bytes.count {
                    let count = write(descriptor, bytes.baseAddress.map { $0 + sent }, bytes.count - sent)
                    if count < 0 && errno != EINTR { return false }
                    sent += max(0, count)
                }
                return true
            }
        }
    }

    /// Sends a command that the runner answers, and waits; nil if it ends instead.
    func ask(_ command: String) -> Data? { answers.wait { send(command) } }

    /// Sends a command that the runner answers, and goes on; an answer that is an error goes to the kernel's log.
    func tell(_ command: String) { answers.pass { send(command) } }

    /// Ends the process at once, and what it forked off.
    func kill() {
        _ = Foundation.kill(-pid, SIGKILL)
        _ = Foundation.kill(pid, SIGKILL)
    }

    /// Lets the process go on if it stopped itself (SIGSTOP), so that it hears what it is told.
    func goOn() { _ = Foundation.kill(pid, SIGCONT) }

    /// Ends the process and waits until all that it sent has been heard.
    func end() {
        kill()
        answers.waitForEnd()
    }

    /// Reads what has been written to descriptors 1 and 2 and not yet been seen.
    private func drainRaw() {
        for (descriptor, number) in [(output, 1), (errors, 2)] as [(Int32, Int32)] {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while poll(&wait, 1, 0) > 0, wait.revents & Int16(POLLIN) != 0 {
                guard let data = readSome(descriptor), !data.isEmpty else { break }
                listener.receiveRaw(number, data)
            }
        }
    }

    private func read() {
        var frames = FrameReader()
        var open = true
        while open {
            var waits = [channel, output, errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if poll(&waits, nfds_t(waits.count), -1) < 0 { continue }
            if waits[1].revents & Int16(POLLIN) != 0 || waits[2].revents & Int16(POLLIN) != 0 { drainRaw() }
            guard waits[0].revents != 0 else { continue }
            guard let data = readSome(channel), !data.isEmpty else {
                open = false
                break
            }
            frames.append(data)
            if !frames.holdsAnEnd { gather(into: &frames) }
            for (request, event) in frames.take() {
                // Whatever the cell wrote before it ended is in the pipes by now.
                if case .finished = event { drainRaw() }
                if case .answer(let answer) = event {
                    answers.fill(answer)
                } else {
                    listener.receive(event, request)
                }
            }
        }
        drainRaw()
        let status = waitForEnd()
        // What a cell forked off has no kernel any more.
        _ = Foundation.kill(-pid, SIGKILL)
        self.status.withLock { $0 = status }
        for descriptor in [channel, output, errors] { close(descriptor) }
        commands.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
        listener.died(self, status)
        answers.end()
    }

    /// Waits a moment for more, so that lines which are printed together travel as one message.
    private func gather(into frames: inout FrameReader) {
        usleep(Self.gathering)
        var wait = pollfd(fd: channel, events: Int16(POLLIN), revents: 0)
        if poll(&wait, 1, 0) > 0, let more = readSome(channel) { frames.append(more) }
    }

    /// Waits until the process has ended, whose channel is closed; the wait status.
    private func waitForEnd() -> Int32 {
        var status: Int32 = 0
        for _ in 0..<50 {
            let ended = waitpid(pid, &status, WNOHANG)
            if ended == pid || (ended < 0 && errno != EINTR) { return status }
            usleep(10_000)
        }
        // It became another program (`exec`), which knows nothing of the kernel.
        _ = Foundation.kill(pid, SIGKILL)
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }

    private func readSome(_ descriptor: Int32) -> Data? {
        var buffer = Data(count: 1 << 18)
        let count = buffer.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
        if count < 0 { return errno == EINTR ? Data([]) : nil }
        return buffer.prefix(count)
    }

    private struct Pipes {
        let channel, commands, output, errors: PipeEnds

        init(for executable: String) throws {
            channel = try PipeEnds(for: executable)
            commands = try PipeEnds(for: executable)
            output = try PipeEnds(for: executable)
            errors = try PipeEnds(for: executable)
        }
    }
}

/// Why there is no runner.
struct RunnerFailure: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}

/// Cuts the channel's bytes into events; text of one stream that arrives together becomes one event.
///
/// A frame is a kind (1 byte), the number of the request that it belongs to, a length (4 bytes each, little endian), and
/// so many bytes.
struct FrameReader {
    private static let headLength = 9
    private var pending = Data()

    private struct Text {
        let kind: UInt8
        let request: UInt32
        var data: Data
    }

    mutating func append(_ data: Data) { pending.append(data) }

    /// Whether somebody waits for what has arrived: the end of a cell or a handler, or an answer.
    var holdsAnEnd: Bool {
        var position = pending.startIndex
        while pending.endIndex - position >= Self.headLength {
            if (21...23).contains(pending[position]) { return true }
            position += Self.headLength + Int(number(at: position + 5))
        }
        return false
    }

    mutating func take(_ data: Data) -> [(request: UInt32, event: RunnerEvent)] {
        append(data)
        return take()
    }

    /// The events that have arrived whole.
    mutating func take() -> [(request: UInt32, event: RunnerEvent)] {
        var events: [(UInt32, RunnerEvent)] = []
        var text: Text?
        func flush() {
            if let held = text, let event = RunnerEvent(kind: held.kind, payload: held.data) {
                events.append((held.request, event))
            }
            text = nil
        }
        var position = pending.startIndex
        while pending.endIndex - position >= Self.headLength {
            let kind = pending[position]
            let request = number(at: position + 1)
            let start = position + Self.headLength
            let end = start + Int(number(at: position + 5))
            guard pending.endIndex >= end else { break }
            let payload = pending[start..<end]
            position = end
            if kind == 10 || kind == 11 {
                if text?.kind != kind || text?.request != request { flush() }
                if text == nil {
                    text = Text(kind: kind, request: request, data: Data(payload))
                } else {
                    text?.data.append(payload)
                }
            } else {
                flush()
                if let event = RunnerEvent(kind: kind, payload: Data(payload)) {
                    events.append((request, event))
                }
            }
        }
        flush()
        pending = Data(pending[position...])
        return events
    }

    private func number(at position: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(pending[position + $1]) << (8 * UInt32($1)) }
    }
}
