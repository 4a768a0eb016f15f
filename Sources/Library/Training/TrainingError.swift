/// What is wrong with a training or with its inputs.
public struct TrainingError: Error, CustomStringConvertible, Equatable, Sendable {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// Throws `TrainingError` unless the condition holds.
func expect(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
    if !condition { throw TrainingError(problem()) }
}
