import Foundation
import JSON
import Jupyter
import SwiftCells
import Synchronization

/// Looks at values for inspection and completion, where nothing else runs.
struct Glances {
    let session: CellSession
    let context: RequestContext

    /// How many seconds a value may take to be looked at.
    private static let limit = 1.5

    /// What a variable's value is, in a few words; nil if a cell runs, or if it takes long.
    func value(of variable: String) -> String? { look(at: "_gyrusGlance(`\(variable)`)") }

    /// What a function of the library names of a value, if an expression of names and dots stands for one that it takes.
    func names(_ function: String, of expression: String) -> [String] {
        guard let match = expression.wholeMatch(of: /(?:try[?!]?\s+)?\(?(?:try\s+)?([\p{L}_][\w.]*)\)?/),
            let root = match.1.split(separator: ".").first,
            session.compiler.names.variableNames.contains(String(root)),
            let text = look(at: "try \(function)(try \(match.1))")
        else { return [] }
        return (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
    }

    /// The plain text of what an expression shows; nil if a cell runs, or if it takes long.
    private func look(at expression: String) -> String? {
        let found = Mutex<String?>(nil)
        let done = DispatchSemaphore(value: 0)
        let activity = Activity(context)
        Thread {
            defer { done.signal() }
            let text = session.compiler.ifFree { compiler in
                session.activities.isEmpty ? look(at: expression, with: compiler, for: activity) : nil
            }
            found.withLock { $0 = text }
        }.start()
        if done.wait(timeout: .now() + Self.limit) == .success { return found.withLock { $0 } }
        activity.interrupt()
        return nil
    }

    private func look(at expression: String, with compiler: CellCompiler, for activity: Activity) -> String? {
        guard let runner = try? session.runners.ensure(),
            let cell = try? compiler.compile(
                expression, label: "In[glance]", options: CellOptions(isGlance: true))
        else { return nil }
        defer {
            compiler.discard(cell)
            compiler.prepare()
        }
        if activity.isInterrupted { return nil }
        let record = StartedCell(
            cell, on: runner, kind: .glance, keepsResult: true, output: session.output, context: context
        ).finish(for: activity, output: session.output, context: context)
        if record.end == nil { session.runners.noticeLoss() }
        let content = record.result.flatMap { try? JSON(parsing: $0) }
        return content?["data"]?["text/plain"]?.string
    }
}
