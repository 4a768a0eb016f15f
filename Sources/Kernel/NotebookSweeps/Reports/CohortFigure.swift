import Foundation
import NotebookRuns

/// What the tasks of a sweep recorded as one figure: the mean of a value over the cohort, with its standard deviation, along one
/// parameter.
public struct CohortFigure: Sendable {
    /// The mean and the standard deviation (n - 1) along the axis; NaN where nothing, or one value, was recorded.
    package struct Line: Sendable {
        package let name: String
        package let means: [Double]
        package let deviations: [Double]
    }
    let value: String
    let axis: String
    let positions: [String]
    package let lines: [Line]
    /// What the deviation is over; empty if there is none.
    package let meaning: String

    /// - Parameters:
    ///   - table: what was recorded.
    ///   - value: the recorded number that is drawn; nil for the first.
    ///   - axis: the parameter along the axis; nil for the last that has several values.
    ///   - series: the parameter of which each value has a line; nil for one line.
    ///
    /// Throws `RunError` if there is no such parameter or number, or if axis and series are one parameter.
    public init(_ table: CollectedTable, value: String?, axis: String?, series: String?) throws {
        let several = table.parameters.filter { table.values(of: $0).count > 1 }
        for name in [axis, series].compactMap(\.self) where !table.parameters.contains(name) {
            throw RunError(
                "the sweep has no parameter \(name); it has \(table.parameters.joined(separator: ", "))")
        }
        if let axis, axis == series {
            throw RunError("\(axis) is along the axis, so that it cannot have a line for each value")
        }
        guard let axis = axis ?? several.last(where: { $0 != series }) else {
            let others = series.map { " besides \($0)" } ?? ""
            throw RunError("no parameter\(others) has several values, so there is no axis for a figure")
        }
        let numbers = table.recorded.filter { table.isNumeric($0) }
        guard let value = value ?? numbers.first, numbers.contains(value) else {
            throw RunError(
                "the tasks have recorded no number" + (value.map { " \($0)" } ?? "")
                    + (numbers.isEmpty ? "" : "; the numbers are \(numbers.joined(separator: ", "))"))
        }
        self.value = value
        self.axis = axis
        positions = table.values(of: axis)
        let groups: [(name: String, given: [String: String])] =
            series.map { series in table.values(of: series).map { ($0, [series: $0]) } } ?? [(value, [:])]
        let positions = positions
        let recorded = groups.map { group in
            positions.map { table.numbers(value, where: group.given.merging([axis: $0]) { $1 }) }
        }
        lines = zip(groups, recorded).map { group, numbers in
            Line(name: group.name, means: numbers.map(Self.mean), deviations: numbers.map(Self.deviation))
        }
        let cohort = several.filter { $0 != axis && $0 != series }
        meaning = Self.meaning(
            of: cohort.map { ($0, table.values(of: $0).count) },
            counts: recorded.joined().map(\.count).filter { $0 > 0 })
    }

    /// What a deviation is over, if there are so many numbers at the places of the figure.
    private static func meaning(of cohort: [(name: String, count: Int)], counts: [Int]) -> String {
        guard let least = counts.min(), let most = counts.max(), most > 1 else { return "" }
        if least == most, most == cohort.map(\.count).reduce(1, *) {
            return cohort.map { "\($0.count) values of \($0.name)" }.joined(separator: " and ")
        }
        let names = cohort.map(\.name).joined(separator: " and ")
        return (least == most ? "\(most)" : "\(least) to \(most)") + " values of \(names)"
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }

    private static func deviation(_ values: [Double]) -> Double {
        guard values.count > 1 else { return .nan }
        let mean = mean(values)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }

    /// Draws the figure with the library, in a cell, into a file (`.svg`, `.pdf`, `.png`); throws `RunError` with what the library
    /// said.
    public func save(to file: URL) throws {
        var options = NotebookRun.Options()
        options.isQuiet = true
        options.showsProgress = false
        let run = try NotebookRun(options: options)
        defer { run.close() }
        let (_, ending) = run.run(Notebook(cells: [NotebookCell(.code, source: cell(saving: file))]))
        if case .failed(_, _, let error) = ending { throw RunError("\(file.relativePath): \(error)") }
    }

    /// The cell that draws it.
    package func cell(saving file: URL) -> String {
        func literal(_ value: Double) -> String {
            if value.isFinite { return "\(value)" }
            return value.isNaN ? "Double.nan" : value > 0 ? "Double.infinity" : "-Double.infinity"
        }
        func list(_ values: [Double]) -> String {
            "[" + values.map(literal).joined(separator: ", ") + "]"
        }
        let series = lines.map { line in
            let name = SwiftText.quoted(line.name)
            return meaning.isEmpty
                ? "LineChart.Series(\(name), \(list(line.means)))"
                : "try LineChart.Series(\(name), \(list(line.means)), errors: \(list(line.deviations)))"
        }
        return """
            try LineChart(
                [\(series.joined(separator: ",\n"))],
                positions: [\(positions.map(SwiftText.quoted).joined(separator: ", "))],
                positionTitle: \(SwiftText.quoted(axis)), valueTitle: \(SwiftText.quoted(value)),
                errorMeaning: \(SwiftText.quoted(meaning.isEmpty ? "" : "SD over \(meaning)"))
            ).save(\(SwiftText.quoted(file.path)))
            """
    }
}
