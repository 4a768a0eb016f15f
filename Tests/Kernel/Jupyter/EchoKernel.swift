import Foundation
import Jupyter
import Synchronization

/// A kernel of a tiny language, to drive the server with: each line of a cell is a command.
final class EchoKernel: Kernel {
    private let interrupted = Mutex(false)
    /// Where the last request asks for input.
    private let input = Mutex<Input?>(nil)
    private let openComms = Mutex<[String: String]>([:])

    let info = KernelInfo(
        implementation: "echo", implementationVersion: "1",
        language: LanguageInfo(name: "echo", version: "1", mimeType: "text/plain", fileExtension: ".echo"),
        banner: "echo")

    func execute(_ request: ExecuteRequest, context: RequestContext) throws(ErrorReport) -> ExecuteReply {
        interrupted.withLock { $0 = false }
        input.withLock { $0 = context.input }
        for line in request.code.split(separator: "\n") {
            let (command, argument) = parts(line)
            switch command {
            case "print": context.iopub.stream(.stdout, argument)
            case "result":
                context.iopub.result(Data(#"{"data":{"text/plain":"\#(argument)"},"metadata":{}}"#.utf8))
            case "fail": throw ErrorReport(name: "Failure", value: argument, traceback: [argument])
            case "wait":
                while !interrupted.withLock({ $0 }) { usleep(1000) }
                throw ErrorReport(name: "KeyboardInterrupt", value: "", traceback: [])
            case "ask":
                do {
                    context.iopub.stream(.stdout, try context.input.request(prompt: argument, password: true))
                } catch {
                    throw ErrorReport(name: "InputError", value: "\(error)", traceback: [])
                }
            default: throw ErrorReport(name: "Unknown", value: command, traceback: [])
            }
        }
        return ExecuteReply()
    }

    func interrupt(subshellID: String?) {
        interrupted.withLock { $0 = true }
        input.withLock { $0 }?.cancel()
    }
    func shutdown(restart: Bool) { interrupt(subshellID: nil) }

    func openComm(_ comm: CommOpen, buffers: [Data], context: RequestContext) -> Bool {
        guard comm.target == "echo" else { return false }
        openComms.withLock { $0[comm.commID] = comm.target }
        return true
    }

    func receive(_ message: CommMessage, buffers: [Data], context: RequestContext) {
        context.iopub.send(message, buffers: buffers)
    }

    var comms: [String: String] { openComms.withLock { $0 } }

    private func parts(_ line: Substring) -> (String, String) {
        let parts = line.split(separator: " ", maxSplits: 1)
        return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
}
