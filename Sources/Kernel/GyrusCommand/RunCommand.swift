import ArgumentParser
import Foundation
import GyrusKernel
import NotebookRuns

/// `gyrus run`: executes a notebook or a script.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Execute a notebook or a Swift script, with parameters, into a notebook.",
        discussion: """
            Parameters are put into a cell after the one that is tagged `parameters`, which declares them with their \
            defaults; the defaults' types decide how a value is read. A script (.swift) is one cell, or begins a cell at \
            each line `// %%`; its parameters are the plain values that it begins with.

            The output is written in one step when the cells have run, also if one has failed (exit code 1) or the \
            run was interrupted (130, or 143 for SIGTERM).
            """)

    @Argument(help: ArgumentHelp("The notebook (.ipynb) or script (.swift).", valueName: "notebook"))
    var source: String

    @Option(
        name: [.customShort("p"), .customLong("parameter")], parsing: .singleValue,
        help: ArgumentHelp("The value of a parameter; may be given several times.", valueName: "name=value"))
    var parameters: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("parameters-file")], parsing: .singleValue,
        help: ArgumentHelp(
            "A JSON object of further parameters; may be given several times.", valueName: "file"))
    var parametersFiles: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("The notebook to write (.ipynb).", valueName: "file"))
    var output: String?

    @Flag(
        help: """
            Do nothing if the output is there and was made from the same code, parameters, version of Gyrus and input files.
            """)
    var ifChanged = false

    @Option(
        name: .customLong("input"), parsing: .singleValue,
        help: ArgumentHelp(
            "A file that --if-changed looks at besides those that the library opens.", valueName: "file"))
    var inputs: [String] = []

    @OptionGroup var cells: CellOptions

    @Flag(help: "Run the cells after one that failed, and exit with 0.")
    var allowErrors = false

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    func validate() throws {
        if ifChanged, output == nil { throw ValidationError("--if-changed needs an output (-o)") }
        if !inputs.isEmpty, output == nil { throw ValidationError("--input needs an output (-o)") }
        if let output, !output.hasSuffix(".ipynb") {
            throw ValidationError("-o \(output): a notebook is written, whose name ends in .ipynb")
        }
    }

    func run() throws {
        let job = try job()
        if ifChanged, let output = job.output, case .current(let wasRewritten) = try job.refreshed() {
            if !quiet {
                let change = wasRewritten ? ", its text was taken from \(source)" : ""
                StandardStreams.write(
                    "\(output.relativePath) is up to date\(change); nothing was run\n", to: 2)
            }
            return
        }
        let (notebook, ending) = try job.run()
        try finish(ending, of: notebook)
    }

    private func job() throws -> NotebookJob {
        var given = Parameters()
        for parameter in parameters { try given.add(parameter) }
        for file in parametersFiles { try given.add(contentsOf: URL(fileURLWithPath: file)) }
        var options = NotebookRun.Options()
        options.timeout = cells.timeout
        options.allowsErrors = allowErrors
        options.isQuiet = quiet
        options.showsProgress = output != nil
        let source = URL(fileURLWithPath: source)
        return NotebookJob(
            source: source, name: self.source, parameters: given,
            output: output.map { URL(fileURLWithPath: $0) },
            folder: cells.folder(of: source),
            inputs: inputs.map { URL(fileURLWithPath: $0) }, options: options, keepsRecord: output != nil)
    }

    private func finish(_ ending: NotebookRun.Ending, of notebook: Notebook) throws {
        switch ending {
        case .completed:
            // With an output, what was shown is there.
            if output == nil, let loss = StandardStreams.outputLoss {
                throw RunError("\(source): what the cells printed could not all be written: \(loss)")
            }
        case .failed(let cell, let count, let error):
            let id = notebook.cells[cell].id
            StandardStreams.write(
                "gyrus run: \(source): cell \(cell + 1)\(id.isEmpty ? "" : " (id \(id))"), In[\(count)], failed: \(error)\n",
                to: 2)
            if !allowErrors { throw ExitCode(1) }
        case .interrupted(let signal):
            StandardStreams.write("gyrus run: \(source): interrupted by signal \(signal)\n", to: 2)
            throw ExitCode(128 + signal)
        }
    }
}
