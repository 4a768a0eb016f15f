import Foundation
import Jupyter
import SwiftCells
import Synchronization

/// Compiles and runs the cells of one notebook, one at a time.
final class CellSession: @unchecked Sendable {
    // @unchecked: `turn` is held by whoever compiles or runs a cell; what an interrupt touches lies in `interrupts`.
    private let turn = NSRecursiveLock()
    private let compiler: CellCompiler
    private let installation: Installation
    private let symbolizer: Symbolizer
    private let output: CellOutput
    private let comms: CommHandlers
    private var runner: RunnerProcess?
    /// The lines of the cells by label. A handler may fail while a cell runs, hence the lock.
    private let cellLines = Mutex<[String: [String]]>([:])
    private var lines: [String: [String]] {
        get { cellLines.withLock { $0 } }
        set { cellLines.withLock { $0 = newValue } }
    }
    private let folder: URL

    private struct Interrupts {
        var runner: RunnerProcess?
        var isBusy = false
        var isAsked = false
        var number = 0
    }
    private let interrupts = Mutex(Interrupts())

    /// How long an interrupted cell may go on before its process is ended.
    private static let patience: TimeInterval = 15

    /// A session that keeps its files in a private folder; throws where there is no toolchain or a part is missing.
    init(installation: Installation) throws {
        self.installation = installation
        let toolchain = try Toolchain.locate()
        folder = try SessionFolder.make()
        compiler = try CellCompiler(
            toolchain: toolchain, libraries: installation.cellLibraries, folder: folder,
            moduleCache: Folders.cache.appending(path: "modules"))
        symbolizer = Symbolizer(executable: toolchain.symbolizer, folder: folder)
        let table = CommTable()
        output = CellOutput(comms: table)
        comms = CommHandlers(table: table, output: output)
    }

    /// Starts the runner and compiles one cell for nothing: a session's first compilation is slow.
    func warmUp() {
        turn.lock()
        defer { turn.unlock() }
        _ = try? ensureRunner()
        _ = try? compiler.compile("1 + 1", label: "In[0]")
    }

    /// Processes that work for this session.
    var processIDs: [pid_t] { interrupts.withLock { $0.runner.map { [$0.pid] } ?? [] } }

    /// What a cell left: its error, and its result's message content.
    struct Outcome {
        var error: ErrorReport?
        var result: Data?
    }

    /// Runs one cell; its output is published through `context` as it comes.
    func run(_ code: String, label: String, context: RequestContext, keepsResult: Bool = false) -> Outcome {
        turn.lock()
        defer { turn.unlock() }
        guard code.contains(where: { !$0.isWhitespace }) else { return Outcome() }
        interrupts.withLock {
            $0.isBusy = true
            $0.isAsked = false
            $0.number += 1
        }
        defer { interrupts.withLock { $0.isBusy = false } }
        do {
            let cell = try compiler.compile(code, label: label)
            lines[label] = cell.lines
            for warning in cell.warnings {
                let text = DiagnosticText.lines(of: warning, in: cell.lines, label: label)
                context.iopub.stream(.stderr, text.joined(separator: "\n") + "\n")
            }
            if interrupts.withLock({ $0.isAsked }) {
                return Outcome(
                    error: ErrorReports.plain("KeyboardInterrupt", "the cell was interrupted before it ran"))
            }
            return try execute(cell, context: context, keepsResult: keepsResult)
        } catch CellCompiler.Failure.source(let diagnostics, let lines) {
            return Outcome(error: ErrorReports.compile(diagnostics, lines: lines, label: label))
        } catch CellCompiler.Failure.tool(let text) {
            return Outcome(error: ErrorReports.plain("CompilerFailure", text))
        } catch {
            return Outcome(error: ErrorReports.plain("KernelError", "\(error)"))
        }
    }

    private func execute(_ cell: CompiledCell, context: RequestContext, keepsResult: Bool) throws -> Outcome {
        let runner = try ensureRunner()
        let job = output.begin(context, runner: runner, keepsResult: keepsResult)
        let isSent = runner.send(
            "run \(job.request) \(context.escapedMessageID) \(cell.entry) \(cell.library)")
        if interrupts.withLock({ $0.isAsked }) { runner.send("interrupt") }
        // A runner that has just died may have been heard of before the job began.
        _ = job.done.wait(timeout: isSent ? .distantFuture : .now() + 1)
        let left = output.take(job)
        guard let end = left.end else { return Outcome(error: lost(left, cell.label)) }
        if end.outcome == .ok {
            compiler.commit(cell)
            return Outcome(result: left.result)
        }
        if end.loaded == true { compiler.commit(cell, reached: end.reached ?? 0) }
        let reports = ErrorReports(symbolizer: symbolizer, lines: lines)
        return Outcome(error: reports.stopped(cell, end, error: left.error, trapText: left.trapText))
    }

    /// The runner is gone: a new one begins with nothing.
    private func lost(_ left: CellOutput.End, _ label: String) -> ErrorReport {
        let names = compiler.names.variableNames
        runner = nil
        interrupts.withLock { $0.runner = nil }
        compiler.reset()
        _ = try? ensureRunner()
        let signal = (left.death ?? 0) & 0x7F
        let how =
            signal == 0
            ? "ended itself with status \((left.death ?? 0) >> 8 & 0xFF)"
            : "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        let message = ErrorReports.trapMessage(left.trapText).map { " saying \"\($0)\"" } ?? ""
        let lostNames = names.isEmpty ? "No variables were lost." : "Lost: \(names.joined(separator: ", "))."
        return ErrorReports.plain(
            "RunnerDied",
            "the process that ran \(label) \(how)\(message). A new one was started; "
                + "everything that cells declared is gone. \(lostNames)")
    }

    private func ensureRunner() throws -> RunnerProcess {
        if let runner, kill(runner.pid, 0) == 0 { return runner }
        let output = self.output
        let started = try RunnerProcess(
            executable: installation.runner,
            listener: .init(
                receive: { output.receive($0, of: $1) }, receiveRaw: { output.receiveRaw($0, $1) },
                died: { output.died($0) }))
        for library in compiler.preload { started.send("load \(library)") }
        runner = started
        interrupts.withLock { $0.runner = started }
        return started
    }

    /// Asks the running cell to stop; ends its process where nothing else helps.
    func interrupt() {
        comms.interrupt(patience: Self.patience)
        let (number, runner) = interrupts.withLock { state -> (Int, RunnerProcess?) in
            guard state.isBusy else { return (0, nil) }
            state.isAsked = true
            return (state.number, state.runner)
        }
        guard let runner else { return }
        runner.send("interrupt")
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [self] in
            if interrupts.withLock({ $0.isBusy && $0.number == number }) { runner.kill() }
        }
    }

    /// Ends the runner and removes the session's files.
    func close() {
        interrupts.withLock { $0.runner }?.kill()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// Where Gyrus keeps what outlives a session.
enum Folders {
    /// The user's cache, as the XDG base directory specification places it.
    static var cache: URL { place("XDG_CACHE_HOME", else: ".cache") }
    /// The user's data, as the XDG base directory specification places it.
    static var data: URL { place("XDG_DATA_HOME", else: ".local/share") }

    private static func place(_ variable: String, else standard: String) -> URL {
        let home = FileManager.default.homeDirectoryForCurrentUser
        let folder = ProcessInfo.processInfo.environment[variable].map { URL(fileURLWithPath: $0) }
        return (folder ?? home.appending(path: standard)).appending(path: "gyrus")
    }
}

extension CellSession {
    /// The targets of the open comms, by id.
    var openComms: [String: String] { comms.comms }

    /// Offers a comm that the front end opens; false where no code takes its target.
    func openComm(_ comm: CommOpen, buffers: [Data], context: RequestContext) -> Bool {
        comms.open(comm, buffers: buffers, context: context, session: handlerSession)
    }

    /// Runs the handler of a comm message; see `CommHandlers`.
    func receive(_ message: CommMessage, buffers: [Data], context: RequestContext) {
        comms.receive(message, buffers: buffers, context: context, session: handlerSession)
    }

    func closeComm(_ message: CommMessage, buffers: [Data], context: RequestContext) {
        comms.close(message, buffers: buffers, context: context, session: handlerSession)
    }

    private var handlerSession: CommHandlers.Session {
        .init(
            runner: { [self] in interrupts.withLock { $0.runner } },
            failed: { [self] in handlerFailed($0, of: $1) })
    }

    private func handlerFailed(_ left: CellOutput.End, of runner: RunnerProcess) -> ErrorReport {
        if let end = left.end {
            return ErrorReports(symbolizer: symbolizer, lines: lines)
                .stopped(nil, end, error: left.error, trapText: left.trapText)
        }
        // A cell that runs holds the turn, and replaces the runner itself.
        turn.lock()
        defer { turn.unlock() }
        guard self.runner === runner else {
            return ErrorReports.plain("RunnerDied", "the process that ran the handler has ended")
        }
        return lost(left, "the handler")
    }
}
