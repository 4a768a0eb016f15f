/// Why a simulator cannot be made, opened or asked.
public struct SimulatorError: Error, CustomStringConvertible, Equatable, Sendable {
    public let description: String

    init(_ description: String) { self.description = description }
}
