import JSON

extension JSON {
    /// This value as nbformat writes notebooks: keys sorted, each member on its own line, one space for each level.
    var indentedText: String {
        var out = ""
        write(to: &out, depth: 0)
        return out
    }

    private func write(to out: inout String, depth: Int) {
        let inner = "\n" + String(repeating: " ", count: depth + 1)
        let outer = "\n" + String(repeating: " ", count: depth)
        switch self {
        case .array(let items) where !items.isEmpty:
            out += "["
            for (index, item) in items.enumerated() {
                out += index > 0 ? "," + inner : inner
                item.write(to: &out, depth: depth + 1)
            }
            out += outer + "]"
        case .object(let members) where !members.isEmpty:
            out += "{"
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                out += index > 0 ? "," + inner : inner
                out += JSON.string(member.key).encodedText + ": "
                member.value.write(to: &out, depth: depth + 1)
            }
            out += outer + "}"
        default: out += encodedText
        }
    }
}
