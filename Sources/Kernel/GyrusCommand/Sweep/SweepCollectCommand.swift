import ArgumentParser
import Foundation
import NotebookRuns
import NotebookSweeps

/// `gyrus sweep collect`.
struct SweepCollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract:
            "Write what finished tasks have recorded (Sweep.record) into one CSV table, a row for each task.")

    @OptionGroup var folder: SweepFolderArgument

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The table; without it, standard output.", valueName: "file"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Draw the mean over the cohort with its standard deviation (.svg, .pdf, .png).", valueName: "file"
        ))
    var figure: String?

    @Option(help: "The recorded number that is drawn; by default the first.")
    var value: String?

    @Option(help: "The parameter along the figure's axis; by default the last that has several values.")
    var axis: String?

    @Option(help: "The parameter with one line for each of its values.")
    var series: String?

    func validate() throws {
        let ofFigure = [("value", value), ("axis", axis), ("series", series)]
        if figure == nil, let (name, _) = ofFigure.first(where: { $0.1 != nil }) {
            throw ValidationError("--\(name) has a meaning with --figure only")
        }
    }

    func run() throws {
        let folder = try folder.opened()
        let table = try CollectedTable(folder)
        if let figure {
            try CohortFigure(table, value: value, axis: axis, series: series)
                .save(to: URL(fileURLWithPath: figure))
            print(figure)
        }
        if let output {
            try table.write(to: URL(fileURLWithPath: output))
            print("\(output): \(table.rows.count) of \(folder.count) tasks, \(table.columns.count) columns")
        } else if figure == nil {
            StandardStreams.write(table.csv, to: 1)
            if let loss = StandardStreams.outputLoss {
                throw RunError("the table could not all be written: \(loss)")
            }
        }
    }
}
