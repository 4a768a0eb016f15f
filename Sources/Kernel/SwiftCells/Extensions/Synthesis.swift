/// Writes out what the compiler synthesizes for a conformance in the file of the type.
///
/// In another file, and each cell is one, it synthesizes nothing. Sources: SE-0185 (Equatable and Hashable), SE-0166 and
/// SE-0295 (Codable), SE-0194 (CaseIterable), SE-0266 (Comparable).
struct Synthesis {
    let shape: TypeShape
    /// The cases of the coding keys that the extension itself declares.
    let ownCodingKeys: [String]?

    /// What a protocol asks for: the name of the member by which one of the user's own is told, and the source.
    struct Member {
        let name: String
        let source: String
    }

    /// The members that a conformance to a protocol lacks; none if the compiler would synthesize nothing either.
    func members(for name: String) -> [Member] {
        switch (name, shape.kind) {
        case ("Equatable", .structure): [Member(name: "==", source: structEquality)]
        case ("Equatable", .enumeration) where shape.hasValues: [Member(name: "==", source: enumEquality)]
        case ("Hashable", .structure): [Member(name: "hash", source: structHash)]
        case ("Hashable", .enumeration) where shape.hasValues: [Member(name: "hash", source: enumHash)]
        case ("Comparable", .enumeration) where !hasRawValues: [Member(name: "<", source: enumOrder)]
        case ("CaseIterable", .enumeration) where !shape.hasValues:
            [Member(name: "allCases", source: allCases)]
        case ("Encodable", .structure), ("Encodable", .classType):
            codingKeys + [Member(name: "encode", source: structEncode)]
        case ("Decodable", .structure): codingKeys + [Member(name: "init(from:)", source: structDecode)]
        case ("Encodable", .enumeration) where !hasRawValues: [Member(name: "encode", source: enumEncode)]
        case ("Decodable", .enumeration) where !hasRawValues:
            [Member(name: "init(from:)", source: enumDecode)]
        default: []
        }
    }

    private static let rawTypes: Set = [
        "String", "Character", "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32",
        "UInt64", "Float", "Double", "RawRepresentable",
    ]

    private var hasRawValues: Bool { !Self.rawTypes.isDisjoint(with: shape.inherited) }

    private var properties: [TypeShape.Property] { shape.properties.filter { !$0.isLazy } }

    // MARK: Equatable, Hashable, Comparable

    private var structEquality: String {
        let tests = properties.map { "guard _a.\($0.name) == _b.\($0.name) else { return false }; " }
        return "static func == (_a: Self, _b: Self) -> Bool { \(tests.joined())return true }"
    }

    private var structHash: String {
        let fields = properties.map { "_hasher.combine(self.\($0.name)); " }
        return "func hash(into _hasher: inout Hasher) { \(fields.joined())}"
    }

    private var enumEquality: String {
        let cases = shape.cases.map { one in
            let pairs = one.labels.indices.map { "guard _a\($0) == _b\($0) else { return false }; " }
            return "case (\(pattern(one, "_a")), \(pattern(one, "_b"))): \(pairs.joined())return true"
        }
        let others = shape.cases.count > 1 ? "; default: return false" : ""
        return
            "static func == (_a: Self, _b: Self) -> Bool { switch (_a, _b) { \(cases.joined(separator: "; "))\(others) } }"
    }

    private var enumHash: String {
        let cases = shape.cases.enumerated().map { index, one in
            let values = one.labels.indices.map { "; _hasher.combine(_a\($0))" }.joined()
            return "case \(pattern(one, "_a")): _hasher.combine(\(index))\(values)"
        }
        return "func hash(into _hasher: inout Hasher) { switch self { \(cases.joined(separator: "; ")) } }"
    }

    private var enumOrder: String {
        let cases = shape.cases.filter { !$0.labels.isEmpty }.map { one in
            let pairs = one.labels.indices.map { "if _a\($0) != _b\($0) { return _a\($0) < _b\($0) }; " }
            return "case (\(pattern(one, "_a")), \(pattern(one, "_b"))): \(pairs.joined())return false; "
        }
        let places = shape.cases.enumerated().map { "case .\($1.name): return \($0)" }.joined(separator: "; ")
        return
            "static func < (_a: Self, _b: Self) -> Bool { func _place(_ _c: Self) -> Int { switch _c { \(places) } }; "
            + (cases.isEmpty
                ? "return _place(_a) < _place(_b) }"
                : "switch (_a, _b) { \(cases.joined())default: return _place(_a) < _place(_b) } }")
    }

    /// A pattern that binds a case's values to names with their number.
    private func pattern(_ one: TypeShape.Case, _ name: String) -> String {
        guard !one.labels.isEmpty else { return ".\(one.name)" }
        let values = one.labels.enumerated().map { index, label in
            (label.map { "\($0): " } ?? "") + "let \(name)\(index)"
        }
        return ".\(one.name)(\(values.joined(separator: ", ")))"
    }

    private var allCases: String {
        "static var allCases: [Self] { [\(shape.cases.map { ".\($0.name)" }.joined(separator: ", "))] }"
    }

    // MARK: Codable

    /// The names that are coded: those of the user's keys, else all.
    private var codedNames: Set<String> {
        Set(ownCodingKeys ?? shape.codingKeys ?? properties.map(\.name))
    }

    private var codingKeys: [Member] {
        guard ownCodingKeys == nil, shape.codingKeys == nil, !properties.isEmpty else { return [] }
        let names = properties.map(\.name).joined(separator: ", ")
        return [Member(name: "CodingKeys", source: "enum CodingKeys: String, CodingKey { case \(names) }")]
    }

    private var structEncode: String {
        let coded = properties.filter { codedNames.contains($0.name) }
        let fields = coded.map {
            "try _gyrusEncode(self.\($0.name), .\($0.name), into: &_container); "
        }
        return "func encode(to _encoder: any Encoder) throws { "
            + (coded.isEmpty
                ? "_ = _encoder.container(keyedBy: _GyrusKey.self) }"
                : "var _container = _encoder.container(keyedBy: CodingKeys.self); \(fields.joined())}")
    }

    private var structDecode: String {
        let coded = properties.filter { codedNames.contains($0.name) && !($0.isLet && $0.initial != nil) }
        let names = Set(coded.map(\.name))
        // What has an initial value and is not coded keeps that.
        let others = shape.properties.filter { !names.contains($0.name) }.compactMap(\.assignment)
        let fields = coded.map { "self.\($0.name) = try _gyrusDecode(.\($0.name), from: _container); " }
        return "init(from _decoder: any Decoder) throws { \(others.joined())"
            + (coded.isEmpty
                ? "_ = try _decoder.container(keyedBy: _GyrusKey.self) }"
                : "let _container = try _decoder.container(keyedBy: CodingKeys.self); \(fields.joined())}")
    }

    private var enumEncode: String {
        let cases = shape.cases.map { one in
            let values = one.labels.enumerated().map { index, label in
                "try _gyrusEncode(_a\(index), \"\(label ?? "_\(index)")\", into: &_values)"
            }
            let nested =
                "_container.nestedContainer(keyedBy: _GyrusKey.self, forKey: \"\(one.name.trimmingBackticks)\")"
            return "case \(pattern(one, "_a")): "
                + (values.isEmpty
                    ? "_ = \(nested)" : "var _values = \(nested); \(values.joined(separator: "; "))")
        }
        return "func encode(to _encoder: any Encoder) throws { "
            + "var _container = _encoder.container(keyedBy: _GyrusKey.self); "
            + "switch self { \(cases.joined(separator: "; ")) } }"
    }

    private var enumDecode: String {
        let cases = shape.cases.map { one in
            let values = one.labels.enumerated().map { index, label in
                (label.map { "\($0): " } ?? "")
                    + "try _gyrusDecode(\"\(label ?? "_\(index)")\", from: _container.values)"
            }
            let arguments = values.isEmpty ? "" : "(\(values.joined(separator: ", ")))"
            return "case \"\(one.name.trimmingBackticks)\": self = .\(one.name)\(arguments); "
        }
        return
            "init(from _decoder: any Decoder) throws { let _container = try _GyrusCase(of: Self.self, from: _decoder); "
            + "switch _container.name { \(cases.joined())default: throw _container.isUnknown } }"
    }
}

extension TypeShape.Property {
    /// The statement that gives a property its initial value.
    var assignment: String? { initial.map { "self.\(name) = \($0); " } }
}
