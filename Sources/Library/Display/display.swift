internal import CRunnerProtocol
import Foundation

/// A display that can be drawn again in its place.
public struct DisplayHandle: Sendable {
    /// The id by which the front end knows the display.
    public let id: String

    /// Replaces what the display shows.
    public func update<Value>(_ value: Value) {
        emit(bundle(of: value), id: id, kind: .update)
    }
}

extension DisplayHandle: CustomStringConvertible {
    // Its id differs from run to run and would make the saved notebook do so.
    public var description: String { "DisplayHandle" }
}

/// Shows a value at this point of the cell's output, as it would be shown as the cell's result.
///
/// Outside a kernel the value's plain text goes to standard output.
///
/// ```swift
/// let handle = display("fitting …")
/// let fit = try ridge.fit(features, to: responses)
/// handle.update(fit.scores)              // in the place of the text
/// ```
@discardableResult
public func display<Value>(_ value: Value) -> DisplayHandle {
    let handle = DisplayHandle(id: UUID().uuidString)
    emit(bundle(of: value), id: handle.id, kind: .display)
    return handle
}

/// Shows several values, one below the other, each by its own display.
///
/// - Parameters:
///   - first: the value on top.
///   - second: the one below it.
///   - others: further ones.
@discardableResult
public func display<First, Second, each Other>(
    _ first: First, _ second: Second, _ others: repeat each Other
) -> [DisplayHandle] {
    var handles = [display(first), display(second)]
    for other in repeat each others { handles.append(display(other)) }
    return handles
}

/// Removes the cell's output so far; with `wait`, only when the next output arrives, so that nothing flickers.
public func clearOutput(wait: Bool = false) {
    Output.send(.clear, Data("{\"wait\":\(wait)}".utf8))
}

private func emit(_ bundle: MIMEBundle, id: String, kind: MessageKind) {
    guard Output.isConnected else {
        if kind == .display, let text = bundle.plainText { print(text) }
        return
    }
    do {
        let provenance = OutputMetadata.next(for: id, kind: kind)
        Output.send(
            kind, try bundle.message(adding: ["transient": ["display_id": id]], provenance: provenance))
    } catch {
        let text = "a display could not be sent: \(error)"
        if let message = try? MIMEBundle.plain(text).message(adding: ["transient": ["display_id": id]]) {
            Output.send(kind, message)
        }
    }
}
