import Text

/// Says what the compiler says in a notebook's terms: cells instead of their modules, and nothing that no user means.
struct PlainDiagnostics {
    /// How the user knows each module of a cell.
    let labels: [String: String]
    /// The names that cells declared.
    let names: Set<String>

    func plain(_ diagnostic: Diagnostic) -> Diagnostic {
        var diagnostic = suggestingOwnName(diagnostic)
        if diagnostic.message.contains("submit a bug report") {
            diagnostic.message =
                "the compiler finds an error here that it cannot name; check the labels and the types of the "
                + "arguments, and that the function takes that many"
        }
        if diagnostic.message.hasSuffix(Self.breakingUp) {
            // Sums of numbers in a closure are enough; where its result has a type, they are checked at once.
            diagnostic.message.removeLast(Self.breakingUp.count)
            diagnostic.message +=
                "; put parts of it into variables, or say what its closures return, as in { (x) -> Double in … }"
        }
        diagnostic.message = withoutModules(diagnostic.message)
        diagnostic.notes = diagnostic.notes.map { note in
            var note = note
            note.message = withoutModules(note.message)
            return note
        }
        return diagnostic
    }

    private static let breakingUp = "; try breaking up the expression into distinct sub-expressions"

    // MARK: modules of cells

    /// A message in which cells have their labels: `'Cell4.Cfg'` becomes `'Cfg' (In[4])`.
    func withoutModules(_ message: String) -> String {
        guard message.contains("Cell") else { return message }
        // A type of the user's own may be called as a module is.
        func place(of name: Substring) -> String? {
            names.contains(String(name)) ? nil : labels[String(name)]
        }
        let whole = message.replacing(/(?:module )?'(Cell\d+)'/) { place(of: $0.1) ?? String($0.0) }
        return whole.replacing(/'([^']*\bCell\d+\.[^']*)'/) { match in
            var cells: [String] = []
            let text = match.1.replacing(/\b(Cell\d+)\./) { inner in
                guard let label = place(of: inner.1) else { return String(inner.0) }
                if !cells.contains(label) { cells.append(label) }
                return ""
            }
            return cells.isEmpty ? "'\(text)'" : "'\(text)' (\(cells.joined(separator: ", ")))"
        }
    }

    // MARK: suggestions

    /// The message for a name that resembles no other.
    static let undeclared = "; no cell that ran has declared it"

    /// The compiler sees those names of other cells alone that a cell mentions, and so suggests none of them.
    private func suggestingOwnName(_ diagnostic: Diagnostic) -> Diagnostic {
        guard let match = diagnostic.message.wholeMatch(of: /cannot find (?:type )?'([^']+)' in scope/),
            !diagnostic.notes.contains(where: { $0.message.hasPrefix("did you mean") })
        else { return diagnostic }
        var diagnostic = diagnostic
        guard let name = NearNames.nearest(to: String(match.1), among: names) else {
            diagnostic.message += Self.undeclared
            return diagnostic
        }
        diagnostic.message += "; did you mean '\(name)'?"
        diagnostic.fixIts = [
            Diagnostic.FixIt(
                line: diagnostic.line, column: diagnostic.column, endLine: diagnostic.line,
                endColumn: diagnostic.column + match.1.utf8.count, text: name)
        ]
        return diagnostic
    }

    /// The C library has so many short names that one of them is like any misspelled word; no user of a notebook means
    /// it.
    static func withoutForeignSuggestions(_ diagnostic: Diagnostic) -> Diagnostic {
        var diagnostic = diagnostic
        let missed = diagnostic.message.firstMatch(of: /'([^']+)' in scope/)?.1
        diagnostic.notes.removeAll { note in
            guard let match = note.message.wholeMatch(of: /did you mean '([^']+)'\?/) else { return false }
            return isForeign(note) || missed.map { isFar($0, match.1) } ?? false
        }
        guard let match = diagnostic.message.firstMatch(of: /'([^']+)' in scope; did you mean '([^']+)'\?$/),
            let suggestion = diagnostic.message.firstRange(of: "; did you mean"),
            isFar(match.1, match.2)
                || diagnostic.notes.contains(where: {
                    $0.message == "'\(match.2)' declared here" && isForeign($0)
                })
        else { return diagnostic }
        diagnostic.message.removeSubrange(suggestion.lowerBound...)
        diagnostic.notes.removeAll { $0.message == "'\(match.2)' declared here" }
        diagnostic.fixIts = []
        return diagnostic
    }

    /// Whether so many letters of a name differ that nobody has misspelled it: the compiler takes `df` for `modf`.
    private static func isFar(_ missed: Substring, _ suggested: Substring) -> Bool {
        let limit = missed.count < 2 ? 0 : max(1, missed.count / 3)
        return editDistance(missed.lowercased(), suggested.lowercased()) > limit
    }

    /// Whether a note points at a C header or at what the compiler shows of one.
    private static func isForeign(_ note: Diagnostic) -> Bool {
        note.file.hasSuffix(".h") || note.file.hasPrefix("SwiftGlibc.") || note.file.hasPrefix("Glibc.")
    }
}
