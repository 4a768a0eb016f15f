import Foundation
import Jupyter
import Synchronization

/// The Python of a session: its process, if a cell has asked for one.
final class PythonSession: Sendable {
    private let host: String
    private let prefix: String?

    private struct State {
        var process: PythonProcess?
        /// What `--python` named.
        var named: String?
        var isClosed = false
    }
    private let state = Mutex(State())
    /// Held by the cell that runs.
    private let turn = NSLock()

    init(installation: Installation) {
        host = installation.pythonHost
        prefix = installation.prefix
    }

    /// The process, if there is one.
    var processID: pid_t? { state.withLock { $0.process?.pid } }

    /// Waits for the cells of other shells.
    func exclusively(for activity: Activity, _ body: () throws -> Void) throws {
        while !turn.lock(before: Date(timeIntervalSinceNow: 0.1)) {
            if activity.isInterrupted { throw ErrorReports.interrupted }
        }
        defer { turn.unlock() }
        try body()
    }

    /// The interpreter that the next process would be of; throws `MagicError`.
    func interpreter(for session: CellSession, named name: String?) throws -> PythonInterpreter {
        let own = ProcessInfo.processInfo.environment.merging(session.runners.state.environment) { $1 }
        return try PythonInterpreter.chosen(
            named: name ?? state.withLock { $0.named }, environment: own, prefix: prefix,
            resolve: session.runners.resolve)
    }

    /// The process for a cell, which is started if there is none or another one is asked for; throws `MagicError`.
    func process(for request: PythonRequest, run: CellRun) throws -> PythonProcess {
        let interpreter = try interpreter(for: run.session, named: request.interpreter)
        if let name = request.interpreter { state.withLock { $0.named = name } }
        if let running = state.withLock({ $0.process }) {
            let isOther = request.interpreter != nil && running.interpreter != interpreter.path
            if running.death == nil, !request.restarts, !isOther { return running }
            if let death = running.death, !running.isLossTold {
                run.context.iopub.stream(
                    .stderr,
                    "The Python process \(Self.words(of: death)) between cells. A new one was started; its variables "
                        + "are gone.\n")
            } else if isOther, !request.restarts {
                run.context.iopub.stream(
                    .stderr,
                    "\(interpreter.path) was started instead of \(running.title); its variables are gone.\n")
            }
            running.end()
        }
        var environment = try run.session.runners.environment().map { "\($0.name)=\($0.value)" }
        // Sets have one order in all sessions, as Swift's do.
        if !environment.contains(where: { $0.hasPrefix("PYTHONHASHSEED=") }) {
            environment.append("PYTHONHASHSEED=0")
        }
        let started = try PythonProcess(
            interpreter: interpreter.path, host: host, environment: environment,
            directory: run.session.runners.directory, context: run.context)
        let isClosed = state.withLock {
            $0.process = started
            return $0.isClosed
        }
        if isClosed { started.kill() }
        return started
    }

    /// The report of a process that ended while it ran a cell.
    func loss(of process: PythonProcess, running label: String) -> ErrorReport {
        process.noteLossTold()
        if process.wasStopped {
            return ErrorReports.plain(
                "KeyboardInterrupt",
                "the cell did not end when it was interrupted, so its Python process was; the variables are gone, and "
                    + "the next %%python cell starts a new one")
        }
        let ending = Self.words(of: process.death ?? 0)
        return ErrorReports.plain(
            "PythonDied",
            process.isReady
                ? "the Python process that ran \(label) \(ending). Its variables are gone; the next %%python cell starts "
                    + "a new one"
                : "\(process.interpreter) \(ending) before it was ready to run \(label); is it a Python 3?")
    }

    private static func words(of status: Int32) -> String {
        let signal = status & 0x7F
        return signal == 0
            ? "ended itself with status \(status >> 8 & 0xFF)"
            : "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
    }

    /// Ends the process with the session.
    func close() {
        let process = state.withLock {
            $0.isClosed = true
            return $0.process
        }
        process?.kill()
    }
}
