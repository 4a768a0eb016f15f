/// A card of names and values.
package func card(_ title: String, _ rows: [(String, String)]) -> MIMEBundle {
    Table(title, [.text("", rows.map(\.0)), .text("", rows.map(\.1))]).mimeBundle
}

/// Extents as "3 x 224 x 224"; of a scalar "scalar".
package func extents(_ shape: [Int]) -> String {
    shape.isEmpty ? "scalar" : shape.map(Number.grouped).joined(separator: " x ")
}

/// The first few of many names.
package func listed(_ names: [String]) -> String {
    names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", … (\(names.count) in all)" : "")
}
