import Foundation
import Jupyter
import Spawn

extension Magic {
    static let command = Magic(
        name: "!", usage: "!COMMAND", help: "run a command of the shell, where the cells are",
        argument: .path
    ) {
        call, run in
        try shell(call.arguments, run)
    }

    static let bash = Magic(
        name: "bash", usage: "%%bash", help: "run the cell as a script of bash, where the cells are",
        isForLine: false, body: .text, argument: .path
    ) { call, run in
        try shell(call.body ?? "", arguments: Arguments(call.arguments).words, run)
    }

    /// Runs a script in the folder and with the environment of the cells; throws `MagicError` if it fails.
    private static func shell(_ script: String, arguments: [String] = [], _ run: CellRun) throws {
        let environment = try run.session.runners.environment().map { "\($0.name)=\($0.value)" }
        let directory = run.session.runners.directory
        guard FileManager.default.fileExists(atPath: directory) else {
            // Linux's mark at the end of such a path.
            let folder = directory.replacing(/\ \(deleted\)$/, with: "")
            throw MagicError("the folder that the cells are in, \(folder), is gone; %cd goes to another")
        }
        let bash = ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        }
        let child = ChildProcess()
        var output = StreamText()
        var errors = StreamText()
        let status: Int32
        do {
            status = try run.activity.stoppable(child) {
                try child.run(
                    bash ?? "/bin/sh", ["-c", script, "bash"] + arguments, environment: environment,
                    directory: directory
                ) { stream, data in
                    let text = stream == .output ? output.take(data) : errors.take(data)
                    if !text.isEmpty { run.context.iopub.stream(stream == .output ? .stdout : .stderr, text) }
                }
            }
        } catch let error as LaunchFailure {
            throw MagicError(error.description)
        }
        for (name, rest) in [(StreamName.stdout, output.end()), (.stderr, errors.end())] where !rest.isEmpty {
            run.context.iopub.stream(name, rest)
        }
        if child.wasStopped { throw ErrorReports.interrupted }
        if let complaint = complaint(status) { throw MagicError(complaint) }
    }

    /// What a wait status says of a command that failed.
    private static func complaint(_ status: Int32) -> String? {
        let signal = status & 0x7F
        if signal != 0 {
            return "the command was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
        }
        let code = status >> 8 & 0xFF
        if code == 127 { return "the command ended with status 127: it was not found" }
        return code == 0 ? nil : "the command ended with status \(code)"
    }
}
