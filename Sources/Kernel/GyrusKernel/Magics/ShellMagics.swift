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
        name: "bash", usage: "%%bash [OPTION ...] [ARGUMENT ...]",
        help: "run the cell as a script of bash, where the cells are; options are bash's, such as -e",
        isForLine: false, body: .text, argument: .path
    ) { call, run in
        let words = Arguments(call.arguments).words
        let count = try optionCount(of: words)
        // `--` ends the options.
        let arguments = words.dropFirst(words.dropFirst(count).first == "--" ? count + 1 : count)
        try shell(call.body ?? "", options: Array(words.prefix(count)), arguments: Array(arguments), run)
    }

    /// How many of the words behind `%%bash` are bash's options (`-eu -o pipefail`), as IPython gives them to it.
    private static func optionCount(of words: [String]) throws -> Int {
        var count = 0
        while count < words.count {
            let word = words[count]
            if ["--out", "--err", "--bg", "--proc", "--no-raise-error"].contains(word) {
                throw MagicError("%%bash does not know \(word); %%capture keeps what a cell prints")
            }
            let isLong = word.hasPrefix("--") && word != "--"
            guard isLong || word.wholeMatch(of: /[-+][A-Za-z]+/) != nil else { return count }
            if !isLong, word.contains("c") {
                throw MagicError("%%bash runs what stands below it, so it takes no \(word)")
            }
            // The name of an option follows: `-o pipefail`.
            count += !isLong && (word.contains("o") || word.contains("O")) ? 2 : 1
        }
        return words.count
    }

    /// The folder that the cells are in; throws `MagicError` if it is gone.
    static func folder(of run: CellRun) throws -> String {
        let directory = run.session.runners.directory
        guard FileManager.default.fileExists(atPath: directory) else {
            // Linux's mark at the end of such a path.
            let folder = directory.replacing(/\ \(deleted\)$/, with: "")
            throw MagicError("the folder that the cells are in, \(folder), is gone; %cd goes to another")
        }
        return directory
    }

    /// Runs a script in the folder and with the environment of the cells; throws `MagicError` if it fails.
    private static func shell(
        _ script: String, options: [String] = [], arguments: [String] = [], _ run: CellRun
    ) throws {
        let environment = try run.session.runners.environment().map { "\($0.name)=\($0.value)" }
        let directory = try folder(of: run)
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
                    bash ?? "/bin/sh", options + ["-c", script, "bash"] + arguments,
                    environment: environment, directory: directory
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
