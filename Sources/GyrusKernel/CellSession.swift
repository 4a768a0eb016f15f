import Foundation
import Jupyter
import SwiftCells
import Synchronization

/// Compiles and runs the cells of one notebook, one at a time.
final class CellSession: @unchecked Sendable {
    // @unchecked: `turn` is held by whoever compiles or runs a cell; what an interrupt touches lies in `interrupts`.
    private let turn = NSRecursiveLock()
    let compiler: CellCompiler
    private let cache: CellCache?
    private let installation: Installation
    /// What cells can import without `%package`.
    var cellLibraries: CellLibraries { installation.cellLibraries }
    let toolchain: Toolchain
    private let symbolizer: Symbolizer
    private let output: CellOutput
    private let comms: CommHandlers
    /// Knows what could stand in the cell that is being written.
    let assistant: CellAssistant
    private var runner: RunnerProcess?
    /// The lines of the cells by label. A handler may fail while a cell runs, hence the lock.
    private let cellLines = Mutex<[String: [String]]>([:])
    var lines: [String: [String]] {
        get { cellLines.withLock { $0 } }
        set { cellLines.withLock { $0 = newValue } }
    }
    /// Where the session keeps its files.
    let folder: URL
    /// What `%env`, `%cd` and `%package` did to the runner, to be done to the one that follows it.
    var setting = RunnerSetting()

    private struct Interrupts {
        var runner: RunnerProcess?
        var isBusy = false
        var isAsked = false
        var number = 0
        /// The command that the kernel itself runs for the cell.
        var child: ChildProcess?
        /// Whether the runner looks at a value for `glance`.
        var isGlancing = false
    }
    private let interrupts = Mutex(Interrupts())

    /// How long an interrupted cell may go on before its process is ended.
    private static let patience: TimeInterval = 15

    /// A session that keeps its files in a private folder; throws where there is no toolchain or a part is missing.
    init(installation: Installation) throws {
        self.installation = installation
        toolchain = try Toolchain.locate()
        folder = try SessionFolder.make()
        // Without it every cell is compiled.
        cache = try? CellCache(folder: Folders.cache.appending(path: "cells"))
        compiler = try CellCompiler(
            toolchain: toolchain, libraries: installation.cellLibraries, folder: folder,
            moduleCache: Folders.cache.appending(path: "modules"), cache: cache)
        symbolizer = Symbolizer(executable: toolchain.symbolizer, folder: folder)
        let table = CommTable()
        output = CellOutput(comms: table)
        comms = CommHandlers(table: table, output: output)
        let assistant = CellAssistant(executable: installation.assistant)
        self.assistant = assistant
        assistant.update(compiler.editorContext)
        compiler.onChange = { assistant.update($0) }
    }

    /// Starts the runner and compiles one cell for nothing: a session's first compilation is slow.
    func warmUp() {
        turn.withLock {
            _ = try? ensureRunner()
            try? compiler.warmUp()
        }
        cache?.trim()
    }

    /// Finds the magics of a cell, knowing what earlier cells declared.
    var magicParser: MagicParser {
        let names = compiler.names
        return MagicParser { names.declares($0) }
    }

    /// What is declared; to be asked between cells.
    var names: NameTable { compiler.names }

    /// Processes that work for this session.
    var processIDs: [pid_t] {
        [interrupts.withLock { $0.runner?.pid }, assistant.assistant.processID].compactMap(\.self)
    }

    /// The folder in which the cells work.
    var workingFolder: String {
        let pid = interrupts.withLock { $0.runner?.pid } ?? getpid()
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd"))
            ?? FileManager.default.currentDirectoryPath
    }

    /// What a cell left: its error, its result's message content, and how long it took.
    struct Outcome {
        var error: ErrorReport?
        var result: Data?
        var timing: CellTiming?
    }

    /// Keeps the session for one cell: an interrupt that comes while `body` goes on is for everything in it.
    func occupied<Result>(_ body: () throws -> Result) rethrows -> Result {
        turn.lock()
        defer { turn.unlock() }
        if interrupts.withLock({ $0.isBusy }) { return try body() }
        interrupts.withLock {
            $0.isBusy = true
            $0.isAsked = false
            $0.number += 1
        }
        defer { interrupts.withLock { $0.isBusy = false } }
        return try body()
    }

    /// Whether the user asked the cell to stop.
    var isInterrupted: Bool { interrupts.withLock { $0.isAsked } }

    /// Waits for a command of the kernel's own that an interrupt ends.
    func stoppable<Result>(_ child: ChildProcess, _ body: () throws -> Result) rethrows -> Result {
        let isAsked = interrupts.withLock {
            $0.child = child
            return $0.isAsked
        }
        defer { interrupts.withLock { $0.child = nil } }
        if isAsked { child.stop() }
        return try body()
    }

    /// Runs one cell; its output is published through `context` as it comes.
    func run(
        _ code: String, label: String, context: RequestContext, options: CellOptions = CellOptions(),
        keepsResult: Bool = false
    ) -> Outcome {
        occupied { compileAndRun(code, label, context, options, keepsResult) }
    }

    private func compileAndRun(
        _ code: String, _ label: String, _ context: RequestContext, _ options: CellOptions,
        _ keepsResult: Bool
    ) -> Outcome {
        guard code.contains(where: { !$0.isWhitespace }) else { return Outcome() }
        do {
            let started = ContinuousClock.now
            let cell = try compiler.compile(code, label: label, options: options)
            let compilation = ContinuousClock.now - started
            lines[label] = cell.lines
            for warning in cell.warnings {
                let text = DiagnosticText.lines(of: warning, in: cell.lines, label: label)
                context.iopub.stream(.stderr, text.joined(separator: "\n") + "\n")
            }
            if interrupts.withLock({ $0.isAsked }) {
                compiler.noteNotRun(code, label: label)
                return Outcome(
                    error: ErrorReports.plain("KeyboardInterrupt", "the cell was interrupted before it ran"))
            }
            var outcome = try execute(cell, context: context, keepsResult: keepsResult)
            outcome.timing?.compilation = compilation
            return outcome
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
        let left = finish(
            cell, on: runner, context: context, keepsResult: keepsResult || !cell.showsResult
        ) {
            if interrupts.withLock({ $0.isAsked }) { runner.send("interrupt") }
        }
        guard let end = left.end else { return Outcome(error: lost(left, cell.label)) }
        if end.outcome == .ok {
            compiler.commit(cell)
            let isSeen = keepsResult || cell.showsResult
            return Outcome(result: isSeen ? left.result : nil, timing: end.timing)
        }
        for frame in left.onFailure { context.iopub.comm(frame) }
        if end.loaded == true {
            compiler.commit(cell, reached: end.reached ?? 0)
        } else {
            compiler.noteNotRun(cell.lines.joined(separator: "\n"), label: cell.label)
        }
        let reports = ErrorReports(symbolizer: symbolizer, lines: lines)
        return Outcome(
            error: reports.stopped(cell, end, error: left.error, trapText: left.trapText), timing: end.timing)
    }

    /// Has the runner run a compiled cell, and waits for its end; `onStart` is called when it has been sent.
    private func finish(
        _ cell: CompiledCell, on runner: RunnerProcess, context: RequestContext, keepsResult: Bool,
        isGlance: Bool = false, onStart: () -> Void = {}
    ) -> CellOutput.End {
        let job = output.begin(context, runner: runner, keepsResult: keepsResult, isGlance: isGlance)
        let isSent = runner.send(
            "run \(job.request) \(context.escapedMessageID) \(cell.entry) \(cell.library)")
        onStart()
        // A runner that has just died may have been heard of before the job began.
        _ = job.done.wait(timeout: isSent ? .distantFuture : .now() + 1)
        return output.take(job)
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

    /// Ends the runner with all that cells declared, and starts another.
    func restart() throws {
        try occupied {
            runner?.end()
            runner = nil
            interrupts.withLock { $0.runner = nil }
            compiler.reset()
            forgetPackages()
            _ = try ensureRunner()
        }
    }

    /// The runner, which is started where there is none.
    func ensureRunner() throws -> RunnerProcess {
        if let runner, kill(runner.pid, 0) == 0 { return runner }
        let output = self.output
        let started = try RunnerProcess(
            executable: installation.runner,
            listener: .init(
                receive: { output.receive($0, of: $1) }, receiveRaw: { output.receiveRaw($0, $1) },
                died: { output.died($0) }))
        for library in compiler.preload { started.tell("load \(library)") }
        setting.apply(to: started)
        runner = started
        interrupts.withLock { $0.runner = started }
        return started
    }

    /// Asks the running cell to stop; ends its process where nothing else helps.
    func interrupt() {
        comms.interrupt(patience: Self.patience)
        let state = interrupts.withLock { state -> Interrupts in
            if state.isBusy { state.isAsked = true }
            return state
        }
        guard state.isBusy else { return }
        if let child = state.child { return child.stop() }
        guard let runner = state.runner else { return }
        runner.send("interrupt")
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { [self] in
            if interrupts.withLock({ $0.isBusy && $0.number == state.number }) { runner.kill() }
        }
    }

    /// How long a value may take to be looked at.
    private static let glanceTime = 1.5

    /// What a variable's value is, in a few words; nothing where a cell runs, or where it takes long.
    func glance(at variable: String, context: RequestContext) -> String? {
        let found = Mutex<String?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread { [self] in
            defer { done.signal() }
            guard turn.try() else { return }
            defer { turn.unlock() }
            let text = look(at: variable, context: context)
            found.withLock { $0 = text }
        }.start()
        if done.wait(timeout: .now() + Self.glanceTime) == .success { return found.withLock { $0 } }
        interrupts.withLock { if $0.isGlancing { _ = $0.runner?.send("interrupt") } }
        return nil
    }

    private func look(at variable: String, context: RequestContext) -> String? {
        guard let runner = try? ensureRunner(),
            let cell = try? compiler.compile(
                "_gyrusGlance(`\(variable)`)", label: "In[glance]", options: CellOptions(isGlance: true))
        else { return nil }
        defer { compiler.discard(cell) }
        interrupts.withLock { $0.isGlancing = true }
        defer { interrupts.withLock { $0.isGlancing = false } }
        let left = finish(cell, on: runner, context: context, keepsResult: true, isGlance: true)
        if left.end == nil { Log.write(lost(left, "the inspection of \(variable)").value) }
        let content = left.result.flatMap { try? JSON(parsing: $0) }
        return content?["data"]?["text/plain"]?.text
    }

    /// Ends the runner and removes the session's files.
    func close() {
        let (runner, child) = interrupts.withLock { ($0.runner, $0.child) }
        child?.kill()
        runner?.kill()
        assistant.assistant.close()
        try? FileManager.default.removeItem(at: folder)
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
