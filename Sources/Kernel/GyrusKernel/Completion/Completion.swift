import CodeCompletion
import Foundation
import JSON
import Jupyter
import SwiftCells

/// `complete_request`: what can be completed at the cursor.
struct Completion {
    let service: CompletionService
    /// The folder that relative paths start from.
    let folder: String
    /// The names of the models that can be loaded.
    let models: () -> [String]
    /// The names of the layers that the value of an expression has; none if that cannot be told now.
    let layers: (String) -> [String]
    /// The names of the parts of an expression's value (columns, keys); empty if they are not known now.
    let names: (String) -> [String]

    func reply(to request: CompleteRequest) -> CompleteReply {
        let offsets = TextOffsets(request.code)
        let offset = offsets.byteOffset(ofCodePoint: request.cursorPosition)
        let (suggestions, start) = find(request.code, at: offset)
        let range = (
            start: offsets.codePoint(ofByteOffset: start), end: offsets.codePoint(ofByteOffset: offset)
        )
        let types = suggestions.map { suggestion -> JSON in
            [
                "text": .string(suggestion.text), "type": .string(suggestion.kind.rawValue),
                "signature": .string(suggestion.signature), "start": .integer(range.start),
                "end": .integer(range.end),
            ]
        }
        return CompleteReply(
            matches: suggestions.map(\.text), cursorStart: range.start, cursorEnd: range.end,
            metadata: ["_jupyter_types_experimental": .array(types)])
    }

    /// The suggestions for an offset in bytes, and the offset from which they replace what is there.
    private func find(_ code: String, at offset: Int) -> ([Suggestion], Int) {
        let magics = MagicCompletion(code, at: offset, parser: service.magicParser)
        switch magics.completion {
        case .names(let suggestions, let start), .options(let suggestions, let start):
            return (suggestions, start)
        case .path(let path): return paths(path, at: offset)
        case .variable(let typed):
            let names = service.context?.variableNames.filter { $0.hasPrefix(typed) } ?? []
            return (
                names.map { Suggestion(text: $0, kind: .instance, distance: .cell) },
                offset - typed.utf8.count
            )
        case .nothing: return ([], offset)
        case .swift: break
        }
        let code = magics.blanked
        let cursor = Cursor(in: code, at: offset)
        switch cursor.surroundings {
        case .string(let before): return before.map { string($0, in: code, at: offset) } ?? ([], offset)
        case .comment, .number: return ([], offset)
        case .code: break
        }
        let start = cursor.name?.lowerBound ?? offset
        let prefix = String(decoding: Array(code.utf8)[min(start, offset)..<offset], as: UTF8.self)
        let closed = Cursor.closingInterpolation(in: code, at: start) ?? code
        guard let answer = service.suggestions(for: closed, at: start, prefix: prefix) else {
            return ([], offset)
        }
        return (answer.suggestions, start - answer.replacedBytes)
    }

    /// What can be completed in a string of which a part is already there: a model, a layer, or else a path.
    private func string(_ before: String, in code: String, at offset: Int) -> ([Suggestion], Int) {
        let context = CallContext(in: code, at: offset)
        func named(_ names: [String]) -> [Suggestion] {
            names.filter { $0.lowercased().hasPrefix(before.lowercased()) }
                .map { Suggestion(text: $0, kind: .instance, distance: .expected) }
        }
        if context?.label == "layers", let receiver = context?.receiver {
            let names = named(layers(receiver))
            if !names.isEmpty { return (names, offset - before.utf8.count) }
        }
        let table =
            CallContext.subscripted(in: code, at: offset)
            ?? context.flatMap { context in
                Self.takesColumns.contains(context.function) ? context.receiver : nil
            }
        if let table {
            let found = named(names(table))
            if !found.isEmpty { return (found, offset - before.utf8.count) }
        }
        if context?.function == "load", context?.receiver == "FoundationModel", context?.label == nil {
            let (files, start) = paths(before, at: offset)
            // All replace the same text: the folders of a path precede its last part.
            let folders = String(decoding: Array(before.utf8).dropLast(offset - start), as: UTF8.self)
            let found = files.map { Suggestion(text: folders + $0.text, kind: .path) }
            return (named(models()) + found, offset - before.utf8.count)
        }
        return paths(before, at: offset)
    }

    /// Methods of tables whose texts are names of columns.
    private static let takesColumns: Set = [
        "adding", "converting", "droppingDuplicates", "droppingMissing", "fillingMissing", "filter",
        "grouped",
        "hasColumn", "joined", "matrix", "melted", "pivoted", "removing", "renaming", "replacing",
        "selecting",
        "sorted", "valueCounts",
    ]

    private func paths(_ path: String, at offset: Int) -> ([Suggestion], Int) {
        let (suggestions, typed) = PathCompletion.suggestions(for: path, in: folder, home: Home.path)
        return (suggestions, offset - typed.utf8.count)
    }
}
