/// The wish that the outputs of a cell so far are removed; with `wait`, only when the next output comes.
package struct ClearOutput: Codable, Sendable {
    package let wait: Bool

    package init(wait: Bool) { self.wait = wait }
}

/// A result that the runner keeps: it is available again as `Out[3]`.
package struct KeptResult: Codable, Sendable {
    package let number: Int
    /// Its type as source.
    package let type: String

    package init(number: Int, type: String) {
        self.number = number
        self.type = type
    }
}

/// An error that no code of the cell caught.
package struct UncaughtError: Codable, Sendable {
    /// Its type as the cell's author wrote it.
    package let ename: String
    /// What it says of itself.
    package let evalue: String
    /// Whether it is that of a task that was told to stop, such as `CancellationError`.
    package let cancelled: Bool

    package init(ename: String, evalue: String, cancelled: Bool) {
        self.ename = ename
        self.evalue = evalue
        self.cancelled = cancelled
    }
}

/// A wish for a line of input.
package struct InputDemand: Codable, Sendable {
    package let prompt: String
    package let password: Bool

    package init(prompt: String, password: Bool) {
        self.prompt = prompt
        self.password = password
    }
}
