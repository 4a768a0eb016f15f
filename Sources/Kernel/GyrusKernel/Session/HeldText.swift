import Foundation

/// Text on standard error that may be what the Swift runtime says of a trap: the error message then carries it.
///
/// A cell may write the same words itself. So the text is shown after all when more comes, when no trap has followed in a
/// moment, or when the job ends without one.
package struct HeldText {
    /// How long a trap is awaited, in seconds.
    package static let patience = 1.0

    private var held = ""
    private var since = ContinuousClock.now
    /// What was shown since another thread wrote after it, or since the trap took its time.
    private var shown = ""

    package init() {}

    package var isEmpty: Bool { held.isEmpty }

    /// Takes text as it comes; what is to be shown by now.
    package mutating func take(_ text: String, at time: ContinuousClock.Instant = .now) -> String {
        if text.isEmpty { return "" }
        let isFresh = time - since < .seconds(Self.patience)
        // Several threads may trap at once, and overlapping accesses are reported in pieces.
        if !held.isEmpty, isFresh, Self.maySpeakOfTrap(text) || held.contains(Self.accesses) {
            held += text
            return ""
        }
        let former = release()
        guard Self.maySpeakOfTrap(text) else { return former + text }
        held = text
        since = time
        return former
    }

    /// The text if it has been held long enough: it is to be shown.
    package mutating func releaseIfOld(at time: ContinuousClock.Instant = .now) -> String {
        time - since < .seconds(Self.patience) ? "" : release()
    }

    /// Ends the wait for a trap: what is to be shown, and what is the trap's message if there was one.
    package mutating func end(
        isTrap: Bool, at time: ContinuousClock.Instant = .now
    ) -> (before: String, message: String) {
        let isHeld = !held.isEmpty
        let text = release()
        guard isTrap else { return (text, "") }
        if isHeld { return Self.split(text) }
        return ("", time - since < .seconds(10 * Self.patience) ? Self.split(shown).message : "")
    }

    private mutating func release() -> String {
        let text = Self.withoutModules(held)
        held = ""
        if !text.isEmpty { shown = text }
        return text
    }

    /// What the runtime says of a trap, without the module of the cell before the cell's label.
    package static func withoutModules(_ text: String) -> String {
        text.replacing(
            /(?m)^Cell\d+\/(?=[^\n]*:\d+: (?:Fatal error|Precondition failed|Assertion failed))/, with: "")
    }

    private static let accesses = "Simultaneous accesses to 0x"

    private static func maySpeakOfTrap(_ text: String) -> Bool {
        text.contains("Fatal error") || text.contains("Could not cast value")
            || text.contains("recondition failed") || text.contains("ssertion failed")
            || text.contains(accesses)
    }

    /// A text before and from the line where the runtime speaks; all is its message if there is no such line.
    private static func split(_ text: String) -> (before: String, message: String) {
        let failure = /(?m)^(?:[^\n]*:\d+: )?(?:Fatal error|Precondition failed|Assertion failed)(?:: |$)/
        let other = /(?m)^(?:Could not cast value|Simultaneous accesses to 0x)/
        let starts = [
            text.firstMatch(of: failure)?.range.lowerBound, text.firstMatch(of: other)?.range.lowerBound,
        ]
        guard let start = starts.compactMap(\.self).min() else { return ("", text) }
        return (String(text[..<start]), String(text[start...]))
    }
}
