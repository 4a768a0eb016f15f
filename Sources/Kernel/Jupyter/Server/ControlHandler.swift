import Foundation
import Synchronization

/// Serves the requests of the control channel, on its own thread, while cells run.
final class ControlHandler: Sendable {
    private let kernel: any Kernel
    private let replier: Replier
    private let shells: Shells
    /// Answers what the shell channel answers, on this one.
    private let questions: ShellHandler
    private let usage = Mutex(UsageMeter())
    private let onShutdown: @Sendable () -> Void

    /// - Parameters:
    ///   - questions: answers what may come on the shell channel, too, on this one.
    ///   - onShutdown: called once a `shutdown_request` has been answered.
    init(
        kernel: any Kernel, replier: Replier, shells: Shells, questions: ShellHandler,
        onShutdown: @escaping @Sendable () -> Void
    ) {
        self.kernel = kernel
        self.replier = replier
        self.shells = shells
        self.questions = questions
        self.onShutdown = onShutdown
    }

    /// Serves one request.
    func serve(_ request: Message) {
        if ShellHandler.questions.contains(request.header.type) {
            // An inspection may wait for a cell, and interrupts must not wait for it.
            let thread = Thread { [self] in replier.serve(request) { _ = try questions.answer(request) } }
            // The parser goes deep.
            thread.stackSize = 64 << 20
            return thread.start()
        }
        replier.serve(request) { try handle(request) }
        if request.header.type == "shutdown_request" { onShutdown() }
    }

    /// Answers a request with an error.
    func refuse(_ request: Message, _ error: any Error) { questions.refuse(request, error) }

    private func handle(_ request: Message) throws {
        switch request.header.type {
        case "kernel_info_request":
            replier.reply(to: request, KernelInfoReply(kernel.info))
        case "interrupt_request":
            kernel.interrupt(subshellID: request.header.subshellID)
            replier.reply(to: request, OKReply())
        case "shutdown_request":
            let shutdown = try request.content(as: Shutdown.self)
            kernel.shutdown(restart: shutdown.restart)
            replier.reply(to: request, shutdown)
            // The other front ends learn it here.
            replier.iopub.send("shutdown_reply", shutdown, parent: request.headerData)
        case "create_subshell_request":
            let id = shells.create()
            kernel.changed(subshellCount: shells.ids.count)
            replier.reply(to: request, Subshell(subshellID: id))
        case "delete_subshell_request":
            try shells.delete(try request.content(as: Subshell.self).subshellID)
            kernel.changed(subshellCount: shells.ids.count)
            replier.reply(to: request, OKReply())
        case "list_subshell_request":
            replier.reply(to: request, SubshellList(subshellIDs: shells.ids))
        case "debug_request":
            replier.reply(to: request, DebugReply(to: try request.content(as: DebugRequest.self)))
        case "usage_request":
            replier.reply(to: request, usage.withLock { $0.measure(kernel.processIDs) })
        case "execute_request":
            // It would keep this channel from interrupts.
            throw ConnectionError("code is run on the shell channel, not on control")
        case let type:
            Log.write("control: \(type) is not known")
        }
    }
}
