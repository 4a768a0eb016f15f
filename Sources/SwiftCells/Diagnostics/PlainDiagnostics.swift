import Foundation

/// Says what the compiler says in a notebook's terms: cells instead of their modules, and nothing that no user means.
struct PlainDiagnostics {
    /// How the user knows each module of a cell.
    let labels: [String: String]
    /// The lines of the cell that was compiled, and its label.
    let lines: [String]
    let label: String

    func plain(_ diagnostic: Diagnostic) -> Diagnostic {
        var diagnostic = withoutForeignSuggestions(diagnostic)
        if diagnostic.message == "invalid character in source file" { diagnostic = namingCharacter(diagnostic) }
        if diagnostic.message.contains("submit a bug report") {
            diagnostic.message =
                "the compiler finds an error here that it cannot name; check the labels and the types of the "
                + "arguments, and that the function takes so many"
        }
        diagnostic.message = withoutModules(diagnostic.message)
        diagnostic.notes = diagnostic.notes.map { note in
            var note = note
            note.message = withoutModules(note.message)
            return note
        }
        return diagnostic
    }

    // MARK: modules of cells

    /// A message in which cells have their labels: `'Cell4.Cfg'` becomes `'Cfg' (In[4])`.
    func withoutModules(_ message: String) -> String {
        guard message.contains("Cell") else { return message }
        let whole = message.replacing(/(?:module )?'(Cell\d+)'/) { labels[String($0.1)] ?? String($0.0) }
        return whole.replacing(/'([^']*\bCell\d+\.[^']*)'/) { match in
            var cells: [String] = []
            let text = match.1.replacing(/\b(Cell\d+)\./) { inner in
                guard let label = labels[String(inner.1)] else { return String(inner.0) }
                if !cells.contains(label) { cells.append(label) }
                return ""
            }
            return cells.isEmpty ? "'\(text)'" : "'\(text)' (\(cells.joined(separator: ", ")))"
        }
    }

    // MARK: suggestions

    /// The C library has so many short names that one of them is like any misspelt word; no user of a notebook means it.
    private func withoutForeignSuggestions(_ diagnostic: Diagnostic) -> Diagnostic {
        var diagnostic = diagnostic
        diagnostic.notes.removeAll { $0.message.hasPrefix("did you mean") && isForeign($0) }
        let isSuggestion = diagnostic.message.firstMatch(of: /; did you mean '([^']+)'\?$/)
        guard let match = isSuggestion else { return diagnostic }
        let declared = diagnostic.notes.first { $0.message == "'\(match.1)' declared here" }
        if let declared, isForeign(declared) {
            diagnostic.message.removeSubrange(match.range)
            diagnostic.fixIts = []
            diagnostic.notes.removeAll { $0.message.hasSuffix("declared here") }
        }
        return diagnostic
    }

    /// Whether a note points at a C header or at what the compiler shows of one.
    private func isForeign(_ note: Diagnostic) -> Bool {
        note.file.hasSuffix(".h") || note.file.hasPrefix("SwiftGlibc.") || note.file.hasPrefix("Glibc.")
    }

    // MARK: characters that cannot be seen

    private func namingCharacter(_ diagnostic: Diagnostic) -> Diagnostic {
        guard diagnostic.file == label, lines.indices.contains(diagnostic.line - 1) else { return diagnostic }
        let rest = String(
            decoding: lines[diagnostic.line - 1].utf8.dropFirst(diagnostic.column - 1), as: UTF8.self)
        guard let scalar = rest.unicodeScalars.first else { return diagnostic }
        var diagnostic = diagnostic
        let code = "U+" + String(format: "%04X", scalar.value)
        let name = scalar.properties.name.map { "\(code) (\($0.lowercased()))" } ?? code
        let isSeen = ![.format, .control, .lineSeparator, .paragraphSeparator, .spaceSeparator]
            .contains(scalar.properties.generalCategory)
        diagnostic.message =
            "the character \(name) has no meaning in Swift code"
            + (isSeen ? "" : "; it cannot be seen, often comes with pasted text, and is to be deleted")
        return diagnostic
    }
}
