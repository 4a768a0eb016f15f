import Foundation

/// The memory of a matrix or tensor: an allocation of its own, or a region that belongs to another object.
///
/// A region of another object (a mapped file, the rows of a larger matrix) is read in place and never written: its
/// value copies before the first write. The class is `@unchecked Sendable` because its bytes are written only through
/// a value that holds the sole reference to it.
@usableFromInline
package final class Storage: @unchecked Sendable {
    @usableFromInline package let base: UnsafeMutableRawPointer
    /// What keeps `base` alive where the memory is not this object's own.
    @usableFromInline package let owner: AnyObject?

    /// Memory for `byteCount` bytes, not initialised.
    @usableFromInline
    package init(byteCount: Int) {
        base = allocateNumbers(byteCount: byteCount)
        owner = nil
    }

    /// Memory at `base` that `owner` keeps alive and nobody writes.
    @usableFromInline
    package init(borrowing base: UnsafeRawPointer, from owner: AnyObject) {
        self.base = UnsafeMutableRawPointer(mutating: base)
        self.owner = owner
    }

    deinit {
        if owner == nil { base.deallocate() }
    }

    /// Zeroed memory for `byteCount` bytes.
    static func zeros(byteCount: Int) -> Storage {
        let storage = Storage(byteCount: byteCount)
        memset(storage.base, 0, byteCount)
        return storage
    }

    /// A copy of the first `byteCount` bytes.
    @usableFromInline
    package func copy(byteCount: Int) -> Storage {
        let storage = Storage(byteCount: byteCount)
        storage.base.copyMemory(from: base, byteCount: byteCount)
        return storage
    }
}

/// An object whose memory is that of a file, so that what is dropped from it can be had again.
package protocol FileMemory: AnyObject {}

extension Storage {
    /// Tells the system that the first `byteCount` bytes are not needed for now, where they are those of a file: they are
    /// read again when touched.
    ///
    /// Does nothing to memory of another kind.
    package func releaseFilePages(byteCount: Int) {
        guard owner is FileMemory else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = Int(bitPattern: base)
        let first = (start + page - 1) / page * page
        let end = (start + byteCount) / page * page
        if first < end { madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_DONTNEED) }
    }
}

extension Matrix {
    /// Lets go of the memory, where it is that of a file, until it is touched again.
    package func releaseFilePages() {
        storage.releaseFilePages(byteCount: count * MemoryLayout<Element>.stride)
    }
}

extension Tensor {
    /// Lets go of the memory, where it is that of a file, until it is touched again.
    package func releaseFilePages() {
        storage.releaseFilePages(byteCount: count * MemoryLayout<Element>.stride)
    }
}

/// Stops with `message` where `condition` does not hold, in release builds too (where `precondition` says nothing).
@inline(__always)
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
