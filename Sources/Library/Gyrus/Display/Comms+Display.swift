import CellRuntime
import Comms
import Display
import Foundation
import JSON
import Widgets

extension JSON: CustomStringConvertible {
    /// The value as JSON, with sorted keys.
    public var description: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}

extension Comm: CustomStringConvertible {
    /// The target, and whether the comm is open; the id is another one each time.
    public var description: String { "comm \"\(target)\", \(isOpen ? "open" : "closed")" }
}

extension Comm.Message: CustomStringConvertible {
    /// The data, and how many buffers came with them.
    public var description: String {
        "\(data)" + (buffers.isEmpty ? "" : " and \(Number.counted(buffers.count, "buffer"))")
    }
}

extension ProgressBar: CustomStringConvertible {
    /// How many units are done.
    public var description: String { "\(title): \(done)/\(total) \(unit)" }
}

extension WidgetModel: CustomStringConvertible {
    /// What it is; the id is another one each time.
    public var description: String { "the model of a widget" }
}
