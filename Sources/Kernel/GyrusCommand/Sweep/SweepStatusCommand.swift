import ArgumentParser
import NotebookSweeps

/// `gyrus sweep status`.
struct SweepStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show the state of each task of a sweep; exit code 1 if one failed or vanished.")

    @OptionGroup var folder: SweepFolderArgument

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let report = StatusReport(try folder.opened())
        print(json ? report.json : report.table + report.summary)
        if report.hasFailures { throw ExitCode(1) }
    }
}
