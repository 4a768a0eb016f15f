import Assistance
import Foundation
import Jupyter
import SwiftCells
import Synchronization

/// Knows what could stand in a cell that is being written, and what stands there. Any thread may ask, while a cell runs.
final class CellAssistant: Sendable {
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
            if state.withLock({ $0.changes == number }) { warmUp() }
        }
    }

    /// Has the process started, and what cells see loaded.
    func warmUp() {
        guard let source = context?.completing("", at: 0) else { return }
        assistant.warmUp(
            Question(
                .warmUp, source: source.text, arguments: source.arguments, offset: source.offset, limit: 0))
    }

    /// Asks about a place of a cell (in bytes).
    func ask(_ kind: Question.Kind, about cell: String, at place: Int, prefix: String = "") -> Answer? {
        guard let context else { return nil }
        let isCompletion = kind == .suggest || kind == .signatures
        let source = isCompletion ? context.completing(cell, at: place) : context.inspecting(cell, at: place)
        return assistant.answer(
            Question(
                kind, source: source.text, arguments: source.arguments, offset: source.offset, prefix: prefix)
        )
    }
}
