import Display
import Foundation

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
