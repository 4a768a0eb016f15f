import Foundation
import Tensors

/// Reads a matrix of version 5, and those within it.
enum MAT5Matrix {
    /// How deep structs and cells may lie in each other.
    private static let depthLimit = 128

    /// The value of a matrix's bytes; no bytes at all are an empty array.
    static func value(_ data: Bytes, bigEndian: Bool, _ place: MATPlace, depth: Int) throws -> MATValue {
        guard depth < depthLimit else {
            throw FormatError(place.url, "has structs and cells that are nested more than \(depthLimit) deep")
        }
        guard data.count > 0 else { return empty(place) }
        var elements = MAT5Elements(data, bigEndian: bigEndian, place)
        let description = try MAT5Description(&elements)
        guard let shape = description.shape else { return try opaque(&elements, place) }
        var className = description.className
        let content: MATValue.Content
        switch description.code {
        case MAT5Description.cell: content = try cells(&elements, shape, place, depth)
        case MAT5Description.structure: content = try structs(&elements, shape, place, depth)
        case MAT5Description.object:
            className = try elements.name("class name")
            content = try structs(&elements, shape, place, depth)
        case MAT5Description.char: content = try text(&elements, shape, place)
        case MAT5Description.sparse:
            content = try sparse(&elements, shape, isComplex: description.isComplex, place)
        case MAT5Description.function:
            content = .unreadable("it is a function handle, which only MATLAB can call")
            elements.skipAll()
        default: content = try numbers(&elements, shape, isComplex: description.isComplex, place)
        }
        var extents = shape
        if case .text(let units) = content, units.count != shape.reduce(1, *) { extents = [1, units.count] }
        // What follows the last element, up to the next multiple of 8 bytes, only fills it up.
        guard elements.left < 8 else {
            throw place.error("is damaged: \(elements.left) bytes follow its last element")
        }
        return MATValue(className: className, shape: extents, content: content, place: place)
    }

    private static func empty(_ place: MATPlace) -> MATValue {
        let none = StoredNumbers(
            bytes: Bytes(copying: []), type: .float64, shape: [0, 0], isFortran: true, url: place.url,
            what: place.what)
        return MATValue(
            className: "double", shape: [0, 0], content: .numbers(.memory(none), imaginary: nil), place: place
        )
    }

    private static func opaque(_ elements: inout MAT5Elements, _ place: MATPlace) throws -> MATValue {
        let system = try elements.name("type system")
        let className = try elements.name("class name")
        return MATValue(
            className: className, shape: [1, 1],
            content: .unreadable(
                "it is an object of MATLAB's class \(className) (\(system)), whose contents MATLAB keeps to itself; save struct(value), or its properties one by one"
            ), place: place)
    }

    private static func cells(
        _ elements: inout MAT5Elements, _ shape: [Int], _ place: MATPlace, _ depth: Int
    ) throws -> MATValue.Content {
        let count = shape.reduce(1, *)
        // Each cell takes a tag of 8 bytes at least.
        guard count <= elements.left / 8 else {
            throw place.error("claims \(count) cells, and \(elements.left) bytes follow")
        }
        var cells: [MATValue] = []
        cells.reserveCapacity(count)
        for index in 0..<count {
            try cells.append(matrix(&elements, place.cell(index), depth))
        }
        return .cells(cells)
    }

    private static func structs(
        _ elements: inout MAT5Elements, _ shape: [Int], _ place: MATPlace, _ depth: Int
    ) throws -> MATValue.Content {
        let lengths = try elements.integers("length of field names")
        guard lengths.count == 1, let length = lengths.first, (1...4096).contains(length) else {
            throw place.error("is damaged: the length of its field names is \(lengths.prefix(4))")
        }
        let names = try elements.next("field names")
        guard names.data.count % length == 0 else {
            throw place.error("is damaged: its field names take \(names.data.count) bytes, \(length) each")
        }
        let fields = try stride(from: 0, to: names.data.count, by: length).map { start in
            guard let part = names.data.part(at: start, count: length),
                let name = String(validatingUTF8Bytes: part.data.prefix { $0 != 0 })
            else { throw place.error("is damaged: a field's name is no text") }
            return name
        }
        guard Set(fields).count == fields.count else {
            throw place.error("is damaged: it has two fields of one name (\(fields.joined(separator: ", ")))")
        }
        let count = shape.reduce(1, *)
        guard fields.isEmpty || count <= elements.left / 8 / fields.count else {
            throw place.error(
                "claims \(count) structs of \(fields.count) fields, and \(elements.left) bytes follow")
        }
        var values: [MATValue] = []
        for index in 0..<(fields.isEmpty ? 0 : count) {
            let own = count == 1 ? place : place.element(index)
            for field in fields { try values.append(matrix(&elements, own.field(field), depth)) }
        }
        return .structs(fields: fields, values: values)
    }

    private static func matrix(
        _ elements: inout MAT5Elements, _ place: MATPlace, _ depth: Int
    ) throws -> MATValue {
        let element = try elements.next("element \(place.what)")
        guard element.type == MAT5Element.matrix else {
            throw place.error("should be a matrix, but is an element of type \(element.type)")
        }
        return try value(element.data, bigEndian: elements.isBigEndian, place, depth: depth + 1)
    }

    private static func numbers(
        _ elements: inout MAT5Elements, _ shape: [Int], isComplex: Bool, _ place: MATPlace
    ) throws -> MATValue.Content {
        let real = try stored(&elements, shape, "numbers", place)
        let imaginary = isComplex ? try stored(&elements, shape, "imaginary parts", place) : nil
        return .numbers(.memory(real), imaginary: imaginary.map { .memory($0) })
    }

    /// The next element's numbers, which MATLAB stores in a smaller type than their own where they fit it.
    private static func stored(
        _ elements: inout MAT5Elements, _ shape: [Int], _ what: String, _ place: MATPlace
    ) throws -> StoredNumbers {
        let element = try elements.next(what)
        guard let type = element.numberType else {
            throw place.error("is damaged: its \(what) are of type \(element.type)")
        }
        guard byteCount(of: shape, type) == element.data.count else {
            throw place.error(
                "of shape \(shape) should have \(shape.reduce(1, *)) \(what), but has \(element.data.count) bytes of \(type.rawValue)"
            )
        }
        return StoredNumbers(
            bytes: element.data, type: type, shape: shape, isFortran: true, isBigEndian: elements.isBigEndian,
            url: place.url, what: place.what)
    }

    private static func sparse(
        _ elements: inout MAT5Elements, _ shape: [Int], isComplex: Bool, _ place: MATPlace
    ) throws -> MATValue.Content {
        let rows = try elements.integers("rows")
        let starts = try elements.integers("starts of columns")
        func values(_ what: String) throws -> [Double] {
            let element = try elements.next(what)
            guard let type = element.numberType, element.data.count % type.byteCount == 0 else {
                throw place.error("is damaged: its \(what) are of type \(element.type)")
            }
            let numbers: Tensor<Double> = try element.data.tensor(
                of: type, shape: [element.data.count / type.byteCount], bigEndian: elements.isBigEndian,
                place.url,
                place.what)
            return numbers.elements
        }
        let real = try values("numbers")
        return .sparse(
            try MATSparse(
                rows: rows, starts: starts, values: real,
                imaginary: isComplex ? try values("imaginary parts") : nil, shape: shape, place))
    }

    private static func text(
        _ elements: inout MAT5Elements, _ shape: [Int], _ place: MATPlace
    ) throws -> MATValue.Content {
        let element = try elements.next("text")
        let count = shape.reduce(1, *)
        let units: [UInt16]
        switch element.type {
        case MAT5Element.utf8: units = Array(String(decoding: element.data.buffer, as: UTF8.self).utf16)
        case MAT5Element.utf32:
            let codes = try integers(element, .uint32, elements.isBigEndian, place)
            let scalars = codes.map { Unicode.Scalar(UInt32($0)) ?? "\u{fffd}" }
            units = Array(String(String.UnicodeScalarView(scalars)).utf16)
        case MAT5Element.utf16, MAT5Element.uint16:
            units = try integers(element, .uint16, elements.isBigEndian, place).map { UInt16($0) }
        case MAT5Element.uint8, MAT5Element.int8: units = element.data.buffer.map(UInt16.init)
        default: throw place.error("is damaged: its text is of type \(element.type)")
        }
        // Of text in UTF-8, extents may count characters or units.
        guard units.count == count || element.type == MAT5Element.utf8 && shape.count == 2 && shape[0] <= 1
        else {
            throw place.error("of shape \(shape) should have \(count) characters, but has \(units.count)")
        }
        return .text(units)
    }

    private static func integers(
        _ element: MAT5Element, _ type: NumberType, _ bigEndian: Bool, _ place: MATPlace
    ) throws -> [Int] {
        let count = element.data.count / type.byteCount
        return try element.data.integers(of: type, count: count, bigEndian: bigEndian, place.url, place.what)
            ?? []
    }
}

extension MAT5Elements {
    mutating func skipAll() { self = MAT5Elements(Bytes(copying: []), bigEndian: isBigEndian, place) }
}
