import Foundation

/// What a language does for the server: everything of the protocol that depends on the language.
///
/// Calls come from the threads of the main shell, of subshells and of the control channel (`interrupt`, `shutdown`). Each
/// shell runs one request at a time, beside those of the others.
public protocol Kernel: Sendable {
    /// What the kernel says of itself.
    var info: KernelInfo { get }

    /// The server listens; `iopub` publishes outside of any request, under the last request as parent.
    func started(iopub: IOPub)

    /// Runs code; output is published through `context`, and has all been published when this returns. Throws if the code
    /// failed: one `error` message is published, and the reply carries the same.
    func execute(_ request: ExecuteRequest, context: RequestContext) throws(ErrorReport) -> ExecuteReply
    /// Ends the code that a subshell runs, soon, and its wait for input; without one that of the main shell, or of the
    /// subshells if the main shell runs none. Called on the control thread while `execute` runs on others.
    func interrupt(subshellID: String?)
    /// So many subshells are open now; called on the control thread.
    func changed(subshellCount: Int)
    /// Ends everything; a running `execute` returns.
    func shutdown(restart: Bool)

    func isComplete(_ request: IsCompleteRequest) -> IsCompleteReply
    func complete(_ request: CompleteRequest, context: RequestContext) -> CompleteReply
    func inspect(_ request: InspectRequest, context: RequestContext) -> InspectReply
    func history(_ request: HistoryRequest) -> [HistoryEntry]

    /// A front end opens a comm; false if the target is not known, which closes it.
    func openComm(_ comm: CommOpen, buffers: [Data], context: RequestContext) -> Bool
    func receive(_ message: CommMessage, buffers: [Data], context: RequestContext)
    func closeComm(_ message: CommMessage, buffers: [Data], context: RequestContext)
    /// The targets of the open comms, by comm id.
    var comms: [String: String] { get }

    /// The processes whose use of the machine is the kernel's.
    var processIDs: [Int32] { get }
}

extension Kernel {
    public func started(iopub: IOPub) {}
    public func changed(subshellCount: Int) {}
    public func shutdown(restart: Bool) {}
    public func isComplete(_ request: IsCompleteRequest) -> IsCompleteReply { .unknown }
    public func complete(_ request: CompleteRequest, context: RequestContext) -> CompleteReply {
        CompleteReply(matches: [], cursorStart: request.cursorPosition, cursorEnd: request.cursorPosition)
    }
    public func inspect(_ request: InspectRequest, context: RequestContext) -> InspectReply { .notFound }
    public func history(_ request: HistoryRequest) -> [HistoryEntry] { [] }
    public func openComm(_ comm: CommOpen, buffers: [Data], context: RequestContext) -> Bool { false }
    public func receive(_ message: CommMessage, buffers: [Data], context: RequestContext) {}
    public func closeComm(_ message: CommMessage, buffers: [Data], context: RequestContext) {}
    public var comms: [String: String] { [:] }
    public var processIDs: [Int32] { [getpid()] }
}
