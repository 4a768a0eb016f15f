import Foundation
import JSON

/// The state of a sweep's tasks, for people and for programs.
public struct StatusReport: Sendable {
    private let folder: SweepFolder
    private let statuses: [TaskStatus]

    public init(_ folder: SweepFolder) {
        self.init(folder, StatusReader(folder, queue: SlurmQueue(of: folder)).all)
    }

    init(_ folder: SweepFolder, _ statuses: [TaskStatus]) {
        self.folder = folder
        self.statuses = statuses
    }

    /// How many tasks there are of each kind, in one line.
    public var summary: String {
        let words = ["done", "running", "queued", "pending", "failed", "vanished"]
        let counts = words.compactMap { word -> String? in
            let count = statuses.count { $0.word == word }
            return count > 0 ? "\(count) \(word)" : nil
        }
        return "\(statuses.count) tasks: " + counts.joined(separator: ", ")
    }

    /// A line for each task: its number, its state, its parameters, and what else is known.
    public var table: String {
        statuses.enumerated().map { task, status in
            let detail = status.detail.split(separator: "\n").first.map { "  \($0)" } ?? ""
            let word = status.word.padding(toLength: 8, withPad: " ", startingAt: 0)
            return "\(folder.plan.name(of: task))  \(word)  \(folder.words(for: task))\(detail)\n"
        }.joined()
    }

    /// Everything as one JSON object.
    public var json: String {
        let tasks = statuses.enumerated().map { task, status -> JSON in
            [
                "task": .integer(task), "status": .string(status.word), "detail": .string(status.detail),
                "parameters": .object(
                    Dictionary(
                        uniqueKeysWithValues: zip(folder.plan.names, folder.plan.rows[task].map(JSON.string)))
                ),
            ]
        }
        return (["tasks": .array(tasks), "summary": .string(summary)] as JSON).encodedText
    }

    /// How many tasks are not done.
    public var unfinished: Int { statuses.count { $0.word != "done" } }

    /// Whether a task failed or vanished.
    public var hasFailures: Bool { statuses.contains { $0.word == "failed" || $0.word == "vanished" } }
}

extension SweepFolder {
    /// What a task has printed so far, at all of its attempts; nil if it was never begun.
    public func logText(of task: Int) -> String? { try? String(contentsOf: log(of: task), encoding: .utf8) }
}
