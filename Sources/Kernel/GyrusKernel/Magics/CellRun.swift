import Foundation
import JSON
import Jupyter
import SwiftCells

/// One execution of a cell: its steps, and what they leave.
final class CellRun {
    let session: CellSession
    let history: History
    private(set) var context: RequestContext
    let activity: Activity
    let label: String
    private let code: String
    /// The instructions to the front end (`set_next_input`).
    var payload: [JSON] = []
    private(set) var result: Data?
    /// Whether `%time` asked for the time of all of the cell, and what its Swift took so far.
    var timesAll = false
    private var total: CellTiming?
    private var isLastStep = true
    /// How many pieces of Swift of this cell were compiled so far.
    private var parts = 0

    init(_ code: String, session: CellSession, history: History, context: RequestContext, label: String) {
        self.code = code
        self.session = session
        self.history = history
        self.context = context
        activity = Activity(context)
        self.label = label
    }

    /// Runs the steps; the error of the first that failed.
    func run() -> ErrorReport? {
        session.during(activity) {
            session.noticeLoss()
            defer {
                session.tellLoss(context)
                if timesAll { total?.report(to: context) }
            }
            session.compiling { $0.forget(cells: context.deletedCells) }
            let failure = run(session.magicParser.steps(of: code))
            // Of a cell that stopped, what stands below is still to be run.
            if failure == nil, let cell = context.cellID {
                session.compiling { $0.forget(cell: cell, from: parts) }
            }
            return failure
        }
    }

    private func run(_ steps: [CellStep]) -> ErrorReport? {
        for (index, step) in steps.enumerated() {
            isLastStep = index == steps.count - 1
            do {
                switch step {
                case .swift(let source): try swift(source)
                case .magic(let call): try run(call)
                }
            } catch {
                for case .swift(let source) in steps[(index + 1)...] {
                    session.compiling { $0.noteNotRun(source, label: label) }
                }
                return (error as? MagicFailure)?.report ?? ErrorReports.plain("KernelError", "\(error)")
            }
        }
        return nil
    }

    private func run(_ call: MagicCall) throws {
        if activity.isInterrupted { throw MagicFailure.interrupted }
        do {
            try Magics.magic(for: call).run(call, self)
        } catch let error as MagicError {
            throw MagicFailure(ErrorReports.magic(error, line: call.line, of: code, label: label))
        }
    }

    /// Compiles and runs Swift of this cell; throws `MagicFailure`. Its result is shown if nothing follows it.
    @discardableResult
    func swift(_ source: String, options: CellOptions = CellOptions()) throws -> CellTiming? {
        defer {
            let lines = code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            session.remember(lines, of: label)
        }
        return try swift(source, label: label, options: options)
    }

    /// Compiles and runs Swift whose lines are those of `label`.
    @discardableResult
    func swift(_ source: String, label: String, options: CellOptions = CellOptions()) throws -> CellTiming? {
        var options = options
        options.showsResult = options.showsResult && isLastStep
        if let cell = context.cellID {
            options.cell = .named(cell, part: parts)
            parts += 1
        }
        let outcome = session.run(source, label: label, for: activity, context: context, options: options)
        if let timing = outcome.timing { total = total.map { $0 + timing } ?? timing }
        if let error = outcome.error { throw MagicFailure(error) }
        if let result = outcome.result { self.result = result }
        return outcome.timing
    }

    /// Runs what stands below `%%name` as if it were the whole cell.
    func runBody(of call: MagicCall) throws {
        guard let body = call.body else { return }
        if let report = run(session.magicParser.steps(of: "\n" + body)) { throw MagicFailure(report) }
    }

    /// Runs Swift that a magic wrote; what its last expression shows.
    func ask(_ source: String, for magic: String) throws -> Data? {
        let outcome = session.run(
            source, label: "%\(magic)", for: activity, context: context,
            options: CellOptions(isQuestion: true),
            keepsResult: true)
        if let error = outcome.error { throw MagicFailure(error) }
        return outcome.result
    }

    /// Runs Swift that a magic wrote and that declares something; throws `MagicFailure`.
    func declare(_ source: String, for magic: String) throws {
        let outcome = session.run(
            source, label: "%\(magic)", for: activity, context: context,
            options: CellOptions(showsResult: false))
        if let error = outcome.error { throw MagicFailure(error) }
    }

    /// Does something whose output is kept and not published.
    func capturing(_ capture: OutputCapture, _ body: () throws -> Void) rethrows {
        let outer = context
        context = outer.capturing(capture)
        defer { context = outer }
        // Nothing of it is the cell's result.
        defer { result = nil }
        try body()
    }

    func print(_ text: String) { context.iopub.stream(.stdout, text + "\n") }

    /// Shows text in some representations by MIME type.
    func display(_ data: [String: String], id: String? = nil, isUpdate: Bool = false) {
        let content: JSON = [
            "data": .object(data.mapValues(JSON.string)), "metadata": [:],
            "transient": id.map { ["display_id": .string($0)] } ?? [:],
        ]
        let json = content.encoded()
        if isUpdate { context.iopub.updateDisplay(json) } else { context.iopub.display(json) }
    }
}

/// A step that failed, with what the front end shows.
struct MagicFailure: Error {
    let report: ErrorReport

    init(_ report: ErrorReport) { self.report = report }

    static var interrupted: MagicFailure {
        MagicFailure(ErrorReports.plain("KeyboardInterrupt", "the cell was interrupted"))
    }
}
