import Display
import Foundation

/// Puts together what a figure says to those who do not see it.
struct AltText {
    private var sentences: [String]

    /// Begins with the kind of figure and its title.
    init(_ kind: String, title: String?) {
        let title = title ?? ""
        sentences = [title.isEmpty ? kind : "\(kind): \(title.replacing("\n", with: " "))"]
    }

    /// Adds a sentence; its full stop is set here.
    mutating func add(_ sentence: String) {
        if !sentence.isEmpty { sentences.append(sentence) }
    }

    /// Adds what a figure's note says, and its reference lines.
    mutating func add(note: String, references: [ReferenceLine] = []) {
        for reference in references where reference.value.isFinite {
            add("Line at \(Number.short(reference.value)): \(reference.label)")
        }
        add(note)
    }

    var text: String {
        sentences.map { $0.hasSuffix(".") || $0.hasSuffix("…") ? $0 : $0 + "." }.joined(separator: " ")
    }

    /// A name as a sentence can hold it: one line, and of a longer one its beginning and its end.
    private static func told(_ name: String) -> String {
        let line = name.drawable
        return line.count > 120 ? "\(line.prefix(100))…\(line.suffix(16))" : line
    }

    /// "`what` from 0.1 (V1) to 0.4 (IT)", of the finite values.
    static func range(_ what: String, _ values: [(name: String, value: Double)]) -> String {
        let finite = values.filter { $0.value.isFinite }
        let what = what.isEmpty ? "values" : what
        guard let low = finite.min(by: { $0.value < $1.value }),
            let high = finite.max(by: { $0.value < $1.value })
        else { return "No finite \(what)" }
        func named(_ item: (name: String, value: Double)) -> String {
            Number.short(item.value) + (item.name.isEmpty ? "" : " (\(told(item.name)))")
        }
        guard low.value == high.value else { return "\(what) from \(named(low)) to \(named(high))" }
        if finite.count == 1 || low.name.isEmpty { return "\(what): \(named(low))" }
        return "\(what): \(Number.short(low.value)) (all \(Number.grouped(finite.count)))"
    }

    /// "Rows (layer, 12): layer 0, layer 1, …".
    static func names(_ side: String, _ title: String, _ names: [String]) -> String {
        "\(side) (\(title.isEmpty ? "" : title + ", ")\(names.count)): "
            + names.prefix(8).map(told).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
    }

    /// At most eight names: "V1, V4, IT".
    static func listed(_ names: [String]) -> String {
        names.prefix(8).map(told).joined(separator: ", ")
            + (names.count > 8 ? ", … (\(names.count) in all)" : "")
    }
}

/// The note of a figure: its own words and what it says of itself; none if it is nil.
func fullNote(_ note: String?, _ automatic: String...) -> String {
    guard let note else { return "" }
    return ([note] + automatic).filter { !$0.isEmpty }.joined(separator: " ")
}
