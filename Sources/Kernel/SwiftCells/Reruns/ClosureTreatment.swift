import SwiftSyntax

/// What a call does with the closures that it is given, by the look of it.
enum ClosureTreatment {
    /// It calls them and is done with them when it returns.
    case calls
    /// It puts them into the variable that it is called on.
    case collects
    /// It may keep them anywhere.
    case keeps

    init(of node: FunctionCallExprSyntax) {
        let called = node.calledExpression
        if called.is(ClosureExprSyntax.self) {
            self = .calls
        } else if let name = called.as(DeclReferenceExprSyntax.self) {
            self = Self.callers.contains(name.baseName.text) ? .calls : .keeps
        } else if let name = called.as(MemberAccessExprSyntax.self)?.declName.baseName.text {
            if Self.collectors.contains(name) {
                self = Self.isVariable(called) ? .collects : .keeps
            } else {
                // A lazy sequence keeps its closures.
                let isLazy = called.tokens(viewMode: .sourceAccurate).contains { $0.text == "lazy" }
                self = Self.callers.contains(name) && !isLazy ? .calls : .keeps
            }
        } else {
            self = .keeps
        }
    }

    private static let callers: Set<String> = [
        "map", "compactMap", "flatMap", "filter", "reduce", "forEach", "sort", "sorted", "contains", "first",
        "firstIndex", "last", "lastIndex", "allSatisfy", "min", "max", "prefix", "drop", "split", "partition",
        "removeAll", "mapValues", "compactMapValues", "count", "concurrentPerform", "withUnsafeBufferPointer",
        "withUnsafeMutableBufferPointer", "withUnsafeBytes", "withUnsafeMutableBytes", "withUnsafePointer",
        "withUnsafeMutablePointer", "withTaskGroup", "withThrowingTaskGroup", "addTask", "elementsEqual",
        "starts", "print",
    ]
    private static let collectors: Set<String> = ["append", "insert", "updateValue"]

    /// Whether what is written to or called on is a variable of the notebook, or part of one, by the look of it: a static
    /// property could be anywhere.
    static func isVariable(_ target: ExprSyntax) -> Bool {
        target.firstToken(viewMode: .sourceAccurate)?.text.first?.isLowercase ?? false
    }
}
