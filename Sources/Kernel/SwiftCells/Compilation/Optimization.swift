import SwiftSyntax

/// When a session's cells are compiled with `-O`.
public enum Optimization: String, Sendable, CaseIterable {
    /// Always, as in a release build: `assert` is left out.
    case on
    /// Never.
    case off
    /// Where a cell has loops or function bodies, which is where it pays; `assert` stays.
    case auto

    /// The flags that most cells are compiled with.
    var usualFlags: [[String]] {
        switch self {
        case .on: [["-O"]]
        case .off: [["-Onone"]]
        case .auto: [["-Onone"], Self.checked]
        }
    }

    /// With the checks of a debug build a trap still says what is wrong, and `assert` does not vanish silently.
    private static let checked = ["-O", "-assert-config", "Debug"]

    /// The compiler's flags for a cell.
    func flags(for syntax: CellSyntax, isOptimized: Bool?) -> [String] {
        switch (isOptimized, self) {
        case (true?, _), (nil, .on): ["-O"]
        case (nil, .auto) where LoopFinder.hasLoops(syntax.file): Self.checked
        default: ["-Onone"]
        }
    }
}

/// Finds code that may run more than once.
private final class LoopFinder: SyntaxVisitor {
    private var found = false

    static func hasLoops(_ file: SourceFileSyntax) -> Bool {
        let finder = LoopFinder(viewMode: .sourceAccurate)
        finder.walk(file)
        return finder.found
    }

    private func note() -> SyntaxVisitorContinueKind {
        found = true
        return .skipChildren
    }

    override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind { note() }
    override func visit(_ node: WhileStmtSyntax) -> SyntaxVisitorContinueKind { note() }
    override func visit(_ node: RepeatStmtSyntax) -> SyntaxVisitorContinueKind { note() }
    override func visit(_ node: AccessorBlockSyntax) -> SyntaxVisitorContinueKind { note() }
    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
        node.body == nil ? .visitChildren : note()
    }
    override func visit(_ node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind {
        node.body == nil ? .visitChildren : note()
    }
    override func visit(_ node: ProtocolDeclSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
}
