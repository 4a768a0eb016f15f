import Foundation
import Jupyter
import RunnerProtocol
import SwiftCells
import Synchronization

/// The runner of a session: starts it, and notices when it has ended and what was lost with it.
final class Runners: @unchecked Sendable {
    // @unchecked: `runner`, `loss`, `isLossToBeTold` and `isLimitToBeTold` are used in the compiler's turn alone.
    let compiler: SharedCompiler
    /// What cells can import without `%package`.
    let cellLibraries: CellLibraries
    private let executable: String
    private let output: CellOutput
    private var runner: RunnerProcess?
    /// The runner that was replaced last, and whether the user has yet to be told.
    private var loss: RunnerLoss?
    private var isLossToBeTold = false
    private var isLimitToBeTold = true
    /// What `%env`, `%cd` and `%package` did to the runner, to be done to the one that follows it.
    private let settings = Mutex(RunnerState())
    var state: RunnerState {
        get { settings.withLock { $0 } }
        set { settings.withLock { $0 = newValue } }
    }
    /// How many subshells are open; held while a runner is told.
    private let subshellCount = Mutex(0)
    private let shared = Mutex<(runner: RunnerProcess?, isClosed: Bool, count: Int)>((nil, false, 0))
    /// The runner, for those who do not wait for the turn.
    var current: RunnerProcess? { shared.withLock { $0.runner } }
    /// How many runners were started.
    var count: Int { shared.withLock { $0.count } }

    init(installation: Installation, compiler: SharedCompiler, output: CellOutput) {
        self.compiler = compiler
        self.output = output
        executable = installation.runner
        cellLibraries = installation.cellLibraries
    }

    /// The runner, which is started if there is none; throws `RunnerFailure`.
    func ensure() throws -> RunnerProcess {
        try compiler { compiler in
            noticeLoss()
            if let runner { return runner }
            if shared.withLock({ $0.isClosed }) { throw RunnerFailure(what: "the kernel is shutting down") }
            let output = self.output
            let started = try RunnerProcess(
                executable: executable,
                listener: .init(
                    receive: { output.receive($0, of: $1) }, receiveRaw: { output.receiveRaw($0, $1) },
                    died: { output.died($0) }))
            for library in compiler.preload { started.tell(.load(library: library)) }
            state.apply(to: started)
            runner = started
            shared.withLock {
                $0.runner = started
                $0.count += 1
            }
            subshellCount.withLock { _ = started.send(.subshells($0)) }
            return started
        }
    }

    /// Tells the runner, and those that follow it, how many subshells are open: a cell may wait for what they will run.
    func changed(subshellCount count: Int) {
        subshellCount.withLock {
            $0 = count
            current?.send(.subshells(count))
        }
    }

    /// Ends the runner with all that cells declared, and starts another.
    func restart() throws {
        try compiler { _ in
            let ended = runner
            forget(isLoss: false)
            ended?.end()
            forgetPackages()
            _ = try ensure()
        }
    }

    private func forget(isLoss: Bool) {
        runner = nil
        shared.withLock { $0.runner = nil }
        compiler { $0.reset(isLoss: isLoss) }
    }

    /// Ends the runner; no other is started.
    func close() {
        let runner = shared.withLock { shared in
            shared.isClosed = true
            return shared.runner
        }
        runner?.kill()
    }

    /// The status with which the runner that was lost last ended itself; nil if none was, or if it did not.
    var exitStatus: Int32? { compiler { _ in loss?.exitStatus } }

    /// Tells the user once of a limit of memory (`GYRUS_MEMORY`) that has no effect, or stops most cells.
    func tellLimit(_ context: RequestContext) {
        compiler { _ in
            guard isLimitToBeTold else { return }
            isLimitToBeTold = false
            guard let text = ProcessInfo.processInfo.environment["GYRUS_MEMORY"], !text.isEmpty else {
                return
            }
            let isNumber = text.allSatisfy { ("0"..."9").contains($0) }
            guard isNumber, let megabytes = UInt64(text), megabytes > 0 else {
                context.iopub.stream(
                    .stderr,
                    "GYRUS_MEMORY is \(text), which is no whole number of megabytes above 0: the cells have no limit of their "
                        + "own.\n")
                return
            }
            guard megabytes < Self.leastUsefulLimit else { return }
            context.iopub.stream(
                .stderr,
                "GYRUS_MEMORY is \(text) megabytes: the process of the cells takes some 35 by itself, and a cell that adds 64 is "
                    + "stopped.\n")
        }
    }

    /// Megabytes of the runner without a cell, and what a cell may add in any case (`memory.c`).
    private static let leastUsefulLimit: UInt64 = 100

    // MARK: losses

    /// Whether a runner has not been replaced.
    func isCurrent(_ one: RunnerProcess) -> Bool { compiler { _ in runner === one } }

    /// Notices whether the runner has ended, before anybody asks what is declared.
    func noticeLoss() {
        compiler { _ in if let runner, runner.hasEnded { noteLoss(of: runner) } }
    }

    /// Says that a runner ended while it ran something; the first who does so has another started.
    func report(lossOf dead: RunnerProcess, running label: String, trapText: String) -> ErrorReport {
        compiler { _ in
            if runner === dead {
                noteLoss(of: dead)
                _ = try? ensure()
            }
            guard let loss, loss.process === dead else {
                return ErrorReports.plain(RunnerLoss.name, "the process that ran \(label) has ended")
            }
            isLossToBeTold = false
            return loss.report(running: label, trapText: trapText)
        }
    }

    private func noteLoss(of dead: RunnerProcess) {
        _ = dead.hasEnded  // Until its end is known.
        loss = RunnerLoss(process: dead, declared: compiler.names)
        isLossToBeTold = true
        forget(isLoss: true)
    }

    /// Tells the user of a runner that ended between cells, unless there is nothing to tell; throws an `ErrorReport` for
    /// a cell that uses what was lost.
    func tellLoss(_ context: RequestContext, insteadOf cell: (label: String, code: String)? = nil) throws {
        try compiler { _ in
            guard isLossToBeTold, let loss else { return }
            isLossToBeTold = false
            if let cell {
                let used = loss.names(usedBy: cell.code)
                guard used.isEmpty else { throw loss.report(insteadOf: cell.label, using: used) }
            }
            context.iopub.stream(.stderr, loss.words + "\n")
        }
    }
}
