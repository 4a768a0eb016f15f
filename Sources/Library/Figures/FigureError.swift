/// What can go wrong with a figure.
public enum FigureError: Error, Equatable, CustomStringConvertible {
    /// A list that a figure needs has another length than its labels ask for.
    case count(of: String, expected: Int, got: Int)
    /// A list that a figure needs is too short.
    case tooFew(of: String, least: Int, got: Int)
    /// An argument has a value that it cannot have.
    case value(what: String, got: String, expected: String)
    /// cairo could not draw; the text is its own.
    case drawing(String)
    /// A file name whose suffix names no format.
    case format(path: String)
    /// A font that is not installed.
    case font(String, nearest: String, installed: [String])
    /// A width, in centimeters, at which a figure cannot be read; `least` is enough, where any is.
    case width(Double, least: Double?)

    public var description: String {
        switch self {
        case .count(let what, let expected, let got):
            "a figure's \(what): expected \(expected) values, got \(got)"
        case .tooFew(let what, let least, let got):
            "the \(what) number \(got), but must be at least \(least)"
        case .value(let what, let got, let expected): "\(what) is \(got), but must be \(expected)"
        case .drawing(let reason): "the picture could not be drawn: \(reason)"
        case .format(let path):
            "cannot save \(path): the name must end in .pdf, .svg, .png or .vl.json, which gives the format"
        case .font(let font, let nearest, let installed):
            """
            the font "\(font)" is not installed; the nearest that is installed is "\(nearest)". Pass one of \
            \(installed.map { "\"\($0)\"" }.joined(separator: ", ")), or install the font
            """
        case .width(let width, let least):
            "the figure cannot be read at a width of \(FigureError.centimeters(width))"
                + (least.map { "; it needs \(FigureError.centimeters($0))" } ?? "")
                + ", or fewer or shorter labels"
        }
    }

    private static func centimeters(_ width: Double) -> String {
        width == width.rounded() ? "\(Int(width)) cm" : "\(width) cm"
    }
}
