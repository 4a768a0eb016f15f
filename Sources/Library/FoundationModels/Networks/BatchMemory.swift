import Formats
import Foundation

/// Throws `FoundationModelError.input` if `bytes` for `what` are more memory than can be had; `advice` says how it
/// becomes less.
///
/// Less than 64 MB is not asked about: that would be asked for every batch.
func checkRoom(_ bytes: Double, for what: @autoclosure () -> String, _ advice: String) throws {
    guard bytes >= 64e6 else { return }
    let available = Double(availableMemory())
    guard bytes > available else { return }
    let (wanted, free) = (String(format: "%.1f", bytes / 1e9), String(format: "%.1f", available / 1e9))
    throw FoundationModelError.input(
        "\(what()) would take \(wanted) GB of memory, and \(free) GB can be had; \(advice)")
}
