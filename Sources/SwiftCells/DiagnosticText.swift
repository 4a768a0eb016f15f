import Foundation

/// Diagnostics as a front end shows them: coloured, with the user's line and carets below.
public enum DiagnosticText {
    // Bold red, magenta and cyan read on light and on dark ground.
    private static let colours: [Diagnostic.Severity: String] = [
        .error: "\u{1B}[1;31m", .warning: "\u{1B}[1;35m", .note: "\u{1B}[1;36m", .remark: "\u{1B}[1;36m",
    ]
    private static let plain = "\u{1B}[0m"

    /// The lines of one diagnostic and its notes. `lines` are the cell's, `label` its name (`In[3]`).
    public static func lines(of diagnostic: Diagnostic, in lines: [String], label: String) -> [String] {
        let colour = colours[diagnostic.severity] ?? plain
        let place = diagnostic.line > 0 ? "\(diagnostic.file):\(diagnostic.line):\(diagnostic.column): " : ""
        var text = ["\(place)\(colour)\(diagnostic.severity.rawValue):\(plain) \(diagnostic.message)"]
        if diagnostic.file == label, lines.indices.contains(diagnostic.line - 1) {
            let line = lines[diagnostic.line - 1]
            let before = String(decoding: line.utf8.prefix(diagnostic.column - 1), as: UTF8.self)
            let under = String(
                decoding: line.utf8.dropFirst(diagnostic.column - 1).prefix(diagnostic.length), as: UTF8.self)
            let gutter = "\(diagnostic.line) | "
            let margin = String(repeating: " ", count: gutter.count - 2) + "| "
            let indent = String(before.map { $0 == "\t" ? "\t" : " " })
            text.append(gutter + line)
            text.append(margin + indent + colour + String(repeating: "^", count: max(1, under.count)) + plain)
        }
        for note in diagnostic.notes { text += Self.lines(of: note, in: lines, label: label) }
        return text
    }
}
