import CodeCompletion
import Foundation
import Jupyter
import SwiftCells
import Synchronization

/// Knows what can be completed in a cell that is being written, and what its names mean. Any thread may ask, while a
/// cell runs.
final class CompletionService: Sendable {
    let client: CompletionClient
    private struct State {
        var context: EditorContext?
        var changes = 0
    }
    private let state = Mutex(State())

    /// After how long without a further cell the next completion is prepared.
    private static let rest = 0.3

    init(executable: String) {
        client = CompletionClient(executable: executable) { Log.write($0) }
    }

    /// What the cell that is being written can see.
    var context: EditorContext? { state.withLock { $0.context } }

    /// Finds the magics of the cell that is being written.
    var magicParser: MagicParser {
        let context = self.context
        return MagicParser { context?.declares($0) ?? false }
    }

    /// Takes in that cells can see something else now, and prepares for the next question once no cell follows.
    func update(_ context: EditorContext) {
        let number = state.withLock { state in
            state.context = context
            state.changes += 1
            return state.changes
        }
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + Self.rest) { [self] in
            // If nobody ever asked, as in a notebook that is run from end to end, it would be of no use.
            if client.wasAsked, state.withLock({ $0.changes == number }) { warmUp() }
        }
    }

    /// Has the process started, and what cells see loaded.
    func warmUp() {
        guard let source = context?.completing("", at: 0) else { return }
        client.warmUp(
            CompletionRequest(
                .warmUp, source: source.text, arguments: source.arguments, offset: source.offset, limit: 0))
    }

    /// Asks about an offset in bytes of a cell.
    func ask(_ kind: CompletionRequest.Kind, about cell: String, at offset: Int, prefix: String = "")
        -> CompletionAnswer?
    {
        guard let context else { return nil }
        let isCompletion = kind == .suggest || kind == .signatures
        let source =
            isCompletion ? context.completing(cell, at: offset) : context.inspecting(cell, at: offset)
        return client.answer(
            CompletionRequest(
                kind, source: source.text, arguments: source.arguments, offset: source.offset, prefix: prefix)
        )
    }

    /// What can be completed at an offset in bytes of a cell, after a name's first letters.
    func suggestions(for cell: String, at offset: Int, prefix: String) -> CompletionAnswer? {
        guard var answer = ask(.suggest, about: cell, at: offset, prefix: prefix) else { return nil }
        let found = Set(answer.suggestions.map(\.text))
        let old = oldSuggestions(for: cell, at: offset, prefix: prefix).filter { !found.contains($0.text) }
        if !old.isEmpty {
            answer.suggestions = Ranking.ranked(answer.suggestions + old, prefix: prefix, limit: 2000)
        }
        return answer
    }

    /// The names of cells that ran long ago, if a name can stand there.
    private func oldSuggestions(for cell: String, at offset: Int, prefix: String) -> [Suggestion] {
        let declarations = context?.oldNames(startingWith: prefix) ?? []
        guard !declarations.isEmpty else { return [] }
        // A name that is visible everywhere is offered exactly where a value, or a type, is allowed.
        func offers(_ name: String) -> Bool {
            let answer = ask(.suggest, about: cell, at: offset, prefix: name)
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
