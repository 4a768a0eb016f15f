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
    /// The changes, all of them together, by which the compiler would fix it.
    public var fixIts: [FixIt] = []

    /// One change to the source: a range, given by lines and columns (bytes) from 1, becomes `text`.
    public struct FixIt: Sendable {
        public var line: Int
        public var column: Int
        public var endLine: Int
        public var endColumn: Int
        public var text: String
    }
}

extension Diagnostic {
    /// Whether it names what the rewriting put around the user's code.
    var speaksOfRewriting: Bool {
        message.contains(Self.ownPrefix) || notes.contains(where: \.speaksOfRewriting)
            || fixIts.contains { $0.text.contains(Self.ownPrefix) }
    }

    /// The same without the notes and names that no user wrote.
    var withoutRewriting: Diagnostic {
        var diagnostic = self
        diagnostic.notes.removeAll(where: \.speaksOfRewriting)
        diagnostic.fixIts.removeAll { $0.text.contains(Self.ownPrefix) }
        diagnostic.message = message.replacing(
            /\ ?(global function |function )?'?_gyrus\w*(\([^)]*\))?'?/, with: "")
        return diagnostic
    }

    private static let ownPrefix = "_gyrus"
}

extension Diagnostic {
    /// The diagnostic at a place in one of the files; one about a macro's expansion is placed at the macro.
    ///
    /// Nil if it mentions none of them.
    func placed(in files: Set<String>) -> Diagnostic? {
        if files.contains(file) { return self }
        guard let place = notes.first(where: { files.contains($0.file) && $0.message.contains("macro") })
        else {
            return nil
        }
        var diagnostic = place
        diagnostic.severity = severity
        diagnostic.message = "\(message) (\(place.message))"
        return diagnostic
    }

    /// The diagnostic at the end of a cell: what the compiler misses there it misses in the file that holds the cell.
    func placed(atEndOf source: EditedSource, of module: String, label: String) -> Diagnostic? {
        // All else in that file are the lines that bring in earlier cells.
        guard ModuleBuilder.isSource(file, of: module), message.hasPrefix("expected") else { return nil }
        var diagnostic = self
        diagnostic.file = label
        diagnostic.line = (source.originalLines.lastIndex { $0.contains { !$0.isWhitespace } } ?? 0) + 1
        diagnostic.column = (source.originalLines.dropFirst(diagnostic.line - 1).first?.utf8.count ?? 0) + 1
        diagnostic.length = 1
        diagnostic.fixIts = []
        return diagnostic
    }
}
