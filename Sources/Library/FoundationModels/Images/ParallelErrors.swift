import Synchronization

/// The errors of work that several threads share, by the number of the item.
final class ParallelErrors: Sendable {
    private let errors = Mutex<[Int: any Error]>([:])

    func put(_ error: any Error, at index: Int) { errors.withLock { $0[index] = error } }

    /// The error of the first item that has one.
    var first: (any Error)? { errors.withLock { errors in errors.keys.min().flatMap { errors[$0] } } }

    /// All errors, in the order of the items.
    var all: [any Error] { errors.withLock { errors in errors.keys.sorted().compactMap { errors[$0] } } }
}
