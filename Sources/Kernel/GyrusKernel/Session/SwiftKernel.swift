import Foundation
import JSON
import Jupyter
import RunnerProtocol
import SwiftCells

/// The Swift kernel: what the protocol's server asks, answered with compiled cells.
public final class SwiftKernel: Kernel {
    private let session: CellSession
    private let history: History

    /// A kernel of the installation that this process belongs to.
    ///
    /// Throws `InstallationError` or `ToolchainError` if something that cells need is missing.
    ///
    /// - Parameter keepsHistory: whether later sessions see its inputs in their history.
    public init(keepsHistory: Bool = true) throws {
        history = History(folder: keepsHistory ? Folders.data : nil)
        // A runner that died shows in what `write` returns.
        signal(SIGPIPE, SIG_IGN)
        session = try CellSession(installation: .current())
    }

    public var info: KernelInfo {
        KernelInfo(
            implementation: "gyrus", implementationVersion: GyrusVersion.number,
            language: session.languageInfo,
            banner:
                "Gyrus: compiled Swift cells, with encoding models of the brain (import Gyrus is implied)",
            helpLinks: [
                HelpLink(text: "The Swift language", url: "https://docs.swift.org/swift-book/"),
                HelpLink(text: "The paper", url: "https://arxiv.org/abs/2208.08263"),
            ])
    }

    public func started(iopub: IOPub) {
        let session = self.session
        Thread {
            // The user waits for the first cell; the first completion may come later.
            session.warmUp()
            session.completion.warmUp()
        }.start()
    }

    public func execute(_ request: ExecuteRequest, context: RequestContext) throws(ErrorReport)
        -> ExecuteReply
    {
        let code = CellText.normalized(request.code)
        if let help = HelpRequest(code) {
            return ExecuteReply(payload: help.answer(by: self, context: context))
        }
        if let farewell = farewell(code) { return ExecuteReply(payload: [farewell]) }
        // What is not counted runs under the number of the last cell, whose lines and result must not become its own.
        let label = request.storeHistory ? "In[\(context.executionCount)]" : "In[*]"
        if request.storeHistory {
            session.compiler { $0.results.add(context.executionCount, input: request.code) }
        }
        let cell = CellRun(code, session: session, history: history, context: context, label: label)
        try run(cell, of: request, context)
        return ExecuteReply(
            payload: cell.payload,
            userExpressions: request.userExpressions.mapValues { evaluate($0, context: context) })
    }

    private func run(_ cell: CellRun, of request: ExecuteRequest, _ context: RequestContext)
        throws(ErrorReport)
    {
        defer {
            if request.storeHistory {
                history.add(
                    line: context.executionCount, input: request.code, output: cell.result.flatMap(plainText))
            }
        }
        try cell.run()
    }

    /// What makes a console leave: the cell `exit` or `quit`, which has no meaning in Swift.
    private func farewell(_ code: String) -> JSON? {
        let word = code.trimmingCharacters(in: .whitespacesAndNewlines)
        guard ["exit", "quit"].contains(word), !session.names.declares(word) else { return nil }
        return ["source": "ask_exit", "keepkernel": false]
    }

    /// One of the request's user expressions, as the protocol requires.
    private func evaluate(_ expression: String, context: RequestContext) -> JSON {
        let activity = Activity(context)
        let execution = CellExecution(
            session: session, activity: activity, context: context, label: "In[expression]", keepsResult: true
        )
        do throws(ErrorReport) {
            let result = try session.activities.during(activity) { () throws(ErrorReport) in
                try execution.run(expression)
            }
            let content = result.flatMap { try? JSON(parsing: $0) }
            return ["status": "ok", "data": content?["data"] ?? [:], "metadata": content?["metadata"] ?? [:]]
        } catch {
            return [
                "status": "error", "ename": .string(error.name), "evalue": .string(error.value),
                "traceback": .array(error.traceback.map { .string($0) }),
            ]
        }
    }

    private func plainText(_ result: Data) -> String? {
        (try? JSON(parsing: result))?["data"]?["text/plain"]?.string
    }

    public func openComm(_ comm: CommOpen, buffers: [Data], context: RequestContext) -> Bool {
        session.comms.open(comm, buffers: buffers, context: context)
    }
    public func receive(_ message: CommMessage, buffers: [Data], context: RequestContext) {
        session.comms.receive(message, buffers: buffers, context: context)
    }
    public func closeComm(_ message: CommMessage, buffers: [Data], context: RequestContext) {
        session.comms.close(message, buffers: buffers, context: context)
    }
    public var comms: [String: String] { session.comms.comms }

    public func complete(_ request: CompleteRequest, context: RequestContext) -> CompleteReply {
        Completion(
            service: session.completion,
            folder: session.runners.workingFolder, models: { [session] in session.knownModels.names },
            layers: { [session] in
                Glances(session: session, context: context).names("_gyrusLayerNames", of: $0)
            },
            names: { [session] in Glances(session: session, context: context).names("_gyrusPartNames", of: $0)
            }
        ).reply(to: request.normalized)
    }

    public func inspect(_ request: InspectRequest, context: RequestContext) -> InspectReply {
        inspection(context).reply(to: request.normalized)
    }

    private func inspection(_ context: RequestContext) -> Inspection {
        let session = self.session
        return Inspection(
            service: session.completion, pages: session.documentation,
            magicHelp: {
                Magics.named($0).map { magic in
                    [magic.usage, magic.help, magic.note?(session)].compactMap(\.self).joined(
                        separator: "\n\n")
                }
            },
            value: { Glances(session: session, context: context).value(of: $0) })
    }

    public func interrupt(subshellID: String?) { session.interrupt(subshellID: subshellID) }
    public func changed(subshellCount: Int) { session.runners.changed(subshellCount: subshellCount) }
    public func shutdown(restart: Bool) { session.close() }
    public func history(_ request: HistoryRequest) -> [HistoryEntry] { history.entries(request) }
    public var processIDs: [Int32] { [getpid()] + session.processIDs }
    /// How many processes have run cells, one after another: what an earlier one knew is gone.
    package var runnerCount: Int { session.runners.count }

    /// The status with which the cells' process ended itself, if a report says that it ended so.
    package func exitStatus(of report: ErrorReport) -> Int32? {
        report.name == RunnerLoss.name ? session.runners.exitStatus : nil
    }

    public func isComplete(_ request: IsCompleteRequest) -> IsCompleteReply {
        if HelpRequest(request.code) != nil { return .complete }
        return switch session.completion.magicParser.completeness(of: CellText.normalized(request.code)) {
        case .complete: .complete
        case .incomplete(let indent): .incomplete(indent: indent)
        case .invalid: .invalid
        }
    }
}

extension CompleteRequest {
    /// The request as if its lines ended in "\n" alone; all places stay.
    fileprivate var normalized: CompleteRequest {
        CompleteRequest(code: CellText.normalizedInPlace(code), cursorPosition: cursorPosition)
    }
}

extension InspectRequest {
    fileprivate var normalized: InspectRequest {
        InspectRequest(
            code: CellText.normalizedInPlace(code), cursorPosition: cursorPosition, detailLevel: detailLevel)
    }
}
