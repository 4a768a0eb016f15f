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
    /// How many pieces of Swift of this cell were compiled so far that may declare something.
    private var parts = 0
    /// Whether something of it was measured, which declares nothing and takes nothing back.
    private var isMeasured = false

    init(_ code: String, session: CellSession, history: History, context: RequestContext, label: String) {
        self.code = code
        self.session = session
        self.history = history
        self.context = context
        activity = Activity(context)
        self.label = label
    }

    /// Runs the steps; throws the error of the first that failed.
    func run() throws(ErrorReport) {
        try session.activities.during(activity) { () throws(ErrorReport) in
            let steps = session.compiler { compiler in
                session.runners.noticeLoss()
                compiler.forget(cells: context.deletedCells)
                return session.compiler.magicParser.steps(of: code)
            }
            defer {
                try? session.runners.tellLoss(context)
                if timesAll { total?.report(to: context) }
            }
            try run(steps)
            // Of a cell that stopped, what stands below is still to be run.
            guard let cell = context.cellID, parts > 0 || !isMeasured else { return }
            session.compiler { $0.forget(cell: cell, from: parts) }
        }
    }

    private func run(_ steps: [CellStep]) throws(ErrorReport) {
        for (index, step) in steps.enumerated() {
            isLastStep = index == steps.count - 1
            do {
                switch step {
                case .swift(let source): try swift(source)
                case .magic(let call): try run(call)
                }
            } catch {
                for case .swift(let source) in steps[(index + 1)...] {
                    session.compiler { $0.noteNotRun(source, label: label) }
                }
                throw error as? ErrorReport ?? ErrorReports.plain("KernelError", "\(error)")
            }
        }
    }

    private func run(_ call: MagicCall) throws {
        if activity.isInterrupted { throw ErrorReports.interrupted }
        do {
            try Magics.magic(for: call).run(call, self)
        } catch let error as MagicError {
            throw ErrorReports.magic(error, line: call.line, of: code, label: label)
        }
    }

    /// Compiles and runs Swift of this cell. Its result is shown if nothing follows it.
    @discardableResult
    func swift(_ source: String, options: CellOptions = CellOptions()) throws(ErrorReport) -> CellTiming? {
        defer {
            let lines = code.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            session.sources.remember(lines, of: label)
        }
        return try swift(source, label: label, options: options)
    }

    /// Compiles and runs Swift whose lines are those of `label`; how long it took.
    @discardableResult
    func swift(_ source: String, label: String, options: CellOptions = CellOptions()) throws(ErrorReport)
        -> CellTiming?
    {
        var options = options
        options.showsResult = options.showsResult && isLastStep
        if options.wrapping != nil {
            isMeasured = true
        } else if let cell = context.cellID, source.contains(where: { !$0.isWhitespace }) {
            // A blank cell is none of the parts: what it declared before is forgotten.
            options.cell = .named(cell, part: parts)
            parts += 1
        }
        var timing: CellTiming?
        defer { if let timing { total = total.map { $0 + timing } ?? timing } }
        if let result = try execution(label, options).run(source, timed: { timing = $0 }) {
            self.result = result
        }
        return timing
    }

    /// Runs what is below `%%name` as if it were the whole cell.
    func runBody(of call: MagicCall) throws(ErrorReport) {
        if let body = call.body { try run(session.compiler.magicParser.steps(of: "\n" + body)) }
    }

    /// Runs Swift that a magic wrote; what its last expression shows.
    func ask(_ source: String, for magic: String) throws(ErrorReport) -> Data? {
        var execution = execution("%\(magic)", CellOptions(isQuestion: true))
        execution.keepsResult = true
        return try execution.run(source)
    }

    /// Runs Swift that a magic wrote and that declares something.
    func declare(_ source: String, for magic: String) throws(ErrorReport) {
        _ = try execution("%\(magic)", CellOptions(showsResult: false)).run(source)
    }

    private func execution(_ label: String, _ options: CellOptions) -> CellExecution {
        CellExecution(session: session, activity: activity, context: context, label: label, options: options)
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
