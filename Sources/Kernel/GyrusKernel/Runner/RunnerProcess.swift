import Foundation
import RunnerProtocol
import Spawn
import Synchronization

/// The process that runs cells, seen from the kernel.
///
/// Its messages are read on a thread of their own and handed to `receive` in order; text that bypasses the runner's
/// streams (written straight to descriptors 1 and 2, or by child processes) comes through `receiveRaw`.
final class RunnerProcess: Sendable {
    /// The kernel's handlers for what comes.
    struct Listener: Sendable {
        var receive: @Sendable (RunnerEvent, _ request: UInt32) -> Void
        var receiveRaw: @Sendable (_ descriptor: Int32, Data) -> Void
        /// The process ended.
        var died: @Sendable (RunnerProcess) -> Void
    }

    /// Linux's F_SETPIPE_SZ, which the C module does not export: a large pipe lets a chatty cell run ahead.
    private static let setPipeSize: Int32 = 1031

    /// The most that a pipe holds, in bytes.
    private static let pipeLimit = 1 << 20

    /// Microseconds in which lines that are printed together gather, so that they travel as one message.
    private static let gathering: UInt32 = 2000

    /// How long a process whose channel is closed may take to end.
    private static let patience = Duration.seconds(0.5)

    let pid: pid_t
    /// Where commands are written; nil once the process has ended.
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
                // A killed process ends thread by thread: the first is gone before the process can be waited for.
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

    private var isFirstThreadGone: Bool { statistics.map { $0.first == "Z" } ?? true }

    /// The fields after the name in Linux's account of the process, which begins with its state; nil once it is gone.
    private var statistics: [Substring]? { Self.statistics(at: "/proc/\(pid)/stat") }

    /// The same for any process or thread.
    private static func statistics(at path: String) -> [Substring]? {
        // The name is in parentheses and may itself hold any character.
        guard let text = try? String(contentsOfFile: path, encoding: .utf8),
            let name = text.lastIndex(of: ")")
        else { return nil }
        return text[name...].dropFirst(2).split(separator: " ")
    }

    /// What all of its threads have computed so far.
    var processorTime: Duration {
        guard let statistics, statistics.count > 12, let user = Int(statistics[11]),
            let system = Int(statistics[12])
        else { return .zero }
        return .seconds(user + system) / sysconf(Int32(_SC_CLK_TCK))
    }

    /// Whether one of its threads computes or waits for a processor that others keep busy.
    var wantsProcessor: Bool {
        let folder = "/proc/\(pid)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return threads.contains { Self.statistics(at: "\(folder)/\($0)/stat")?.first == "R" }
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

    /// Sends a command, and the bytes that it announces; false if the process has ended.
    @discardableResult
    func send(_ command: RunnerCommand, _ bytes: Data = Data()) -> Bool {
        let message = Data(command.line.utf8) + bytes
        return commands.withLock { $0.map(message.write) ?? false }
    }

    /// Sends a command that the runner answers, and waits; nil if it ends instead.
    func ask(_ command: RunnerCommand) -> Data? { answers.wait { send(command) } }

    /// Sends a command that the runner answers, and goes on; an answer that is an error goes to the kernel's log.
    func tell(_ command: RunnerCommand) { answers.pass { send(command) } }

    /// The folder that the process is in.
    var folder: String? { try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd") }

    /// Ends the process at once, with all that it forked.
    func kill() {
        whileThere {
            _ = Foundation.kill(-pid, SIGKILL)
            _ = Foundation.kill(pid, SIGKILL)
        }
    }

    /// Lets the process go on if it stopped itself (SIGSTOP), so that it hears what it is told.
    func goOn() { whileThere { _ = Foundation.kill(pid, SIGCONT) } }

    /// Does something by the process's number, unless it has been waited for: then the number may be another's.
    private func whileThere(_ body: () -> Void) { status.withLock { if $0 == nil { body() } } }

    /// Ends the process and waits until all that it sent has been heard.
    func end() {
        kill()
        answers.waitForEnd()
    }

    /// Reads what has been written to descriptors 1 and 2 and not yet been seen.
    ///
    /// What a program that the cell started writes meanwhile comes later: one that never stops must not hold up the rest.
    private func drainRaw() {
        for (descriptor, number) in [(output, 1), (errors, 2)] as [(Int32, Int32)] {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            var rest = Self.pipeLimit
            while rest > 0, poll(&wait, 1, 0) > 0, wait.revents & Int16(POLLIN) != 0 {
                guard let data = readSome(descriptor), !data.isEmpty else { break }
                rest -= data.count
                listener.receiveRaw(number, data)
            }
        }
    }

    private func read() {
        var frames = FrameReader()
        var open = true
        var awaited = [channel, output, errors]
        while open {
            var waits = awaited.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if poll(&waits, nfds_t(waits.count), -1) < 0 { continue }
            if waits[1].revents & Int16(POLLIN) != 0 || waits[2].revents & Int16(POLLIN) != 0 { drainRaw() }
            // One that a cell has closed is not waited for: that would return at once, forever.
            for place in [1, 2] where waits[place].revents == Int16(POLLHUP) { awaited[place] = -1 }
            guard waits[0].revents != 0 else { continue }
            guard let data = readSome(channel), !data.isEmpty else {
                open = false
                break
            }
            frames.append(data)
            if !frames.holdsAnEnd { gather(into: &frames) }
            for frame in frames.take() {
                guard let event = RunnerEvent(frame) else { continue }
                // Whatever the cell wrote before it ended is in the pipes by now.
                if case .finished = event { drainRaw() }
                if case .answer(let answer) = event {
                    answers.fill(answer)
                } else {
                    listener.receive(event, frame.request)
                }
            }
        }
        drainRaw()
        waitForEnd()
        // Processes that a cell forked have no kernel any more.
        whileThere { _ = Foundation.kill(-pid, SIGKILL) }
        status.withLock { $0 = Spawn.waitForEnd(of: pid) }
        for descriptor in [channel, output, errors] { close(descriptor) }
        commands.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
        listener.died(self)
        answers.end()
    }

    /// Waits a moment for more, so that lines which are printed together travel as one message.
    private func gather(into frames: inout FrameReader) {
        usleep(Self.gathering)
        var wait = pollfd(fd: channel, events: Int16(POLLIN), revents: 0)
        if poll(&wait, 1, 0) > 0, let more = readSome(channel) { frames.append(more) }
    }

    /// Waits until the process, whose channel is closed, has ended; its number stays its own.
    private func waitForEnd() {
        let limit = ContinuousClock.now + Self.patience
        while isAlive {
            // It became another program (`exec`), which knows nothing of the kernel. One that is ending keeps its status.
            if .now > limit { _ = Foundation.kill(pid, SIGKILL) }
            usleep(10_000)
        }
    }

    /// Waits for what comes next: nothing at the other side's end, nil if it cannot be read.
    private func readSome(_ descriptor: Int32) -> Data? {
        var buffer = Data(count: 1 << 18)
        while true {
            let count = buffer.withUnsafeMutableBytes {
                Foundation.read(descriptor, $0.baseAddress, $0.count)
            }
            if count >= 0 { return buffer.prefix(count) }
            if errno != EINTR { return nil }
        }
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

/// Why no runner could be started.
struct RunnerFailure: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}
