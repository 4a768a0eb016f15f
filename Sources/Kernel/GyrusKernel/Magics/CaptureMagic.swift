import Foundation
import JSON
import Jupyter

extension Magic {
    static let capture = Magic(
        name: "capture", usage: "%%capture [--no-stdout] [--no-stderr] [--no-display] [NAME]",
        help: "run the cell without showing what it prints and displays; NAME.show() shows it later",
        isForLine: false, body: .swift, argument: .swift
    ) { call, run in
        var arguments = Arguments(call.arguments)
        var kinds = OutputCapture.Kinds.all
        while let flag = arguments.flagWord {
            if arguments.takes("--no-stdout") {
                kinds.remove(.stdout)
            } else if arguments.takes("--no-stderr") {
                kinds.remove(.stderr)
            } else if arguments.takes("--no-display") {
                kinds.remove(.displays)
            } else {
                throw MagicError(
                    "%%capture does not know \(flag); it knows --no-stdout, --no-stderr and --no-display")
            }
        }
        let words = arguments.words
        guard words.count < 2, words.first?.wholeMatch(of: /[\p{L}_][\p{L}\p{N}_]*/) != nil || words.isEmpty
        else {
            throw MagicError("%%capture takes the name of one variable, not \(arguments.rest)")
        }
        let capture = OutputCapture(kinds)
        func keep() throws {
            guard let name = words.first else { return }
            let file = run.session.folder.appending(path: "captured-\(UUID().uuidString).json")
            try capture.json().write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            try run.declare("let \(name) = try _gyrusCaptured(\"\(file.path)\")", for: "capture")
        }
        do {
            try run.capturing(capture) { try run.runBody(of: call) }
        } catch {
            // What it said until then is not lost.
            try? keep()
            throw error
        }
        try keep()
    }
}

extension OutputCapture {
    /// What was kept, as `CapturedOutput` of the cells' library reads it.
    fileprivate func json() -> Data {
        let (stdout, stderr, displays) = contents
        return JSON.object([
            "stdout": .string(stdout), "stderr": .string(stderr),
            "displays": .array(displays.map { .string(String(decoding: $0, as: UTF8.self)) }),
        ]).encoded()
    }
}
