import Foundation
import JSON
import Jupyter
import RunnerProtocol
import SwiftCells

/// The Swift kernel: what the protocol's server asks, answered with compiled cells.
public final class SwiftKernel: Kernel {
    private let session: CellSession
    private let history = History(folder: Folders.data)

    /// A kernel of the installation that this process belongs to.
    ///
    /// Throws `InstallationError` or `ToolchainError` where something that cells need is missing.
    public init() throws {
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
            // The first cell is waited for, the first completion may come later.
            session.warmUp()
            session.assistant.warmUp()
        }.start()
    }

    public func execute(_ request: ExecuteRequest, context: RequestContext) -> ExecuteOutcome {
        let code = CellText.normalized(request.code)
        if let help = HelpRequest(code) {
            return .ok(payload: help.answer(by: self, context: context), userExpressions: [:])
        }
        if let farewell = farewell(code) { return .ok(payload: [farewell], userExpressions: [:]) }
        let label = "In[\(context.executionCount)]"
        if request.storeHistory {
            session.compiling { $0.results.add(context.executionCount, input: request.code) }
        }
        let cell = CellRun(code, session: session, history: history, context: context, label: label)
        let error = cell.run()
        if request.storeHistory {
            history.add(
                line: context.executionCount, input: request.code, output: cell.result.flatMap(plainText))
        }
        if let error { return .failed(error) }
        return .ok(
            payload: cell.payload,
            userExpressions: request.userExpressions.mapValues { evaluate($0, context: context) })
    }

    /// What makes a console leave: the cell `exit` or `quit`, which means nothing in Swift.
    private func farewell(_ code: String) -> JSON? {
        let word = code.trimmingCharacters(in: .whitespacesAndNewlines)
        guard ["exit", "quit"].contains(word), !session.names.declares(word) else { return nil }
        return ["source": "ask_exit", "keepkernel": false]
    }

    /// One of the request's user expressions, as the protocol wants it.
    private func evaluate(_ expression: String, context: RequestContext) -> JSON {
        let activity = Activity(context)
        let outcome = session.during(activity) {
            session.run(
                expression, label: "In[expression]", for: activity, context: context, keepsResult: true)
        }
        if let error = outcome.error {
            return [
                "status": "error", "ename": .string(error.name), "evalue": .string(error.value),
                "traceback": .array(error.traceback.map { .string($0) }),
            ]
        }
        let content = outcome.result.flatMap { try? JSON(parsing: $0) }
        return ["status": "ok", "data": content?["data"] ?? [:], "metadata": content?["metadata"] ?? [:]]
    }

    private func plainText(_ result: Data) -> String? {
        (try? JSON(parsing: result))?["data"]?["text/plain"]?.string
    }

    public func openComm(_ comm: CommOpen, buffers: [Data], context: RequestContext) -> Bool {
        session.openComm(comm, buffers: buffers, context: context)
    }
    public func receive(_ message: CommMessage, buffers: [Data], context: RequestContext) {
        session.receive(message, buffers: buffers, context: context)
    }
    public func closeComm(_ message: CommMessage, buffers: [Data], context: RequestContext) {
        session.closeComm(message, buffers: buffers, context: context)
    }
    public var comms: [String: String] { session.openComms }

    public func complete(_ request: CompleteRequest, context: RequestContext) -> CompleteReply {
        Completion(
            assistant: session.assistant,
            magics: MagicCompletion(
                names: Magics.names, cellNames: Magics.cellNames, options: Magics.options),
            folder: session.workingFolder, models: { [session] in session.knownModels.names },
            layers: { [session] in session.layerNames(of: $0, context: context) }
        ).reply(to: request.normalized)
    }

    public func inspect(_ request: InspectRequest, context: RequestContext) -> InspectReply {
        inspection(context).reply(to: request.normalized)
    }

    private func inspection(_ context: RequestContext) -> Inspection {
        let session = self.session
        return Inspection(
            assistant: session.assistant,
            magicHelp: {
                Magics.named($0).map { magic in
                    [magic.usage, magic.help, magic.note?(session)].compactMap(\.self).joined(
                        separator: "\n\n")
                }
            },
            value: { session.glance(at: $0, context: context) })
    }

    public func interrupt(subshellID: String?) { session.interrupt(subshellID: subshellID) }
    public func shutdown(restart: Bool) { session.close() }
    public func history(_ request: HistoryRequest) -> [HistoryEntry] { history.entries(request) }
    public var processIDs: [Int32] { [getpid()] + session.processIDs }

    public func isComplete(_ request: IsCompleteRequest) -> IsCompleteReply {
        if HelpRequest(request.code) != nil { return .complete }
        return switch MagicParser().completeness(of: CellText.normalized(request.code)) {
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
