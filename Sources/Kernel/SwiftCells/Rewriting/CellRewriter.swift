import SwiftSyntax

/// Turns a cell into a script that reports its progress, waits for its awaits and shows its last value.
///
/// Every edit stays within its line, so that the compiler's lines are the user's.
package final class CellRewriter: StatementVisitor {
    private var edits: [SourceEdit] = []
    /// The modules of earlier cells' variables that the cell declares again.
    private let earlier: [String: String]
    private var item = 0
    /// The `var` of guards that are `let` by now.
    private var constants: Set<SyntaxIdentifier> = []
    /// How many `try` around this place cover it.
    private var tries = 0
    /// Whether conditional compilation decides on this place.
    private var isConditional = false

    private init(earlier: [String: String]) {
        self.earlier = earlier
        super.init()
    }

    /// A cell as the compiler gets it. `owners` as of `edits`.
    package static func rewritten(_ source: String, owners: (String) -> String? = { _ in nil })
        -> EditedSource
    {
        let syntax = CellSyntax(source)
        return EditedSource(syntax.file.description, edits: edits(of: syntax, owners: owners))
    }

    /// The edits of a cell. `owners` names, for variables of earlier cells, the module that has them. The items `omitted`
    /// are not compiled.
    static func edits(
        of syntax: CellSyntax, owners: (String) -> String?, showsResult: Bool = true,
        pollsInLoops: Bool = false, omitted: Set<Int> = []
    ) -> [SourceEdit] {
        let earlier = EarlierNames.modules(of: syntax, owners: owners)
        let rewriter = CellRewriter(earlier: earlier)
        let statements = Array(syntax.file.statements)
        let shown = showsResult ? CellResultSyntax(syntax.file)?.values ?? [] : []
        for (index, statement) in statements.enumerated() where !omitted.contains(index) {
            rewriter.item = index
            if let replacement = syntax.replacements[index] {
                rewriter.edits += replacement
                continue
            }
            if pollsInLoops { rewriter.edits += LoopPolls.edits(in: statement) }
            // Code that does not parse stays as it is, so that the compiler reports nothing else.
            if statement.hasError { continue }
            rewriter.rewrite(statement, showing: index == statements.count - 1 ? shown : [])
        }
        let earlierNames = EarlierNames.edits(of: syntax, modules: earlier) { !$0.hasError }
        return rewriter.edits + earlierNames + syntax.resultEdits
    }

    private func rewrite(_ statement: CodeBlockItemSyntax, showing values: [ExprSyntax]) {
        switch statement.item {
        case .decl(let declaration):
            if let condition = declaration.as(IfConfigDeclSyntax.self) {
                return rewriteStatements(in: condition)
            }
            let variable = declaration.as(VariableDeclSyntax.self)
            if let variable, !variable.isComputed { mark(statement) }
            removeAccessModifier(of: declaration)
            walk(declaration)
            if let variable, variable.isPlainStorage {
                register(variable.bindings.flatMap(\.pattern.boundNames), behind: declaration)
            }
        case .stmt(let node):
            mark(statement)
            if AsyncLets.stand(in: node) { return wrap(node.containsTry ? .throwing : .plain, all: node) }
            for value in values { insert("_gyrusResult(", at: value.positionAfterSkippingLeadingTrivia) }
            if let guarded = node.as(GuardStmtSyntax.self) { rewriteGuard(guarded) } else { walk(node) }
            for value in values { insert(")", at: value.endPositionBeforeTrailingTrivia) }
        case .expr(let node):
            mark(statement)
            if values.isEmpty, AsyncLets.stand(in: node) {
                return wrap(node.containsTry ? .throwing : .plain, all: node)
            }
            for value in values { insert("_gyrusResult(", at: value.positionAfterSkippingLeadingTrivia) }
            walk(node)
            for value in values { insert(")", at: value.endPositionBeforeTrailingTrivia) }
        default: break
        }
    }

    private func mark(_ statement: CodeBlockItemSyntax) {
        insert("_gyrusReached(\(item)); ", at: statement.positionAfterSkippingLeadingTrivia)
    }

    /// What conditional compilation leaves in the cell runs as part of it.
    private func rewriteStatements(in node: IfConfigDeclSyntax) {
        let before = isConditional
        isConditional = true
        defer { isConditional = before }
        for clause in node.clauses {
            guard case .statements(let statements)? = clause.elements else { continue }
            for statement in statements where !statement.hasError { rewrite(statement, showing: []) }
        }
    }

    package override func visit(_ node: IfConfigDeclSyntax) -> SyntaxVisitorContinueKind { .visitChildren }

    /// Says where the values of variables are, so that they can be released once nothing uses them.
    private func register(_ names: [TokenSyntax], behind node: some SyntaxProtocol) {
        // What is declared under a condition is never released.
        guard !isConditional else { return }
        let calls = names.filter { $0.text != "_" }.map {
            "; _gyrusHolds(\"\($0.text.trimmingBackticks)\", \($0.text))"
        }
        insert(calls.joined(), at: node.endPositionBeforeTrailingTrivia)
    }

    private func insert(_ text: String, at position: AbsolutePosition) {
        edits.append(SourceEdit(offset: position.utf8Offset, text: text))
    }

    private func replace(_ token: TokenSyntax, with text: String) {
        let start = token.positionAfterSkippingLeadingTrivia
        let length = token.endPositionBeforeTrailingTrivia.utf8Offset - start.utf8Offset
        edits.append(SourceEdit(offset: start.utf8Offset, length: length, text: text))
    }

    /// A private name of one cell is meant for the notebook, not for the cell alone.
    private func removeAccessModifier(of declaration: DeclSyntax) {
        guard let modifiers = declaration.asProtocol((any WithModifiersSyntax).self)?.modifiers else {
            return
        }
        for modifier in modifiers where ["private", "fileprivate"].contains(modifier.name.text) {
            // With its detail, as in `private(set)`.
            let start = modifier.positionAfterSkippingLeadingTrivia.utf8Offset
            let length = modifier.endPositionBeforeTrailingTrivia.utf8Offset - start
            let blanks = String(repeating: " ", count: length)
            edits.append(SourceEdit(offset: start, length: length, text: blanks))
        }
    }

    // MARK: guard

    /// Names bound by a top-level guard are not exported, so each is bound under another name and declared after it.
    private func rewriteGuard(_ node: GuardStmtSyntax) {
        var renamed: Set<String> = []
        var declarations = ""
        for condition in node.conditions {
            if !renamed.isEmpty { rename(renamed, in: Syntax(condition)) }
            switch condition.condition {
            case .optionalBinding(let binding):
                for name in binding.pattern.boundNames {
                    let module = earlier[name.text.trimmingBackticks]
                    let source = module.map { "\($0).\(name.text)" } ?? name.text
                    let shorthand = binding.initializer == nil ? " = \(source)" : ""
                    replace(name, with: name.ofGuard + shorthand)
                    renamed.insert(name.text.trimmingBackticks)
                    declarations += declaration(of: name, binding.bindingSpecifier)
                }
                if let value = binding.initializer { walk(value) }
            case .matchingPattern(let matching):
                for name in matching.pattern.boundNames {
                    replace(name, with: name.ofGuard)
                    renamed.insert(name.text.trimmingBackticks)
                    declarations += declaration(of: name, name.bindingSpecifier)
                }
                walk(matching.initializer)
            default: walk(condition)
            }
        }
        walk(node.body)
        insert(declarations, at: node.endPositionBeforeTrailingTrivia)
        register(node.boundNames, behind: node)
    }

    /// What declares a name of a guard by the word that binds it there, where nothing changes it.
    private func declaration(of name: TokenSyntax, _ specifier: TokenSyntax?) -> String {
        guard let specifier, specifier.tokenKind == .keyword(.var) else {
            return "; let \(name.text) = \(name.ofGuard)"
        }
        if constants.insert(specifier.id).inserted { replace(specifier, with: "let") }
        return "; var \(name.text) = \(name.ofGuard)"
    }

    private func rename(_ names: Set<String>, in node: Syntax) {
        let finder = GuardedNames.find(names, in: node)
        for token in finder.references { replace(token, with: token.ofGuard) }
        for token in finder.shorthands {
            insert(" = " + token.ofGuard, at: token.endPositionBeforeTrailingTrivia)
        }
    }

    // MARK: await

    package override func visit(_ node: SequenceExprSyntax) -> SyntaxVisitorContinueKind {
        let before = tries
        defer { tries = before }
        for element in node.elements {
            guard let kind = AwaitKind(element) else {
                walk(element)
                // `try` covers everything to its right, too.
                if element.is(TryExprSyntax.self) { tries += 1 }
                continue
            }
            // `await` covers everything to its right.
            wrap(kind, from: Syntax(element), to: Syntax(node))
            break
        }
        return .skipChildren
    }

    package override func visit(_ node: AwaitExprSyntax) -> SyntaxVisitorContinueKind {
        wrap(node.containsTry ? .throwing : .plain, from: Syntax(node), to: Syntax(node))
        return .skipChildren
    }

    package override func visit(_ node: TryExprSyntax) -> SyntaxVisitorContinueKind {
        if let kind = AwaitKind(ExprSyntax(node)) {
            wrap(kind, all: node)
        } else {
            tries += 1
            walk(node.expression)
            tries -= 1
        }
        return .skipChildren
    }

    package override func visit(_ node: LabeledStmtSyntax) -> SyntaxVisitorContinueKind {
        let waits = node.statement.as(ForStmtSyntax.self)?.awaitKeyword != nil
        // No jump leads out of a closure, so a jump to this label is in the same closure as the label.
        guard waits || JumpFinder.leadsOutOfWaits(to: node.label.text, in: node.statement) else {
            return .visitChildren
        }
        wrap(node.statement.containsTry ? .throwing : .plain, all: node)
        return .skipChildren
    }

    package override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind {
        guard node.awaitKeyword != nil else { return .visitChildren }
        wrap(node.containsTry ? .throwing : .plain, from: Syntax(node), to: Syntax(node))
        return .skipChildren
    }

    private func wrap(_ kind: AwaitKind, all node: some SyntaxProtocol) {
        wrap(kind, from: Syntax(node), to: Syntax(node))
    }

    private func wrap(_ kind: AwaitKind, from first: Syntax, to last: Syntax) {
        // A `try` outside of the closure does not cover what is in it.
        let inner = kind.isPlain && tries > 0 ? "try " : ""
        insert(kind.prefix + "_gyrusAwait({ " + inner, at: first.positionAfterSkippingLeadingTrivia)
        if case .marked(let mark, _) = kind { replace(mark, with: "") }
        insert(" })", at: last.endPositionBeforeTrailingTrivia)
    }
}

/// Finds where a condition of a guard speaks of what an earlier one has bound.
private final class GuardedNames: ScopeVisitor {
    private let names: Set<String>
    private(set) var references: [TokenSyntax] = []
    /// What is read without an expression (`[x] in`).
    private(set) var shorthands: [TokenSyntax] = []

    private init(_ names: Set<String>) {
        self.names = names
        super.init()
    }

    static func find(_ names: Set<String>, in node: Syntax) -> GuardedNames {
        let finder = GuardedNames(names)
        finder.walk(node)
        return finder
    }

    private func isGuarded(_ name: TokenSyntax) -> Bool {
        let name = name.text.trimmingBackticks
        return names.contains(name) && isUnbound(name)
    }

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        if node.isFree, isGuarded(node.baseName) { references.append(node.baseName) }
        return .visitChildren
    }

    override func read(_ name: TokenSyntax) {
        if isGuarded(name) { shorthands.append(name) }
    }
}

/// How an expression awaits, which decides what precedes the call that waits.
private enum AwaitKind {
    /// `await f()`
    case plain
    /// `try await f()`
    case throwing
    /// `try? await f()` or `try! await f()`, with the mark.
    case marked(TokenSyntax, String)

    init?(_ node: ExprSyntax) {
        if let node = node.as(AwaitExprSyntax.self) {
            self = node.containsTry ? .throwing : .plain
        } else if let node = node.as(TryExprSyntax.self), node.expression.is(AwaitExprSyntax.self) {
            self = node.questionOrExclamationMark.map { .marked($0, $0.text) } ?? .throwing
        } else {
            return nil
        }
    }

    var isPlain: Bool {
        if case .plain = self { return true }
        return false
    }

    var prefix: String {
        switch self {
        case .plain: ""
        case .throwing: "try "
        case .marked(_, let mark): "try\(mark) "
        }
    }
}

extension SyntaxProtocol {
    /// Whether it has an unmarked `try` or a `throw`, outside closures.
    fileprivate var containsTry: Bool {
        let finder = TryFinder(viewMode: .sourceAccurate)
        finder.walk(self)
        return finder.found
    }
}

/// Finds an unmarked `try` or a `throw` outside closures.
private final class TryFinder: SyntaxVisitor {
    private(set) var found = false

    override func visit(_ node: TryExprSyntax) -> SyntaxVisitorContinueKind {
        if node.questionOrExclamationMark == nil { found = true }
        return .visitChildren
    }

    override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind {
        if node.tryKeyword != nil { found = true }
        return .visitChildren
    }

    override func visit(_ node: ThrowStmtSyntax) -> SyntaxVisitorContinueKind {
        found = true
        return .visitChildren
    }

    override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
}

/// Finds whether a `for await` is left by a jump to a label around it.
private final class JumpFinder: StatementVisitor {
    private let label: String
    private var found = false
    /// How many such loops are around this place.
    private var waits = 0

    private init(label: String) {
        self.label = label
        super.init()
    }

    static func leadsOutOfWaits(to label: String, in node: StmtSyntax) -> Bool {
        let finder = JumpFinder(label: label)
        finder.walk(node)
        return finder.found
    }

    override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind {
        if node.awaitKeyword != nil { waits += 1 }
        return .visitChildren
    }

    override func visitPost(_ node: ForStmtSyntax) {
        if node.awaitKeyword != nil { waits -= 1 }
    }

    override func visit(_ node: ContinueStmtSyntax) -> SyntaxVisitorContinueKind { note(node.label) }
    override func visit(_ node: BreakStmtSyntax) -> SyntaxVisitorContinueKind { note(node.label) }

    private func note(_ target: TokenSyntax?) -> SyntaxVisitorContinueKind {
        if waits > 0, target?.text == label { found = true }
        return .skipChildren
    }
}

extension TokenSyntax {
    /// The other name that a guard binds for a name.
    fileprivate var ofGuard: String { "_guard_\(text.trimmingBackticks)" }

    /// The `let` or `var` by which a pattern binds a name.
    fileprivate var bindingSpecifier: TokenSyntax? {
        var node = parent
        while let current = node, !current.is(ConditionElementSyntax.self) {
            if let binding = current.as(ValueBindingPatternSyntax.self) { return binding.bindingSpecifier }
            node = current.parent
        }
        return nil
    }
}

extension DeclReferenceExprSyntax {
    /// Whether the name is by itself, not after a dot.
    var isFree: Bool {
        if let member = parent?.as(MemberAccessExprSyntax.self) { return member.declName.id != id }
        return parent?.is(KeyPathPropertyComponentSyntax.self) != true
    }
}
