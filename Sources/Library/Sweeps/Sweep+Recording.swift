import Display
import Foundation
import JSON

extension Sweep {
    /// Records a number under a name: `gyrus sweep collect`, and `run(on:)`, make a column of it.
    ///
    /// It is a display of the cell, in the form that Python's scrapbook reads (`sb.read_notebook("…").scraps`). A name that is recorded
    /// again has the last value.
    ///
    /// ```swift
    /// Sweep.record("r2", 0.31)
    /// ```
    ///
    /// - Parameters:
    ///   - name: the column's name, which is not empty.
    ///   - value: the number; NaN and infinity leave the column empty.
    public static func record(_ name: String, _ value: Double) {
        display(RecordedValue(name, .number(value)))
    }

    /// Records a number.
    public static func record(_ name: String, _ value: Float) {
        // The shortest digits that mean the number, not those of the Double beside it.
        display(RecordedValue(name, .number(Double("\(value)") ?? Double(value))))
    }

    /// Records a whole number.
    public static func record(_ name: String, _ value: Int) { display(RecordedValue(name, .integer(value))) }

    /// Records a text.
    public static func record(_ name: String, _ value: String) {
        display(RecordedValue(name, .string(value)))
    }

    /// Records a truth value.
    public static func record(_ name: String, _ value: Bool) { display(RecordedValue(name, .bool(value))) }

    /// Records numbers, which are one value of the column (`[0.1,0.2]`).
    public static func record(_ name: String, _ values: [Double]) {
        display(RecordedValue(name, .array(values.map(JSON.number))))
    }

    /// Records numbers, which are one value of the column (`[0.1,0.2]`).
    public static func record(_ name: String, _ values: [Float]) {
        display(RecordedValue(name, .array(values.map { .number(Double("\($0)") ?? Double($0)) })))
    }

    /// Records whole numbers, which are one value of the column (`[1,2]`).
    public static func record(_ name: String, _ values: [Int]) {
        display(RecordedValue(name, .array(values.map(JSON.integer))))
    }

    /// Records any value that can be encoded, as JSON; throws `EncodingError`.
    public static func record(_ name: String, _ value: some Encodable) throws {
        display(RecordedValue(name, try JSON(encoding: value)))
    }
}

/// A value under a name, as scrapbook's `glue` displays it.
private struct RecordedValue: Displayable {
    let name: String
    let value: JSON

    init(_ name: String, _ value: JSON) {
        if name.isEmpty { fatalError("a recorded value needs a name, which is that of its column") }
        self.name = name
        self.value = value
    }

    var mimeBundle: MIMEBundle {
        let scrap: JSON = ["name": .string(name), "data": value, "encoder": "json", "version": 1]
        let about: JSON = ["name": .string(name), "data": true, "display": false]
        let text = value.string ?? value.encodedText
        return MIMEBundle(
            [
                "application/scrapbook.scrap.json+json": .json(scrap.encoded()),
                "text/plain": .text("\(name) = \(text)"),
            ], metadata: ["scrapbook": about.encoded()])
    }
}
