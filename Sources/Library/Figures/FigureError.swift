/// What can go wrong with a figure.
public enum FigureError: Error, Equatable, CustomStringConvertible {
    /// A list that a figure needs has another length than its labels ask for.
    case count(of: String, expected: Int, got: Int)
    /// A list that a figure needs is too short.
    case tooFew(of: String, least: Int, got: Int)
    /// cairo could not draw; the text is its own.
    case drawing(String)
    /// A file name whose ending names no format.
    case format(path: String)

    public var description: String {
        switch self {
        case .count(let what, let expected, let got):
            "a figure's \(what): expected \(expected) values, got \(got)"
        case .tooFew(let what, let least, let got):
            "the \(what) number \(got), but must be at least \(least)"
        case .drawing(let reason): "the picture could not be drawn: \(reason)"
        case .format(let path):
            "cannot tell the format of \(path): the name must end in .png, .svg, .pdf or .vl.json"
        }
    }
}
