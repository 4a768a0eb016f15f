/// The scalar that begins at `position` of valid UTF-8, and its length in bytes.
@inline(__always)
func decodeScalar(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> (
    scalar: Unicode.Scalar, length: Int
) {
    let first = text[position]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(text[position + offset] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
}

extension [UInt8] {
    /// Appends the UTF-8 of a scalar.
    @inline(__always)
    mutating func append(_ scalar: Unicode.Scalar) {
        if let units = UTF8.encode(scalar) { append(contentsOf: units) }
    }
}
