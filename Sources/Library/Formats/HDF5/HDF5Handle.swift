internal import CHDF5
import Foundation

/// An identifier of the library, closed when this object goes.
final class HDF5Handle: Sendable {
    let id: Int64
    private let url: URL
    private let close: @Sendable (Int64) -> Void

    /// Takes over `id`. Throws `FormatError` with the library's reason if `id` is negative, which is a failure.
    init(_ id: hid_t, _ url: URL, cannot action: String, close: @escaping @Sendable (Int64) -> Void) throws {
        guard id >= 0 else { throw FormatError(url, "\(action) failed: \(HDF5Library.lastError())") }
        self.id = id
        self.url = url
        self.close = close
    }

    deinit { HDF5Library.ifUsable(url) { close(id) } }

    static func file(
        _ id: hid_t, _ url: URL, _ action: String, closed: @escaping @Sendable () -> Void = {}
    ) throws -> HDF5Handle {
        try HDF5Handle(id, url, cannot: action) {
            H5Fclose($0)
            closed()
        }
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
