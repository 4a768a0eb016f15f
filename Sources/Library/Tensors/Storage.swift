import Foundation

/// The memory of a matrix or tensor: its own allocation, or a region that belongs to another object.
///
/// A region of another object (the bytes of a file, the rows of a larger matrix) is read in place and never written: its
/// value copies before the first write. The class is `@unchecked Sendable` because its bytes are written only through
/// a value that holds the sole reference to it.
@usableFromInline
package final class Storage: @unchecked Sendable {
    @usableFromInline package let base: UnsafeMutableRawPointer
    /// What keeps `base` alive where the memory is not this object's own.
    @usableFromInline package let owner: AnyObject?

    /// Memory for `byteCount` bytes, not initialized.
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

/// Stops with `message` if `condition` does not hold, in release builds too (where `precondition` says nothing).
@inline(__always)
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { fatalError(message()) }
}
