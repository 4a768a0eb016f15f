import Foundation
import GyrusKernel
import NotebookRuns
import Text

/// The same sweep for Snakemake: a rule that makes each output.
public struct Snakefile: Sendable {
    private let folder: SweepFolder

    public init(_ folder: SweepFolder) { self.folder = folder }

    /// The text of the file, which lies in the sweep's folder.
    public var text: String {
        let tasks = (0..<folder.count).map { task in
            // A value may have several lines, and a comment has one.
            let words = String(folder.words(for: task).map { $0.isNewline ? " " : $0 })
            return "    \"\(folder.plan.name(of: task))\",  # \(words)\n"
        }.joined()
        let gyrus = Self.quoted(Installation().executable)
        return """
            # Written by `gyrus sweep --snakefile`; run it by `snakemake --cores 4` in this folder.
            TASKS = [
            \(tasks)]

            rule all:
                input: expand("outputs/{task}.ipynb", task=TASKS)

            rule task:
                output: "outputs/{task}.ipynb"
                threads: 1
                shell: "OMP_NUM_THREADS={threads} \(gyrus) sweep task . --task {wildcards.task}"

            """
    }

    /// Writes the file; where it lies.
    public func write() throws -> URL {
        let file = folder.url.appending(path: "Snakefile")
        try AtomicFile.write(Data(text.utf8), to: file)
        return file
    }

    /// A path as a word of the shell within a Python string whose braces Snakemake reads.
    private static func quoted(_ path: String) -> String {
        path.shellWord.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("{", with: "{{")
            .replacing("}", with: "}}")
    }
}
