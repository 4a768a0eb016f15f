import Foundation

/// A notebook or script with its parameters, and the notebook that a run of it writes.
public struct NotebookJob: Sendable {
    public let source: URL
    /// What the source is called in errors.
    public let name: String
    public let parameters: Parameters
    /// The notebook to write; nil for none.
    public let output: URL?
    /// Where cells run.
    public let folder: URL
    /// Files that count as read, besides those that the library opens.
    public let inputs: [URL]
    public let options: NotebookRun.Options
    /// Whether it is noted what the output depends on, for `--if-changed`.
    public let keepsRecord: Bool

    public init(
        source: URL, name: String, parameters: Parameters, output: URL?, folder: URL, inputs: [URL] = [],
        options: NotebookRun.Options, keepsRecord: Bool
    ) {
        self.source = source
        self.name = name
        self.parameters = parameters
        self.output = output
        self.folder = folder
        self.inputs = inputs
        self.options = options
        self.keepsRecord = keepsRecord
    }

    /// Whether the output takes the source's place: then nothing else has what cells that are not reached had shown.
    private var isInPlace: Bool {
        output.map { AtomicFile.target(of: $0).path } == AtomicFile.target(of: source).path
    }

    /// The notebook with its parameters, and what it is made from; throws `RunError` if something does not fit.
    public func prepared() throws -> (notebook: Notebook, record: RunRecord) {
        let notebook = try Injection(of: parameters, into: Notebook(contentsOf: source), named: name).result()
        for input in inputs where !FileManager.default.isReadableFile(atPath: input.path) {
            throw RunError("--input \(input.relativePath): the file cannot be read")
        }
        return (notebook, RunRecord(of: notebook, in: folder))
    }

    /// What stands where the notebook is to be written.
    public enum Standing: Sendable {
        /// What a run would make, but for text between the code if that `wasRewritten`.
        case current(wasRewritten: Bool)
        case outdated
    }

    /// Looks whether the output is what a run would make, and brings text that is not code up to date in one that is.
    ///
    /// Throws `RunError` if something does not fit, or if the output cannot be written.
    public func refreshed() throws -> Standing {
        var (notebook, record) = try prepared()
        guard let output, record.isCurrent(for: output, inputs: inputs),
            let former = try? Notebook(contentsOf: output)
        else { return .outdated }
        if notebook.hasTexts(of: former) { return .current(wasRewritten: false) }
        notebook.takeOutputs(of: former)
        try AtomicFile.write(notebook.encoded, to: output)
        return .current(wasRewritten: true)
    }

    /// Runs the notebook in this process, whose working folder becomes that of the cells, and writes the output; SIGINT and
    /// SIGTERM end it.
    ///
    /// `mayWrite` is asked before the output is written. Throws `RunError` if it cannot be written, and what the kernel throws if a
    /// part of Gyrus is missing.
    public func run(mayWrite: () -> Bool = { true }) throws -> (
        notebook: Notebook, ending: NotebookRun.Ending
    ) {
        var (notebook, record) = try prepared()
        if let output { try AtomicFile.check(output) }
        // As they are before cells run: what changes afterwards is not what the run read.
        if keepsRecord { record.files = inputs.compactMap { OpenedFile($0.path) } }
        guard FileManager.default.changeCurrentDirectoryPath(folder.path) else {
            throw RunError("\(folder.relativePath) is no folder in which cells can run")
        }
        // A file that may not grow further is an error for its writer, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        var options = options
        options.endsWithExit = source.pathExtension == "swift"
        let run = try NotebookRun(options: options)
        let signals = Signals.ending.map { number in Signals.handle(number) { run.receive(signal: number) } }
        defer {
            run.close()
            withExtendedLifetime(signals) {}
        }
        let ending: NotebookRun.Ending
        (notebook, ending) = run.run(notebook, keepsFormerOutputs: isInPlace)
        guard let output, mayWrite() else { return (notebook, ending) }
        RunRecord.remove(for: output)
        notebook.note(status: ending.status, key: record.key)
        try AtomicFile.write(notebook.encoded, to: output)
        if keepsRecord, ending == .completed, let opened = run.openedFiles() {
            record.files += opened
            record.save(for: output)
        }
        return (notebook, ending)
    }
}

extension NotebookRun.Ending {
    /// The word for it in a notebook's metadata.
    public var status: String {
        switch self {
        case .completed: "completed"
        case .failed: "failed"
        case .interrupted: "interrupted"
        }
    }
}
