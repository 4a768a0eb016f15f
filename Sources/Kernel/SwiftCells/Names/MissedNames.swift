import SwiftParser
import SwiftSyntax

/// The names that cells would have declared, had they compiled and run: later cells look for them in vain.
public struct MissedNames: Sendable {
    /// Why there is nothing that a cell declares.
    public enum Reason: String, Sendable {
        case notCompiled = "did not compile"
        case notRun = "did not run"
        case running = "has not ended yet"
        case lost = "is to be run again, since the process that ran it has ended"
    }

    private struct Cell: Sendable {
        let label: String
        let reason: Reason
        let key: CellKey?
    }

    private var names: [String: Cell] = [:]
    private var members: [String: Cell] = [:]

    /// Adds what a cell would have declared, in the place of what it would have declared before.
    mutating func add(_ syntax: CellSyntax, of key: CellKey? = nil, label: String, reason: Reason) {
        if let key { forget(key) }
        let cell = Cell(label: label, reason: reason, key: key)
        for declaration in syntax.declarations { names[declaration.name] = cell }
        for name in syntax.operatorNames { names[name] = cell }
        for name in ShapeCollector(syntax.file).memberNames { members[name] = cell }
    }

    /// Adds what cells had declared in a process that has ended, and what those would have that ran in it.
    mutating func add(lost table: NameTable) {
        func ended(_ cell: Cell) -> Cell {
            cell.reason == .running ? Cell(label: cell.label, reason: .lost, key: cell.key) : cell
        }
        names = names.mapValues(ended)
        members = members.mapValues(ended)
        for (name, versions) in table.owners {
            guard let last = versions.last else { continue }
            names[name] = Cell(label: last.label, reason: .lost, key: nil)
        }
    }

    /// Forgets what a cell with an id would have declared before, and its parts that are still to be run.
    mutating func forget(_ key: CellKey) {
        // One without an id may be another cell.
        guard !key.isAnonymous else { return }
        func isFormer(_ cell: Cell) -> Bool { cell.key.map { $0 == key || key.precedes($0) } ?? false }
        names = names.filter { !isFormer($0.value) }
        members = members.filter { !isFormer($0.value) }
    }

    /// Forgets what a cell declares that did run.
    mutating func remove(_ syntax: CellSyntax) {
        for declaration in syntax.declarations { names[declaration.name] = nil }
        for name in syntax.operatorNames { names[name] = nil }
        for name in ShapeCollector(syntax.file).memberNames { members[name] = nil }
    }

    /// The errors of a cell, with those that come of a missed name said as what they are.
    func explaining(_ errors: [Diagnostic], in syntax: CellSyntax, label: String) -> [Diagnostic] {
        guard !names.isEmpty || !members.isEmpty else { return errors }
        let own = Set(syntax.declarations.map(\.name))
        let mentioned = MentionFinder.names(in: syntax)
        var said: Set<String> = []
        return errors.compactMap { error in
            guard let (name, cell) = missed(in: error.message) else {
                guard error.file == label else { return error }
                // Those that it declares itself it does not take from an earlier run that failed.
                return noting(error, mentioned[error.line, default: []].subtracting(own).subtracting(said))
            }
            guard said.insert(name).inserted else { return nil }
            var error = error
            error.message = "'\(name)' is declared in \(cell.label), which \(cell.reason.rawValue)"
            error.fixIts = []
            error.notes = []
            return error
        }
    }

    /// An error whose line has missed names: what they mean there is what earlier cells declared.
    private func noting(_ error: Diagnostic, _ mentioned: Set<String>) -> Diagnostic {
        var error = error
        for word in mentioned.sorted() {
            guard let cell = names[word], cell.label != error.file else { continue }
            error.notes.append(
                Diagnostic(
                    severity: .note,
                    message: "'\(word)' is declared in \(cell.label) too, which \(cell.reason.rawValue)",
                    file: "", line: 0, column: 0, length: 1))
        }
        return error
    }

    private func missed(in message: String) -> (String, Cell)? {
        if let match = message.firstMatch(of: /cannot find (?:type |operator )?'([^']+)' in scope/) {
            let name = String(match.1)
            return names[name].map { (name, $0) }
        }
        if let match = message.firstMatch(of: /type '[^']+' has no (?:dynamic )?member '([^']+)'/) {
            let name = String(match.1.prefix { $0 != "(" })
            return members[name].map { (name, $0) }
        }
        return nil
    }
}

extension CellSyntax {
    /// The operators that the cell declares.
    fileprivate var operatorNames: [String] {
        file.statements.compactMap { statement in
            guard case .decl(let declaration) = statement.item else { return nil }
            return declaration.as(OperatorDeclSyntax.self)?.name.text
        }
    }
}

/// Finds on which lines a cell mentions names that nothing around them binds: not those in texts, labels and members.
private final class MentionFinder: ScopeVisitor {
    private let converter: SourceLocationConverter
    private var names: [Int: Set<String>] = [:]

    private init(_ converter: SourceLocationConverter) {
        self.converter = converter
        super.init()
    }

    static func names(in syntax: CellSyntax) -> [Int: Set<String>] {
        let finder = MentionFinder(syntax.converter)
        finder.walk(syntax.file)
        return finder.names
    }

    private func note(_ name: TokenSyntax) {
        let text = name.text.trimmingBackticks
        guard isUnbound(text) else { return }
        names[name.startLocation(converter: converter).line, default: []].insert(text)
    }

    override func read(_ name: TokenSyntax) { note(name) }

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        if node.isFree { note(node.baseName) }
        return .visitChildren
    }

    override func visit(_ node: IdentifierTypeSyntax) -> SyntaxVisitorContinueKind {
        note(node.name)
        return .visitChildren
    }
}
