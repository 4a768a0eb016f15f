import Display
import Foundation

/// How much memory a value holds, by what reflection shows of it.
enum ValueSize {
    /// How deep it looks, and at how many elements of a collection; the others are taken to be like them.
    private static let depth = 4
    private static let sample = 100
    /// At about how many values it looks in all: collections of collections of collections have a million to show.
    private static let limit = 4000

    /// What was looked at so far.
    private struct Seen {
        var objects: Set<ObjectIdentifier> = []
        var count = 0
    }

    static func bytes<Value>(of value: Value) -> Int {
        var seen = Seen()
        return MemoryLayout<Value>.size + outside(value, Self.depth, Self.limit, &seen)
    }

    /// The bytes that a value holds outside of itself; once it has looked at `limit` values in it, it takes the further
    /// elements of its collections to be like the former.
    private static func outside(_ value: Any, _ depth: Int, _ limit: Int, _ seen: inout Seen) -> Int {
        let end = seen.count + limit
        seen.count += 1
        if let text = value as? String { return text.utf8.count > 15 ? text.utf8.count : 0 }
        if let data = value as? Data { return data.count > 14 ? data.count : 0 }
        if let buffer = value as? any Buffer { return buffer.byteCount }
        if let holder = value as? any MemoryHolder { return holder.heldBytes }
        guard depth > 0 else { return 0 }
        let mirror = Mirror(reflecting: value)
        var total = 0
        if mirror.displayStyle == .class {
            guard seen.objects.insert(ObjectIdentifier(value as AnyObject)).inserted else { return 0 }
            total += objectHeader
        }
        let isCollection = [.collection, .set, .dictionary].contains(mirror.displayStyle)
        if isCollection, let collection = value as? any Collection { total += own(collection) }
        if (value as? any Homogeneous)?.hasPlainElements == true { return total }
        let count = mirror.children.count
        guard count > 0 else { return total }
        let most = isCollection ? min(count, sample) : count
        var looked = 0
        var inner = 0
        for child in mirror.children.prefix(most) {
            if isCollection, looked > 0, seen.count >= end { break }
            looked += 1
            // The fields of an object are outside, those of a structure were counted with it.
            if mirror.displayStyle == .class { inner += size(child.value) }
            inner += outside(child.value, depth - 1, limit / most, &seen)
        }
        return total + inner * count / max(looked, 1)
    }

    private static func size(_ value: Any) -> Int {
        func open<Value>(_ value: Value) -> Int { MemoryLayout<Value>.size }
        return _openExistential(value, do: open)
    }

    private static func own<Elements: Collection>(_ elements: Elements) -> Int {
        elements.count * MemoryLayout<Elements.Element>.stride
    }

    /// What precedes an object's own fields: its type and its reference count.
    private static let objectHeader = 16
}

/// A pointer to elements, and how many bytes they take.
private protocol Buffer { var byteCount: Int { get } }

extension UnsafeBufferPointer: Buffer {
    fileprivate var byteCount: Int { count * MemoryLayout<Element>.stride }
}
extension UnsafeMutableBufferPointer: Buffer {
    fileprivate var byteCount: Int { count * MemoryLayout<Element>.stride }
}

/// A collection whose elements may hold nothing outside of themselves, which spares looking at them.
private protocol Homogeneous { var hasPlainElements: Bool { get } }

extension Array: Homogeneous {
    fileprivate var hasPlainElements: Bool { _isPOD(Element.self) }
}
extension ContiguousArray: Homogeneous {
    fileprivate var hasPlainElements: Bool { _isPOD(Element.self) }
}
extension Set: Homogeneous {
    fileprivate var hasPlainElements: Bool { _isPOD(Element.self) }
}
extension Dictionary: Homogeneous {
    fileprivate var hasPlainElements: Bool { _isPOD(Key.self) && _isPOD(Value.self) }
}
