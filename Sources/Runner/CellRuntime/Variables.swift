import Display
import Foundation
import Text

/// A row of `%whos`: what is known of a variable.
public struct _GyrusVariable {
    let name, type, value: String
    /// How many bytes it takes, about.
    let bytes: Int
}

/// Looks at a variable; without `describing` its own code is not asked how it looks.
public func _gyrusVariable<Value>(_ name: String, _ value: Value, describing: Bool = true) -> _GyrusVariable {
    _GyrusVariable(
        name: name, type: _typeName(Value.self, qualified: false),
        value: describing ? ValueSummary.text(of: value) : "",
        bytes: ValueSize.bytes(of: value))
}

/// A variable that cannot be copied is known by its size alone.
@_disfavoredOverload
public func _gyrusVariable<Value: ~Copyable>(
    _ name: String, _ value: borrowing Value, describing: Bool = true
)
    -> _GyrusVariable
{
    _GyrusVariable(
        name: name, type: "", value: "a value that cannot be copied", bytes: MemoryLayout<Value>.size)
}

/// The table that `%whos` shows.
public struct _GyrusVariables: Displayable {
    private let rows: [_GyrusVariable]

    public init(_ rows: [_GyrusVariable]) { self.rows = rows }

    public var mimeBundle: MIMEBundle {
        MIMEBundle(["text/plain": .text(text), "text/html": .text(html)])
    }

    private static let titles = ["Variable", "Type", "Bytes", "Value"]

    private var cells: [[String]] {
        rows.map { [$0.name, $0.type, String($0.bytes), $0.value] }
    }

    private var text: String {
        let lines = [Self.titles] + cells
        let widths = (0..<3).map { column in lines.map { $0[column].count }.max() ?? 0 }
        func line(_ words: [String]) -> String {
            let padded = (0..<3).map { column in
                let space = String(repeating: " ", count: widths[column] - words[column].count)
                return column == 2 ? space + words[column] : words[column] + space
            }
            return (padded + [words[3]]).joined(separator: "  ")
        }
        let rule = String(repeating: "-", count: widths.reduce(0, +) + 11)
        return ([line(Self.titles), rule] + cells.map(line)).joined(separator: "\n")
    }

    private var html: String {
        func row(_ words: [String], _ tag: String) -> String {
            let cells = words.enumerated().map { index, word in
                "<\(tag) style=\"text-align:\(index == 2 ? "right" : "left")\">\(word.escapedHTML)</\(tag)>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        let body = cells.map { row($0, "td") }.joined(separator: "\n")
        return "<table>\n<thead>\(row(Self.titles, "th"))</thead>\n<tbody>\n\(body)\n</tbody>\n</table>"
    }
}
