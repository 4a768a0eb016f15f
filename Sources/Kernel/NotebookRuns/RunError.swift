/// Why a run is refused before anything runs, or what became of it.
public struct RunError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
