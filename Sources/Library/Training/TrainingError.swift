import Formats
import Foundation

/// What is wrong with a training or with its inputs.
public struct TrainingError: Error, CustomStringConvertible, Equatable, Sendable {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Throws `TrainingError` unless the condition holds.
func expect(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
    if !condition { throw TrainingError(problem()) }
}

/// Throws `TrainingError` if a batch takes more memory than there is; `batch` says what it is of.
func expectMemory(_ bytes: Double, for batch: @autoclosure () -> String) throws {
    try expect(
        hasMemory(for: bytes),
        "\(batch()) take \(String(format: "%.1f", bytes / 1e9)) GB of memory in training, which is not there; "
            + "take smaller batches, and as many of them for a step as make up for it (accumulation)")
}
