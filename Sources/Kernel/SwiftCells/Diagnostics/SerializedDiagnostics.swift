import Foundation

/// Reads the diagnostics file that the compiler writes (`-serialize-diagnostics-path`).
///
/// Its text output says less: it leaves out the ranges of lines that are not ASCII and what a fix-it removes.
/// Source: clang/Frontend/SerializedDiagnostics.h.
enum SerializedDiagnostics {
    private enum Code { static let diagnostic = 2, range = 3, fileName = 6, fixIt = 7 }
    private static let diagnosticBlock = 9

    /// The errors and warnings with their notes, in the user's columns; none if the file says nothing.
    static func read(_ path: String, of source: EditedSource, label: String) -> [Diagnostic] {
        guard let data = FileManager.default.contents(atPath: path),
            var stream = Bitstream(Array(data), magic: "DIAG")
        else { return [] }
        var files: [Int: String] = [:]
        var open: [Diagnostic] = []
        var done: [Diagnostic] = []
        var isDiagnostic: [Bool] = []
        while true {
            switch stream.next() {
            case .endOfStream: return done
            case .block(let id):
                isDiagnostic.append(id == diagnosticBlock)
                if id == diagnosticBlock {
                    open.append(
                        Diagnostic(severity: .error, message: "", file: "", line: 0, column: 0, length: 1))
                }
            case .endOfBlock:
                guard isDiagnostic.popLast() == true, var diagnostic = open.popLast() else { continue }
                if diagnostic.file == label { diagnostic = inUsersColumns(diagnostic, source) }
                if open.isEmpty {
                    done.append(diagnostic)
                } else {
                    open[open.count - 1].notes.append(diagnostic)
                }
            case .record(let record):
                let text = String(decoding: record.blob, as: UTF8.self)
                if record.code == Code.fileName, let id = record.operands.first { files[id] = text }
                guard let current = open.indices.last else { continue }
                take(record, text, files, into: &open[current])
            }
        }
    }

    private static func take(
        _ record: Bitstream.Record, _ text: String, _ files: [Int: String], into diagnostic: inout Diagnostic
    ) {
        let operands = record.operands
        switch record.code {
        case Code.diagnostic where operands.count >= 4:
            diagnostic.severity = [1: .note, 2: .warning, 5: .remark][operands[0]] ?? .error
            // The group of a warning ("[#no-usage]") is of use on a command line alone.
            diagnostic.message = text.replacing(/\s\[#[\w-]+\]$/, with: "")
            diagnostic.file = files[operands[1]] ?? "<unknown>"
            diagnostic.line = operands[2]
            diagnostic.column = max(1, operands[3])
        case Code.range where operands.count >= 8:
            // Of the underlined ranges the one that begins where the diagnostic points.
            if operands[1] == diagnostic.line, operands[2] == diagnostic.column,
                operands[5] == diagnostic.line
            {
                diagnostic.length = max(diagnostic.length, operands[6] - operands[2])
            }
        case Code.fixIt where operands.count >= 8 && files[operands[0]] == diagnostic.file:
            diagnostic.fixIts.append(
                Diagnostic.FixIt(
                    line: operands[1], column: operands[2], endLine: operands[5], endColumn: operands[6],
                    text: text))
        default: break
        }
    }

    private static func inUsersColumns(_ diagnostic: Diagnostic, _ source: EditedSource) -> Diagnostic {
        var diagnostic = diagnostic
        let end = source.originalColumn(line: diagnostic.line, column: diagnostic.column + diagnostic.length)
        diagnostic.column = source.originalColumn(line: diagnostic.line, column: diagnostic.column)
        diagnostic.length = max(1, end - diagnostic.column)
        for index in diagnostic.fixIts.indices {
            let fixIt = diagnostic.fixIts[index]
            diagnostic.fixIts[index].column = source.originalColumn(line: fixIt.line, column: fixIt.column)
            diagnostic.fixIts[index].endColumn = source.originalColumn(
                line: fixIt.endLine, column: fixIt.endColumn)
        }
        return diagnostic
    }
}
