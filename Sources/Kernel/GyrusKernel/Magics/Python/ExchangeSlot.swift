import CSpawn
import Foundation

/// Shared memory for one value that goes from one process to the other.
///
/// It has no name that could be left behind: the other processes open it through this one's descriptor, and it is gone
/// when that is closed and nobody has it mapped.
final class ExchangeSlot {
    /// The descriptor.
    let number: Int32
    /// Where other processes find it.
    var path: String { "/proc/\(getpid())/fd/\(number)" }

    /// Above all other descriptors, so that the numbers, which are part of the compiled source, are the same each time.
    private static var first: Int32 {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 600 }
        return Int32(min(600, limit.rlim_cur / 2))
    }

    /// Linux's MFD_CLOEXEC, which the C module does not export.
    private static let closeOnExec: UInt32 = 1

    /// Throws `MagicError` where the system has no more descriptors.
    init() throws {
        let file = memfd_create("gyrus", Self.closeOnExec)
        guard file >= 0 else { throw MagicError("no shared memory: \(String(cString: strerror(errno)))") }
        defer { close(file) }
        number = fcntl(file, F_DUPFD_CLOEXEC, Self.first)
        guard number >= 0 else { throw MagicError("no shared memory: \(String(cString: strerror(errno)))") }
    }

    deinit { close(number) }
}
