/// What is wrong with a training that was asked for, or with what it was given.
public struct TrainingError: Error, CustomStringConvertible, Equatable, Sendable {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Throws `TrainingError` unless the condition holds.
func expect(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
    if !condition { throw TrainingError(problem()) }
}
