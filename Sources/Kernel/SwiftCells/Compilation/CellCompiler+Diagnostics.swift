import SwiftSyntax

/// What the compiler says of a cell, turned into what its author can use.
extension CellCompiler {
    /// The name of the file that the compiler takes a result's probe for; see `CellResultSyntax.probe`.
    static let probeLabel = "the probe of a result"

    /// Whether the compiler says that the value that the probe ignores is meant to be used.
    func warnsOfProbe(_ module: String, _ source: EditedSource) -> Bool {
        SerializedDiagnostics.read(builder.path(module, "dia"), of: source, label: Self.probeLabel).contains {
            // For a call by `@dynamicCallable` the compiler does not say where.
            let isDynamic = $0.message.hasPrefix("result of call to 'dynamicallyCall(")
            return ($0.file == Self.probeLabel || isDynamic) && $0.message.hasSuffix("unused")
        }
    }

    /// The errors of a draft in words that its author knows.
    func explained(_ found: [Diagnostic], of draft: CellDraft, lines: [String]) -> [Diagnostic] {
        var errors = found
        // What the rewriting adds behind a variable that is declared twice mentions it, and is ambiguous.
        let isDeclaredTwice = errors.contains { $0.message.hasPrefix("invalid redeclaration of") }
        if isDeclaredTwice || errors.contains(where: \.speaksOfRewriting) {
            errors = plainErrors(of: draft) ?? errors.map(\.withoutRewriting)
        }
        errors = ValuelessVariables.explaining(errors, in: draft.syntax, label: draft.label)
        errors = names.explaining(errors, of: draft.plan, label: draft.label)
        errors = names.naming(
            uninitialized: draft.frame.prelude.stubs, in: draft.syntax, label: draft.label,
            errors: errors)
        let hidden = HiddenCharacters.errors(
            in: draft.syntax.file, draft.syntax.converter, label: draft.label)
        errors =
            hidden
            + errors.filter { error in !hidden.contains { $0.line == error.line } }
            .map { HiddenCharacters.naming($0, lines: lines) }
        let plain = missed.explaining(errors, in: draft.syntax, label: draft.label).map(
            plainDiagnostics.plain)
        return PythonHints(lines: lines, label: draft.label).explaining(plain)
    }

    /// Diagnostics in a notebook's terms.
    func plain(_ diagnostics: [Diagnostic]) -> [Diagnostic] { diagnostics.map(plainDiagnostics.plain) }

    /// The compiler's diagnostics of the statements as the user wrote them; nil if there are none.
    private func plainErrors(of draft: CellDraft) -> [Diagnostic]? {
        do {
            try build(
                draft.module,
                text: draft.whole(draft.plain), source: draft.plain, label: draft.label, imports: [],
                flags: draft.frame.flags)
        } catch Failure.source(let plain, _) where !plain.contains(where: \.speaksOfRewriting) {
            return plain
        } catch {
            return nil
        }
        return nil
    }

    /// The errors of a cell. One outside all cells is one of the installation, not of the user's code.
    func errors(of module: String, _ source: EditedSource, label: String) -> [Diagnostic] {
        diagnostics(of: module, source, label: label).filter { $0.severity == .error }.compactMap {
            $0.placed(in: labels)
                ?? $0.placed(atEndOf: source, of: module, label: label)
        }
    }

    func ignored(_ directive: PoundSourceLocationSyntax, _ syntax: CellSyntax, label: String)
        -> Diagnostic
    {
        let place = directive.startLocation(converter: syntax.converter)
        return Diagnostic(
            severity: .warning,
            message: "'#sourceLocation' is without effect in a cell: messages name the cell's own lines",
            file: label, line: place.line, column: place.column, length: "#sourceLocation".utf8.count)
    }

    private func diagnostics(of module: String, _ source: EditedSource, label: String) -> [Diagnostic] {
        SerializedDiagnostics.read(builder.path(module, "dia"), of: source, label: label)
            .map { withoutOwnNotes(PlainDiagnostics.withoutForeignSuggestions($0)) }
    }

    func warnings(of draft: CellDraft, mayDiscardResult: Bool) -> [Diagnostic] {
        let hidden = draft.syntax.hiddenResultLines(mayDiscardResult: mayDiscardResult)
        return diagnostics(of: draft.module, draft.edited, label: draft.label).filter {
            $0.severity == .warning && $0.file == draft.label && !isOfRewriting($0)
                && !((hidden?.contains($0.line) ?? false) && $0.message.contains("is unused"))
        }.map(plainDiagnostics.plain)
    }

    /// Says what the compiler says in a notebook's terms.
    private var plainDiagnostics: PlainDiagnostics {
        PlainDiagnostics(labels: moduleLabels, names: Set(names.owners.keys))
    }

    /// Notes on lines that this compiler wrote itself, or that no user can see, tell a user nothing.
    private func withoutOwnNotes(_ diagnostic: Diagnostic) -> Diagnostic {
        var diagnostic = diagnostic
        diagnostic.notes.removeAll {
            $0.file.contains(/\/Cell\d+\.swift$/)
                || (!labels.contains($0.file) && $0.message.hasSuffix("declared here"))
        }
        // A place in a generated interface ("Swift.Sequence.reversed:2:36") leads nowhere; the same words once are enough.
        var said: Set<String> = []
        diagnostic.notes = diagnostic.notes.compactMap { note in
            guard !labels.contains(note.file), !note.file.hasPrefix("/") else { return note }
            guard said.insert(note.message).inserted else { return nil }
            var note = note
            note.line = 0
            return note
        }
        return diagnostic
    }

    /// Whether a warning is about what the rewriting put around the user's code.
    private func isOfRewriting(_ warning: Diagnostic) -> Bool {
        warning.message == "will never be executed"
            || warning.message.hasPrefix("extension declares a conformance of imported type")
            || warning.message.contains("was already stated in the type's module")
            || warning.message.hasPrefix("initializer for struct")
            || warning.message.hasPrefix("no calls to throwing functions occur")
            || warning.message.hasPrefix("'defer' statement at end of scope always executes immediately")
    }
}
