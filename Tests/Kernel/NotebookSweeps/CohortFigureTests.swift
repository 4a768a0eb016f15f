import Foundation
import NotebookRuns
import NotebookSweeps
import Testing

@Suite struct CohortFigureTests {
    /// Subjects by layers, with one number for each.
    func table(_ values: [(subject: String, layer: String, r2: String)]) -> CollectedTable {
        CollectedTable(
            parameters: ["subject", "layer"], recorded: ["r2"],
            rows: values.enumerated().map {
                [String($0.offset), $0.element.subject, $0.element.layer, $0.element.r2]
            })
    }

    @Test(arguments: ["a\r\nb", "a\nb", "a,b", "a\"b"])
    func aValueOfSeveralLinesIsQuoted(value: String) {
        let text = table([("A", "0", value)]).csv
        let quoted = "\"" + value.replacing("\"", with: "\"\"") + "\""
        #expect(text == "task,subject,layer,r2\n0,A,0,\(quoted)\n")
    }

    @Test func theDeviationIsThatOfTheCohort() throws {
        let full = table([("A", "0", "1"), ("A", "1", "2"), ("B", "0", "3"), ("B", "1", "6")])
        let figure = try CohortFigure(full, value: nil, axis: nil, series: nil)
        #expect(figure.lines.map(\.means) == [[2, 4]])
        #expect(figure.lines[0].deviations == [Double(2).squareRoot(), Double(8).squareRoot()])
        #expect(figure.meaning == "2 values of subject")
    }

    @Test func oneValueHasNoDeviation() throws {
        let figure = try CohortFigure(
            table([("A", "0", "1"), ("A", "1", "2"), ("B", "0", "3"), ("B", "1", "")]), value: nil, axis: nil,
            series: nil)
        #expect(figure.lines[0].means == [2, 2])
        #expect(
            figure.lines[0].deviations[0] == Double(2).squareRoot() && figure.lines[0].deviations[1].isNaN)
        #expect(figure.meaning == "1 to 2 values of subject")
    }

    @Test func aLineForEachSubjectHasNoneAtAll() throws {
        let figure = try CohortFigure(
            table([("A", "0", "1"), ("A", "1", "2"), ("B", "0", "3"), ("B", "1", "6")]), value: nil,
            axis: "layer",
            series: "subject")
        #expect(figure.lines.map(\.means) == [[1, 2], [3, 6]])
        #expect(figure.lines.allSatisfy { $0.deviations.allSatisfy(\.isNaN) } && figure.meaning.isEmpty)
    }

    @Test func whatIsNotFiniteIsSwiftToo() throws {
        let full = table([("A", "0", "inf"), ("A", "1", "-inf"), ("A", "2", "nan"), ("A", "3", "1.5")])
        let cell = try CohortFigure(full, value: nil, axis: nil, series: nil).cell(
            saving: URL(filePath: "/tmp/x.svg"))
        #expect(cell.contains("[Double.infinity, -Double.infinity, Double.nan, 1.5]"))
    }

    @Test func axisAndSeriesAreTwoParameters() {
        let full = table([("A", "0", "1"), ("A", "1", "2")])
        #expect(throws: RunError.self) { try CohortFigure(full, value: nil, axis: "layer", series: "layer") }
    }

    @Test func aParameterIsNotCalledAsTheColumnOfNumbers() {
        var grid = ParameterGrid()
        #expect(throws: RunError.self) { try grid.add("task=1,2") }
    }
}
