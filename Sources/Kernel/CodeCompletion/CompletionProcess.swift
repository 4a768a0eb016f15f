import CRunnerProtocol
import Foundation
import RunnerProtocol
import Spawn
import Synchronization

/// One run of the completion process's executable, and the requests that it has not answered yet.
final class CompletionProcess: Sendable {
    let pid: pid_t
    private let socket: Int32
    private let onEnd: @Sendable (CompletionProcess) -> Void
    private let writer = DispatchQueue(label: "completion requests")

    private struct State {
        var count: UInt32 = 0
        var waiting: [UInt32: Ticket] = [:]
        var hasEnded = false
        /// What it took when it had answered for the first time.
        var firstMemory: Int?
    }
    private let state = Mutex(State())

    /// A request that waits for its answer.
    final class Ticket: Sendable {
        fileprivate let number: UInt32
        private let done = DispatchSemaphore(value: 0)
        private let answer = Mutex<CompletionAnswer?>(nil)

        fileprivate init(number: UInt32) { self.number = number }

        fileprivate func fulfil(_ answer: CompletionAnswer?) {
            self.answer.withLock { $0 = answer }
            done.signal()
        }

        /// The answer, if it comes in time and the process does not end before.
        func wait(seconds: Double) -> CompletionAnswer? {
            done.wait(timeout: .now() + seconds) == .success ? answer.withLock { $0 } : nil
        }
    }

    /// Starts the executable; `onEnd` is called once it has ended. Throws `CompletionFailure` or `LaunchFailure`.
    init(executable: String, onEnd: @escaping @Sendable (CompletionProcess) -> Void) throws {
        var ends: [Int32] = [0, 0]
        // Closed in every other child: what the completion process reads must end when the kernel does.
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw CompletionFailure(
                what: "no socket to the completion process: \(String(cString: strerror(errno)))")
        }
        var launch = Launch(executable)
        // The compiler's own remarks on half-written cells are not shown.
        launch.descriptors = [.descriptor(ends[1]), .nothing, .nothing]
        // A front end's signal to the kernel's group is not meant for it.
        launch.group = .own
        let started = Result { try launch.start() }
        close(ends[1])
        if case .failure = started { close(ends[0]) }
        pid = try started.get()
        socket = ends[0]
        self.onEnd = onEnd
        let thread = Thread { [self] in read() }
        thread.name = "completion"
        thread.start()
    }

    private let started = ContinuousClock.now
    /// For how many seconds it has been running.
    var age: Double { started.duration(to: .now) / .seconds(1) }

    /// Whether it ever answered.
    var hasAnswered: Bool { state.withLock { $0.firstMemory != nil } }

    /// How many bytes of memory it took when it had answered for the first time.
    var firstMemory: Int { state.withLock { $0.firstMemory ?? 0 } }

    /// How many bytes of memory it takes.
    var memory: Int {
        let words = (try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8))?.split(
            separator: " ")
        return words.flatMap { $0.count > 1 ? Int($0[1]) : nil }.map { $0 * sysconf(Int32(_SC_PAGESIZE)) }
            ?? 0
    }

    /// Sends a request.
    func ask(_ request: CompletionRequest) -> Ticket {
        let (ticket, hasEnded) = state.withLock { state in
            state.count &+= 1
            let ticket = Ticket(number: state.count)
            if !state.hasEnded { state.waiting[ticket.number] = ticket }
            return (ticket, state.hasEnded)
        }
        guard !hasEnded, let payload = try? JSONEncoder().encode(request) else {
            ticket.fulfil(nil)
            return ticket
        }
        // A process that hangs reads nothing; the caller waits only for the answer.
        writer.async { [self] in _ = Frame(.question, request: ticket.number, payload).write(to: socket) }
        return ticket
    }

    /// Whether a request is still without answer.
    func isWaiting(for ticket: Ticket) -> Bool { state.withLock { $0.waiting[ticket.number] != nil } }

    /// Whether nobody waits for an answer.
    var isIdle: Bool { state.withLock { $0.waiting.isEmpty } }

    func kill() {
        state.withLock { if !$0.hasEnded { _ = Foundation.kill(pid, SIGKILL) } }
    }

    private func read() {
        while let frame = Frame.read(from: socket) {
            let answer = try? JSONDecoder().decode(CompletionAnswer.self, from: frame.payload)
            let memory = hasAnswered ? 0 : self.memory
            let ticket = state.withLock {
                $0.firstMemory = $0.firstMemory ?? memory
                return $0.waiting.removeValue(forKey: frame.request)
            }
            ticket?.fulfil(answer)
        }
        kill()
        waitForEnd(of: pid)
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for ticket in waiting { ticket.fulfil(nil) }
        writer.async { [socket] in close(socket) }
        onEnd(self)
    }
}

/// Why there is no completion process.
struct CompletionFailure: Error, CustomStringConvertible {
    let what: String
    var description: String { what }
}
