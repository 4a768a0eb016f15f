internal import CCairo
import Foundation

/// Holds the bytes that cairo writes.
final class Sink {
    private(set) var bytes = Data()

    /// What cairo calls with each part; `closure` is an unretained `Sink`.
    static let write:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<UInt8>?, UInt32) -> cairo_status_t = {
            closure, bytes, count in
            guard let closure, let bytes else { return CAIRO_STATUS_WRITE_ERROR }
            Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue().bytes.append(bytes, count: Int(count))
            return CAIRO_STATUS_SUCCESS
        }
}
