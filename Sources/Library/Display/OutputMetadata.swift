internal import CRunnerProtocol
import Foundation
import Synchronization

/// What the outputs of a notebook carry besides what they show: under `gyrus` in their metadata.
///
/// Front ends save it with the output, so that an executed notebook says which files it was made from.
package enum OutputMetadata {
    private struct State {
        var source: (@Sendable () -> Data?)?
        /// What the displays that can be updated were given: an update replaces the metadata.
        var kept: [String: Data] = [:]
    }
    private static let state = Mutex(State())

    /// Sets what gives the JSON object of the next output; nil if there is nothing to tell.
    package static func setSource(_ source: @escaping @Sendable () -> Data?) {
        state.withLock { $0.source = source }
    }

    /// The JSON object for an output that is sent now; nil if there is nothing to tell.
    package static func next() -> Data? {
        // Not under the lock: the source may wait for files to be read.
        state.withLock { $0.source }?()
    }

    /// The same for a display or for an update of it.
    static func next(for id: String, kind: MessageKind) -> Data? {
        guard kind == .display else { return state.withLock { $0.kept[id] } }
        guard let data = next() else { return nil }
        state.withLock { $0.kept[id] = data }
        return data
    }
}
