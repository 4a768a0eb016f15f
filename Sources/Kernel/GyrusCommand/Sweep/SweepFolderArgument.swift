import ArgumentParser
import Foundation
import NotebookSweeps

/// The folder that the subcommands of `gyrus sweep` are about.
struct SweepFolderArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The sweep's folder.", valueName: "folder"))
    var folder: String

    func opened() throws -> SweepFolder { try SweepFolder(opening: URL(fileURLWithPath: folder)) }
}
