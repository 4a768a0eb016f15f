import SwiftParser
import SwiftSyntax

/// The innermost call whose arguments a place of a cell lies in; the cell may be half written.
public struct CallContext: Equatable, Sendable {
    /// The name of the function (`load`).
    public let function: String
    /// The expression before its dot (`FoundationModel`), without white space.
    public let receiver: String?
    /// The label of the argument that the place lies in.
    public let label: String?

    /// Looks at a place (in bytes).
    public init?(in cell: String, at place: Int) {
        let file = Parser.parse(source: cell)
        let place = min(max(0, place), cell.utf8.count)
        var node: Syntax? = file.token(before: place).map { Syntax($0) }
        var argument: LabeledExprSyntax?
        while let current = node {
            if let labeled = current.as(LabeledExprSyntax.self) { argument = labeled }
            if let call = current.as(FunctionCallExprSyntax.self), let open = call.leftParen,
                open.endPosition.utf8Offset <= place, !call.ends(before: place)
            {
                if let member = call.calledExpression.as(MemberAccessExprSyntax.self) {
                    function = member.declName.baseName.text
                    receiver = member.base?.trimmedDescription
                } else if let name = call.calledExpression.as(DeclReferenceExprSyntax.self) {
                    function = name.baseName.text
                    receiver = nil
                } else {
                    return nil
                }
                label = argument?.label?.text
                return
            }
            if current.is(ClosureExprSyntax.self) || current.is(CodeBlockSyntax.self) { return nil }
            node = current.parent
        }
        return nil
    }
}

extension CallContext {
    /// What is subscripted where a place (in bytes) lies between the brackets: `features` in `features["lay`.
    public static func subscripted(in cell: String, at place: Int) -> String? {
        let place = min(max(0, place), cell.utf8.count)
        var node: Syntax? = Parser.parse(source: cell).token(before: place).map { Syntax($0) }
        while let current = node {
            if let call = current.as(SubscriptCallExprSyntax.self),
                call.leftSquare.endPosition.utf8Offset <= place
            {
                return call.calledExpression.trimmedDescription
            }
            if current.is(FunctionCallExprSyntax.self) || current.is(ClosureExprSyntax.self)
                || current.is(CodeBlockSyntax.self)
            {
                return nil
            }
            node = current.parent
        }
        return nil
    }
}

extension FunctionCallExprSyntax {
    /// Whether its arguments are closed before a place (in bytes).
    fileprivate func ends(before place: Int) -> Bool {
        guard let close = rightParen, close.presence == .present else { return false }
        return close.endPositionBeforeTrailingTrivia.utf8Offset <= place
    }
}
