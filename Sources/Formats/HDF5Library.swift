internal import CHDF5
import Foundation

/// The way into libhdf5: one call at a time, with its failures as Swift errors.
enum HDF5Library {
    /// libhdf5 keeps its tables of open objects in globals without locks of its own (unless it was built thread-safe,
    /// which Debian does not promise), so every call goes through this lock.
    private static let lock = NSRecursiveLock()

    /// Calls `body` alone in the library, with its printing of errors to stderr turned off.
    static func locked<R>(_ body: () throws -> R) rethrows -> R {
        lock.lock()
        H5open()
        H5Eset_auto2(0, nil, nil)
        defer {
            // What failed is in a Swift error by now; left on the library's stack it would disturb its end at exit.
            H5Eclear2(0)
            lock.unlock()
        }
        return try body()
    }

    /// The same, tried anew for two seconds where a file is locked.
    ///
    /// A program that another thread is just starting holds the locks of all files that are open, or were until now,
    /// up to its first instruction.
    static func waitingForLock<R>(_ body: () throws -> R) throws -> R {
        for _ in 0..<40 {
            do {
                return try locked(body)
            } catch let error as FormatError where error.description.hasSuffix(isLocked) {
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
        return try locked(body)
    }

    private static let isLocked = "another process has it open for writing"

    /// The innermost reason of the last failure, in the library's own words.
    static func lastError() -> String {
        var reason = ""
        _ = withUnsafeMutablePointer(to: &reason) { reason in
            H5Ewalk2(
                0, H5E_WALK_UPWARD,
                { depth, error, reason in
                    guard depth == 0, let words = error?.pointee.desc, let reason else { return 0 }
                    reason.assumingMemoryBound(to: String.self).pointee = String(cString: words)
                    return 0
                }, reason)
        }
        if reason.contains("unable to lock file") { return isLocked }
        return reason.isEmpty ? "the HDF5 library gives no reason" : reason
    }
}

/// An identifier of the library, closed when this object goes.
final class HDF5Handle: Sendable {
    let id: Int64
    private let close: @Sendable (Int64) -> Void

    /// Takes over `id`. Throws `FormatError` with the library's reason where `id` is negative, which is a failure.
    init(_ id: hid_t, _ url: URL, cannot action: String, close: @escaping @Sendable (Int64) -> Void) throws {
        guard id >= 0 else { throw FormatError(url, "\(action) failed: \(HDF5Library.lastError())") }
        self.id = id
        self.close = close
    }

    deinit { HDF5Library.locked { close(id) } }

    static func file(_ id: hid_t, _ url: URL, _ action: String) throws -> HDF5Handle {
        try HDF5Handle(id, url, cannot: action) { H5Fclose($0) }
    }
    static func dataset(_ id: hid_t, _ url: URL, _ action: String) throws -> HDF5Handle {
        try HDF5Handle(id, url, cannot: action) { H5Dclose($0) }
    }
    static func object(_ id: hid_t, _ url: URL, _ action: String) throws -> HDF5Handle {
        try HDF5Handle(id, url, cannot: action) { H5Oclose($0) }
    }
    static func attribute(_ id: hid_t, _ url: URL, _ action: String) throws -> HDF5Handle {
        try HDF5Handle(id, url, cannot: action) { H5Aclose($0) }
    }
    static func space(_ id: hid_t, _ url: URL, _ action: String) throws -> HDF5Handle {
        try HDF5Handle(id, url, cannot: action) { H5Sclose($0) }
    }
    static func type(_ id: hid_t, _ url: URL, _ action: String) throws -> HDF5Handle {
        try HDF5Handle(id, url, cannot: action) { H5Tclose($0) }
    }
    static func properties(_ id: hid_t, _ url: URL) throws -> HDF5Handle {
        try HDF5Handle(id, url, cannot: "making a property list") { H5Pclose($0) }
    }
}
