import Foundation

/// Keeps two commands from changing the plan of one sweep, or from submitting it, at once.
///
/// On a file system without locks nothing is kept; then claims alone see to it that no task runs twice.
final class FolderLock {
    private let descriptor: Int32

    /// Waits for the lock.
    init(_ file: URL) {
        descriptor = open(file.path, O_CREAT | O_RDWR | O_CLOEXEC, 0o666)
        while descriptor >= 0, flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    }

    func release() { if descriptor >= 0 { close(descriptor) } }
}
