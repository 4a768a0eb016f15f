import Formats
import Foundation

extension FeatureFile {
    /// Writes the features of a layer as a table of text (RFC 4180): the id of each row, its text if the file has it,
    /// and a column for each feature, with as many digits as give the same `Float` again.
    ///
    /// ```swift
    /// let file = try model.featureFile(at: "features/", of: sentences)
    /// try file.writeCSV(of: "layer 3", to: "layer-3.csv")    // pd.read_csv("layer-3.csv", index_col="id")
    /// ```
    ///
    /// Throws `FoundationModelError.unknownLayer`, and `FormatError` if the file cannot be written; a file that was
    /// there stays until the new one is whole.
    public func writeCSV(of layer: String, to file: some FileLocation) throws {
        let ids = try ids
        let texts = try texts
        let width = try rows(0..<0, of: layer).columns
        let target = file.fileURL
        try writeAtomically(to: target) { draft in
            guard let stream = fopen(draft.path, "wxe") else { throw FormatError(target, cannot: "written") }
            var isOpen = true
            defer { if isOpen { fclose(stream) } }
            func write(_ line: String) throws {
                guard fputs(line, stream) >= 0 else { throw FormatError(target, cannot: "written") }
            }
            let names = ["id"] + (texts == nil ? [] : ["text"]) + (0..<width).map { "feature_\($0)" }
            try write(names.joined(separator: ",") + "\r\n")
            let step = max(1, (4 << 20) / max(width, 1))
            for start in stride(from: 0, to: count, by: step) {
                try Task.checkCancellation()
                let range = start..<min(start + step, count)
                let part = try rows(range, of: layer)
                for row in range {
                    var line = Self.quoted(ids[row])
                    if let texts { line += "," + Self.quoted(texts[row]) }
                    for column in 0..<width { line += ",\(part[row - start, column])" }
                    try write(line + "\r\n")
                }
            }
            isOpen = false
            guard fclose(stream) == 0 else { throw FormatError(target, cannot: "written") }
        }
    }

    /// A field as RFC 4180 requires: in quotes if it holds a comma, a quote or a line break.
    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) }
        return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
    }
}
