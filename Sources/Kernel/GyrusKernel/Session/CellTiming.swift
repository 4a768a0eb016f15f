import RunnerProtocol

/// How long a cell took.
struct CellTiming {
    /// Time to compile and link, or to fetch from the cache.
    var compilation: Duration = .zero
    /// To run, in elapsed time.
    var wall: Duration
    /// Processor time of all threads.
    var user, system: Duration

    static func + (one: CellTiming, other: CellTiming) -> CellTiming {
        CellTiming(
            compilation: one.compilation + other.compilation, wall: one.wall + other.wall,
            user: one.user + other.user, system: one.system + other.system)
    }
}

extension JobEnd {
    /// How long the cell took to run; nil if it did not begin.
    var timing: CellTiming? {
        guard let wall, let user, let system else { return nil }
        return CellTiming(wall: .nanoseconds(wall), user: .nanoseconds(user), system: .nanoseconds(system))
    }
}
