import CellRuntime
import Comms
import Display
import Foundation
import JSON
import Synchronization

/// Shows controls, and below them what `show` makes of their values, again whenever one is moved.
///
/// `show` runs at once, so that a notebook that nobody operates holds its first picture, and then after each move. While it
/// runs further moves wait; when it is done it runs for the latest alone. It runs inside a task that an interrupt cancels,
/// and beside a cell that runs (see `Comm`). What it prints, and the error of a move, appear between controls and picture.
///
/// ```swift
/// try interact(Slider("layer", 0...5), SelectionSlider("alpha", [1, 10, 100])) { layer, alpha in
///     let features = try model.features(of: study.stimuli, layers: .blocks(layer...layer))
///     return try Ridge(alphas: [alpha]).scoresByLayer(features, of: study)[0].scores.histogram()
/// }
/// ```
///
/// A page that is reloaded shows controls and picture, but the picture follows only once the cell has run again: a front
/// end forgets which displays it may redraw.
///
/// Throws what `show` throws the first time.
public func interact<A: InputWidget, Shown>(
    _ a: A, show: @escaping (A.Value) throws -> Shown
) rethrows {
    try Interaction([a]) { try show(a.value) }.begin { try show(a.value) }
}

/// The same with two controls.
///
/// - Parameters:
///   - a: the first control.
///   - b: the second.
///   - show: what is shown of their values.
public func interact<A: InputWidget, B: InputWidget, Shown>(
    _ a: A, _ b: B, show: @escaping (A.Value, B.Value) throws -> Shown
) rethrows {
    try Interaction([a, b]) { try show(a.value, b.value) }.begin { try show(a.value, b.value) }
}

/// The same with three controls.
///
/// - Parameters:
///   - a: the first control.
///   - b: the second.
///   - c: the third.
///   - show: what is shown of their values.
public func interact<A: InputWidget, B: InputWidget, C: InputWidget, Shown>(
    _ a: A, _ b: B, _ c: C, show: @escaping (A.Value, B.Value, C.Value) throws -> Shown
) rethrows {
    try Interaction([a, b, c]) { try show(a.value, b.value, c.value) }
        .begin { try show(a.value, b.value, c.value) }
}

/// The same with four controls.
///
/// - Parameters:
///   - a: the first control.
///   - b: the second.
///   - c: the third.
///   - d: the fourth.
///   - show: what is shown of their values.
public func interact<A: InputWidget, B: InputWidget, C: InputWidget, D: InputWidget, Shown>(
    _ a: A, _ b: B, _ c: C, _ d: D, show: @escaping (A.Value, B.Value, C.Value, D.Value) throws -> Shown
) rethrows {
    try Interaction([a, b, c, d]) { try show(a.value, b.value, c.value, d.value) }
        .begin { try show(a.value, b.value, c.value, d.value) }
}

// Overloads, since the compiler (6.3) crashes on a function type over the values of a parameter pack.

/// Controls and the picture that follows them.
private final class Interaction: Sendable {
    private struct State {
        /// The values that the picture shows, or is being made of.
        var shown: [JSON] = []
        /// How many pictures were begun.
        var count = 0
        var handle: DisplayHandle?
    }

    private let controls: [any InputWidget]
    private let ids: Set<String>
    private let output = OutputArea()
    private let show: Stored<Void, Any>
    private let state = Mutex(State())

    init(_ controls: [any InputWidget], show: @escaping () throws -> Any) {
        self.controls = controls
        self.show = Stored { _ in try show() }
        ids = Set(controls.map(\.model.id))
        align()
    }

    /// Gives all labels the width of the longest, so that the controls are aligned.
    private func align() {
        let width = (controls.map(\.label.count).max() ?? 0) + 2
        for control in controls {
            control.model.setAppearance(
                layout: ["width": "min(480px, 100%)"], style: ["description_width": .string("\(width)ch")])
        }
    }

    /// Shows the controls and the first picture, and follows the controls from now on.
    func begin(_ first: () throws -> Any) rethrows {
        let parts: [any Widget] = controls + [output]
        display(VBox(parts))
        let count = noteBegin()
        output.begin(clearing: false)
        // Also after an error: it is the cell's, and appears where the cell's errors do.
        defer { output.end() }
        let value = try first()
        output.end()
        put(value, count: count)
        for control in controls {
            control.model.afterEach { [self] in try follow(waiting: $0) }
        }
    }

    /// Draws again if a control has another value, unless a later value is on its way.
    private func follow(waiting: Set<String>) throws {
        guard waiting.isDisjoint(with: ids), values != state.withLock({ $0.shown }) else { return }
        let count = noteBegin()
        output.begin(clearing: true)
        // Not `end` after an error: it is published when the handler has ended, and is to appear there too.
        let value = try show.run(())
        output.end()
        put(value, count: count)
    }

    private var values: [JSON] { controls.map { $0.model[type(of: $0).valueKey] } }

    /// The number of the picture that is made of the values as they are now.
    private func noteBegin() -> Int {
        let values = values
        return state.withLock {
            $0.shown = values
            $0.count += 1
            return $0.count
        }
    }

    /// Shows a picture in place of the one before, unless a later one was begun meanwhile.
    private func put(_ value: Any, count: Int) {
        guard !(value is Void), state.withLock({ $0.count == count }) else { return }
        let picture = bundle(of: value)
        if let handle = state.withLock({ $0.handle }) {
            handle.update(picture)
        } else {
            let handle = display(picture)
            state.withLock { $0.handle = handle }
        }
    }
}
