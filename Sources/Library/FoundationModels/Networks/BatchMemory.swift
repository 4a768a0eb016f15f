import Formats
import Foundation

/// Throws `FoundationModelError.input` if `bytes` for `what` are more memory than can be had; `advice` says how it
/// becomes less.
func checkRoom(_ bytes: Double, for what: @autoclosure () -> String, _ advice: String) throws {
    if hasMemory(for: bytes) { return }
    let wanted = String(format: "%.1f", bytes / 1e9)
    let free = String(format: "%.1f", Double(availableMemory()) / 1e9)
    throw FoundationModelError.input(
        "\(what()) would take \(wanted) GB of memory, and \(free) GB can be had; \(advice)")
}
