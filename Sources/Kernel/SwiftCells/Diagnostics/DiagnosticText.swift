import Foundation

/// Diagnostics as a front end shows them: with the user's line, carets below, and the line as a fix-it
/// would make it.
public enum DiagnosticText {
    /// The lines of one diagnostic and its notes. `lines` are the cell's, `label` its name (`In[3]`).
    public static func lines(of diagnostic: Diagnostic, in lines: [String], label: String) -> [String] {
        var text = head(of: diagnostic)
        if diagnostic.file == label { text += excerpt(of: diagnostic, in: lines) }
        text += suggestion(diagnostic, in: lines, label: label)
        for note in diagnostic.notes {
            // A note on the very place of the error needs no second picture of it.
            let isHere = note.file == diagnostic.file && note.line == diagnostic.line
            text +=
                isHere && !note.fixIts.isEmpty
                ? ["  \(style(note))\(note.message)\(TextStyle.plain)"] : head(of: note)
            if note.file == label, !isHere { text += excerpt(of: note, in: lines) }
            text += suggestion(note, in: lines, label: label)
        }
        return text
    }

    private static func style(_ diagnostic: Diagnostic) -> String {
        switch diagnostic.severity {
        case .error, .warning: TextStyle.strong
        case .note, .remark: TextStyle.hint
        }
    }

    private static func head(of diagnostic: Diagnostic) -> [String] {
        let place = diagnostic.line > 0 ? "\(diagnostic.file):\(diagnostic.line):\(diagnostic.column): " : ""
        return [
            "\(place)\(style(diagnostic))\(diagnostic.severity.rawValue):\(TextStyle.plain) \(diagnostic.message)"
        ]
    }

    private static func excerpt(of diagnostic: Diagnostic, in lines: [String]) -> [String] {
        guard lines.indices.contains(diagnostic.line - 1) else { return [] }
        let line = lines[diagnostic.line - 1]
        let before = String(decoding: line.utf8.prefix(diagnostic.column - 1), as: UTF8.self)
        let under = String(
            decoding: line.utf8.dropFirst(diagnostic.column - 1).prefix(diagnostic.length), as: UTF8.self)
        let gutter = "\(diagnostic.line) | "
        let margin = String(repeating: " ", count: gutter.count - 2) + "| "
        let indent = String(before.map { $0 == "\t" ? "\t" : " " })
        let carets = String(repeating: "^", count: max(1, under.count))
        return [gutter + line, margin + indent + style(diagnostic) + carets + TextStyle.plain]
    }

    /// The line as the fix-its would make it, marked by a plus sign; nil if they reach over several lines.
    private static func suggestion(_ diagnostic: Diagnostic, in lines: [String], label: String) -> [String] {
        let fixIts = diagnostic.fixIts.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        guard diagnostic.file == label, let number = fixIts.first?.line, lines.indices.contains(number - 1),
            fixIts.allSatisfy({ $0.line == number && $0.endLine == number && !$0.text.contains("\n") })
        else { return [] }
        let bytes = Array(lines[number - 1].utf8)
        var text = "\(number) + "
        var position = 0
        for fixIt in fixIts {
            let start = min(max(position, fixIt.column - 1), bytes.count)
            text += String(decoding: bytes[position..<start], as: UTF8.self)
            // What the user has to fill in, in the compiler's notation for editors.
            let shown = fixIt.text.replacing(/<#(?:T##)?(.*?)#>/) { "‹\($0.1)›" }
            if !shown.isEmpty { text += TextStyle.hint + shown + TextStyle.plain }
            position = min(max(start, fixIt.endColumn - 1), bytes.count)
        }
        return [text + String(decoding: bytes[position...], as: UTF8.self)]
    }
}
