import Foundation
import JSON
import Jupyter
import RunnerProtocol
import Synchronization

/// Brings the front end's comm messages to their handlers in the runner, one at a time.
///
/// A message of the main shell comes here between cells, one of a subshell also while a cell runs; its handler then runs
/// beside the cell. The call returns when the handler has ended, so that `idle` says so to the front end.
final class CommHandlers: Sendable {
    private let turn = NSLock()
    private let table: CommTable
    private let output: CellOutput
    private let runners: Runners
    private let sources: CellSources
    /// The handler that runs.
    private let running = Mutex<Activity?>(nil)

    init(table: CommTable, output: CellOutput, runners: Runners, sources: CellSources) {
        self.table = table
        self.output = output
        self.runners = runners
        self.sources = sources
    }

    /// The targets of the open comms, by id.
    var comms: [String: String] { table.all }

    /// Offers a comm that the front end opens; false if no code of the runner takes its target.
    func open(_ comm: CommOpen, buffers: [Data], context: RequestContext) -> Bool {
        table.add(comm.commID, target: comm.target)
        let head = CommFrame.Head(kind: .open, commID: comm.commID, target: comm.target)
        if handle(head, comm.data, buffers, context) { return true }
        table.remove(comm.commID)
        return false
    }

    /// Hands a message of an open comm to its handler; one of a comm that is not open is dropped.
    func receive(_ message: CommMessage, buffers: [Data], context: RequestContext) {
        guard table.all[message.commID] != nil else { return }
        let waiting = context.waitingComms.sorted()
        _ = handle(
            .init(kind: .message, commID: message.commID, waiting: waiting), message.data, buffers, context)
    }

    /// Tells the runner that the front end closed a comm.
    func close(_ message: CommMessage, buffers: [Data], context: RequestContext) {
        guard table.all[message.commID] != nil else { return }
        _ = handle(.init(kind: .close, commID: message.commID), message.data, buffers, context)
        table.remove(message.commID)
    }

    /// Asks the handler that runs to stop; with a subshell only if it runs there.
    func interrupt(subshellID: String?) {
        let activity = running.withLock { $0 }
        if subshellID == nil || activity?.subshellID == subshellID { activity?.interrupt() }
    }

    /// Runs a handler to its end; whether there was one.
    private func handle(
        _ head: CommFrame.Head, _ data: JSON, _ buffers: [Data], _ context: RequestContext
    ) -> Bool {
        turn.lock()
        defer { turn.unlock() }
        guard let runner = runners.current else { return false }
        let bytes: Data
        do {
            bytes = try CommFrame(
                head: head, content: data.encoded(), metadata: context.metadata.encoded(), buffers: buffers
            ).encoded()
        } catch {
            context.iopub.error(
                ErrorReports.plain("KernelError", "a comm message was not delivered: \(error)"))
            return false
        }
        let activity = Activity(context)
        running.withLock { $0 = activity }
        defer { running.withLock { $0 = nil } }
        let job = output.begin(context, runner: runner, kind: .handler)
        let isSent = runner.send(
            .comm(
                request: job.request, messageID: context.escapedMessageID, byteCount: bytes.count), bytes)
        if isSent { activity.waiting(for: job.request, of: runner) { job.done.wait() } }
        let record = output.take(job)
        guard isSent else { return false }
        if record.end?.outcome != .ok {
            context.iopub.error(report(of: record, runner))
            for frame in record.onFailure { context.iopub.comm(frame) }
        }
        return record.end?.taken ?? true
    }

    private func report(of record: CellOutput.Record, _ runner: RunnerProcess) -> ErrorReport {
        guard let end = record.end else {
            return runners.report(lossOf: runner, running: "the handler", trapText: record.trapText)
        }
        return sources.reports.stopped(nil, end, error: record.error, trapText: record.trapText)
    }
}

extension RequestContext {
    /// The id of the request's message as one word of a command; widgets that catch output name it to the front end.
    var escapedMessageID: String {
        let escaped =
            messageID.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["-", "_"])) ?? ""
        return escaped.isEmpty ? "-" : escaped
    }
}
