import Display

extension PythonValue: Displayable, CustomStringConvertible {
    /// The tree: each key and element with its kind, shape and, where it is short, its value.
    public var mimeBundle: MIMEBundle {
        var outline = Outline()
        add(to: &outline, name: "value", depth: 0)
        return outline.bundle("Python \(kind)")
    }

    /// The value in a few words.
    var short: String {
        switch self {
        case .none: "None"
        case .boolean(let value): value ? "True" : "False"
        case .integer(let value): "\(value)"
        case .number(let value): Number.short(value)
        case .text(let text): Outline.short(text)
        case .bytes(let bytes): Number.counted(bytes.count, "byte")
        case .array(let array): array.description
        case .list(let elements): "a list of \(elements.count)"
        case .dictionary(let entries): "a dict of \(entries.count)"
        }
    }

    private func add(to outline: inout Outline, name: String, depth: Int) {
        guard outline.hasRoom else { return }
        switch self {
        case .list(let elements):
            outline.add(depth, name, kind, shape: Number.grouped(elements.count))
            guard depth < Outline.depth else { return }
            for (index, element) in elements.prefix(Outline.breadth).enumerated() {
                element.add(to: &outline, name: "[\(index)]", depth: depth + 1)
            }
            outline.addMore(depth + 1, elements.count - Outline.breadth)
        case .dictionary(let entries):
            outline.add(depth, name, kind, shape: Number.grouped(entries.count))
            guard depth < Outline.depth else { return }
            for entry in entries.prefix(Outline.breadth) {
                entry.value.add(to: &outline, name: entry.key.string ?? entry.key.short, depth: depth + 1)
            }
            outline.addMore(depth + 1, entries.count - Outline.breadth)
        case .array(let array):
            outline.add(depth, name, "array of \(array.elementKind)", shape: extents(array.shape))
        default: outline.add(depth, name, kind, note: short)
        }
    }
}
