import ArgumentParser
import Foundation
import NotebookRuns
import NotebookSweeps

/// `gyrus sweep NOTEBOOK`: begins a sweep, or continues one.
struct SweepRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Begin a sweep, or continue it (the default).")

    @Argument(help: ArgumentHelp("The notebook (.ipynb) or script (.swift).", valueName: "notebook"))
    var source: String

    @Option(
        name: [.customShort("p"), .customLong("parameter")], parsing: .singleValue,
        help: ArgumentHelp(
            "Values of a parameter: a range (S01..S08), a list (a,b,c), or one value.",
            valueName: "name=values"))
    var parameters: [String] = []

    @Option(
        help: ArgumentHelp("A CSV file whose header has names and whose rows have values.", valueName: "file")
    )
    var table: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The sweep's folder.", valueName: "folder"))
    var output: String

    @OptionGroup var cells: CellOptions

    @Flag(help: "Write a Snakefile into the folder, and run nothing.")
    var snakefile = false

    @Flag(help: "Also run the tasks that failed before.")
    var retry = false

    @Flag(
        name: [.customLong("skip-input-check"), .customLong("skip-model-check")],
        help:
            "Slurm: do not check whether the models and data files that the notebook names are on this machine."
    )
    var skipInputCheck = false

    @OptionGroup var place: SweepPlace

    func validate() throws {
        if parameters.isEmpty, table == nil {
            throw ValidationError("a sweep needs parameters: -p name=values or --table")
        }
        // As where a variable of the shell is not set; the working folder is `.`.
        if output.isEmpty { throw ValidationError("-o: expected the name of the sweep's folder") }
        if snakefile, place.isGiven {
            throw ValidationError(
                "--snakefile runs nothing, so --jobs, --slurm and its options have no meaning with it")
        }
        if snakefile, retry {
            throw ValidationError("--snakefile runs nothing, so --retry has no meaning with it")
        }
        if skipInputCheck, !place.slurm {
            throw ValidationError("--skip-input-check has a meaning with --slurm only")
        }
    }

    func run() throws {
        var grid = ParameterGrid()
        if let table { try grid.add(contentsOf: URL(fileURLWithPath: table)) }
        for parameter in parameters { try grid.add(parameter) }
        let notebook = URL(fileURLWithPath: source)
        let workingFolder = cells.folder(of: notebook)
        if place.slurm, !skipInputCheck { try checkInputs(notebook, grid, workingFolder) }
        let folder = try SweepFolder(
            making: URL(fileURLWithPath: output), notebook: notebook, name: source,
            workingFolder: workingFolder,
            timeout: cells.timeout, grid: grid)
        if snakefile {
            print(try Snakefile(folder).write().relativePath)
            return
        }
        try place.run(folder) { status in
            switch status {
            case .pending, .vanished: true
            case .failed: retry
            case .queued, .running, .done: false
            }
        }
    }

    private func checkInputs(_ file: URL, _ grid: ParameterGrid, _ folder: URL) throws {
        let notebook = try Notebook(contentsOf: file)
        let models = ModelCheck(notebook, grid: grid, folder: folder).missing
        guard models.isEmpty else {
            throw RunError(
                "\(source) loads \(models.joined(separator: ", ")), which this machine does not have, and compute nodes fetch "
                    + "nothing; load it once in a cell here, or give --skip-input-check")
        }
        let files = try DataFileCheck(notebook, named: source, grid: grid, folder: folder).missing
        guard files.isEmpty else {
            let further = files.count > 5 ? " and \(files.count - 5) more" : ""
            throw RunError(
                "\(source) opens \(files.prefix(5).joined(separator: ", "))\(further), which is not there; if a cell makes it or only "
                    + "compute nodes have it, give --skip-input-check")
        }
    }
}
