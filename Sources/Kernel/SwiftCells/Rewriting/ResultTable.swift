import SwiftSyntax

/// The results and the sources of earlier cells, and how a cell refers to them: `Out[3]`, `_3`, and `_`, `__` and `___`
/// for the last three results, `In[3]` for a source.
public struct ResultTable: Sendable {
    /// The types as source, by the numbers of the cells.
    private var types: [Int: String] = [:]
    /// The numbers in the order in which the results came.
    private var order: [Int] = []
    /// The sources by the numbers of the cells.
    private var inputs: [Int: String] = [:]

    public init() {}

    /// Adds the source of a cell.
    public mutating func add(_ number: Int, input: String) { inputs[number] = input }

    /// Forgets the results, whose process has ended.
    mutating func forgetResults() {
        types = [:]
        order = []
    }

    /// The source of a cell as a literal.
    func inputLiteral(_ number: Int) -> String? { inputs[number].map(Self.literal) }

    /// The sources of all cells as an array that their numbers index.
    var inputLiterals: String {
        let all = (0...(inputs.keys.max() ?? 0)).map { Self.literal(inputs[$0] ?? "") }
        return "([\(all.joined(separator: ", "))] as [String])"
    }

    /// Text as a literal on one line.
    private static func literal(_ text: String) -> String {
        let letters = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            case "\"", "\\": "\\\(scalar)"
            default: scalar.value < 32 ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
            }
        }
        return "\"\(letters.joined())\""
    }

    /// Adds a result.
    public mutating func add(_ number: Int, type: String) {
        types[number] = type
        order.removeAll { $0 == number }
        order.append(number)
    }

    /// The number of the last result, of the one before, and so on.
    func number(back: Int) -> Int? {
        order.indices.contains(order.count - back) ? order[order.count - back] : nil
    }

    func has(_ number: Int) -> Bool { types[number] != nil }

    /// The result of a number as an expression of its type, if later cells can write that type.
    ///
    /// A type that a cell declared may be another one by now: what it is follows from where the result is used. A cell that
    /// is only completed may take it for the same (`isGuess`).
    func expression(_ number: Int, isGuess: Bool, isDeclared: (String) -> Bool) -> String {
        guard let type = types[number]?.replacing(/\bCell\d+\./, with: ""),
            type.wholeMatch(of: /[\w.<>\[\], ()?:]+/) != nil, !type.contains("unknown context"),
            !type.contains("(extension in "),
            isGuess || !type.matches(of: /\w+/).contains(where: { isDeclared(String($0.output)) })
        else { return "Out[\(number)]" }
        return "(Out[\(number)] as \(type))"
    }
}

/// Finds where a cell refers to earlier results.
final class ResultReferences: SyntaxVisitor {
    private let table: ResultTable
    private let isGuess: Bool
    private let isDeclared: (String) -> Bool
    private var edits: [SourceEdit] = []

    private init(_ table: ResultTable, isGuess: Bool, isDeclared: @escaping (String) -> Bool) {
        self.table = table
        self.isGuess = isGuess
        self.isDeclared = isDeclared
        super.init(viewMode: .sourceAccurate)
    }

    static func edits(
        in file: SourceFileSyntax, _ table: ResultTable, isGuess: Bool, isDeclared: @escaping (String) -> Bool
    ) -> [SourceEdit] {
        let finder = ResultReferences(table, isGuess: isGuess, isDeclared: isDeclared)
        finder.walk(file)
        return finder.edits
    }

    /// `_` stands for a value where Swift allows none: not in a pattern, nor on the left of an assignment.
    override func visit(_ node: DiscardAssignmentExprSyntax) -> SyntaxVisitorContinueKind {
        if !node.isInPattern, !node.isAssigned, let number = table.number(back: 1) {
            replace(Syntax(node), by: number)
        }
        return .skipChildren
    }

    override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        let name = node.baseName.text
        if name == "In", node.isFree, !isDeclared(name) {
            replace(Syntax(node), by: table.inputLiterals)
            return .skipChildren
        }
        guard name.hasPrefix("_"), node.isFree, !isDeclared(name) else { return .skipChildren }
        let number =
            name == "__"
            ? table.number(back: 2) : name == "___" ? table.number(back: 3) : Int(name.dropFirst())
        if let number, table.has(number) { replace(Syntax(node), by: number) }
        return .skipChildren
    }

    override func visit(_ node: SubscriptCallExprSyntax) -> SyntaxVisitorContinueKind {
        guard let base = node.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text,
            base == "Out" || base == "In", !isDeclared(base), node.arguments.count == 1,
            let argument = node.arguments.first, argument.label == nil,
            let number = argument.expression.as(IntegerLiteralExprSyntax.self).flatMap({
                Int($0.literal.text)
            })
        else { return .visitChildren }
        if base == "In", let text = table.inputLiteral(number) {
            replace(Syntax(node), by: text)
        } else if base == "Out", table.has(number) {
            replace(Syntax(node), by: number)
        } else {
            return .visitChildren
        }
        return .skipChildren
    }

    private func replace(_ node: Syntax, by number: Int) {
        replace(node, by: table.expression(number, isGuess: isGuess, isDeclared: isDeclared))
    }

    private func replace(_ node: Syntax, by text: String) {
        let start = node.positionAfterSkippingLeadingTrivia.utf8Offset
        let length = node.endPositionBeforeTrailingTrivia.utf8Offset - start
        edits.append(SourceEdit(offset: start, length: length, text: text))
    }
}

extension DiscardAssignmentExprSyntax {
    /// Whether it matches anything in a `case` or a `catch` (`case (_, 2)`, `case .some(_)`): the parser takes such
    /// patterns for expressions.
    fileprivate var isInPattern: Bool {
        var node = parent
        while let current = node {
            if current.is(ExpressionPatternSyntax.self) { return true }
            if current.is(CodeBlockItemSyntax.self) { return false }
            node = current.parent
        }
        return false
    }

    /// Whether it is on the left of an assignment, by itself or in a tuple, with or without `try` or `await` before it.
    fileprivate var isAssigned: Bool {
        var node = Syntax(self)
        while let parent = node.parent {
            if let sequence = parent.as(ExprListSyntax.self) {
                return sequence.first.map { Syntax($0).id == node.id } == true
                    && sequence.dropFirst().first?.is(AssignmentExprSyntax.self) == true
            }
            guard
                parent.is(TupleExprSyntax.self) || parent.is(LabeledExprListSyntax.self)
                    || parent.is(LabeledExprSyntax.self) || parent.is(TryExprSyntax.self)
                    || parent.is(AwaitExprSyntax.self)
            else { return false }
            if parent.is(LabeledExprListSyntax.self), parent.parent?.is(TupleExprSyntax.self) != true {
                return false
            }
            node = parent
        }
        return false
    }
}
