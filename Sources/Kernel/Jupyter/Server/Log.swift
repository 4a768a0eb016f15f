import Foundation

/// The kernel's own log: standard error, which Jupyter shows in its terminal.
public enum Log {
    /// Writes one line.
    public static func write(_ message: String) {
        FileHandle.standardError.write(Data("[kernel] \(message)\n".utf8))
    }
}
