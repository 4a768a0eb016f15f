/// How one cell is to be compiled.
public struct CellOptions: Sendable {
    /// Whether the value of the last expression is shown.
    public var showsResult = true
    /// Whether its last expression may be left unused without a warning.
    public var mayDiscardResult = false
    /// Code before and after the source, on its own lines: the source is then the body of a closure, and
    /// declares nothing for later cells.
    public var wrapping: (before: String, after: String)?
    /// Whether it is compiled with `-O`; nil for what the session says.
    public var isOptimized: Bool?
    /// Whether it only looks at what is there: it then does not count as a cell, and `discard` must follow.
    public var isGlance = false
    /// Whether it only asks for values: it then leaves nothing behind.
    public var isQuestion = false
    /// Which cell of the notebook it is, if the front end says so.
    public var cell: CellKey?

    public init(
        showsResult: Bool = true, wrapping: (before: String, after: String)? = nil, isOptimized: Bool? = nil,
        isGlance: Bool = false, isQuestion: Bool = false, mayDiscardResult: Bool = false
    ) {
        self.mayDiscardResult = mayDiscardResult
        self.showsResult = showsResult
        self.wrapping = wrapping
        self.isOptimized = isOptimized
        self.isGlance = isGlance
        self.isQuestion = isQuestion
    }
}
