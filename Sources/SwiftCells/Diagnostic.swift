import Foundation

/// What the compiler says of a cell, at a place of the user's own source.
public struct Diagnostic: Sendable {
    public enum Severity: String, Sendable { case error, warning, note, remark }

    public var severity: Severity
    public var message: String
    /// The cell (`In[3]`) or, for a note on a declaration elsewhere, the file.
    public var file: String
    /// Line and column (bytes), from 1.
    public var line: Int
    public var column: Int
    /// How many columns the compiler underlines.
    public var length: Int
    /// What the compiler says further of it.
    public var notes: [Diagnostic] = []
}

/// Reads the compiler's text output (`-diagnostic-style=llvm`).
enum DiagnosticReader {
    /// The errors and warnings with their notes, in the user's columns.
    static func read(_ output: String, of source: EditedSource, label: String) -> [Diagnostic] {
        var found: [Diagnostic] = []
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (index, line) in lines.enumerated() {
            guard var diagnostic = parse(line) else { continue }
            if diagnostic.file == label {
                let underline = index + 2 < lines.count ? length(ofUnderline: lines[index + 2]) : 1
                let end = source.originalColumn(line: diagnostic.line, column: diagnostic.column + underline)
                diagnostic.column = source.originalColumn(line: diagnostic.line, column: diagnostic.column)
                diagnostic.length = max(1, end - diagnostic.column)
            }
            if diagnostic.severity == .note, !found.isEmpty {
                found[found.count - 1].notes.append(diagnostic)
            } else {
                found.append(diagnostic)
            }
        }
        return found
    }

    private static func parse(_ line: String) -> Diagnostic? {
        guard let match = line.wholeMatch(of: /(.+?):(\d+):(\d+): (error|warning|note|remark): (.*)/),
            let number = Int(match.2), let column = Int(match.3),
            let severity = Diagnostic.Severity(rawValue: String(match.4))
        else {
            guard let match = line.wholeMatch(of: /<unknown>:0: (error|warning): (.*)/),
                let severity = Diagnostic.Severity(rawValue: String(match.1))
            else { return nil }
            return Diagnostic(
                severity: severity, message: String(match.2), file: "<unknown>", line: 0, column: 0, length: 1
            )
        }
        // The group of a warning ("[#no-usage]") is of use on a command line alone.
        let message = match.5.replacing(/\s\[#[\w-]+\]$/, with: "")
        return Diagnostic(
            severity: severity, message: String(message), file: String(match.1), line: number, column: column,
            length: 1)
    }

    /// How far the caret and the tildes behind it reach.
    private static func length(ofUnderline line: String) -> Int {
        guard let caret = line.firstIndex(of: "^") else { return 1 }
        return 1 + line[line.index(after: caret)...].prefix { $0 == "~" }.count
    }
}
