import CodeCompletion
import Foundation

/// What can be completed at a place.
struct Suggestions {
    let kit: SourceKit
    let request: CompletionRequest
    private static let describedLimit = 20

    /// The suggestions, ranked, and how many bytes before the place they replace.
    func find(file: String) -> (suggestions: [Suggestion], replacedBytes: Int) {
        let response = kit.send(
            "codecomplete",
            [
                "key.sourcefile": .text(file), "key.sourcetext": .text(request.source),
                "key.offset": .number(request.offset),
                "key.compilerargs": .texts([file] + request.arguments),
            ])
        guard let response else { return ([], 0) }
        var items = response.value.list("key.results").compactMap { Item($0, prefix: request.prefix) }
        // Where labels are possible and nothing is typed, only the nearest of all other names are suggested.
        if request.prefix.isEmpty, items.contains(where: { $0.kind == .param }) {
            items.removeAll { $0.distance.rawValue > Suggestion.Distance.member.rawValue }
        }
        let replaced = items.map(\.replacedBytes).max() ?? 0
        let before = String(
            decoding: request.source.utf8.prefix(request.offset).suffix(replaced), as: UTF8.self)
        var groups: [String: Group] = [:]
        for item in items {
            let text = before.utf8.prefix(replaced - item.replacedBytes) + Array(item.text.utf8)
            groups[String(decoding: text, as: UTF8.self), default: Group()].add(item)
        }
        // The documentation of one of many is asked for when the user stops at it.
        let isShort = groups.count <= Self.describedLimit
        var found = groups.map { $1.suggestion($0, isDescribed: isShort) }
        // Where a function's name is already there, its call can be added.
        if let whole = groups[request.prefix] { found += whole.calls }
        return (Ranking.ranked(found, prefix: request.prefix, limit: request.limit), replaced)
    }
}

/// The items that insert the same text.
private struct Group {
    private var items: [Item] = []

    mutating func add(_ item: Item) { items.append(item) }

    /// The items, of a function with default arguments the one that has them all.
    private var longest: [String: Item] {
        var longest: [String: Item] = [:]
        for item in items where item.signature.utf8.count >= longest[item.symbol]?.signature.utf8.count ?? 0 {
            longest[item.symbol] = item
        }
        return longest
    }

    /// The calls of functions, with labels and brackets and with a parameter's name where there is no label.
    var calls: [Suggestion] {
        longest.values.filter { $0.kind == .function || $0.kind == .type }.compactMap { item in
            item.call.map {
                Suggestion(text: $0, kind: .function, distance: .unlikely, signature: item.signature)
            }
        }
    }

    func suggestion(_ text: String, isDescribed: Bool) -> Suggestion {
        let nearest = items.min { $0.distance.rawValue < $1.distance.rawValue }
        let longest = longest
        let shown = nearest.flatMap { longest[$0.symbol] } ?? nearest
        var signature = shown?.signature ?? ""
        let others = shown?.kind == .function ? longest.count - 1 : 0
        if others > 0, !signature.isEmpty { signature += " (+\(others) overload\(others == 1 ? "" : "s"))" }
        var suggestion = Suggestion(
            text: text, kind: nearest?.kind ?? .instance, distance: nearest?.distance ?? .unlikely,
            signature: signature)
        if isDescribed, let value = shown?.value {
            suggestion.brief = value.text("key.doc.brief") ?? ""
            suggestion.call = value.text("key.sourcetext") ?? ""
        }
        return suggestion
    }
}

/// One of sourcekitd's suggestions.
private struct Item {
    let value: Response.Value
    /// The name up to its parameters; of an argument, its label.
    private let base: String
    private let kindName: String
    private let description: String
    private let module: String
    /// Whether it is an argument's label.
    private let isLabel: Bool
    /// Whether it is declared in C.
    private let isForeign: Bool
    let kind: Suggestion.Kind

    /// An item that begins as `prefix` does; nil if it does not, or is not to be shown.
    init?(_ value: Response.Value, prefix: String) {
        guard let name = value.bytes("key.name") else { return nil }
        let start = name.pointee == UInt8(ascii: "`") ? name + 1 : name
        guard isIdentifierStart(UInt8(bitPattern: start.pointee)),
            start.pointee != UInt8(ascii: "_") || prefix.hasPrefix("_"),
            strncasecmp(start, prefix, prefix.utf8.count) == 0
        else { return nil }
        // C has so many names that they are shown only to those who type how one begins.
        let isForeign = Self.isForeign(value.bytes("key.modulename"), value.bytes("key.associated_usrs"))
        if prefix.isEmpty, isForeign { return nil }
        self.isForeign = isForeign
        self.value = value
        // Of `index(after:)`, `to:fast:` and `try?` the part that is a name.
        let length = strcspn(name, "(:?! [")
        base = String(decoding: UnsafeRawBufferPointer(start: name, count: length), as: UTF8.self)
        isLabel = name[length] == UInt8(ascii: ":")
        kindName = value.word("key.kind") ?? ""
        if isForeign, !isLabel, Self.isGlobal(kindName), !FamiliarNames.all.contains(base) { return nil }
        kind = isLabel ? .param : Self.kind(of: kindName)
        if kind != .module, value.isTrue("key.not_recommended") { return nil }
        if prefix.isEmpty, kindName.hasPrefix("source.lang.swift.literal") { return nil }
        module = value.text("key.modulename") ?? ""
        description = value.text("key.description") ?? ""
    }

    private static func isForeign(_ module: UnsafePointer<CChar>?, _ symbols: UnsafePointer<CChar>?) -> Bool {
        if let symbols, strncmp(symbols, "c:", 2) == 0 { return true }
        guard let module else { return false }
        return module.pointee == UInt8(ascii: "_") || strcmp(module, "SwiftGlibc") == 0
    }

    /// Whether a kind of declaration is at the top level of a C header.
    private static func isGlobal(_ kind: String) -> Bool {
        [".function.free", ".var.global", ".struct", ".enum", ".typealias"].contains { kind.hasSuffix($0) }
    }

    private static func kind(of name: String) -> Suggestion.Kind {
        if name.hasSuffix(".keyword") || name.contains(".literal.") { return .keyword }
        if name.contains(".function.") || name.contains(".macro") { return .function }
        if name.hasSuffix(".module") { return .module }
        if name.hasSuffix("var.instance") || name.hasSuffix("var.static") || name.hasSuffix("var.class") {
            return .property
        }
        let types = ["struct", "class", "enum", "protocol", "typealias", "actor", "associatedtype"]
        return types.contains { name.hasSuffix("." + $0) } ? .type : .instance
    }

    var replacedBytes: Int { value.number("key.num_bytes_to_erase") }

    /// What tells one declaration from another.
    var symbol: String { value.text("key.associated_usrs") ?? description }

    /// What is inserted: the name alone, of an argument its label, of an overriding member its head.
    var text: String {
        if isLabel { return base + ": " }
        let source = value.text("key.sourcetext") ?? base
        let mark = source.hasPrefix("?.") ? "?." : ""
        if source.dropFirst(mark.count).hasPrefix(base) { return mark + base }
        if let brace = source.range(of: " {"), !source[..<brace.lowerBound].contains("<#") {
            return String(source[..<brace.lowerBound])
        }
        return mark + base
    }

    /// A call of it: `scale(x, by: )`.
    var call: String? {
        guard let source = value.text("key.sourcetext"), source.hasPrefix(base + "("), source.hasSuffix(")"),
            !source.contains("\n")
        else { return nil }
        return source.replacing(/(:\ )?<#(?:T##)?(.*?)(?:##.*?)?#>/) { match in
            let name = match.2.prefix { $0 != ":" }
            return match.1 != nil ? ": " : String(name)
        }
    }

    var distance: Suggestion.Distance {
        if isLabel { return .expected }
        if isForeign, kind != .module { return .foreign }
        // A method of a value, seen as a function of its type.
        if kindName.hasSuffix("method.instance"), description.contains("(self: ") { return .unlikely }
        if kind == .keyword { return base == "self" || base == "Type" ? .unlikely : .keyword }
        let context = value.word("key.context") ?? ""
        let isCell = module.hasPrefix("Cell") && module.dropFirst(4).allSatisfy(\.isNumber)
        let isFar = context.hasSuffix("othermodule") && !isCell
        // Of the many functions of libraries, some always return what is expected.
        if kind != .type, !isFar, value.word("key.typerelation")?.hasSuffix("convertible") == true {
            return .expected
        }
        if context.hasSuffix("exprspecific") { return .expected }
        if context.hasSuffix("local") || context.hasSuffix("thismodule") { return .local }
        if context.hasSuffix("thisclass") { return .member }
        if context.hasSuffix("superclass") || context.hasSuffix("otherclass") { return .inherited }
        if isCell { return kind == .module ? .unlikely : .cell }
        return Self.toolchainModules.contains(module) ? .toolchain : .library
    }

    private static let toolchainModules: Set = [
        "Swift", "Foundation", "FoundationEssentials", "FoundationInternationalization", "Dispatch", "Glibc",
    ]

    /// Parameters and result, or the type of a value.
    var signature: String {
        if isLabel { return description }
        let type = value.text("key.typename") ?? ""
        switch kind {
        case .function:
            let parameters =
                description.hasPrefix(base) ? String(description.dropFirst(base.count)) : description
            return type.isEmpty || base == "init" ? parameters : "\(parameters) -> \(type)"
        case .instance where description.contains("("):
            return String(description.dropFirst(base.count))
        case .instance, .property: return type
        default: return ""
        }
    }
}

/// Whether a name may begin with a byte; all of a letter outside ASCII are such bytes.
private func isIdentifierStart(_ byte: UInt8) -> Bool {
    byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}
