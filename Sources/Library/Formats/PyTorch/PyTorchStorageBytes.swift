import Foundation
import Synchronization

/// The bytes of a storage of a PyTorch file, read when a tensor asks for them.
final class PyTorchStorageBytes: Sendable {
    /// How many bytes there are.
    let count: Int
    private let source: Source
    /// Whether the whole storage has been compared with its checksum.
    private let isChecked = Mutex(false)

    private enum Source {
        /// Of a file before version 1.6, which has no checksums.
        case plain(FileRegion)
        case member(String, ZipArchive)
    }

    init(_ region: FileRegion) {
        count = region.count
        source = .plain(region)
    }

    /// A member of a zip file. Throws `FormatError` if no such name exists.
    init(member name: String, of zip: ZipArchive) throws {
        guard let size = zip.size(of: name) else {
            throw FormatError(zip.url, "has no member \"\(name)\", which a tensor uses")
        }
        count = size
        source = .member(name, zip)
    }

    /// A copy of some bytes, which must be inside.
    ///
    /// Throws `FormatError` if they are damaged or cannot be read, and `CancellationError`.
    func bytes(at offset: Int, count: Int) throws -> Bytes {
        let part: Bytes?
        switch source {
        case .plain(let region): part = try region.part(at: offset, count: count)?.bytes()
        case .member(let name, let zip):
            // Many tensors may be views of one storage, which is compared with its checksum once.
            let isKnown = isChecked.withLock { $0 }
            if isKnown, let region = try zip.storedRegion(of: name) {
                part = try region.part(at: offset, count: count)?.bytes()
            } else {
                part = try zip.member(name).part(at: offset, count: count)
                isChecked.withLock { $0 = true }
            }
        }
        guard let part else { preconditionFailure("a tensor lies inside its storage") }
        return part
    }
}
