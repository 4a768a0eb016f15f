import Synchronization

/// The lines of the cells that ran, for reports of where one stopped.
final class CellSources: Sendable {
    private let symbolizer: Symbolizer
    /// The lines by label.
    private let lines = Mutex<[String: [String]]>([:])
    /// The label of the cell that each request which did not end well was for.
    private let stopped = Mutex<[UInt32: String]>([:])

    init(symbolizer: Symbolizer) { self.symbolizer = symbolizer }

    /// Remembers the lines of a cell.
    func remember(_ lines: [String], of label: String) { self.lines.withLock { $0[label] = lines } }

    /// Remembers that the cell of a request was stopped: another may wait for what it held.
    func noteStopped(_ label: String, request: UInt32) { stopped.withLock { $0[request] = label } }

    /// The label of the cell that a request was for, if it was stopped.
    func stoppedCell(of request: UInt32) -> String? { stopped.withLock { $0[request] } }

    var reports: ErrorReports { ErrorReports(symbolizer: symbolizer, lines: lines.withLock { $0 }) }
}
