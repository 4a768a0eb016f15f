import Foundation
import Synchronization

/// Which types the global variables of compiled cells have, as their libraries' symbols tell; read when first asked for.
final class VariableTypes: Sendable {
    private let folder: URL
    private let known = Mutex<[String: [String: String]]>([:])

    /// The types of cells whose libraries lie in a folder.
    init(folder: URL) { self.folder = folder }

    /// The type of a variable as the compiler writes it (`Swift.Array<Cell3.Trial>`); nil if it cannot be told.
    func type(of name: String, in module: String) -> String? {
        known.withLock { known in
            if let types = known[module] { return types[name] }
            let types = Self.read(folder.appending(path: "\(module).so"), of: module)
            known[module] = types
            return types[name]
        }
    }

    /// Forgets all: modules of the same names may follow.
    func reset() { known.withLock { $0 = [:] } }

    private static func read(_ library: URL, of module: String) -> [String: String] {
        guard let data = try? Data(contentsOf: library) else { return [:] }
        var types: [String: String] = [:]
        for symbol in dynamicSymbols(of: data) where symbol.hasPrefix("$s") && symbol.hasSuffix("vp") {
            let words = demangled(symbol) ?? ""
            guard words.hasPrefix(module + "."), let colon = words.firstRange(of: " : ") else { continue }
            types[
                String(words[words.index(words.startIndex, offsetBy: module.count + 1)..<colon.lowerBound])] =
                String(words[colon.upperBound...])
        }
        return types
    }

    /// The names in the string table of the dynamic symbols. Source: System V ABI, chapter 4.
    private static func dynamicSymbols(of file: Data) -> [String] {
        func number(_ offset: Int, _ length: Int) -> Int {
            guard offset >= 0, offset + length <= file.count else { return 0 }
            return (0..<length).reduce(0) { $0 | Int(file[file.startIndex + offset + $1]) << (8 * $1) }
        }
        let (sections, size, count) = (number(0x28, 8), number(0x3A, 2), number(0x3C, 2))
        let dynamicSymbols = 11
        for index in 0..<count where number(sections + index * size + 4, 4) == dynamicSymbols {
            let names = sections + number(sections + index * size + 0x28, 4) * size
            let (start, length) = (number(names + 0x18, 8), number(names + 0x20, 8))
            guard start + length <= file.count else { return [] }
            return file[(file.startIndex + start)..<(file.startIndex + start + length)].split(separator: 0)
                .map { String(decoding: $0, as: UTF8.self) }
        }
        return []
    }
}

extension NameTable {
    /// Whether a variable may hold a value of a type: by its own type if that says it, else by what its sources
    /// mention. Of any other declaration: whether it uses the type.
    func mayHold(_ type: Int, _ variable: Version) -> Bool {
        // A value of a type holds what that type mentions.
        guard var pending = namedTypes(of: variable) else { return mention(type, variable) }
        var seen: Set<Int> = []
        while let next = pending.popLast() {
            if next == type { return true }
            if seen.insert(next).inserted { pending += versions[next]?.bindings ?? [] }
        }
        return false
    }

    /// The types that a variable seems to hold values of: those that its own type names, or else its declaration.
    func types(heldBy variable: Version) -> [Int] {
        namedTypes(of: variable) ?? variable.bindings.filter { versions[$0]?.item.role == .type }.sorted()
    }

    /// The types of the notebook that a variable's own type names; nil if that leaves open what its value is.
    private func namedTypes(of variable: Version) -> [Int]? {
        guard let name = variable.name, let words = types?.type(of: name, in: variable.module),
            !words.contains(/\b(any|some|Any|AnyObject|AnyHashable)\b|->|Any[A-Z]/)
        else { return nil }
        return words.matches(of: /\b(Cell\d+)\.(\w+)/).flatMap { match in
            versions.values.filter { $0.name == String(match.2) && $0.module == String(match.1) }.map(\.id)
        }
    }

    /// Whether what is known of a variable's origin leads to a type.
    private func mention(_ type: Int, _ variable: Version) -> Bool {
        var pending = [variable.id]
        var seen: Set<Int> = []
        for statement in past.statements where statement.bindings.contains(variable.id) {
            pending += statement.bindings
        }
        while let next = pending.popLast() {
            if next == type { return true }
            if seen.insert(next).inserted { pending += versions[next]?.bindings ?? [] }
        }
        return false
    }
}
