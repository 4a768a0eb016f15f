import CodeCompletion
import Foundation
import JSON
import Jupyter
import SwiftCells

/// `complete_request`: what could stand at the cursor.
struct Completion {
    let assistant: CompletionService
    let magics: MagicCompletion
    /// The folder that relative paths start from.
    let folder: String
    /// The names of the models that can be loaded.
    let models: () -> [String]
    /// The names of the layers that the value of an expression has; none if that cannot be told now.
    let layers: (String) -> [String]

    func reply(to request: CompleteRequest) -> CompleteReply {
        let places = TextPlaces(request.code)
        let place = places.byteOffset(ofCodePoint: request.cursorPosition)
        let (suggestions, start) = find(request.code, at: place)
        let range = (start: places.codePoint(ofByteOffset: start), end: places.codePoint(ofByteOffset: place))
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

    /// The suggestions for a place (in bytes), and the place from which on they replace what stands there.
    private func find(_ code: String, at place: Int) -> ([Suggestion], Int) {
        switch magics.complete(code, at: place) {
        case .names(let suggestions, let start), .options(let suggestions, let start):
            return (suggestions, start)
        case .path(let path): return paths(path, at: place)
        case .nothing: return ([], place)
        case .swift: break
        }
        let code = MagicCompletion.blanked(code)
        let cursor = Cursor(in: code, at: place)
        switch cursor.surroundings {
        case .string(let before): return before.map { string($0, in: code, at: place) } ?? ([], place)
        case .comment, .number: return ([], place)
        case .code: break
        }
        let start = cursor.name?.lowerBound ?? place
        let prefix = String(decoding: Array(code.utf8)[min(start, place)..<place], as: UTF8.self)
        let closed = Cursor.closingInterpolation(in: code, at: start) ?? code
        guard let answer = assistant.suggestions(for: closed, at: start, prefix: prefix) else {
            return ([], place)
        }
        return (answer.suggestions, start - answer.replacedBytes)
    }

    /// What could stand in a string, of which a part stands already: a model, a layer, or else a path.
    private func string(_ before: String, in code: String, at place: Int) -> ([Suggestion], Int) {
        let context = CallContext(in: code, at: place)
        func named(_ names: [String]) -> [Suggestion] {
            names.filter { $0.lowercased().hasPrefix(before.lowercased()) }
                .map { Suggestion(text: $0, kind: .instance, distance: .expected) }
        }
        if context?.label == "layers", let receiver = context?.receiver {
            let names = named(layers(receiver))
            if !names.isEmpty { return (names, place - before.utf8.count) }
        }
        if context?.function == "load", context?.receiver == "FoundationModel", context?.label == nil {
            let (files, start) = paths(before, at: place)
            // All replace the same text: the folders of a path stand before its last part.
            let folders = String(decoding: Array(before.utf8).dropLast(place - start), as: UTF8.self)
            let found = files.map { Suggestion(text: folders + $0.text, kind: .path) }
            return (named(models()) + found, place - before.utf8.count)
        }
        return paths(before, at: place)
    }

    private func paths(_ path: String, at place: Int) -> ([Suggestion], Int) {
        let (suggestions, typed) = PathCompletion.suggestions(for: path, in: folder, home: Home.path)
        return (suggestions, place - typed.utf8.count)
    }
}
