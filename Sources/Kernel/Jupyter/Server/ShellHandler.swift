import Foundation
import Synchronization

/// Serves the requests of the shell channel, for the main shell and for subshells.
final class ShellHandler: Sendable {
    private let kernel: any Kernel
    private let replier: Replier
    private let stdin: StdinChannel
    private let connection: ConnectionFile
    /// The execution count, which all shells share.
    private let count = Mutex(0)

    init(kernel: any Kernel, replier: Replier, stdin: StdinChannel, connection: ConnectionFile) {
        self.kernel = kernel
        self.replier = replier
        self.stdin = stdin
        self.connection = connection
    }

    /// Serves what comes in a queue until it is closed.
    func serve(_ queue: RequestQueue, subshellID: String? = nil) {
        while let entry = queue.next() {
            if subshellID == nil { replier.iopub.lastParent = entry.request.headerData }
            replier.serve(entry.request) {
                if entry.isAborted && entry.request.header.type == "execute_request" {
                    replier.reply(to: entry.request, AbortedReply())
                } else {
                    try handle(entry.request, queue, subshellID)
                }
            }
        }
    }

    /// Answers a request that no shell serves; an error of code is published, too, for that is what front ends show.
    func refuse(_ request: Message, _ error: any Error) {
        replier.serve(request) {
            if request.header.type == "execute_request" {
                context(of: request, count: 0, nil).iopub.error(Replier.report(of: error))
            }
            throw error
        }
    }

    private func handle(_ request: Message, _ queue: RequestQueue, _ subshellID: String?) throws {
        switch request.header.type {
        case "execute_request":
            try execute(request, queue, subshellID)
        case "comm_open":
            let open = try request.content(as: CommOpen.self)
            let context = context(of: request, count: 0, subshellID)
            if !kernel.openComm(open, buffers: request.buffers, context: context) {
                context.iopub.closeComm(CommMessage(commID: open.commID))
            }
        case "comm_msg":
            kernel.receive(
                try request.content(as: CommMessage.self), buffers: request.buffers,
                context: context(of: request, count: 0, subshellID, waitingComms: waitingComms(queue)))
        case "comm_close":
            kernel.closeComm(
                try request.content(as: CommMessage.self), buffers: request.buffers,
                context: context(of: request, count: 0, subshellID))
        default:
            if try !answer(request, subshellID) { Log.write("shell: \(request.header.type) is not known") }
        }
    }

    /// Requests that run no cell, which may come on the control channel, too.
    static let questions: Set = [
        "connect_request", "is_complete_request", "complete_request", "inspect_request", "history_request",
        "comm_info_request",
    ]

    /// Answers a request that runs no cell; false if it is another.
    func answer(_ request: Message, _ subshellID: String? = nil) throws -> Bool {
        switch request.header.type {
        case "kernel_info_request":
            replier.reply(to: request, KernelInfoReply(kernel.info))
        case "connect_request":
            replier.reply(to: request, ConnectReply(connection))
        case "is_complete_request":
            replier.reply(to: request, kernel.isComplete(try request.content(as: IsCompleteRequest.self)))
        case "complete_request":
            let context = context(of: request, count: 0, subshellID, isSilent: true)
            replier.reply(
                to: request, kernel.complete(try request.content(as: CompleteRequest.self), context: context))
        case "inspect_request":
            // Silent: what a value's own description prints is not asked for.
            let context = context(of: request, count: 0, subshellID, isSilent: true)
            replier.reply(
                to: request, kernel.inspect(try request.content(as: InspectRequest.self), context: context))
        case "history_request":
            let entries = kernel.history(try request.content(as: HistoryRequest.self))
            replier.reply(to: request, HistoryReply(history: entries))
        case "comm_info_request":
            let target = try request.content(as: CommInfoRequest.self).target
            let comms = kernel.comms.filter { target == nil || $0.value == target }
            replier.reply(to: request, CommInfoReply(comms: comms.mapValues(CommInfoReply.Comm.init)))
        default: return false
        }
        return true
    }

    private func execute(_ request: Message, _ queue: RequestQueue, _ subshellID: String?) throws {
        let content = try request.content(as: ExecuteRequest.self)
        let count = count.withLock { count in
            if content.storeHistory { count += 1 }
            return count
        }
        let context = context(
            of: request, count: count, subshellID, isSilent: content.silent, allowsInput: content.allowStdin)
        context.iopub.publish("execute_input", ExecuteInput(code: content.code, executionCount: count))
        do throws(ErrorReport) {
            var reply = try kernel.execute(content, context: context)
            reply.executionCount = count
            replier.reply(to: request, reply)
        } catch {
            let report = error
            context.iopub.error(report)
            if content.stopOnError { queue.abortWaiting() }
            replier.reply(to: request, ErrorReply(report, executionCount: count))
        }
    }

    private func context(
        of request: Message, count: Int, _ subshellID: String?, isSilent: Bool = false,
        allowsInput: Bool = false, waitingComms: Set<String> = []
    ) -> RequestContext {
        RequestContext(
            iopub: IOPub(
                channel: replier.iopub, parent: request.headerData, executionCount: count, isSilent: isSilent),
            input: Input(channel: stdin, request: request, isAllowed: allowsInput), executionCount: count,
            metadata: request.metadata, subshellID: subshellID, waitingComms: waitingComms)
    }

    private func waitingComms(_ queue: RequestQueue) -> Set<String> {
        Set(queue.waiting("comm_msg").compactMap { try? $0.content(as: CommMessage.self).commID })
    }
}
