import SwiftCells

/// The cells of a Swift script in the "percent" format: each begins at a line `// %%`.
///
/// The mark may be followed by `[markdown]` and `tags=["parameters"]`, as jupytext writes them. A script without marks
/// is one cell.
enum ScriptCells {
    static func cells(of text: String) -> [NotebookCell] {
        let lines = CellText.normalized(text).split(separator: "\n", omittingEmptySubsequences: false)
        var cells: [NotebookCell] = []
        var header = ""
        var body: [Substring] = []
        func close() {
            let cell = cell(header, body)
            if !cell.isBlank { cells.append(cell) }
        }
        for line in lines {
            if let mark = line.prefixMatch(of: /\/\/ ?%%(?!%)/) {
                close()
                header = String(line[mark.range.upperBound...])
                body = []
            } else {
                body.append(line)
            }
        }
        close()
        return cells
    }

    private static func cell(_ header: String, _ lines: [Substring]) -> NotebookCell {
        var lines = lines
        while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
        if header.contains("[markdown]") || header.contains("[md]") {
            let text = lines.map { $0.replacing(/^\/\/ ?/, with: "") }
            return NotebookCell(.markdown, source: text.joined(separator: "\n"))
        }
        let list = header.firstMatch(of: /tags\s*=\s*\[([^\]]*)\]/)?.1 ?? ""
        let tags = list.matches(of: /"([^"]*)"/).map { String($0.1) }
        return NotebookCell(.code, source: lines.joined(separator: "\n"), tags: tags)
    }
}
