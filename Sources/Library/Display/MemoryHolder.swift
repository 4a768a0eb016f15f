/// A value whose memory reflection does not show, since it lies behind a pointer.
package protocol MemoryHolder {
    /// How many bytes it holds outside of itself; memory that it shares counts for each that shares it.
    var heldBytes: Int { get }
}
