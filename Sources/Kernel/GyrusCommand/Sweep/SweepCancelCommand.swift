import ArgumentParser
import NotebookSweeps

/// `gyrus sweep cancel`.
struct SweepCancelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "End the tasks that wait or run; `retry` runs them again.")

    @OptionGroup var folder: SweepFolderArgument

    func run() throws {
        let folder = try folder.opened()
        let jobs = try SlurmArray.cancel(folder)
        let processes = SweepOwners(folder).cancel()
        let parts =
            jobs.map { "Slurm job \($0)" } + (processes > 0 ? ["\(processes) processes on this machine"] : [])
        print(parts.isEmpty ? "There is nothing to cancel." : "Told to end: " + parts.joined(separator: ", "))
    }
}
