import Foundation
import JSON
import Synchronization

/// Keeps what a request would have published: its text, displays and result.
public final class OutputCapture: Sendable {
    /// What is not shown.
    public struct Kinds: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        public static let stdout = Kinds(rawValue: 1)
        public static let stderr = Kinds(rawValue: 2)
        public static let displays = Kinds(rawValue: 4)
        public static let all: Kinds = [.stdout, .stderr, .displays]
    }

    private struct Kept {
        var stdout = ""
        var stderr = ""
        var displays: [Display] = []
    }
    private struct Display {
        /// By which it can be changed.
        let id: String?
        var content: Data
    }
    private let kinds: Kinds
    private let kept = Mutex(Kept())

    public init(_ kinds: Kinds = .all) { self.kinds = kinds }

    /// The text, and the contents of the displays as JSON objects.
    public var contents: (stdout: String, stderr: String, displays: [Data]) {
        kept.withLock { ($0.stdout, $0.stderr, $0.displays.map(\.content)) }
    }

    /// Keeps text; false if that is to be shown.
    func take(_ name: StreamName, _ text: String) -> Bool {
        guard kinds.contains(name == .stdout ? .stdout : .stderr) else { return false }
        kept.withLock { if name == .stdout { $0.stdout += text } else { $0.stderr += text } }
        return true
    }

    /// Keeps the content of a display; false if that is to be shown.
    func take(display content: Data) -> Bool {
        guard kinds.contains(.displays) else { return false }
        let id = Self.id(of: content)
        kept.withLock { $0.displays.append(Display(id: id, content: content)) }
        return true
    }

    /// Keeps the changed content of a display in the place of the former one; false if that is to be shown.
    func take(update content: Data) -> Bool {
        guard kinds.contains(.displays) else { return false }
        let id = Self.id(of: content)
        kept.withLock { kept in
            let places = kept.displays.indices.filter { id != nil && kept.displays[$0].id == id }
            for place in places { kept.displays[place].content = content }
            // One that an earlier cell shows.
            if places.isEmpty { kept.displays.append(Display(id: id, content: content)) }
        }
        return true
    }

    private static func id(of content: Data) -> String? {
        (try? JSON(parsing: content))?["transient"]?["display_id"]?.string
    }

    /// Forgets the displays, as `clear_output` does; false if they are shown.
    func clear() -> Bool {
        guard kinds.contains(.displays) else { return false }
        kept.withLock { $0 = Kept() }
        return true
    }
}
