import ArgumentParser
import NotebookRuns
import NotebookSweeps

/// `gyrus sweep logs`.
struct SweepLogsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what a task has printed, in all of its attempts.")

    @OptionGroup var folder: SweepFolderArgument

    @Argument(help: ArgumentHelp("The task's number.", valueName: "task"))
    var task: String

    func run() throws {
        let folder = try folder.opened()
        let number = try folder.task(named: task)
        guard let text = folder.logText(of: number) else {
            throw RunError("task \(task) was never begun")
        }
        print(text, terminator: "")
    }
}
