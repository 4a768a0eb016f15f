import Foundation
import Jupyter
import RunnerProtocol
import SwiftCells

/// What went wrong in a cell, in the words that a front end shows.
struct ErrorReports {
    let symbolizer: Symbolizer
    /// The lines of the cells by label, for the line of each frame.
    let lines: [String: [String]]

    /// The report of a cell that does not compile.
    static func compile(_ diagnostics: [Diagnostic], lines: [String], label: String) -> ErrorReport {
        let first = diagnostics.first
        let more = diagnostics.count > 1 ? " (and \(diagnostics.count - 1) more)" : ""
        let value =
            first.map { "\($0.file):\($0.line):\($0.column): \($0.message)\(more)" }
            ?? "the cell does not compile"
        return ErrorReport(
            name: "CompileError", value: value,
            traceback: diagnostics.flatMap { DiagnosticText.lines(of: $0, in: lines, label: label) })
    }

    static let interrupted = plain("KeyboardInterrupt", "the cell was interrupted")

    /// A report of the kernel's own, without a place.
    static func plain(_ name: String, _ value: String) -> ErrorReport {
        ErrorReport(
            name: name, value: value, traceback: ["\(TextStyle.strong)\(name)\(TextStyle.plain): \(value)"])
    }

    /// The report of a magic that failed, with its line.
    static func magic(_ error: MagicError, line: Int, of code: String, label: String) -> ErrorReport {
        var report = plain("MagicError", error.description)
        let lines = code.split(separator: "\n", omittingEmptySubsequences: false)
        report.traceback.append("\(TextStyle.hint)\(label):\(line)\(TextStyle.plain)")
        if lines.indices.contains(line - 1) { report.traceback.append("    \(line) | \(lines[line - 1])") }
        return report
    }

    /// The report of a cell, or of the handler of a comm message, that was stopped by a throw, a trap or an interrupt.
    ///
    /// `holder` is the cell that held what it waited for.
    func stopped(
        _ cell: CompiledCell?, _ end: JobEnd, error: UncaughtError?, trapText: String, holder: String? = nil
    ) -> ErrorReport {
        let (frames, failure) = symbolizer.frames(of: end.frames, labels: lines.keys)
        let (name, value) = words(end, error, trapText: trapText, failure: failure, holder: holder)
        let fallback = cell.flatMap { place(reached: end.reached ?? 0, in: $0) }.map { [$0] } ?? []
        var traceback = ["\(TextStyle.strong)\(name)\(TextStyle.plain): \(value)"]
        for frame in frames.isEmpty ? fallback : frames { traceback += text(of: frame) }
        if end.outcome == .trap, end.isForeign { traceback.append("on another thread than the cell's own") }
        return ErrorReport(name: name, value: value, traceback: traceback)
    }

    /// What is said of a trap on a thread that nobody waited for.
    func stray(_ end: JobEnd) -> String {
        let (frames, failure) = symbolizer.frames(of: end.frames, labels: lines.keys)
        let what = failure ?? (end.signal == "STACK" ? signalMessage(end) : nil)
        let words =
            "A thread in the background was stopped\(what.map { " (\($0))" } ?? ""); "
            + "no variable is lost by it."
        return ([words] + frames.flatMap(text(of:))).joined(separator: "\n") + "\n"
    }

    /// The place in a cell where what was waited for was stopped (`In[3], line 2`).
    private func holder(of end: JobEnd) -> String? {
        guard let frame = symbolizer.frames(of: end.heldAt, labels: lines.keys).frames.last else {
            return nil
        }
        return "\(frame.label), line \(frame.line),"
    }

    /// What is said of a wait for what a stopped cell left, which may last forever.
    func note(of end: JobEnd, holder: String?) -> String {
        LeftBehind(end, holder: self.holder(of: end) ?? holder).note
    }

    private func place(reached: Int, in cell: CompiledCell) -> CellFrame? {
        let index = min(reached, cell.itemLines.count - 1)
        return index >= 0 ? CellFrame(function: nil, label: cell.label, line: cell.itemLines[index]) : nil
    }

    private func words(
        _ end: JobEnd, _ error: UncaughtError?, trapText: String, failure: String?, holder: String?
    ) -> (name: String, value: String) {
        if end.outcome == .memory {
            return (
                "OutOfMemory",
                "the cell was stopped before it took the last of the memory; its variables keep their values"
            )
        }
        if end.outcome == .held { return LeftBehind(end, holder: self.holder(of: end) ?? holder).words }
        if end.outcome == .interrupt || (end.interrupted && error?.cancelled == true) {
            return (
                "KeyboardInterrupt",
                end.taken == nil
                    ? "the cell was interrupted; its variables keep their values"
                    : "the handler was interrupted"
            )
        }
        if end.outcome == .error {
            guard let error else { return ("LoadError", "the compiled cell could not be loaded") }
            let isLoading = end.loaded == false && error.ename == "LoadError"
            return (error.ename, isLoading ? LoadProblem.text(error.evalue) : error.evalue)
        }
        let message = Self.trapMessage(trapText)
        // The standard library's words for a Mutex whose owner is gone.
        if message?.contains("attempting to acquire a Mutex") == true {
            return (
                "LockHeld",
                "the cell waits for a Mutex that an earlier cell held when it was stopped; "
                    + "run the cell that makes the Mutex again"
            )
        }
        return ("Fatal error", message ?? failure ?? signalMessage(end))
    }

    /// What the runtime said, without its own file and line; if several threads trapped at once, the first.
    static func trapMessage(_ text: String) -> String? {
        let text = withoutPlaces(text.trimmingCharacters(in: .whitespacesAndNewlines))
        for mark in ["Fatal error: ", "Precondition failed: ", "Assertion failed: "] {
            guard let range = text.range(of: mark) else { continue }
            let lines = text[range.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
            let own = lines.prefix(1) + lines.dropFirst().prefix { !$0.contains(mark) }
            return own.joined(separator: "\n")
                .replacing(/reference but object 0x[0-9a-f]+ was/, with: "reference but the object was")
        }
        for mark in ["Fatal error", "Precondition failed", "Assertion failed"] where text.hasSuffix(mark) {
            return mark
        }
        return text.isEmpty ? nil : text
    }

    /// What the runtime says of a failed cast or access, without modules of cells and places in memory.
    private static func withoutPlaces(_ text: String) -> String {
        if text.hasPrefix("Could not cast value") {
            return text.replacing(/\ \(0x[0-9a-f]+\)/, with: "").replacing(/\bCell\d+\./, with: "")
        }
        // Swift names the function, which at a cell's top level is the cell's module.
        if text.contains("SWIFT TASK CONTINUATION MISUSE: ") {
            return text.replacing(/MISUSE: Cell\d+ tried/, with: "MISUSE: the cell tried")
        }
        // The cell may have written something before it.
        if text.contains("Simultaneous accesses to 0x") {
            return "overlapping accesses to one variable, of which one changes it"
        }
        return text
    }

    private func signalMessage(_ end: JobEnd) -> String {
        switch end.signal {
        case "STACK": "stack overflow: endless recursion"
        case "SEGV", "BUS": "an address that is not mapped was used (SIG\(end.signal))"
        case "ABRT": "the program aborted itself"
        default:
            "the program trapped (SIG\(end.signal)): an overflow, a failed cast or another broken precondition"
        }
    }

    private func text(of frame: CellFrame) -> [String] {
        let function = frame.function.map { " in \($0)" } ?? ""
        var text = ["\(TextStyle.hint)\(frame.label):\(frame.line)\(TextStyle.plain)\(function)"]
        if let source = lines[frame.label], source.indices.contains(frame.line - 1) {
            text.append("    \(frame.line) | \(source[frame.line - 1])")
        }
        return text
    }
}
