import Foundation
import Jupyter
import RunnerProtocol
import SwiftCells

/// Compiles and runs Swift for a request; output is published as it comes.
struct CellExecution {
    let session: CellSession
    let activity: Activity
    let context: RequestContext
    let label: String
    var options = CellOptions()
    /// Whether the result is returned and not published.
    var keepsResult = false

    /// Runs Swift; the content of its result's message. `timed` is called with how long it took, also if it fails.
    func run(_ code: String, timed: (CellTiming) -> Void = { _ in }) throws(ErrorReport) -> Data? {
        guard code.contains(where: { !$0.isWhitespace }) else { return nil }
        do {
            let (started, compilation) = try start(code)
            let record = started.finish(for: activity, output: session.output, context: context)
            guard let end = record.end else {
                throw session.runners.report(
                    lossOf: started.runner, running: label, trapText: record.trapText)
            }
            commit(started, end, record.kept)
            if var timing = end.timing {
                timing.compilation = compilation
                timed(timing)
            }
            guard end.outcome == .ok else { throw report(of: started, end, record) }
            return keepsResult || started.cell.showsResult ? record.result : nil
        } catch let report as ErrorReport {
            throw report
        } catch is CompilationStopped {
            throw ErrorReports.plain(
                "KeyboardInterrupt", "the cell was interrupted while it was compiled; it did not run")
        } catch CellCompiler.Failure.source(let diagnostics, let lines) {
            throw ErrorReports.compile(diagnostics, lines: lines, label: label)
        } catch CellCompiler.Failure.tool(let text) {
            throw ErrorReports.plain("CompilerFailure", text)
        } catch CellCompiler.Failure.outdated(let path) {
            throw ErrorReports.plain(
                "InstallationChanged",
                "\(path) was replaced by another version since this kernel started, and cells would not fit what is "
                    + "loaded; the cell did not run. Restart the kernel")
        } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
            throw ErrorReports.plain(
                "KernelError",
                "No space left in \(Folders.temporary.path), where cells are compiled; the cell did not run. Free some, "
                    + "or restart the kernel with another folder in TMPDIR")
        } catch {
            throw ErrorReports.plain("KernelError", "\(error)")
        }
    }

    /// Compiles a cell, and prepares its runner.
    private func start(_ code: String) throws -> (StartedCell, compilation: Duration) {
        try session.compiler { compiler in
            let started = ContinuousClock.now
            let cell: CompiledCell
            let runner: RunnerProcess
            do {
                (cell, runner) = try compile(code, with: compiler)
            } catch {
                compiler.prepare()
                throw error
            }
            let compilation = ContinuousClock.now - started
            session.sources.remember(cell.lines, of: label)
            tell(cell)
            if activity.isInterrupted {
                compiler.withdraw(cell)
                compiler.noteNotRun(code, label: label)
                throw ErrorReports.plain("KeyboardInterrupt", "the cell was interrupted before it ran")
            }
            // What was compiled again for it is loaded; nothing in it runs.
            for cell in cell.prerequisites {
                _ = startedCell(cell, on: runner, keepsResult: true)
                    .finish(for: activity, output: session.output, context: context)
            }
            compiler.noteRunning(cell)
            let keepsResult = keepsResult || !cell.showsResult
            return (startedCell(cell, on: runner, keepsResult: keepsResult), compilation)
        }
    }

    /// Compiles a cell for the runner that there is, again if that one ends meanwhile.
    private func compile(_ code: String, with compiler: CellCompiler) throws -> (CompiledCell, RunnerProcess)
    {
        while true {
            // Before the compilation: what cells declared goes with their runner.
            let runner = try session.runners.ensure()
            try session.runners.tellLoss(context, insteadOf: (label, code))
            session.runners.tellLimit(context)
            let stop = CompilationStop()
            let cell = try activity.compiling(stop) {
                try stop.whileStoppable { try compiler.compile(code, label: label, options: options) }
            }
            if !runner.hasEnded { return (cell, runner) }
        }
    }

    private func startedCell(_ cell: CompiledCell, on runner: RunnerProcess, keepsResult: Bool) -> StartedCell
    {
        StartedCell(
            cell, on: runner, kind: context.subshellID == nil ? .cell : .subshellCell,
            keepsResult: keepsResult,
            output: session.output, context: context)
    }

    /// Tells the user what the compiler noticed.
    private func tell(_ cell: CompiledCell) {
        for warning in cell.warnings {
            let text = DiagnosticText.lines(of: warning, in: cell.lines, label: label)
            context.iopub.stream(.stderr, text.joined(separator: "\n") + "\n")
        }
        for notice in cell.notices { context.iopub.stream(.stderr, notice + "\n") }
    }

    /// Lets later cells see what a cell declared, up to where it stopped.
    private func commit(_ started: StartedCell, _ end: JobEnd, _ kept: KeptResult?) {
        let cell = started.cell
        session.compiler { compiler in
            defer { compiler.prepare() }
            // Whatever ran in a runner that has ended is gone with it.
            guard session.runners.isCurrent(started.runner) else { return }
            if end.outcome == .ok {
                if let kept { compiler.results.add(kept.number, type: kept.type) }
                compiler.commit(cell)
            } else if end.loaded == true {
                compiler.commit(cell, reached: end.reached ?? 0)
            } else {
                compiler.abandon(cell)
                compiler.noteNotRun(cell.lines.joined(separator: "\n"), label: cell.label)
            }
        }
    }

    private func report(of started: StartedCell, _ end: JobEnd, _ record: CellOutput.Record) -> ErrorReport {
        for frame in record.onFailure { context.iopub.comm(frame) }
        session.sources.noteStopped(label, request: started.job.request)
        return session.sources.reports.stopped(
            started.cell, end, error: record.error, trapText: record.trapText,
            holder: session.sources.stoppedCell(of: end.heldBy))
    }
}
