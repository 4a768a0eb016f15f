import Assistance
import Foundation
import Jupyter
import SwiftCells

/// `complete_request`: what could stand at the cursor.
struct Completion {
    let assistant: CellAssistant
    let magics: MagicCompletion
    /// The folder that relative paths start from.
    let folder: String

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
        case .names(let suggestions, let start): return (suggestions, start)
        case .path(let path): return paths(path, at: place)
        case .nothing: return ([], place)
        case .swift: break
        }
        let code = MagicCompletion.blanked(code)
        let cursor = Cursor(in: code, at: place)
        switch cursor.surroundings {
        case .string(let before): return before.map { paths($0, at: place) } ?? ([], place)
        case .comment, .number: return ([], place)
        case .code: break
        }
        let start = cursor.name?.lowerBound ?? place
        let prefix = String(decoding: Array(code.utf8)[min(start, place)..<place], as: UTF8.self)
        guard let answer = assistant.ask(.suggest, about: code, at: start, prefix: prefix) else {
            return ([], place)
        }
        return (answer.suggestions, start - answer.replacedBytes)
    }

    private func paths(_ path: String, at place: Int) -> ([Suggestion], Int) {
        let (suggestions, typed) = PathCompletion.suggestions(for: path, in: folder, home: Home.path)
        return (suggestions, place - typed.utf8.count)
    }
}
