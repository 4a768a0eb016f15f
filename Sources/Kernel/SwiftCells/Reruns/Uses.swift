import SwiftSyntax

/// The names that a top-level item takes from outside of itself, and what it may leave behind.
package struct Uses: Sendable {
    /// The free names and operators: those that nothing inside the item binds.
    package internal(set) var names: Set<String> = []
    /// The names after a dot.
    package internal(set) var members: Set<String> = []
    /// What the language calls without naming it; see `ImplicitUse`.
    package internal(set) var implicit: Set<String> = []
    /// The names of what its types inherit and conform to.
    package internal(set) var inherited: Set<String> = []
    /// The free names other than those directly before a call's parentheses.
    package internal(set) var values: Set<String> = []
    /// The free names in closures that may outlive the statement.
    package internal(set) var inClosures: Set<String> = []
    /// Whether such a closure, or a function as a value, goes to a call that may keep it anywhere.
    package internal(set) var handsOverClosure = false
    /// The free names that are arguments of such calls.
    package internal(set) var handedOver: Set<String> = []

    /// The closures whose calls are done with them if they are what they seem, and the free names in the arguments of
    /// each function; until it is settled which of them may outlive the statement.
    var passed: [PassedClosure] = []
    var arguments: [String: Set<String>] = [:]

    var all: Set<String> { names.union(members).union(implicit) }

    init() {}

    /// The uses of the one item of a source.
    package init(ofSource source: String) { self.init(of: CellSyntax(source).file) }

    /// The uses of an item.
    init(of node: some SyntaxProtocol) {
        let finder = UseFinder()
        finder.walk(node)
        self = finder.uses
    }

    /// Whether it may find something of what other items provide; see `CellItem.provided`.
    func touch(_ provided: Set<String>) -> Bool {
        !provided.isDisjoint(with: names) || !provided.isDisjoint(with: members)
            || !provided.isDisjoint(with: implicit)
            || !provided.isDisjoint(with: names.map { "extension \($0)" })
    }

    /// Whether one of the names may stand for a declaration, or for something that it adds.
    func mayMean(_ version: Version) -> Bool {
        version.name.map(names.contains) ?? false || touch(version.item.provided)
    }
}

/// What the language finds without its name being written: subscripts, initializers, the members that attributes and
/// literals stand for.
enum ImplicitUse {
    static let call = "implicit callAsFunction"
    static let member = "implicit dynamicMember"
    static let interpolation = "implicit appendInterpolation"
    static let builder = "implicit resultBuilder"
    static let wrapper = "implicit wrappedValue"
    static let iteration = "implicit makeIterator"
    /// An initializer whose type is not written.
    static let anyInitializer = "implicit init"

    static func initializer(of type: String) -> String { "implicit init \(type)" }
    static func subscripting(_ label: String?) -> String { "implicit subscript \(label ?? "_")" }

    /// By what a member is found, other than by its name.
    static func keys(of member: DeclSyntax, in type: String) -> [String] {
        if member.is(InitializerDeclSyntax.self) { return [anyInitializer, initializer(of: type)] }
        if let node = member.as(SubscriptDeclSyntax.self) {
            let parameters = node.parameterClause.parameters
            if parameters.first?.firstName.text == "dynamicMember" { return [ImplicitUse.member] }
            // A call may leave out parameters that have a default.
            let needed = parameters.firstIndex { $0.defaultValue == nil && $0.ellipsis == nil }
            let leading = needed.map { parameters[...$0] } ?? parameters[...]
            return leading.map { subscripting($0.secondName == nil ? nil : $0.firstName.text) }
        }
        return member.memberNames.compactMap { name in
            switch name {
            case "callAsFunction", "dynamicallyCall": call
            case "appendInterpolation": interpolation
            case "wrappedValue", "projectedValue": wrapper
            case "makeIterator", "next", "makeAsyncIterator": iteration
            default: name.hasPrefix("build") ? builder : nil
            }
        }
    }
}
