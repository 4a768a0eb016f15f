import Foundation
import JSON
import Jupyter
import RunnerProtocol
import SwiftCells
import Synchronization

/// Compiles and runs the cells of one notebook: one at a time on each shell, beside those of the other shells.
final class CellSession: @unchecked Sendable {
    // @unchecked: `turn` is held by whoever compiles, or changes what cells can see; no cell runs meanwhile that it waits
    // for. What other threads touch has locks of its own.
    private let turn = NSRecursiveLock()
    private let compiler: CellCompiler
    private let cache: CellCache?
    private let installation: Installation
    /// What cells can import without `%package`.
    var cellLibraries: CellLibraries { installation.cellLibraries }
    let toolchain: Toolchain
    private let symbolizer: Symbolizer
    private let output: CellOutput
    private let comms: CommHandlers
    /// Knows what could stand in the cell that is being written.
    let assistant: CompletionService
    /// Runs the cells under `%%python`.
    let python: PythonSession
    private var runner: RunnerProcess?
    /// The runner that was replaced last, and whether the user has yet to be told.
    private var loss: RunnerLoss?
    private var isLossToBeTold = false
    /// Which cell each request that did not end well was for.
    private let stopped = Mutex<[UInt32: String]>([:])
    /// The lines of the cells by label.
    private let lines = Mutex<[String: [String]]>([:])
    /// Where the session keeps its files.
    let folder: URL
    /// What `%env`, `%cd` and `%package` did to the runner, to be done to the one that follows it.
    private let settings = Mutex(RunnerState())
    var setting: RunnerState {
        get { settings.withLock { $0 } }
        set { settings.withLock { $0 = newValue } }
    }
    private let activities = Activities()
    /// The runner, for those who do not wait for their turn.
    private let current = Mutex<(runner: RunnerProcess?, isClosed: Bool)>((nil, false))

    /// A session that keeps its files in a private folder; throws where there is no toolchain or a part is missing.
    init(installation: Installation) throws {
        self.installation = installation
        python = PythonSession(installation: installation)
        toolchain = try Toolchain.locate()
        // What cells start is told too; see `Gyrus.environment`.
        setenv(Machine.swiftVariable, toolchain.version, 1)
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
        let assistant = CompletionService(executable: installation.assistant)
        self.assistant = assistant
        assistant.update(compiler.editorContext)
        compiler.onChange = { assistant.update($0) }
        output.describeNotes { [weak self, symbolizer] end in
            let reports = ErrorReports(symbolizer: symbolizer, lines: self?.lines.withLock { $0 } ?? [:])
            guard end.outcome == .held else { return reports.stray(end) }
            return reports.note(of: end, holder: self?.stopped.withLock { $0[end.heldBy] })
        }
    }

    /// Starts the runner and compiles a throwaway cell: a session's first compilation is slow.
    func warmUp() {
        exclusively {
            _ = try? ensureRunner()
            try? compiler.warmUp()
            compiler.prepare()
        }
        cache?.trim()
    }

    /// Waits until nobody else compiles or changes what cells can see.
    func exclusively<Result>(_ body: () throws -> Result) rethrows -> Result { try turn.withLock(body) }

    /// Does what needs the compiler, while nobody else does.
    func compiling<Result>(_ body: (CellCompiler) throws -> Result) rethrows -> Result {
        try turn.withLock { try body(compiler) }
    }

    /// Finds the magics of a cell, knowing what earlier cells declared.
    var magicParser: MagicParser {
        let names = self.names
        return MagicParser { names.declares($0) }
    }

    /// What is declared by now.
    var names: NameTable { compiling { $0.names } }

    /// Remembers the lines of a cell, for reports of where it stopped.
    func remember(_ lines: [String], of label: String) { self.lines.withLock { $0[label] = lines } }

    /// Processes that work for this session.
    var processIDs: [pid_t] {
        [current.withLock { $0.runner?.pid }, assistant.assistant.processID, python.processID].compactMap(
            \.self)
    }

    /// The folder in which the cells work.
    var workingFolder: String {
        let pid = current.withLock { $0.runner?.pid } ?? getpid()
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd"))
            ?? FileManager.default.currentDirectoryPath
    }

    /// The models that cells can load by name.
    var knownModels: KnownModels {
        let own = ProcessInfo.processInfo.environment
        return KnownModels(
            environment: own.merging(setting.environment) { $1 }, workingFolder: workingFolder,
            prefix: installation.prefix)
    }

    /// What a cell left: its error, its result's message content, and how long it took.
    struct Outcome {
        var error: ErrorReport?
        var result: Data?
        var timing: CellTiming?
    }

    /// Serves a request: an interrupt that comes while `body` goes on is for everything in it.
    func during<Result>(_ activity: Activity, _ body: () throws -> Result) rethrows -> Result {
        try activities.during(activity, body)
    }

    /// Runs one cell for a request; its output is published through `context` as it comes.
    func run(
        _ code: String, label: String, for activity: Activity, context: RequestContext,
        options: CellOptions = CellOptions(), keepsResult: Bool = false
    ) -> Outcome {
        guard code.contains(where: { !$0.isWhitespace }) else { return Outcome() }
        do {
            let started = try start(code, label, activity, context, options, keepsResult)
            guard let started else {
                compiling { $0.noteNotRun(code, label: label) }
                return Outcome(
                    error: ErrorReports.plain("KeyboardInterrupt", "the cell was interrupted before it ran"))
            }
            var outcome = end(started, left: finish(started, for: activity, context: context), context)
            outcome.timing?.compilation = started.compilation
            return outcome
        } catch let failure as RunnerLoss.Failure {
            return Outcome(error: failure.report)
        } catch is CompilationStopped {
            return Outcome(
                error: ErrorReports.plain(
                    "KeyboardInterrupt", "the cell was interrupted while it was compiled; it did not run"))
        } catch CellCompiler.Failure.source(let diagnostics, let lines) {
            return Outcome(error: ErrorReports.compile(diagnostics, lines: lines, label: label))
        } catch CellCompiler.Failure.tool(let text) {
            return Outcome(error: ErrorReports.plain("CompilerFailure", text))
        } catch {
            return Outcome(error: ErrorReports.plain("KernelError", "\(error)"))
        }
    }

    /// A cell that the runner is about to run.
    private struct StartedCell {
        let cell: CompiledCell
        let runner: RunnerProcess
        let job: CellOutput.Job
        var compilation = Duration.zero
        /// Whether its result is more than what a call happens to return.
        var isResultWanted = true
    }

    /// Compiles a cell for the runner that there is; nil if it was interrupted.
    private func start(
        _ code: String, _ label: String, _ activity: Activity, _ context: RequestContext,
        _ options: CellOptions,
        _ keepsResult: Bool
    ) throws -> StartedCell? {
        try exclusively {
            let started = ContinuousClock.now
            let cell: CompiledCell
            let runner: RunnerProcess
            do {
                (cell, runner) = try compile(code, label, activity, context, options)
            } catch {
                compiler.prepare()
                throw error
            }
            let compilation = ContinuousClock.now - started
            remember(cell.lines, of: label)
            for warning in cell.warnings {
                let text = DiagnosticText.lines(of: warning, in: cell.lines, label: label)
                context.iopub.stream(.stderr, text.joined(separator: "\n") + "\n")
            }
            for notice in cell.notices { context.iopub.stream(.stderr, notice + "\n") }
            if activity.isInterrupted {
                compiler.abandon(cell)
                return nil
            }
            try load(cell.prerequisites, on: runner, for: activity, context: context)
            compiler.noteRunning(cell)
            let kind: CellOutput.Kind = context.subshellID == nil ? .cell : .subshellCell
            let job = output.begin(
                context, runner: runner, kind: kind, keepsResult: keepsResult || !cell.showsResult)
            return StartedCell(
                cell: cell, runner: runner, job: job, compilation: compilation,
                isResultWanted: keepsResult || cell.showsResult)
        }
    }

    /// Compiles a cell for the runner that there is, again if that one ends meanwhile.
    private func compile(
        _ code: String, _ label: String, _ activity: Activity, _ context: RequestContext,
        _ options: CellOptions
    ) throws -> (CompiledCell, RunnerProcess) {
        while true {
            // Before the compilation: what cells declared goes with their runner.
            let runner = try ensureRunner()
            try tellLoss(insteadOf: code, label, context)
            let stop = CompilationStop()
            let cell = try activity.compiling(stop) {
                try stop.whileStoppable { try compiler.compile(code, label: label, options: options) }
            }
            if !runner.hasEnded { return (cell, runner) }
        }
    }

    /// Loads what was compiled again for a cell; nothing in it runs.
    private func load(
        _ cells: [CompiledCell], on runner: RunnerProcess, for activity: Activity, context: RequestContext
    ) throws {
        for cell in cells {
            let kind: CellOutput.Kind = context.subshellID == nil ? .cell : .subshellCell
            let job = output.begin(context, runner: runner, kind: kind, keepsResult: true)
            _ = finish(StartedCell(cell: cell, runner: runner, job: job), for: activity, context: context)
        }
    }

    /// Has the runner run a compiled cell, and waits for its end.
    private func finish(_ started: StartedCell, for activity: Activity, context: RequestContext)
        -> CellOutput.End
    {
        let (job, cell) = (started.job, started.cell)
        let shell = context.subshellID == nil ? "main" : "subshell"
        let isSent = started.runner.send(
            "run \(job.request) \(shell) \(context.escapedMessageID) \(cell.entry) \(cell.library)")
        activity.waiting(for: job.request, of: started.runner) {
            // A runner that has just died may have been heard of before the job began.
            _ = job.done.wait(timeout: isSent ? .distantFuture : .now() + 1)
        }
        return output.take(job)
    }

    /// Takes in what a cell declared, as far as it came.
    private func end(_ started: StartedCell, left: CellOutput.End, _ context: RequestContext) -> Outcome {
        let cell = started.cell
        guard let end = left.end else { return Outcome(error: lost(started.runner, left, cell.label)) }
        exclusively {
            defer { compiler.prepare() }
            // What ran in a runner that is gone is gone with it.
            guard runner === started.runner else { return }
            if end.outcome == .ok {
                if let kept = left.kept { compiler.results.add(kept.number, type: kept.type) }
                compiler.commit(cell)
            } else if end.loaded == true {
                compiler.commit(cell, reached: end.reached ?? 0)
            } else {
                compiler.abandon(cell)
                compiler.noteNotRun(cell.lines.joined(separator: "\n"), label: cell.label)
            }
        }
        if end.outcome == .ok {
            return Outcome(result: started.isResultWanted ? left.result : nil, timing: end.timing)
        }
        for frame in left.onFailure { context.iopub.comm(frame) }
        let holder = stopped.withLock {
            $0[started.job.request] = cell.label
            return $0[end.heldBy]
        }
        let reports = ErrorReports(symbolizer: symbolizer, lines: lines.withLock { $0 })
        return Outcome(
            error: reports.stopped(
                cell, end, error: left.error, trapText: left.trapText, holder: holder),
            timing: end.timing)
    }

    /// Says that a runner is gone; the first who does so has another begin with nothing.
    private func lost(_ dead: RunnerProcess, _ left: CellOutput.End, _ label: String) -> ErrorReport {
        exclusively {
            if runner === dead {
                noteLoss(of: dead)
                _ = try? ensureRunner()
            }
            guard let loss, loss.process === dead else {
                return ErrorReports.plain(RunnerLoss.name, "the process that ran \(label) has ended")
            }
            isLossToBeTold = false
            return loss.report(running: label, trapText: left.trapText)
        }
    }

    private func noteLoss(of dead: RunnerProcess) {
        _ = dead.hasEnded  // Until its end is known.
        loss = RunnerLoss(process: dead, declared: compiler.names)
        isLossToBeTold = true
        forgetRunner()
    }

    /// Tells the user of a runner that ended between cells, unless there is nothing to tell; throws `RunnerLoss.Failure`
    /// for a cell that uses what was lost.
    private func tellLoss(insteadOf code: String, _ label: String, _ context: RequestContext) throws {
        guard isLossToBeTold, let loss else { return }
        isLossToBeTold = false
        let used = loss.names(usedBy: code)
        guard used.isEmpty else {
            throw RunnerLoss.Failure(report: loss.report(insteadOf: label, using: used))
        }
        context.iopub.stream(.stderr, loss.words + "\n")
    }

    /// Tells the user of a runner that ended between cells, if no cell has.
    func tellLoss(_ context: RequestContext) {
        exclusively { try? tellLoss(insteadOf: "", "", context) }
    }

    /// Notices whether the runner has ended, before anybody asks what is declared.
    func noticeLoss() {
        exclusively { if let runner, runner.hasEnded { noteLoss(of: runner) } }
    }

    /// Ends the runner with all that cells declared, and starts another.
    func restart() throws {
        try exclusively {
            let ended = runner
            forgetRunner()
            ended?.end()
            forgetPackages()
            _ = try ensureRunner()
        }
    }

    private func forgetRunner() {
        runner = nil
        current.withLock { $0.runner = nil }
        compiler.reset()
    }

    /// The runner, which is started if there is none; throws `RunnerFailure`.
    func ensureRunner() throws -> RunnerProcess {
        try exclusively {
            noticeLoss()
            if let runner { return runner }
            if current.withLock({ $0.isClosed }) { throw RunnerFailure(what: "the kernel is shutting down") }
            let output = self.output
            let started = try RunnerProcess(
                executable: installation.runner,
                listener: .init(
                    receive: { output.receive($0, of: $1) }, receiveRaw: { output.receiveRaw($0, $1) },
                    died: { output.died($0, $1) }))
            for library in compiler.preload { started.tell("load \(library)") }
            setting.apply(to: started)
            runner = started
            current.withLock { $0.runner = started }
            return started
        }
    }

    /// Asks what runs to stop; ends its process if nothing else helps. See `Kernel.interrupt` for what a subshell means.
    func interrupt(subshellID: String?) {
        comms.interrupt(subshellID: subshellID)
        activities.interrupt(subshellID: subshellID)
    }

    /// How long a value may take to be looked at.
    private static let glanceTime = 1.5

    /// What a variable's value is, in a few words; nil if a cell runs, or if it takes long.
    func glance(at variable: String, context: RequestContext) -> String? {
        look(at: "_gyrusGlance(`\(variable)`)", context: context)
    }

    /// The names of a model's layers, where an expression of names and dots stands for a model.
    func layerNames(of expression: String, context: RequestContext) -> [String] {
        guard let match = expression.wholeMatch(of: /(?:try[?!]?\s+)?\(?(?:try\s+)?([\p{L}_][\w.]*)\)?/),
            let root = match.1.split(separator: ".").first, names.variableNames.contains(String(root)),
            let text = look(at: "try _gyrusLayerNames(try \(match.1))", context: context)
        else { return [] }
        return (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
    }

    /// The plain text of what an expression shows; nil if a cell runs, or if it takes long.
    private func look(at expression: String, context: RequestContext) -> String? {
        let found = Mutex<String?>(nil)
        let done = DispatchSemaphore(value: 0)
        let activity = Activity(context)
        Thread { [self] in
            defer { done.signal() }
            guard turn.try() else { return }
            defer { turn.unlock() }
            guard activities.isEmpty else { return }
            let text = look(at: expression, for: activity, context: context)
            found.withLock { $0 = text }
        }.start()
        if done.wait(timeout: .now() + Self.glanceTime) == .success { return found.withLock { $0 } }
        activity.interrupt()
        return nil
    }

    private func look(at expression: String, for activity: Activity, context: RequestContext) -> String? {
        guard let runner = try? ensureRunner(),
            let cell = try? compiler.compile(
                expression, label: "In[glance]", options: CellOptions(isGlance: true))
        else { return nil }
        defer {
            compiler.discard(cell)
            compiler.prepare()
        }
        if activity.isInterrupted { return nil }
        let job = output.begin(context, runner: runner, kind: .glance, keepsResult: true)
        let left = finish(StartedCell(cell: cell, runner: runner, job: job), for: activity, context: context)
        if left.end == nil { noticeLoss() }
        let content = left.result.flatMap { try? JSON(parsing: $0) }
        return content?["data"]?["text/plain"]?.string
    }

    /// Ends the runner and removes the session's files.
    func close() {
        let runner = current.withLock { current in
            current.isClosed = true
            return current.runner
        }
        activities.kill()
        runner?.kill()
        python.close()
        assistant.assistant.close()
        compiler.close()
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
            runner: { [self] in current.withLock { $0.runner } },
            failed: { [self] in handlerFailed($0, of: $1) })
    }

    private func handlerFailed(_ left: CellOutput.End, of runner: RunnerProcess) -> ErrorReport {
        if let end = left.end {
            return ErrorReports(symbolizer: symbolizer, lines: lines.withLock { $0 })
                .stopped(nil, end, error: left.error, trapText: left.trapText)
        }
        return lost(runner, left, "the handler")
    }
}
