import ArgumentParser
import Foundation
import NotebookSweeps

/// `gyrus sweep task`: runs one task; what arrays and local sweeps start.
struct SweepTaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task", abstract: "Run one task in this process, unless it is done or being run.",
        shouldDisplay: false)

    @OptionGroup var folder: SweepFolderArgument

    @Option var task: String?
    /// How many attempts there were when it was decided to run it.
    @Option var attempts: Int?
    /// A file with a task and its attempts in each line, and the line (from zero).
    @Option var list: String?
    @Option var line: Int?

    func run() throws {
        let folder = try folder.opened()
        let (task, attempts) = try place(in: folder)
        let outcome = try TaskRun(task, of: folder, attempts: attempts).run()
        switch outcome {
        case .done: return
        case .failed: throw ExitCode(1)
        case .interrupted(let signal): throw ExitCode(128 + signal)
        case .skipped(let why): print("task \(task) \(why)")
        }
    }

    private func place(in folder: SweepFolder) throws -> (Int, Int) {
        if let task { return (try folder.task(named: task), attempts ?? Int.max) }
        guard let list, let line, let text = try? String(contentsOfFile: list, encoding: .utf8) else {
            throw ValidationError("expected --task, or --list and --line")
        }
        let words = text.split(separator: "\n").dropFirst(line).first?.split(separator: " ") ?? []
        guard words.count == 2, let attempts = Int(words[1]) else {
            throw ValidationError("\(list) has no task in line \(line)")
        }
        return (try folder.task(named: String(words[0])), attempts)
    }
}
