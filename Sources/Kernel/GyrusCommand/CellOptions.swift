import ArgumentParser
import Foundation

/// Where and for how long the cells of a notebook run.
struct CellOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The folder in which cells run; by default the notebook's.", valueName: "folder"))
    var cwd: String?

    @Option(help: ArgumentHelp("How many seconds a cell may take.", valueName: "seconds"))
    var timeout: Double?

    func validate() throws {
        if let timeout, !(timeout > 0) {
            throw ValidationError("--timeout \(timeout): expected a number of seconds above zero")
        }
    }

    /// The folder in which the cells of a notebook run.
    func folder(of notebook: URL) -> URL {
        cwd.map { URL(fileURLWithPath: $0) } ?? notebook.deletingLastPathComponent()
    }
}
