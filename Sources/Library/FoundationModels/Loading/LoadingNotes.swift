import Synchronization

/// What loading a model found that a user should know; shown on the model's card.
final class LoadingNotes: Sendable {
    private let notes = Mutex<[String]>([])

    /// Adds a note once.
    func add(_ note: String) { notes.withLock { if !$0.contains(note) { $0.append(note) } } }

    var all: [String] { notes.withLock { $0 } }
}
