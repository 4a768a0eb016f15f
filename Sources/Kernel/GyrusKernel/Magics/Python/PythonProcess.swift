import Foundation
import JSON
import Jupyter
import RunnerProtocol
import Spawn
import Synchronization

/// The process that runs cells in Python, seen from the kernel.
///
/// Commands are lines of JSON; what it tells comes in frames. Text that bypasses its streams (written straight to
/// descriptors 1 and 2, or by child processes) comes through pipes.
final class PythonProcess: Stoppable {
    let pid: pid_t
    let interpreter: String

    private struct State {
        /// Where output goes: to the cell that runs, or ran last.
        var context: RequestContext?
        /// The number of the cell that runs.
        var running: Int?
        var count = 0
        /// The cell of which the user was told that it is still computing.
        var told: Int?
        var end: PythonEnd?
        var ready: PythonEvent.Ready?
        var death: Int32?
        /// What it wrote before the first cell, for which it is reported.
        var early: [(name: StreamName, text: String)] = []
        var wasStopped = false
        var isLossTold = false
        var raw: [StreamName: StreamText] = [:]
    }
    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)
    private let gone = DispatchGroup()
    private let commands: Mutex<Int32?>
    private let events: Int32
    private let output: Int32
    private let errors: Int32

    /// The wait status once the process has ended and all that it wrote has been heard.
    var death: Int32? { state.withLock { $0.death } }
    var isReady: Bool { state.withLock { $0.ready != nil } }
    /// Whether it was ended because its cell did not end when it was interrupted.
    var wasStopped: Bool { state.withLock { $0.wasStopped } }
    /// Whether the user knows that it ended.
    var isLossTold: Bool { state.withLock { $0.isLossTold } }
    func noteLossTold() { state.withLock { $0.isLossTold = true } }

    /// What it is, in words.
    var title: String {
        let version = state.withLock { $0.ready?.version }
        return "Python \(version.map { $0 + " " } ?? "")at \(interpreter)"
    }

    /// Starts an interpreter with the program that serves cells; throws `MagicError` if it cannot be started.
    ///
    /// What it writes before it runs a cell is published under `context`.
    init(
        interpreter: String, host: String, environment: [String], directory: String, context: RequestContext
    ) throws {
        self.interpreter = interpreter
        state.withLock { $0.context = context }
        var pipes: [PipeEnds] = []
        do {
            for _ in 0..<4 { pipes.append(try PipeEnds(for: interpreter)) }
            let ends = [pipes[0].write, pipes[1].write, pipes[2].write, pipes[3].read]
            var launch = Launch(interpreter, [host])
            launch.environment = environment
            launch.directory = directory
            launch.descriptors = [.nothing] + ends.map { .descriptor($0) }
            launch.group = .session
            // The kernel ignores some signals; Python must not.
            launch.resetsSignals = true
            pid = try launch.start()
            for end in ends { close(end) }
        } catch {
            for pipe in pipes {
                close(pipe.read)
                close(pipe.write)
            }
            throw MagicError("\(error)")
        }
        let (output, errors, events, commands) = (pipes[0], pipes[1], pipes[2], pipes[3])
        self.events = events.read
        self.output = output.read
        self.errors = errors.read
        self.commands = Mutex(commands.write)
        gone.enter()
        Thread { [self] in watch() }.start()
        let reader = Thread { [self] in read() }
        reader.name = "python"
        reader.start()
    }

    /// Runs a cell and waits for its end; nil if the process ends instead.
    func run(_ command: JSON, context: RequestContext) -> PythonEnd? {
        let (isGone, early) = state.withLock { state in
            defer { state.early = [] }
            state.context = context
            state.count += 1
            state.running = state.count
            state.end = nil
            return (state.death != nil, state.early)
        }
        for (name, text) in early { context.iopub.stream(name, text) }
        defer { state.withLock { $0.running = nil } }
        if isGone { return nil }
        send(command)
        ended.wait()
        return state.withLock { $0.end }
    }

    private func send(_ command: JSON) {
        let line = command.encoded()
        commands.withLock { descriptor in
            guard let descriptor else { return }
            _ = (line + Data("\n".utf8)).write(to: descriptor)
        }
    }

    // MARK: ending

    /// Interrupts the cell that runs, as Ctrl-C does.
    ///
    /// The process of a cell that neither stops nor computes is ended after a while, and that of one that computes when it is
    /// interrupted again; see `Activity.interrupt`.
    func stop() {
        let (running, told) = state.withLock { ($0.running, $0.told) }
        guard let running else { return signal(SIGINT) }
        if told == running { return giveUp(running) }
        signal(SIGINT)
        watch(running)
    }

    private func watch(_ cell: Int) {
        let watch = InterruptWatch(
            account: ProcessAccount(pid: pid),
            isRunning: { [self] in state.withLock { $0.running == cell && $0.end == nil } },
            tell: { [self] in
                let listener = state.withLock { state in
                    defer { state.told = cell }
                    return state.told == cell ? nil : state.context
                }
                listener?.iopub.stream(.stderr, InterruptWatch.computesOn)
            },
            giveUp: { [self] in giveUp(cell) })
        watch.begin()
    }

    /// Ends the process because its cell has not ended.
    private func giveUp(_ cell: Int) {
        let isStuck = state.withLock { state in
            let isStuck = state.running == cell && state.end == nil
            if isStuck { state.wasStopped = true }
            return isStuck
        }
        if isStuck { kill() }
    }

    /// Ends the process and what it started at once.
    func kill() { signal(SIGKILL) }

    /// Ends the process, and waits for its last output.
    func end() {
        kill()
        gone.wait()
    }

    /// Signals the process and those that it started, unless it has ended: its number may be another's then.
    private func signal(_ number: Int32) {
        state.withLock { if $0.death == nil { _ = Foundation.kill(-pid, number) } }
    }

    /// Waits for the process's end. What it forked may hold the pipes open, and goes with it.
    private func watch() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        Foundation.kill(-pid, SIGKILL)
    }

    // MARK: listening

    /// Microseconds in which lines that are printed together gather, so that they travel as one message.
    private static let gathering: UInt32 = 2000

    private func read() {
        var frames = FrameReader()
        var awaited = [events, output, errors]
        while true {
            var waits = awaited.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            if poll(&waits, nfds_t(waits.count), -1) < 0 { continue }
            if waits[1].revents & Int16(POLLIN) != 0 || waits[2].revents & Int16(POLLIN) != 0 { drain() }
            // One that the cell has closed is not waited for: that would return at once, forever.
            for place in [1, 2] where waits[place].revents == Int16(POLLHUP) { awaited[place] = -1 }
            guard waits[0].revents != 0 else { continue }
            usleep(Self.gathering)
            guard let data = readSome(events), !data.isEmpty else { break }
            frames.append(data)
            for event in frames.take().compactMap(PythonEvent.init) { receive(event) }
        }
        drainToEnd()
        waitForEnd()
        var status: Int32 = 0
        let isWaiting = state.withLock { state in
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            state.death = status
            return state.running != nil && state.end == nil
        }
        for descriptor in [events, output, errors] { close(descriptor) }
        commands.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
        if isWaiting { ended.signal() }
        gone.leave()
    }

    /// How long a process whose channel is closed may take to end.
    private static let patience = Duration.seconds(0.5)

    /// Waits until the process, whose channel is closed, has ended; its number stays its own.
    private func waitForEnd() {
        let limit = ContinuousClock.now + Self.patience
        var info = siginfo_t()
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0, info.si_signo == 0 {
            // It became another program (`exec`), or closed the channel itself: it cannot be heard any more.
            if .now > limit { kill() }
            usleep(10_000)
        }
    }

    private func receive(_ event: PythonEvent) {
        let context = state.withLock { $0.context }
        switch event {
        case .stdout(let text): context?.iopub.stream(.stdout, text)
        case .stderr(let text): context?.iopub.stream(.stderr, text)
        case .display(let content): context?.iopub.display(content)
        case .update(let content): context?.iopub.updateDisplay(content)
        case .result(let content): context?.iopub.result(content)
        case .clear(let wait): context?.iopub.clearOutput(wait: wait)
        case .input(let demand): ask(demand, context)
        case .ready(let ready): state.withLock { $0.ready = ready }
        case .finished(let end):
            drainToEnd()
            state.withLock { $0.end = end }
            ended.signal()
        }
    }

    /// Asks the front end on a thread of its own, so that output continues meanwhile.
    private func ask(_ demand: InputDemand, _ context: RequestContext?) {
        Thread { [self] in
            do {
                guard let input = context?.input else { throw InputError.noFrontEnd }
                let line = try input.request(prompt: demand.prompt, password: demand.password)
                send(["do": "input", "text": .string(line)])
            } catch InputError.interrupted {
                // The signal ends the wait there.
            } catch {
                send(["do": "no-input", "why": .string("\(error)")])
            }
        }.start()
    }

    /// Publishes what has been written to descriptors 1 and 2.
    private func drain() {
        for (descriptor, name) in [(output, StreamName.stdout), (errors, .stderr)] {
            var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while poll(&wait, 1, 0) > 0, wait.revents & Int16(POLLIN) != 0 {
                guard let data = readSome(descriptor), !data.isEmpty else { break }
                publish(data, name)
            }
        }
    }

    /// Publishes what is left at the end of a cell or of the process: half a character is not waited for any more.
    private func drainToEnd() {
        drain()
        for name in [StreamName.stdout, .stderr] { publish(nil, name) }
    }

    /// Publishes the text of what has come, or of what is left if nothing more comes (nil).
    private func publish(_ data: Data?, _ name: StreamName) {
        let (text, context) = state.withLock { state in
            var raw = state.raw[name] ?? StreamText()
            let text = if let data { raw.take(data) } else { raw.end() }
            state.raw[name] = raw
            if state.context == nil, !text.isEmpty { state.early.append((name, text)) }
            return (text, state.context)
        }
        if !text.isEmpty { context?.iopub.stream(name, text) }
    }

    private func readSome(_ descriptor: Int32) -> Data? {
        var buffer = Data(count: 1 << 18)
        var count = -1
        repeat {
            count = buffer.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
        } while count < 0 && errno == EINTR
        return count < 0 ? nil : buffer.prefix(count)
    }
}
