import Foundation
import Jupyter
import SwiftCells

/// A runner that ended, and what went with it.
struct RunnerLoss {
    let process: RunnerProcess
    /// What its cells had declared.
    let declared: NameTable

    /// The report for the cell `label`, or for a handler, that ran when the process ended.
    func report(running label: String, trapText: String) -> ErrorReport {
        let message = ErrorReports.trapMessage(trapText).map { " saying \"\($0)\"" } ?? ""
        return ErrorReports.plain(
            Self.name, "the process that ran \(label) \(ending)\(message). \(consequence)")
    }

    /// The report for a cell that came after the process had ended, as far as it is not to run.
    func report(insteadOf label: String, using names: [String]) -> ErrorReport {
        ErrorReports.plain(
            Self.name,
            "\(words) \(label) was not run, since it uses \(names.joined(separator: ", ")): "
                + "run the cells that declare \(names.count == 1 ? "it" : "them") again.")
    }

    /// What a cell that needs nothing of it is preceded by.
    var words: String { "The process that runs the cells \(ending) between cells. \(consequence)" }

    /// The names of its cells that a cell uses.
    func names(usedBy code: String) -> [String] {
        Uses(ofSource: code).names.filter(declared.declares).sorted()
    }

    static let name = "RunnerDied"

    /// The status with which it ended itself; nil if a signal ended it.
    var exitStatus: Int32? {
        guard let status = process.death, status & 0x7F == 0 else { return nil }
        return status >> 8 & 0xFF
    }

    private var ending: String {
        if process.wasGivenUp { return "was ended, as what it ran did not stop when it was interrupted" }
        let status = process.death ?? 0
        let signal = status & 0x7F
        return signal == 0
            ? "ended itself with status \(status >> 8 & 0xFF)"
            : "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
    }

    private var consequence: String {
        let names = declared.variableNames
        let lost = names.isEmpty ? "No variables were lost." : "Lost: \(names.joined(separator: ", "))."
        return "A new one was started; everything that cells declared is gone. \(lost)"
    }
}
