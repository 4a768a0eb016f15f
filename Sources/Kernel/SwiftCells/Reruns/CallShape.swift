import SwiftSyntax

/// By which calls a function can be called.
package struct CallShape: Sendable {
    private struct Parameter: Sendable {
        let label: String
        let type: String
        /// Whether a call may leave it out.
        let isOptional: Bool
        /// Whether the type depends on the call.
        let isOpen: Bool
    }

    private let parameters: [Parameter]

    /// The shape of a function's source; one without parameters if it is none.
    package init(ofSource source: String) {
        self = CellSyntax(source).items.first?.shape ?? CallShape(parameters: [])
    }

    private init(parameters: [Parameter]) { self.parameters = parameters }

    init(_ node: FunctionDeclSyntax) {
        let generics = Set(node.genericParameterClause?.parameters.map(\.name.text) ?? [])
        parameters = node.signature.parameterClause.parameters.map { parameter in
            let words = parameter.type.tokens(viewMode: .sourceAccurate).map(\.text)
            return Parameter(
                label: parameter.firstName.text, type: words.joined(separator: " "),
                isOptional: parameter.defaultValue != nil || parameter.ellipsis != nil,
                isOpen: words.contains { $0 == "some" || generics.contains($0) })
        }
    }

    /// Whether a call could be meant for either of two functions, by its labels and the types of its arguments.
    package func overlaps(_ other: CallShape) -> Bool { Self.overlap(parameters[...], other.parameters[...]) }

    private static func overlap(_ one: ArraySlice<Parameter>, _ other: ArraySlice<Parameter>) -> Bool {
        guard let a = one.first else { return other.allSatisfy(\.isOptional) }
        guard let b = other.first else { return one.allSatisfy(\.isOptional) }
        let fits = a.label == b.label && (a.type == b.type || a.isOpen || b.isOpen)
        return fits && overlap(one.dropFirst(), other.dropFirst())
            || a.isOptional && overlap(one.dropFirst(), other)
            || b.isOptional && overlap(one, other.dropFirst())
    }
}
