import Foundation
import FoundationModels

extension FoundationModel {
    /// Two towers with the random weights from which a training begins: what features are worth without any training.
    ///
    /// ```swift
    /// let untrained = try FoundationModel.untrained(towers, vocabulary: SmallWorld.vocabulary, seed: 1)
    /// ```
    ///
    /// The same weights for the same seed. They lie in a file of the temporary folder, as those of other models do in theirs.
    ///
    /// - Parameters:
    ///   - towers: the shapes of the towers.
    ///   - vocabulary: the tokens in the order of their ids.
    ///   - seed: what the weights are drawn from.
    ///
    /// Throws `TrainingError` if the towers have no meaning or the vocabulary is of another size.
    public static func untrained(
        _ towers: TwoTowerConfiguration, vocabulary: [String], seed: UInt64 = 0
    ) throws -> FoundationModel {
        let trainer = try ContrastiveTrainer(
            towers, options: TrainingOptions(schedule: TrainingSchedule(steps: 1), seed: seed))
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "gyrus-untrained-\(UUID().uuidString)/untrained-\(seed)")
        try trainer.writeModel(to: folder, vocabulary: vocabulary)
        UntrainedFolders.keep(folder.deletingLastPathComponent())
        return try load(folder)
    }
}

/// The folders of untrained models, removed when the process ends.
private enum UntrainedFolders {
    private static let lock = NSLock()
    nonisolated(unsafe) private static var folders: [URL] = []

    static func keep(_ folder: URL) {
        lock.withLock {
            if folders.isEmpty { atexit { UntrainedFolders.removeAll() } }
            folders.append(folder)
        }
    }

    private static func removeAll() {
        for folder in lock.withLock({ folders }) { try? FileManager.default.removeItem(at: folder) }
    }
}
