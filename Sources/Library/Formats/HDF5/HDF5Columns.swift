internal import CHDF5
import Foundation

/// Takes elements from memory that the library has filled, and gathers each field of them.
struct HDF5Columns {
    let type: HDF5MemoryType
    private let file: HDF5File
    private let what: String
    private var values: Gathered

    /// What has been gathered of an element so far.
    private indirect enum Gathered {
        case bytes([UInt8])
        case texts([String])
        case record([Gathered])
        case lists([Records.Field.Content])
        case references([HDF5Reference])
        case opaque([[UInt8]])
    }

    init(_ type: HDF5MemoryType, _ file: HDF5File, _ what: String) {
        self.type = type
        self.file = file
        self.what = what
        values = Self.none(type.element)
    }

    private static func none(_ element: HDF5Element) -> Gathered {
        switch element {
        case .number: .bytes([])
        case .enumeration, .text, .variableText: .texts([])
        case .array(let base, _): none(base.element)
        case .record(let members): .record(members.map { none($0.type.element) })
        case .list: .lists([])
        case .objectReference, .regionReference: .references([])
        case .opaque: .opaque([])
        }
    }

    /// Takes `count` elements that lie `stride` bytes apart. Throws `FormatError` if a region reference is damaged.
    mutating func append(_ base: UnsafeRawPointer, count: Int, stride: Int) throws {
        try Self.append(HDF5Places(base, count: count, stride: stride), type, to: &values, file)
    }

    /// All elements at once: what was gathered before is copied here, which must not happen for each of them.
    private static func append(
        _ places: HDF5Places, _ type: HDF5MemoryType, to target: inout Gathered, _ file: HDF5File
    ) throws {
        switch (type.element, target) {
        case (.number, .bytes(var bytes)):
            target = .bytes([])
            bytes.reserveCapacity(bytes.count + places.count * type.byteCount)
            places.eachRun(of: type.byteCount) { bytes.append(contentsOf: $0) }
            target = .bytes(bytes)
        case (.enumeration(let number, let names), .texts(var texts)):
            target = .texts([])
            places.each { place in
                let value = integer(place, number)
                texts.append(names[value] ?? "\(value)")
            }
            target = .texts(texts)
        case (.text(let size, let isUTF8), .texts(var texts)):
            target = .texts([])
            places.each { place in
                let field = UnsafeRawBufferPointer(start: place, count: size)
                texts.append(hdf5Text(field.prefix { $0 != 0 }, isUTF8: isUTF8))
            }
            target = .texts(texts)
        case (.variableText(let isUTF8), .texts(var texts)):
            target = .texts([])
            places.each { place in
                let pointer = place.loadUnaligned(as: UnsafePointer<CChar>?.self)
                texts.append(hdf5Text(at: pointer, isUTF8: isUTF8))
            }
            target = .texts(texts)
        case (.array(let element, let shape), _):
            let inner = places.holding(shape.reduce(1, *), stride: element.byteCount)
            try append(inner, element, to: &target, file)
        case (.record(let members), .record(var parts)):
            target = .record([])
            for (index, member) in members.enumerated() {
                try append(places.moved(by: member.offset), member.type, to: &parts[index], file)
            }
            target = .record(parts)
        case (.list(let element), .lists(var lists)):
            target = .lists([])
            try places.each { place in
                let list = place.loadUnaligned(as: hvl_t.self)
                var columns = HDF5Columns(element, file, "a list")
                if let first = list.p, list.len > 0 {
                    try columns.append(first, count: list.len, stride: element.byteCount)
                }
                lists.append(columns.content(count: list.p == nil ? 0 : list.len))
            }
            target = .lists(lists)
        case (.objectReference, .references(var references)):
            target = .references([])
            places.each { references.append(HDF5Reference($0, in: file.handle)) }
            target = .references(references)
        case (.regionReference, .references(var references)):
            target = .references([])
            let heap = HDF5Heap(try HDF5RawFile(of: file.handle, file.url))
            try places.each {
                references.append(try HDF5Reference(region: $0, in: file.handle, heap))
            }
            target = .references(references)
        case (.opaque(let size), .opaque(var all)):
            target = .opaque([])
            places.each { all.append(Array(UnsafeRawBufferPointer(start: $0, count: size))) }
            target = .opaque(all)
        default: break
        }
    }

    private static func integer(_ pointer: UnsafeRawPointer, _ type: NumberType) -> Int {
        switch type {
        case .int8: Int(pointer.load(as: Int8.self))
        case .uint8, .bool: Int(pointer.load(as: UInt8.self))
        case .int16: Int(pointer.loadUnaligned(as: Int16.self))
        case .uint16: Int(pointer.loadUnaligned(as: UInt16.self))
        case .int32: Int(pointer.loadUnaligned(as: Int32.self))
        case .uint32: Int(pointer.loadUnaligned(as: UInt32.self))
        case .uint64: Int(clamping: pointer.loadUnaligned(as: UInt64.self))
        default: Int(pointer.loadUnaligned(as: Int64.self))
        }
    }

    /// What was gathered of `count` elements.
    func content(count: Int) -> Records.Field.Content {
        Self.content(values, type.element, [count], file.url, what)
    }

    private static func content(
        _ values: Gathered, _ element: HDF5Element, _ shape: [Int], _ url: URL, _ what: String
    ) -> Records.Field.Content {
        switch (element, values) {
        case (.array, .texts(let texts)):
            // The outermost array comes first, whose elements are the records.
            return .textArrays(texts, each: shape.dropFirst().reduce(element.partCount, *))
        case (.array(let base, let extents), _):
            return content(values, base.element, shape + extents, url, what)
        case (.number(let type), .bytes(let bytes)):
            return .numbers(
                StoredNumbers(bytes: Bytes(copying: bytes), type: type, shape: shape, url: url, what: what))
        case (_, .texts(let texts)):
            // The texts of records in an array.
            guard shape.count > 1 else { return .texts(texts) }
            return .textArrays(texts, each: shape.dropFirst().reduce(1, *))
        case (.record(let members), .record(let parts)):
            let fields = zip(members, parts).map { member, part in
                Records.Field(
                    name: member.name,
                    content: content(
                        part, member.type.element, shape, url, "field \"\(member.name)\" of \(what)"),
                    url: url, what: what)
            }
            return .records(Records(count: shape.first ?? 1, fields: fields, url: url, what: what))
        case (_, .lists(let lists)): return .lists(lists)
        case (_, .references(let references)): return .references(references)
        case (_, .opaque(let all)): return .bytes(all)
        default: return .unreadable("its elements are of a kind that is not read")
        }
    }
}

/// Where elements lie in memory: at equal distances, and in the arrays of records at equal distances within each.
private struct HDF5Places {
    private let base: UnsafeRawPointer
    /// How many there are and the bytes from one to the next, the outermost first.
    private let levels: [(count: Int, stride: Int)]

    init(_ base: UnsafeRawPointer, count: Int, stride: Int) {
        self.init(base, [(count, stride)])
    }

    private init(_ base: UnsafeRawPointer, _ levels: [(count: Int, stride: Int)]) {
        self.base = base
        self.levels = levels
    }

    var count: Int { levels.reduce(1) { $0 * $1.count } }

    func moved(by offset: Int) -> HDF5Places { HDF5Places(base + offset, levels) }

    /// The places of `count` elements at each of these.
    func holding(_ count: Int, stride: Int) -> HDF5Places { HDF5Places(base, levels + [(count, stride)]) }

    func each(_ body: (UnsafeRawPointer) throws -> Void) rethrows {
        try Self.visit(base, levels[...], body)
    }

    /// Calls `body` with the bytes of elements of a size, of as many at once as lie side by side.
    func eachRun(of size: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
        guard let last = levels.last, last.stride == size else {
            return each { body(UnsafeRawBufferPointer(start: $0, count: size)) }
        }
        Self.visit(base, levels.dropLast()) {
            body(UnsafeRawBufferPointer(start: $0, count: last.count * size))
        }
    }

    private static func visit(
        _ base: UnsafeRawPointer, _ levels: ArraySlice<(count: Int, stride: Int)>,
        _ body: (UnsafeRawPointer) throws -> Void
    ) rethrows {
        guard let level = levels.first else { return try body(base) }
        let inner = levels.dropFirst()
        for index in 0..<level.count {
            let place = base + index * level.stride
            if inner.isEmpty { try body(place) } else { try visit(place, inner, body) }
        }
    }
}
