import Foundation
import Jupyter
import RunnerProtocol
import SwiftCells

/// The parts that run the cells of one notebook: one cell at a time on each shell, beside those of the other shells.
final class CellSession: Sendable {
    let toolchain: Toolchain
    let compiler: SharedCompiler
    let runners: Runners
    let sources: CellSources
    /// Publishes what the runner sends.
    let output: CellOutput
    let comms: CommHandlers
    /// Knows what can be completed in the cell that is being written.
    let completion: CompletionService
    let documentation: DocumentationPages
    /// Runs the cells under `%%python`.
    let python: PythonSession
    let activities = Activities()
    /// Where the session keeps its files.
    let folder: URL
    private let prefix: String?
    private let cache: CellCache?

    /// A session that keeps its files in a private folder; throws if there is no toolchain or a part is missing.
    init(installation: Installation) throws {
        prefix = installation.prefix
        documentation = DocumentationPages(
            prefix: prefix, environment: ProcessInfo.processInfo.environment)
        python = PythonSession(installation: installation)
        toolchain = try Toolchain.locate()
        // What cells start is told too; see `Gyrus.environment`.
        setenv(Machine.swiftVariable, toolchain.version, 1)
        // Foundation asks the password file for the home folder, and not HOME, which names another one in containers.
        if Home.path != NSHomeDirectory() { setenv("CFFIXED_USER_HOME", Home.path, 0) }
        // Sets and dictionaries have one order in all sessions: what a cell shows and sums is the same at each run.
        setenv("SWIFT_DETERMINISTIC_HASHING", "1", 0)
        folder = try SessionFolder.make()
        // Without it every cell is compiled.
        cache = try? CellCache(folder: Folders.cache.appending(path: "cells"))
        let compiler = try CellCompiler(
            toolchain: toolchain, libraries: installation.cellLibraries, folder: folder,
            moduleCache: Folders.cache.appending(path: "modules"), cache: cache)
        self.compiler = SharedCompiler(compiler)
        let sources = CellSources(symbolizer: Symbolizer(executable: toolchain.symbolizer, folder: folder))
        self.sources = sources
        let table = CommTable()
        output = CellOutput(comms: table) { end in
            let reports = sources.reports
            guard end.outcome == .held else { return reports.stray(end) }
            return reports.note(of: end, holder: sources.stoppedCell(of: end.heldBy))
        }
        runners = Runners(installation: installation, compiler: self.compiler, output: output)
        comms = CommHandlers(table: table, output: output, runners: runners, sources: sources)
        let completion = CompletionService(executable: installation.completion)
        self.completion = completion
        completion.update(compiler.editorContext)
        compiler.onChange = { completion.update($0) }
    }

    /// Starts the runner and compiles a throwaway cell: a session's first compilation is slow.
    func warmUp() {
        compiler { compiler in
            _ = try? runners.ensure()
            try? compiler.warmUp()
            compiler.prepare()
        }
        cache?.trim()
    }

    /// What is declared by now.
    var names: NameTable { compiler.names }

    /// Processes that work for this session.
    var processIDs: [pid_t] {
        [runners.current?.pid, completion.client.processID, python.processID].compactMap(\.self)
    }

    /// The models that cells can load by name.
    var knownModels: KnownModels {
        let own = ProcessInfo.processInfo.environment
        return KnownModels(
            environment: own.merging(runners.state.environment) { $1 }, workingFolder: runners.workingFolder,
            prefix: prefix)
    }

    /// Asks what runs to stop; ends its process if nothing else helps. See `Kernel.interrupt` for what a subshell means.
    func interrupt(subshellID: String?) {
        comms.interrupt(subshellID: subshellID)
        activities.interrupt(subshellID: subshellID)
    }

    /// Ends the processes and removes the session's files.
    func close() {
        runners.close()
        activities.kill()
        python.close()
        completion.client.close()
        compiler.close()
        try? FileManager.default.removeItem(at: folder)
    }
}
