import JSON
import SwiftParser

/// Puts parameters into a notebook, as papermill does: in a cell after the one that is tagged `parameters`.
public struct Injection {
    private let notebook: Notebook
    private let parameters: Parameters
    /// What the notebook is called in errors.
    private let name: String

    public init(of parameters: Parameters, into notebook: Notebook, named name: String) {
        self.notebook = notebook
        self.parameters = parameters
        self.name = name
    }

    private static let tag = "parameters"
    private static let injectedTag = "injected-parameters"

    /// The notebook with the cell; throws `RunError` if a name is not known, or a value does not fit.
    ///
    /// Without parameters it is the notebook as it was.
    public func result() throws -> Notebook {
        guard !parameters.given.isEmpty else { return notebook }
        var notebook = notebook
        if places(in: notebook).isEmpty { splitScript(&notebook) }
        notebook.cells.removeAll { $0.tags.contains(Self.injectedTag) }
        let places = places(in: notebook)
        guard places.count < 2 else {
            throw RunError(
                "\(name): cells \(places.map { "\($0 + 1)" }.joined(separator: " and ")) are tagged `parameters`; one may be"
            )
        }
        let declared = places.first.map { DeclaredParameter.all(in: notebook.cells[$0].source) }
        if let place = places.first {
            try checkIsKept(in: notebook, after: place)
        } else {
            try checkUse(in: notebook)
        }
        var lines = ["// Parameters"]
        var values: [String: JSON] = [:]
        for given in parameters.given {
            let (line, value) =
                try declared.map { try assignment(of: given, to: $0) } ?? assignment(of: given)
            lines.append(line)
            values[given.name] = value
        }
        var cell = NotebookCell(
            .code, id: Self.injectedTag, source: lines.joined(separator: "\n"), tags: [Self.injectedTag])
        if notebook.cells.contains(where: { $0.id == cell.id }) { cell.id = "" }
        notebook.cells.insert(cell, at: places.first.map { $0 + 1 } ?? 0)
        notebook.metadata["papermill"] = ["parameters": .object(values)]
        return notebook
    }

    private func places(in notebook: Notebook) -> [Int] {
        notebook.cells.indices.filter {
            notebook.cells[$0].kind == .code && notebook.cells[$0].tags.contains(Self.tag)
        }
    }

    /// Makes a cell of the parameters that a script begins with, if one of those that are given is among them.
    private func splitScript(_ notebook: inout Notebook) {
        guard name.hasSuffix(".swift"), let first = notebook.cells.firstIndex(where: { $0.kind == .code }),
            let (head, rest) = DeclaredParameter.split(notebook.cells[first].source)
        else { return }
        let names = Set(DeclaredParameter.all(in: head).map(\.name))
        guard parameters.given.contains(where: { names.contains($0.name) }) else { return }
        notebook.cells[first].source = rest
        notebook.cells.insert(NotebookCell(.code, source: head, tags: [Self.tag]), at: first)
    }

    /// Throws if a later cell declares a parameter again, so that from there on the value that is given would have no effect.
    private func checkIsKept(in notebook: Notebook, after place: Int) throws {
        for index in notebook.cells.indices.dropFirst(place + 1) {
            let cell = notebook.cells[index]
            let names = parameters.given.map(\.name).filter { cell.source.contains($0) }
            guard cell.kind == .code, !names.isEmpty, !cell.tags.contains("skip-execution") else { continue }
            let declared = CellNames(cell.source).declared
            guard let name = names.first(where: { declared.contains($0) }) else { continue }
            throw RunError(
                "\(self.name): cell \(index + 1) declares \(name) again, which would replace the value that is given; give what "
                    + "it declares another name")
        }
    }

    /// Throws if a value that is put at the top would have no effect.
    private func checkUse(in notebook: Notebook) throws {
        let cells = notebook.cells.enumerated().filter { $0.element.kind == .code }
            .map { (index: $0.offset, names: CellNames($0.element.source), source: $0.element.source) }
        for name in parameters.given.map(\.name) {
            if let cell = cells.first(where: { $0.names.declared.contains(name) }) {
                throw RunError(
                    "\(self.name): cell \(cell.index + 1) declares \(name), which would replace the value that is given; tag that "
                        + "cell `parameters`, and the value is put behind it")
            }
            guard cells.contains(where: { $0.names.used.contains(name) }) else {
                let known = cells.first.flatMap { DeclaredParameter.split($0.source)?.parameters } ?? ""
                let names = DeclaredParameter.all(in: known).map(\.name).sorted().joined(separator: ", ")
                throw RunError(
                    "\(self.name) has no cell that is tagged `parameters`, and none that uses \(name)"
                        + (names.isEmpty ? "" : "; its first cell declares \(names)"))
            }
        }
    }

    /// The declaration of a value that nothing else declares, and the value as JSON.
    private func assignment(of given: Parameters.Value) throws -> (String, JSON) {
        let (name, text) = (given.name, given.text)
        let guess =
            given.isString ? .string : given.type.map(\.type) ?? ParameterType(guessedFrom: text)
        guard let type = guess else {
            throw RunError(
                "\(self.name): the values of \(name) have no type in common; declare it with its default in a cell that is tagged "
                    + "`parameters`, and the default's type holds for all")
        }
        guard Self.fits(given.kind, type), let value = ParameterValue(text, as: type) else {
            throw RunError(
                "\(self.name): \(name)=\(text) does not tell its type; declare it with its default in a cell that is tagged "
                    + "`parameters`")
        }
        return ("let \(Self.escaped(name)) = \(value.literal)", value.json)
    }

    /// The declaration of a value in place of a declared one, and the value as JSON.
    private func assignment(of given: Parameters.Value, to declared: [DeclaredParameter]) throws -> (
        String, JSON
    ) {
        let (name, text) = (given.name, given.text)
        guard let parameter = declared.last(where: { $0.name == name }) else {
            let known = declared.map(\.name).sorted()
            throw RunError(
                "\(self.name) has no parameter \(name); "
                    + (known.isEmpty
                        ? "its cell `parameters` declares none" : "it has \(known.joined(separator: ", "))"))
        }
        guard parameter.type.canBeGiven else {
            throw RunError(
                "\(self.name): no value can be given for \(name), whose default is of the type or the value "
                    + "\(parameter.type.name); numbers, Bool, String, and arrays, dictionaries and optionals of them can"
            )
        }
        // A string of a file is never nil, also where its letters are.
        let expected = given.isString ? parameter.type.unwrapped : parameter.type
        guard Self.fits(given.kind, parameter.type), let value = ParameterValue(text, as: expected)
        else {
            throw RunError(
                "\(self.name): \(name) is \(Self.article(parameter.type.name)), and \"\(text)\" is not")
        }
        let type =
            parameter.annotation ?? (value.needsType ? parameter.type.name : nil)
            ?? Self.written(parameter.type)
        return (
            "\(parameter.keyword) \(Self.escaped(name))\(type.map { ": \($0)" } ?? "") = \(value.literal)",
            value.json
        )
    }

    /// Whether what a file holds can be of a type: a list is no string, though its text is one.
    private static func fits(_ kind: Parameters.Kind?, _ type: ParameterType) -> Bool {
        switch kind {
        case nil, .string?: true
        case .null?: type.isOptional
        case .collection(let holdsNull)?: type.unwrapped != .string && (!holdsNull || type.holdsOptionals)
        }
    }

    /// The type where a literal alone would have another one (`Float(1)`).
    private static func written(_ type: ParameterType) -> String? {
        switch type {
        case .integer(let name) where name != "Int": name
        case .floating(let name) where name != "Double": name
        case .array(let element) where written(element) != nil: type.name
        case .dictionary(let element) where written(element) != nil: type.name
        default: nil
        }
    }

    private static func article(_ type: String) -> String {
        type.first.map { "AEIOU".contains($0) } == true && !type.hasPrefix("U") ? "an \(type)" : "a \(type)"
    }

    private static func escaped(_ name: String) -> String {
        name.isValidSwiftIdentifier(for: .variableName) ? name : "`\(name)`"
    }
}
