import Hashing
import SwiftSyntax
import Synchronization

/// What a cell that is being written can see, and how it is given to the compiler.
public struct EditorContext: Sendable {
    private let names: NameTable
    private let results: ResultTable
    /// The modules that every cell imports.
    private let imports: [String]
    /// The compiler's flags, without module name and source file.
    private let flags: [String]
    private let everything = Everything()
    /// The names of all variables, in alphabetical order.
    public var variableNames: [String] { names.variableNames }
    /// What the cells' modules were made of: after a restart one may come back with the same name.
    private let versions: [String]

    init(names: NameTable, results: ResultTable, imports: [String], flags: [String], versions: [String]) {
        self.versions = versions
        self.results = results
        self.names = names
        self.imports = imports
        self.flags = flags
    }

    /// How many modules of cells a completion loads, the youngest ones and those of which the cell speaks: with all of a
    /// long session it would take seconds, and hundreds of megabytes.
    static let moduleLimit = 64

    /// The lines that bring in the names of earlier cells, made when first asked for: few cells are completed in.
    private final class Everything: Sendable {
        private struct Made {
            var young: Set<String>?
            var old: Set<String> = []
            var lines: [String] = []
        }
        private let made = Mutex(Made())

        /// The names of the youngest modules.
        func young(of names: NameTable) -> Set<String> {
            made.withLock { made in
                if let young = made.young { return young }
                let young = names.youngest(EditorContext.moduleLimit)
                made.young = young
                return young
            }
        }

        /// The lines for the youngest modules and for the old names among those mentioned.
        func lines(of names: NameTable, mentioned: Set<String>) -> [String] {
            let young = young(of: names)
            let old = mentioned.subtracting(young).filter { names.ownerIDs[$0] != nil }
            return made.withLock { made in
                if made.lines.isEmpty || made.old != old {
                    var all = CellSyntax("")
                    all.mentions = young.union(old)
                    made.lines = names.prelude(for: all).lines
                    made.old = old
                }
                return made.lines
            }
        }
    }

    /// The names that a completion does not find by itself since their cells ran long ago.
    public func oldNames(startingWith prefix: String) -> [Declaration] {
        let young = everything.young(of: names)
        let prefix = prefix.lowercased()
        return names.owners.filter { $0.key.lowercased().hasPrefix(prefix) && !young.contains($0.key) }
            .compactMap { $0.value.last?.declaration }
    }

    /// Whether earlier cells declare a name.
    public func declares(_ name: String) -> Bool { names.declares(name) }

    /// A cell's source among what it can see.
    public struct Source: Sendable {
        public let text: String
        /// The compiler's arguments, without the source file.
        public let arguments: [String]
        /// For a place in the cell (bytes), where it is in `text`.
        public let offset: Int
    }

    /// The source in which any name of an earlier cell can be written at a place (in bytes).
    ///
    /// sourcekitd keeps what it has loaded as long as the arguments stay the same, and does not notice that other modules
    /// are imported: so the name of the module tells which ones are.
    public func completing(_ cell: String, at place: Int) -> Source {
        let syntax = CellSyntax(cell)
        let everything = everything.lines(of: names, mentioned: syntax.mentions)
        let module = "Editor_" + Self.mark(of: imports + everything + syntax.imports + versions)
        return source(of: cell, syntax, at: place, prelude: everything, module: module)
    }

    /// The source in which the names that the cell mentions have their meaning.
    public func inspecting(_ cell: String, at place: Int) -> Source {
        let syntax = CellSyntax(cell)
        return source(
            of: cell, syntax, at: place, prelude: names.prelude(for: syntax).lines, module: "Editor")
    }

    /// The label of the cell that last declared a variable.
    public func label(ofVariable name: String) -> String? {
        names.owners(of: name).last { $0.declaration?.kind == .variable }?.label
    }

    /// The label of the cell and the declaration of a function of this name, if a cell declared one.
    public func functions(named name: String) -> [(label: String, source: String)] {
        names.owners(of: name).compactMap { owner in
            owner.declaration.flatMap { $0.kind == .function ? (owner.label, $0.source) : nil }
        }
    }

    private func source(
        of cell: String, _ syntax: CellSyntax, at place: Int, prelude: [String], module: String
    ) -> Source {
        var syntax = syntax
        syntax.useResults(results, isGuess: true) { names.declares($0) }
        let modules = EarlierNames.modules(of: syntax, owners: names.variableOwner)
        let edits = EarlierNames.edits(of: syntax, modules: modules) + syntax.resultEdits
        let head = (imports.map { "import \($0)" } + prelude).joined(separator: "\n") + "\n"
        let shift = edits.filter { $0.offset < place }.map { $0.text.utf8.count - $0.length }.reduce(0, +)
        return Source(
            text: head + EditedSource(cell, edits: edits).text,
            arguments: ["-module-name", module] + flags, offset: head.utf8.count + place + shift)
    }

    /// A short word that differs if the lines do.
    private static func mark(of lines: [String]) -> String {
        var hash = FNV1a()
        for line in lines {
            for byte in line.utf8 { hash.add(byte) }
            hash.add(UInt8(ascii: "\n"))
        }
        return String(hash.value, radix: 36)
    }
}

extension NameTable {
    /// The names that the last modules declare.
    fileprivate func youngest(_ count: Int) -> Set<String> {
        // Modules are numbered in the order of their cells.
        func number(_ module: String) -> Int { Int(module.drop { !$0.isNumber }) ?? 0 }
        let numbers = Set(owners.values.joined().map { number($0.module) }).sorted(by: >)
        guard let oldest = numbers.prefix(count).last else { return [] }
        return Set(owners.filter { $0.value.contains { number($0.module) >= oldest } }.keys)
    }
}
