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

/// Memory for numbers, not initialised, at an address that vector instructions like; `deallocate()` frees it.
///
/// Large memory is asked for in pages of 2 MB where the system has them: it is then there after few page faults, and
/// a product that goes down the rows of a wide matrix does not miss the table of addresses at each of them.
package func allocateNumbers(byteCount: Int) -> UnsafeMutableRawPointer {
    let (cacheLine, largePage) = (64, 2 << 20)
    guard byteCount >= 2 * largePage else {
        return .allocate(byteCount: max(byteCount, 1), alignment: cacheLine)
    }
    let base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: largePage)
    #if os(Linux)
        madvise(base, byteCount / largePage * largePage, MADV_HUGEPAGE)
    #endif
    return base
}

/// An object whose memory is that of a file, so that what is dropped from it can be had again.
package protocol FileMemory: AnyObject {}

extension Matrix {
    /// Tells the system that the memory is not needed for now, where it is that of a file: it is read again when touched.
    ///
    /// Does nothing to memory of another kind.
    package func releaseFilePages() {
        guard storage.owner is FileMemory else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = Int(bitPattern: storage.base)
        let first = (start + page - 1) / page * page
        let end = (start + count * MemoryLayout<Element>.stride) / page * page
        if first < end { madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_DONTNEED) }
    }
}

/// Stops with `message` where `condition` does not hold, in release builds too (where `precondition` says nothing).
@inline(__always)
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
