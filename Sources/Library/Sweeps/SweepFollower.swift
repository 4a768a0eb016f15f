import Display
import Foundation
import JSON
import Tables

/// Runs `gyrus sweep`, and shows where its tasks stand.
struct SweepFollower {
    private let sweep: Sweep
    private let place: Sweep.Place

    private static let interval = Duration.milliseconds(500)
    /// How often the tasks of an array are looked at in the long run: each time asks Slurm's controller, which all users share.
    private static let longestInterval = Duration.seconds(15)

    init(_ sweep: Sweep, on place: Sweep.Place) {
        self.sweep = sweep
        self.place = place
    }

    func run() async throws -> DataTable {
        let handle = display("\(sweep): starting")
        try await follow(sweep.arguments(on: place), handle)
        guard let final = try await progress() else {
            throw SweepError(description: "\(sweep.folder) has no sweep")
        }
        handle.update(final)
        guard !final.hasFailures else { throw SweepError(description: final.failures) }
        let table = sweep.folder + "/collected.csv"
        let answer = try await GyrusCommand(["sweep", "collect", sweep.folder, "-o", table]).run()
        guard answer.status == 0 else { throw SweepError(description: answer.errors) }
        return try DataTable.open(table)
    }

    /// Runs a command and waits until no task waits or runs.
    private func follow(_ arguments: [String], _ handle: DisplayHandle) async throws {
        let command = try GyrusCommand(["sweep"] + arguments)
        try await withTaskCancellationHandler {
            while command.isRunning {
                try? await Task.sleep(for: Self.interval)
                if let progress = try await progress() { handle.update(progress) }
            }
        } onCancel: {
            command.stop()
        }
        let answer = command.wait()
        try Task.checkCancellation()
        // With 1 tasks have failed, which their state tells, unless there is none.
        guard answer.status == 0 || (answer.status == 1 && answer.output.contains(" tasks: ")) else {
            throw SweepError(description: answer.errors)
        }
        var interval = Self.interval
        while let progress = try await progress(), progress.isOpen {
            handle.update(progress)
            try await Task.sleep(for: interval)
            if case .slurm = place { interval = min(interval * 1.25, Self.longestInterval) }
        }
    }

    /// Where the tasks stand; nil if the folder is not there yet.
    private func progress() async throws -> SweepProgress? {
        let answer = try await GyrusCommand(["sweep", "status", sweep.folder, "--json"]).run()
        return (try? JSON(parsing: Data(answer.output.utf8))).flatMap { SweepProgress(sweep.folder, $0) }
    }
}
