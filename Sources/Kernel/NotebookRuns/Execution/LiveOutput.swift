import Foundation
import JSON
import Synchronization

/// Writes what cells print and show to standard output and standard error while they run.
///
/// A display that is updated is written as a line on standard error at most once in two seconds, and at its end.
final class LiveOutput: Sendable {
    private struct State {
        var updates: [String: (text: String, isWritten: Bool)] = [:]
        var lastUpdate: ContinuousClock.Instant?
        /// Whether the last text on standard output or standard error did not end its line.
        var openLines: Set<Int32> = []
    }
    private let isQuiet: Bool
    private let keepsColors: Bool
    private let state = Mutex(State())

    private static let interval = Duration.seconds(2)

    init(isQuiet: Bool) {
        self.isQuiet = isQuiet
        keepsColors = isatty(2) == 1
    }

    /// Writes what a message shows.
    func take(_ type: String, _ content: JSON) {
        guard !isQuiet else { return }
        switch type {
        case "stream":
            guard let text = content["text"]?.string else { return }
            // Warnings of the compiler come on standard error, with colors.
            let isOutput = content["name"] == "stdout"
            state.withLock { write(isOutput ? text : plain(text), to: isOutput ? 1 : 2, &$0) }
        case "execute_result", "display_data":
            guard let text = content["data"]?["text/plain"].flatMap(NotebookCell.text) else { return }
            state.withLock { writeLine(text, to: 1, &$0) }
        case "update_display_data":
            update(content)
        case "error":
            let lines = content["traceback"]?.array?.compactMap(\.string) ?? []
            state.withLock { writeLine(plain(lines.joined(separator: "\n")), to: 2, &$0) }
        default: break
        }
    }

    /// Writes the last states of the displays that a cell has updated.
    func finishCell() {
        state.withLock { state in
            for (_, update) in state.updates.sorted(by: { $0.key < $1.key }) where !update.isWritten {
                writeLine(update.text, to: 2, &state)
            }
            state.updates = [:]
        }
    }

    /// Writes a line of the run's own to standard error.
    func say(_ text: String) {
        guard !isQuiet else { return }
        state.withLock { writeLine(text, to: 2, &$0) }
    }

    private func update(_ content: JSON) {
        guard let id = content["transient"]?["display_id"]?.string,
            let text = content["data"]?["text/plain"].flatMap(NotebookCell.text)
        else { return }
        state.withLock { state in
            let now = ContinuousClock.now
            let isDue = state.lastUpdate.map { now - $0 >= Self.interval } ?? true
            if isDue {
                state.lastUpdate = now
                writeLine(text, to: 2, &state)
            }
            state.updates[id] = (text, isDue)
        }
    }

    private func writeLine(_ text: String, to descriptor: Int32, _ state: inout State) {
        guard !text.isEmpty else { return }
        let start = state.openLines.contains(descriptor) ? "\n" : ""
        write(start + text + (text.hasSuffix("\n") ? "" : "\n"), to: descriptor, &state)
    }

    private func write(_ text: String, to descriptor: Int32, _ state: inout State) {
        guard !text.isEmpty else { return }
        if text.hasSuffix("\n") {
            state.openLines.remove(descriptor)
        } else {
            state.openLines.insert(descriptor)
        }
        StandardStreams.write(text, to: descriptor)
    }

    private func plain(_ text: String) -> String {
        keepsColors ? text : text.replacing(/\x{1B}\[[0-9;]*m/, with: "")
    }
}

/// Standard output and standard error, whose readers may be gone.
public enum StandardStreams {
    private static let loss = Mutex<String?>(nil)

    /// Why a part of what was written to standard output is lost though somebody wanted it, as on a full disk; nil if none is.
    public static var outputLoss: String? { loss.withLock { $0 } }

    /// Writes text; what nobody reads any more is lost.
    public static func write(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    let code = errno
                    // A reader that went away, or a stream that was closed from the start, wants no more.
                    if descriptor == 1, count < 0, code != EPIPE, code != EBADF {
                        loss.withLock { $0 = $0 ?? String(cString: strerror(code)) }
                    }
                    return
                }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
