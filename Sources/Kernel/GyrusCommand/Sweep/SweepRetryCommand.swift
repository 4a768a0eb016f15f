import ArgumentParser
import NotebookSweeps

/// `gyrus sweep retry`.
struct SweepRetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Run the tasks that failed, vanished, were ended or have not yet run."
    )

    @OptionGroup var folder: SweepFolderArgument
    @OptionGroup var place: SweepPlace

    func run() throws {
        try place.run(try folder.opened()) { status in
            switch status {
            case .failed, .vanished, .pending: true
            case .queued, .running, .done: false
            }
        }
    }
}
