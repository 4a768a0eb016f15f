import GyrusKernel
import SwiftCells

/// The cells of a Swift script in the "percent" format: each begins at a line `// %%`.
///
/// The mark may be followed by `[markdown]` and `tags=["parameters"]`, as jupytext writes them. A script without marks is
/// one cell. A magic of a whole cell (`//%%bash`) stays one, with the comments below it, as nbconvert and jupytext write
/// them.
struct ScriptCells {
    private var cells: [NotebookCell] = []
    private var header = ""
    private var body: [String] = []
    /// How the lines below a magic begin that takes other text than Swift; nil outside of one.
    private var comment: String?
    /// Whether such lines go on behind a blank one, as in a cell that a mark began.
    private var goesOn = false

    static func cells(of text: String) -> [NotebookCell] {
        var script = ScriptCells()
        for line in CellText.normalized(text).split(separator: "\n", omittingEmptySubsequences: false) {
            script.take(line)
        }
        script.close()
        return script.cells
    }

    private mutating func take(_ line: Substring) {
        if let mark = line.prefixMatch(of: /(\/\/ ?)%%(?!%)([A-Za-z_]\w*)?/) {
            let (start, name) = (String(mark.1), mark.2.map(String.init) ?? "")
            if begins(name) { return begin(name, line.dropFirst(start.count), start) }
            close()
            header = String(line.dropFirst(start.count + 2))
            goesOn = true
        } else if let comment {
            if line.hasPrefix("//") {
                let text = line.hasPrefix(comment) ? line.dropFirst(comment.count) : line.dropFirst(2)
                body.append("//" + text)
            } else if goesOn, line.allSatisfy(\.isWhitespace) {
                body.append("")
            } else {
                close()
                body = [String(line)]
            }
        } else {
            body.append(String(line))
        }
    }

    private var isBlank: Bool { body.allSatisfy { $0.allSatisfy(\.isWhitespace) } }

    /// Whether a magic begins a cell here. One that takes Swift does only where a cell begins anyway, for nothing tells
    /// where its Swift would end.
    private func begins(_ name: String) -> Bool {
        Magics.cellNames.contains(name) && !Self.isMarkdown(header) && (isBlank || !Magics.takesSwift(name))
    }

    private mutating func begin(_ name: String, _ magic: Substring, _ start: String) {
        if !isBlank { close() }
        body = ["//" + magic]
        comment = Magics.takesSwift(name) ? nil : start
    }

    private mutating func close() {
        let cell = Self.cell(header, body)
        if !cell.isBlank { cells.append(cell) }
        (header, body, comment, goesOn) = ("", [], nil, false)
    }

    private static func isMarkdown(_ header: String) -> Bool {
        header.contains("[markdown]") || header.contains("[md]")
    }

    private static func cell(_ header: String, _ lines: [String]) -> NotebookCell {
        var lines = lines
        while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
        if isMarkdown(header) {
            let text = lines.map { $0.replacing(/^\/\/ ?/, with: "") }
            return NotebookCell(.markdown, source: text.joined(separator: "\n"))
        }
        let list = header.firstMatch(of: /tags\s*=\s*\[([^\]]*)\]/)?.1 ?? ""
        let tags = list.matches(of: /"([^"]*)"/).map { String($0.1) }
        return NotebookCell(.code, source: lines.joined(separator: "\n"), tags: tags)
    }
}
