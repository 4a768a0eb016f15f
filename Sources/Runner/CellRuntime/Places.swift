/// What a default argument of `#function` or `#fileID` says to its function: the place of the call as a script's would be
/// named, without the module of the calling cell (`Cell3` is `main`, `Cell3/In[3]` is `In[3]`).
public func _gyrusPlace(_ place: String) -> String {
    guard let rest = withoutModule(place.utf8) else { return place }
    return rest.isEmpty ? "main" : String(rest.dropFirst()) ?? place
}

/// The same for places that are known to the compiler.
public func _gyrusPlace(_ place: StaticString) -> StaticString {
    guard place.hasPointerRepresentation else { return place }
    let bytes = UnsafeBufferPointer(start: place.utf8Start, count: place.utf8CodeUnitCount)
    guard let rest = withoutModule(bytes) else { return place }
    if rest.isEmpty { return "main" }
    // A static string is where its bytes are, how many, and flags. Source: StaticString.swift, a frozen structure.
    var moved = place
    withUnsafeMutableBytes(of: &moved) { words in
        let start = UInt(bitPattern: place.utf8Start) + UInt(bytes.count - rest.count + 1)
        words.storeBytes(of: start, as: UInt.self)
        words.storeBytes(of: UInt(rest.count - 1), toByteOffset: MemoryLayout<UInt>.size, as: UInt.self)
    }
    return moved
}

/// What is no place.
public func _gyrusPlace<Value>(_ value: Value) -> Value { value }

/// What follows the name of a cell's module; nil if there is none.
private func withoutModule<Bytes: Collection<UInt8>>(_ text: Bytes) -> Bytes.SubSequence? {
    guard text.starts(with: "Cell".utf8) else { return nil }
    let number = text.dropFirst(4)
    let rest = number.drop { (0x30...0x39).contains($0) }
    guard rest.count < number.count, rest.isEmpty || rest.first == UInt8(ascii: "/") else { return nil }
    return rest
}
