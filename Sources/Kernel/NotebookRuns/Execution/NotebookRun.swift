import Dispatch
import Foundation
import GyrusKernel
import JSON
import Jupyter
import Synchronization

/// Runs the cells of a notebook one after another in a kernel of its own, in this process.
public final class NotebookRun: Sendable {
    /// How it runs.
    public struct Options: Sendable {
        /// How many seconds a cell may take; nil for as long as it takes.
        public var timeout: Double?
        /// Whether cells after one that failed are run.
        public var allowsErrors = false
        /// Whether a cell that calls `exit(0)` ends the run well, as it does a program.
        public var endsWithExit = false
        /// Whether nothing that cells print is written to the terminal.
        public var isQuiet = false
        /// Whether it is said which cell runs.
        public var showsProgress = true

        public init() {}
    }

    /// How it ended.
    public enum Ending: Sendable, Equatable {
        case completed
        /// A cell failed, the first that did: its index in the notebook, the count that it ran under, and the error's name and text.
        case failed(cell: Int, count: Int, error: String)
        /// A signal ended it.
        case interrupted(signal: Int32)
    }

    private let kernel: SwiftKernel
    private let options: Options
    private let outputs = CellOutputs()
    private let live: LiveOutput
    private let stop: RunStop
    /// Whether a cell has ended the run well.
    private let hasExited = Mutex(false)

    /// Makes a kernel; throws if a part of Gyrus or the toolchain is missing.
    public init(options: Options) throws {
        self.options = options
        let kernel = try SwiftKernel(keepsHistory: false)
        self.kernel = kernel
        live = LiveOutput(isQuiet: options.isQuiet)
        stop = RunStop(
            interrupt: { kernel.interrupt(subshellID: nil) }, end: { kernel.shutdown(restart: false) })
    }

    /// What a signal that asks the process to end does.
    public func receive(signal: Int32) { stop.stop(signal: signal) }

    /// Runs the cells; the notebook with their outputs, and how it ended. A cell that fails ends it, unless errors are
    /// allowed. What cells that did not run had shown is cleared, or kept with `keepsFormerOutputs`.
    public func run(
        _ notebook: Notebook, keepsFormerOutputs: Bool = false
    ) -> (notebook: Notebook, ending: Ending) {
        let result = Mutex((notebook: notebook, ending: Ending.completed))
        let done = DispatchSemaphore(value: 0)
        let thread = Thread { [self] in
            var notebook = notebook
            let ending = run(&notebook, keepsFormerOutputs: keepsFormerOutputs)
            result.withLock { $0 = (notebook, ending) }
            done.signal()
        }
        // The parser goes deep, as in the kernel's own shells.
        thread.stackSize = 64 << 20
        thread.start()
        done.wait()
        return result.withLock { $0 }
    }

    private func run(_ notebook: inout Notebook, keepsFormerOutputs: Bool) -> Ending {
        // The kernel takes a cell of the same id for the former one, run again.
        notebook.assignIDs()
        let former = notebook
        for index in notebook.cells.indices where notebook.cells[index].kind == .code {
            notebook.cells[index].outputs = []
            notebook.cells[index].executionCount = nil
        }
        let ending = runCells(of: &notebook)
        for index in notebook.cells.indices where notebook.cells[index].kind == .code {
            notebook.cells[index].outputs = outputs.outputs(of: index)
        }
        notebook.metadata["widgets"] = outputs.widgets
        if keepsFormerOutputs { notebook.keepOutputs(of: former) }
        if let info = try? JSON(encoding: kernel.info.language) { notebook.metadata["language_info"] = info }
        if notebook.metadata["kernelspec"] == nil {
            notebook.metadata["kernelspec"] = [
                "name": "gyrus", "display_name": "Swift (Gyrus)", "language": "swift",
            ]
        }
        return ending
    }

    /// Ends the kernel and removes its files.
    public func close() {
        stop.finish()
        kernel.shutdown(restart: false)
    }

    /// The files that the library opened in this session; nil if that is not known, for the session cannot be asked or its process
    /// is not the only one that there was.
    public func openedFiles() -> [OpenedFile]? {
        let context = RequestContext(
            publisher: CellPublisher(cell: -1, outputs: CellOutputs(), live: LiveOutput(isQuiet: true)),
            executionCount: 0)
        let request = ExecuteRequest(code: "", userExpressions: ["files": "_gyrusOpenedPaths()"])
        guard let reply = try? kernel.execute(request, context: context),
            let text = reply.userExpressions["files"]?["data"]?["text/plain"]?.string,
            let files = try? JSONDecoder().decode([OpenedFile].self, from: Data(text.utf8)),
            kernel.runnerCount == 1
        else { return nil }
        return files
    }

    private func runCells(of notebook: inout Notebook) -> Ending {
        var ending = Ending.completed
        var count = 0
        for index in notebook.cells.indices {
            let cell = notebook.cells[index]
            guard cell.kind == .code, !cell.isBlank, !cell.tags.contains("skip-execution") else { continue }
            if case .signal(let number)? = stop.reason { return .interrupted(signal: number) }
            count += 1
            if options.showsProgress { live.say("[\(index + 1)/\(notebook.cells.count)] In[\(count)]") }
            notebook.cells[index].executionCount = count
            let error = run(cell, at: index, count: count)
            if case .signal(let number)? = stop.reason { return .interrupted(signal: number) }
            if hasExited.withLock({ $0 }) { return ending }
            guard let error, !cell.tags.contains("raises-exception") else { continue }
            if ending == .completed { ending = .failed(cell: index, count: count, error: error) }
            if !options.allowsErrors { return ending }
        }
        return ending
    }

    /// Runs a cell; what it failed with.
    private func run(_ cell: NotebookCell, at index: Int, count: Int) -> String? {
        let publisher = CellPublisher(cell: index, outputs: outputs, live: live)
        let metadata: JSON = cell.id.isEmpty ? [:] : ["cellId": .string(cell.id)]
        let context = RequestContext(publisher: publisher, executionCount: count, metadata: metadata)
        stop.begin(index)
        let timer = options.timeout.map { seconds in
            let timer = DispatchWorkItem { [stop] in stop.stop(index, after: seconds) }
            DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: timer)
            return timer
        }
        defer {
            timer?.cancel()
            live.finishCell()
        }
        do throws(ErrorReport) {
            _ = try kernel.execute(ExecuteRequest(code: cell.source), context: context)
            _ = stop.endCell()
            return nil
        } catch {
            var report = error
            let timeout = stop.endCell()
            if options.endsWithExit, timeout == nil, kernel.exitStatus(of: error) == 0 {
                hasExited.withLock { $0 = true }
                return nil
            }
            if let seconds = timeout {
                report.name = "CellTimeoutError"
                report.value = "the cell took longer than \(seconds.formatted()) s and was interrupted"
                report.traceback = ["CellTimeoutError: \(report.value)"] + report.traceback
            }
            context.iopub.error(report)
            return report.value.isEmpty ? report.name : "\(report.name): \(report.value)"
        }
    }
}
