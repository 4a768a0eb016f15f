import Foundation
import Jupyter
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
    let assistant: CellAssistant
    private var runner: RunnerProcess?
    /// The runner that was replaced last, and the variables that it had.
    private var lostRunner: (process: RunnerProcess, names: [String])?
    /// The lines of the cells by label.
    private let lines = Mutex<[String: [String]]>([:])
    /// Where the session keeps its files.
    let folder: URL
    /// What `%env`, `%cd` and `%package` did to the runner, to be done to the one that follows it.
    private let settings = Mutex(RunnerSetting())
    var setting: RunnerSetting {
        get { settings.withLock { $0 } }
        set { settings.withLock { $0 = newValue } }
    }
    private let activities = Activities()
    /// The runner, for those who do not wait for their turn.
    private let current = Mutex<(runner: RunnerProcess?, isClosed: Bool)>((nil, false))

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
        exclusively {
            _ = try? ensureRunner()
            try? compiler.warmUp()
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
        [current.withLock { $0.runner?.pid }, assistant.assistant.processID].compactMap(\.self)
    }

    /// The folder in which the cells work.
    var workingFolder: String {
        let pid = current.withLock { $0.runner?.pid } ?? getpid()
        return (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd"))
            ?? FileManager.default.currentDirectoryPath
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
                return Outcome(
                    error: ErrorReports.plain("KeyboardInterrupt", "the cell was interrupted before it ran"))
            }
            var outcome = end(started, left: finish(started, for: activity, context: context), context)
            outcome.timing?.compilation = started.compilation
            return outcome
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
    }

    /// Compiles a cell for the runner that there is; nil if it was interrupted.
    private func start(
        _ code: String, _ label: String, _ activity: Activity, _ context: RequestContext,
        _ options: CellOptions,
        _ keepsResult: Bool
    ) throws -> StartedCell? {
        try exclusively {
            let started = ContinuousClock.now
            // Before the compilation: what cells declared goes with their runner.
            let runner = try ensureRunner()
            let cell = try compiler.compile(code, label: label, options: options)
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
            let kind: CellOutput.Kind = context.subshellID == nil ? .cell : .subshellCell
            let job = output.begin(context, runner: runner, kind: kind, keepsResult: keepsResult)
            return StartedCell(cell: cell, runner: runner, job: job, compilation: compilation)
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
            // What ran in a runner that is gone is gone with it.
            guard runner === started.runner else { return }
            if end.outcome == .ok {
                compiler.commit(cell)
            } else if end.loaded == true {
                compiler.commit(cell, reached: end.reached ?? 0)
            } else {
                compiler.abandon(cell)
            }
        }
        if end.outcome == .ok { return Outcome(result: left.result, timing: end.timing) }
        for frame in left.onFailure { context.iopub.comm(frame) }
        let reports = ErrorReports(symbolizer: symbolizer, lines: lines.withLock { $0 })
        return Outcome(
            error: reports.stopped(cell, end, error: left.error, trapText: left.trapText), timing: end.timing)
    }

    /// Says that a runner is gone; the first who does so has another begin with nothing.
    private func lost(_ dead: RunnerProcess, _ left: CellOutput.End, _ label: String) -> ErrorReport {
        let names = exclusively {
            if runner === dead {
                lostRunner = (dead, compiler.names.variableNames)
                forgetRunner()
                _ = try? ensureRunner()
            }
            return lostRunner.flatMap { $0.process === dead ? $0.names : nil } ?? []
        }
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
            if let runner, kill(runner.pid, 0) == 0 { return runner }
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
        let found = Mutex<String?>(nil)
        let done = DispatchSemaphore(value: 0)
        let activity = Activity(context)
        Thread { [self] in
            defer { done.signal() }
            guard turn.try() else { return }
            defer { turn.unlock() }
            guard activities.isEmpty else { return }
            let text = look(at: variable, for: activity, context: context)
            found.withLock { $0 = text }
        }.start()
        if done.wait(timeout: .now() + Self.glanceTime) == .success { return found.withLock { $0 } }
        activity.interrupt()
        return nil
    }

    private func look(at variable: String, for activity: Activity, context: RequestContext) -> String? {
        guard let runner = try? ensureRunner(),
            let cell = try? compiler.compile(
                "_gyrusGlance(`\(variable)`)", label: "In[glance]", options: CellOptions(isGlance: true))
        else { return nil }
        defer { compiler.discard(cell) }
        if activity.isInterrupted { return nil }
        let job = output.begin(context, runner: runner, kind: .glance, keepsResult: true)
        let left = finish(StartedCell(cell: cell, runner: runner, job: job), for: activity, context: context)
        if left.end == nil { Log.write(lost(runner, left, "the inspection of \(variable)").value) }
        let content = left.result.flatMap { try? JSON(parsing: $0) }
        return content?["data"]?["text/plain"]?.text
    }

    /// Ends the runner and removes the session's files.
    func close() {
        let runner = current.withLock { current in
            current.isClosed = true
            return current.runner
        }
        activities.kill()
        runner?.kill()
        assistant.assistant.close()
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
