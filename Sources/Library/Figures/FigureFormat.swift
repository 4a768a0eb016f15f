import Foundation

/// The formats that a figure is saved in.
public enum FigureFormat: String, Sendable, CaseIterable {
    /// Vectors, with the glyphs of the font embedded.
    case pdf
    /// Vectors, with text as text.
    case svg
    /// Pixels.
    case png
    /// The interactive chart with its data.
    case vegaLite = "vl.json"

    /// The format that a file's name ends in; throws `FigureError.format` if it is not one of these.
    init(of path: String) throws {
        let name = path.lowercased()
        let format = FigureFormat.allCases.first { name.hasSuffix("." + $0.rawValue) }
        // A suffix alone is no name: the file would be hidden.
        guard let format, name != "." + format.rawValue, !name.hasSuffix("/." + format.rawValue) else {
            throw FigureError.format(path: path)
        }
        self = format
    }
}
