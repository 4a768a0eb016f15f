import Foundation
import Jupyter
import RunnerProtocol
import SwiftCells

/// A cell that the runner is about to run.
struct StartedCell {
    let cell: CompiledCell
    let runner: RunnerProcess
    let job: CellOutput.Job

    /// Directs what the cell will send to where its request came from. With `keepsResult` its result is not published.
    init(
        _ cell: CompiledCell, on runner: RunnerProcess, kind: CellOutput.Kind, keepsResult: Bool,
        output: CellOutput, context: RequestContext
    ) {
        self.cell = cell
        self.runner = runner
        job = output.begin(context, runner: runner, kind: kind, keepsResult: keepsResult)
    }

    /// Has the runner run the cell, and waits for its end.
    func finish(for activity: Activity, output: CellOutput, context: RequestContext) -> CellOutput.Record {
        let isSent = runner.send(
            .run(
                request: job.request, isOnSubshell: context.subshellID != nil,
                messageID: context.escapedMessageID, entry: cell.entry, library: cell.library))
        activity.waiting(for: job.request, of: runner) {
            // A runner that has just died may have been heard of before the job began.
            _ = job.done.wait(timeout: isSent ? .distantFuture : .now() + 1)
        }
        return output.take(job)
    }
}
