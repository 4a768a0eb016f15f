import CodeCompletion
import Foundation
import Jupyter
import SwiftCells
import Synchronization

/// Knows what could stand in a cell that is being written, and what stands there. Any thread may ask, while a cell runs.
final class CompletionService: Sendable {
    let assistant: Assistant
    private struct State {
        var context: EditorContext?
        var changes = 0
    }
    private let state = Mutex(State())

    /// After how long without a further cell the next completion is prepared.
    private static let rest = 0.3

    init(executable: String) {
        assistant = Assistant(executable: executable) { Log.write($0) }
    }

    /// What the cell that is being written can see.
    var context: EditorContext? { state.withLock { $0.context } }

    /// Takes in that cells can see something else now, and prepares for the next question once no cell follows.
    func update(_ context: EditorContext) {
        let number = state.withLock { state in
            state.context = context
            state.changes += 1
            return state.changes
        }
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + Self.rest) { [self] in
            // Where nobody ever asked, as in a notebook that is run from end to end, nobody is served by it.
            if assistant.wasAsked, state.withLock({ $0.changes == number }) { warmUp() }
        }
    }

    /// Has the process started, and what cells see loaded.
    func warmUp() {
        guard let source = context?.completing("", at: 0) else { return }
        assistant.warmUp(
            CompletionRequest(
                .warmUp, source: source.text, arguments: source.arguments, offset: source.offset, limit: 0))
    }

    /// Asks about a place of a cell (in bytes).
    func ask(_ kind: CompletionRequest.Kind, about cell: String, at place: Int, prefix: String = "")
        -> Answer?
    {
        guard let context else { return nil }
        let isCompletion = kind == .suggest || kind == .signatures
        let source = isCompletion ? context.completing(cell, at: place) : context.inspecting(cell, at: place)
        return assistant.answer(
            CompletionRequest(
                kind, source: source.text, arguments: source.arguments, offset: source.offset, prefix: prefix)
        )
    }

    /// What could stand at a place of a cell (in bytes), behind a name's first letters.
    func suggestions(for cell: String, at place: Int, prefix: String) -> Answer? {
        guard var answer = ask(.suggest, about: cell, at: place, prefix: prefix) else { return nil }
        let found = Set(answer.suggestions.map(\.text))
        let old = oldSuggestions(for: cell, at: place, prefix: prefix).filter { !found.contains($0.text) }
        if !old.isEmpty {
            answer.suggestions = Ranking.ranked(answer.suggestions + old, prefix: prefix, limit: 2000)
        }
        return answer
    }

    /// The names of cells that ran long ago, if a name can stand at the place.
    private func oldSuggestions(for cell: String, at place: Int, prefix: String) -> [Suggestion] {
        let declarations = context?.oldNames(startingWith: prefix) ?? []
        guard !declarations.isEmpty else { return [] }
        // What everybody can see is offered where a value, or a type, can stand.
        func offers(_ name: String) -> Bool {
            let answer = ask(.suggest, about: cell, at: place, prefix: name)
            return answer?.replacedBytes == 0 && answer?.suggestions.contains { $0.text == name } == true
        }
        let takesValues = offers("print")
        let takesTypes = takesValues || offers("Int")
        return declarations.filter { $0.kind.isType ? takesTypes : takesValues }.map {
            Suggestion(
                text: $0.name, kind: $0.kind.isType ? .type : $0.kind == .function ? .function : .instance,
                distance: .cell, signature: $0.functionType)
        }
    }
}
