import Display

/// The table of a tree of values: a row per value, indented by its depth.
struct Outline {
    /// One value of the tree.
    struct Line {
        let depth: Int
        let name: String
        let kind: String
        let shape: String
        let note: String
    }

    private(set) var lines: [Line] = []
    /// How many values of one container are shown, and to which depth.
    static let breadth = 12
    static let depth = 4
    private static let limit = 200

    /// Whether there is room for further values.
    var hasRoom: Bool { lines.count < Self.limit }

    mutating func add(_ depth: Int, _ name: String, _ kind: String, shape: String = "", note: String = "") {
        lines.append(Line(depth: depth, name: name, kind: kind, shape: shape, note: note))
    }

    /// Says that of a container more values are there than are shown.
    mutating func addMore(_ depth: Int, _ count: Int) {
        if count > 0 { add(depth, "… \(Number.grouped(count)) more", "") }
    }

    func bundle(_ title: String) -> MIMEBundle {
        var table = Table(
            title,
            [
                // Blanks at the beginning of a cell are not shown by a browser; these are.
                .text("name", lines.map { String(repeating: "\u{a0}\u{a0}", count: $0.depth) + $0.name }),
                .text("kind", lines.map(\.kind)), .text("shape", lines.map(\.shape)),
                .text("value", lines.map(\.note)),
            ])
        table.rowLimit = Self.limit
        return table.mimeBundle
    }

    /// A text of one line, shortened.
    static func short(_ text: String) -> String {
        let line = text.prefix(61).map { $0.isNewline ? " " : $0 }
        return "\"" + String(line.prefix(60)) + (line.count > 60 ? "…" : "") + "\""
    }
}
