import SwiftSyntax

/// What must be known for a method of a value to be the standard library's, which calls its closures and is done with
/// them. A method of the same name of another type (`AsyncSequence.map`, one of the notebook's own) may keep them.
struct Receiver: Sendable {
    enum Requirement: Sendable {
        /// The source tells it.
        case nothing
        /// A variable is one of the standard library's collections.
        case collection(String)
        /// A variable's type mentions no types but those of the standard library and of Gyrus.
        case library(String)
        /// Nothing tells it.
        case unknowable
    }

    /// For its own methods.
    var own: Requirement
    /// For those of its elements and properties.
    var elements: Requirement
    /// The members by which it is reached, none of which may be a notebook's.
    var members: Set<String> = []
    /// The functions and types that it is made by, none of which may be a notebook's.
    var names: Set<String> = []

    static let unknown = Receiver(own: .unknowable, elements: .unknowable)
    static let collection = Receiver(own: .nothing, elements: .unknowable)

    /// A variable of a cell.
    init(variable name: String) { self.init(own: .collection(name), elements: .library(name)) }

    init(own: Requirement, elements: Requirement, names: Set<String> = []) {
        self.own = own
        self.elements = elements
        self.names = names
    }

    /// A value of a type that is written out.
    init(of type: TypeSyntax) {
        let words = Set(type.tokens(viewMode: .sourceAccurate).map(\.text))
        if words.isSubset(of: CellSyntax.plainTypes), !words.contains("->") {
            self.init(own: .nothing, elements: .nothing, names: words)
        } else {
            let isCollection = type.is(ArrayTypeSyntax.self) || type.is(DictionaryTypeSyntax.self)
            self = isCollection ? .collection : .unknown
        }
    }

    /// One of its elements.
    var element: Receiver {
        var found = self
        found.own = elements
        return found
    }

    /// The value of one of its members.
    func member(_ name: String) -> Receiver {
        if Self.lasting.contains(name) { return .unknown }
        var found = self
        if Self.transformations.contains(name) {
            found.elements = .unknowable
        } else if !Self.selections.contains(name) {
            found.own = elements
        }
        found.members.insert(name)
        return found
    }

    /// Whether a member makes a collection of a collection, whatever it is given.
    static func makesCollection(_ name: String) -> Bool {
        transformations.contains(name) || selections.contains(name)
    }

    /// Members of collections whose values are collections of something else.
    private static let transformations: Set<String> = [
        "map", "compactMap", "flatMap", "mapValues", "compactMapValues", "enumerated", "split", "joined",
    ]
    /// Members of collections whose values are collections of the same elements.
    private static let selections: Set<String> = [
        "filter", "sorted", "reversed", "shuffled", "prefix", "suffix", "dropFirst", "dropLast", "drop",
        "indices", "keys", "values",
    ]
    /// Members whose values keep closures, or may be of any type.
    private static let lasting: Set<String> = [
        "lazy", "lines", "bytes", "notifications", "publisher", "reduce",
    ]

    /// Functions and types whose values are collections.
    static let makers: Set<String> = [
        "zip", "stride", "repeatElement", "Array", "Set", "Dictionary", "String",
    ]
}

/// A closure that a call is given which is done with it if its receiver is what it seems.
struct PassedClosure: Sendable {
    let receiver: Receiver
    /// The free names in it.
    var names: Set<String> = []
}

extension Uses {
    /// Decides which closures may outlive the statement, by what its names mean.
    mutating func settle(in table: NameTable, bindings: Set<Int>) {
        for closure in passed where !table.isOfLibrary(closure.receiver, bindings) { keep(closure.names) }
        for (function, names) in arguments where table.keepsArguments(function) { keep(names) }
        passed = []
        arguments = [:]
    }

    private mutating func keep(_ names: Set<String>) {
        inClosures.formUnion(names)
        handsOverClosure = true
    }
}

extension NameTable {
    /// Whether a value is one whose methods are done with their closures.
    fileprivate func isOfLibrary(_ receiver: Receiver, _ bindings: Set<Int>) -> Bool {
        guard receiver.members.allSatisfy({ providers[$0]?.isEmpty ?? true }),
            receiver.names.allSatisfy({ ownerIDs[$0] == nil })
        else { return false }
        switch receiver.own {
        case .nothing: return true
        case .collection(let name):
            return hasType(name, bindings) { type in
                type.hasPrefix("[") || Self.collections.contains { type.hasPrefix("Swift.\($0)") }
            } || hasType(name, bindings, Self.speaksOfLibraries)
        case .library(let name): return hasType(name, bindings, Self.speaksOfLibraries)
        case .unknowable: return false
        }
    }

    private func hasType(_ name: String, _ bindings: Set<Int>, _ isMeant: (String) -> Bool) -> Bool {
        let variables = bindings.compactMap { versions[$0] ?? past.versions[$0] }.filter {
            $0.isVariable && $0.name == name
        }
        return !variables.isEmpty
            && variables.allSatisfy { types?.type(of: name, in: $0.module).map(isMeant) ?? false }
    }

    private static let collections = [
        "Array<", "ArraySlice<", "ContiguousArray<", "Set<", "Dictionary<", "Optional<", "Range<",
        "ClosedRange<", "String",
    ]

    /// Modules whose methods with the usual names keep no closures, but for those of types that say so.
    private static let libraries: Set<Substring> = [
        "Swift", "Foundation", "FoundationEssentials", "Tensors", "Tables", "Formats", "Figures", "Encoding",
        "Brain", "FoundationModels",
    ]

    private static func speaksOfLibraries(_ type: String) -> Bool {
        guard !["->", "Any", "Async", "Lazy"].contains(where: { type.contains($0) }) else { return false }
        let words = type.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
        return words.allSatisfy { word in
            guard let module = word.split(separator: ".").first else { return true }
            return word.contains(".") ? libraries.contains(module) : word != "any" && word != "some"
        }
    }

    /// Whether a function of a cell may keep what is between its parentheses as code.
    fileprivate func keepsArguments(_ function: String) -> Bool {
        versions.values.contains { $0.item.autoclosures.contains(function) }
    }
}

/// Finds the functions that keep arguments as code: those with parameters that are `@autoclosure @escaping`.
final class AutoclosureFinder: SyntaxVisitor {
    private var found: Set<String> = []
    private var types: [String] = []

    /// Their names; of initializers, those of the types around them.
    static func functions(in node: some SyntaxProtocol) -> Set<String> {
        // Few items have any: looking for that costs less than a walk.
        guard node.tokens(viewMode: .sourceAccurate).contains(where: { $0.text == "autoclosure" }) else {
            return []
        }
        let finder = AutoclosureFinder(viewMode: .sourceAccurate)
        finder.walk(node)
        return finder.found
    }

    private func note(_ parameters: FunctionParameterListSyntax, _ names: [String]) {
        let keeps = parameters.contains { parameter in
            let words = Set(parameter.type.tokens(viewMode: .sourceAccurate).map(\.text))
            return words.isSuperset(of: ["autoclosure", "escaping"])
        }
        if keeps { found.formUnion(names) }
    }

    override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind {
        note(node.signature.parameterClause.parameters, [node.name.text.trimmingBackticks])
        return .visitChildren
    }

    override func visit(_ node: InitializerDeclSyntax) -> SyntaxVisitorContinueKind {
        note(node.signature.parameterClause.parameters, types + ["init"])
        return .visitChildren
    }

    override func visit(_ node: StructDeclSyntax) -> SyntaxVisitorContinueKind { enter(node.name.text) }
    override func visit(_ node: ClassDeclSyntax) -> SyntaxVisitorContinueKind { enter(node.name.text) }
    override func visit(_ node: ActorDeclSyntax) -> SyntaxVisitorContinueKind { enter(node.name.text) }
    override func visit(_ node: EnumDeclSyntax) -> SyntaxVisitorContinueKind { enter(node.name.text) }
    override func visit(_ node: ExtensionDeclSyntax) -> SyntaxVisitorContinueKind {
        enter(node.extendedTypeName)
    }

    private func enter(_ type: String) -> SyntaxVisitorContinueKind {
        types.append(type.trimmingBackticks)
        return .visitChildren
    }
}
