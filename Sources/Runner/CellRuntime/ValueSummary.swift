/// A value in a few words, on one line.
enum ValueSummary {
    private static let limit = 60
    private static let elements = 6

    static func text(of value: some Any) -> String {
        let text = summary(of: value, depth: 0).split(whereSeparator: \.isNewline).joined(separator: " ")
        return text.count > limit ? text.prefix(limit - 1) + "…" : text
    }

    private static func summary(of value: Any, depth: Int) -> String {
        if let text = value as? any StringProtocol { return String(reflecting: beginning(of: text)) }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.map { summary(of: $0.value, depth: depth) } ?? "nil"
        case .dictionary: return list(value, mirror, depth, pairs: true)
        case .collection, .set: return list(value, mirror, depth)
        case .enum, .none: return String(describing: value)
        case .tuple, .struct, .class, _:
            if value is any CustomStringConvertible { return String(describing: value) }
            return fields(value, mirror, depth)
        }
    }

    private static func beginning(of text: some StringProtocol) -> String { String(text.prefix(limit)) }

    private static func list(_ value: Any, _ mirror: Mirror, _ depth: Int, pairs: Bool = false) -> String {
        let count = (value as? any Collection)?.count ?? mirror.children.count
        let first = depth > 1 ? [] : Array(mirror.children.prefix(elements))
        let shown = first.map { child in
            guard pairs else { return summary(of: child.value, depth: depth + 1) }
            return Mirror(reflecting: child.value).children
                .map { summary(of: $0.value, depth: depth + 1) }.joined(separator: ": ")
        }
        let more = count > shown.count ? shown.isEmpty ? "…" : ", …" : ""
        let tail = count > elements ? " (\(count) elements)" : ""
        return "[\(shown.joined(separator: ", "))\(more)]\(tail)"
    }

    /// The fields of a value that does not describe itself; those of its fields are left out.
    private static func fields(_ value: Any, _ mirror: Mirror, _ depth: Int) -> String {
        let name = mirror.displayStyle == .tuple ? "" : _typeName(type(of: value), qualified: false)
        guard depth == 0, !mirror.children.isEmpty else {
            return mirror.children.isEmpty ? "\(name)()" : "\(name)(…)"
        }
        let shown = mirror.children.prefix(elements).map { child in
            let label = child.label.map { $0.hasPrefix(".") ? "" : "\($0): " } ?? ""
            return label + summary(of: child.value, depth: depth + 1)
        }
        return "\(name)(\(shown.joined(separator: ", "))\(mirror.children.count > elements ? ", …" : ""))"
    }
}
