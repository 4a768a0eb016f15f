import Foundation
import Tensors

extension NumPyArray {
    /// The texts of an array of text or bytes, in row-major order; bytes that are not UTF-8 are taken as Latin-1.
    ///
    /// Throws `FormatError` if the array holds something else.
    public func strings() throws -> [String] {
        switch element {
        case .unicode, .bytes: return try order().map { text(at: $0, element) }
        case .objects: return try object().strings()
        default: throw wrong("text")
        }
    }

    /// The records of a structured array, in row-major order.
    ///
    /// Throws `FormatError` if the array holds something else.
    public func records() throws -> Records {
        guard case .record(let members, let size) = element else { throw wrong("records") }
        guard !element.hasObjects else {
            throw FormatError(
                url, "the fields of \(what)", expected: "numbers and text",
                found: "objects of Python; save them apart")
        }
        return try records(members, [], at: try order().map { $0 * size }, what)
    }

    /// The real and the imaginary parts of an array of complex numbers.
    ///
    /// Throws `FormatError` if the array holds something else.
    public func complexParts<Element: Scalar>(
        as element: Element.Type = Float.self
    ) throws -> (real: Tensor<Element>, imaginary: Tensor<Element>) {
        guard case .complex(let type, let isBigEndian) = self.element else { throw wrong("complex numbers") }
        let places = try order().map { $0 * 2 * type.byteCount }
        func part(_ offset: Int) throws -> Tensor<Element> {
            let part = NumPyType.number(type, bigEndian: isBigEndian)
            return try numbers(part, [], at: places.map { $0 + offset }, what).tensor().reshaped(to: shape)
        }
        return (try part(0), try part(type.byteCount))
    }

    /// The value of Python that an array of objects holds: of an array without dimensions the one object, otherwise
    /// lists of lists.
    ///
    /// No code of the file is run: a pickle that asks for more than containers, numbers, texts and arrays is refused.
    /// Throws `FormatError` if the array holds no objects, or its pickle is malformed.
    public func object() throws -> PythonValue {
        guard case .objects = element else { throw wrong("objects of Python") }
        return try PickleReader.value(of: bytes, url, what)
    }

    /// Which stored elements come one after the other in row-major order.
    private func order() throws -> [Int] {
        let count = shape.reduce(1, *)
        try requireMemory(24 * count, for: what, url)
        guard isFortran, shape.count > 1 else { return Array(0..<count) }
        var strides = [Int](repeating: 1, count: shape.count)
        for dimension in 1..<shape.count {
            strides[dimension] = strides[dimension - 1] * shape[dimension - 1]
        }
        var order = count == 0 ? [] : [0]
        for (extent, stride) in zip(shape, strides) {
            order = order.flatMap { base in (0..<extent).map { base + $0 * stride } }
        }
        return order
    }

    private func text(at index: Int, _ type: NumPyType) -> String {
        text(atByte: index * type.byteCount, type)
    }

    private func text(atByte offset: Int, _ type: NumPyType) -> String {
        guard let field = bytes.part(at: offset, count: type.byteCount) else { return "" }
        if case .unicode(let count, let isBigEndian) = type {
            var scalars = String.UnicodeScalarView()
            for index in 0..<count {
                let code = field.number(at: 4 * index, as: UInt32.self, bigEndian: isBigEndian) ?? 0
                scalars.append(Unicode.Scalar(code) ?? "\u{fffd}")
            }
            while scalars.last?.value == 0 { scalars.removeLast() }
            return String(scalars)
        }
        var data = field.data
        while data.last == 0 { data.removeLast() }
        return String(data: data, encoding: .utf8) ?? String(data: data, encoding: .isoLatin1) ?? ""
    }

    /// The records that begin at some bytes, of which each of those around them has an array of some extents.
    private func records(
        _ members: [NumPyType.Member], _ extents: [Int], at places: [Int], _ what: String
    ) throws -> Records {
        let fields = try members.map { member in
            let own = places.map { $0 + member.offset }
            return Records.Field(
                name: member.name,
                content: try field(member.type, extents, at: own, "field \"\(member.name)\" of \(what)"),
                url: url, what: what)
        }
        return Records(
            count: places.count / max(1, extents.reduce(1, *)), fields: fields, url: url, what: what)
    }

    private func field(
        _ type: NumPyType, _ extents: [Int], at places: [Int], _ what: String
    ) throws -> Records.Field.Content {
        switch type {
        case .number: return .numbers(try numbers(type, extents, at: places, what))
        case .unicode, .bytes:
            let texts = places.map { text(atByte: $0, type) }
            return extents.isEmpty ? .texts(texts) : .textArrays(texts, each: extents.reduce(1, *))
        case .record(let members, _): return .records(try records(members, extents, at: places, what))
        case .array(let base, let shape):
            let count = shape.reduce(1, *)
            let all = places.flatMap { place in (0..<count).map { place + $0 * base.byteCount } }
            return try field(base, extents + shape, at: all, what)
        case .complex(let part, let isBigEndian):
            let number = NumPyType.number(part, bigEndian: isBigEndian)
            let parts = places.flatMap { [$0, $0 + part.byteCount] }
            return .numbers(try numbers(number, extents + [2], at: parts, what))
        case .objects, .unreadable: return .unreadable(type.kind)
        }
    }

    /// The numbers that begin at some bytes; the first dimension is what `extents` leave over.
    private func numbers(
        _ type: NumPyType, _ extents: [Int], at places: [Int], _ what: String
    ) throws -> StoredNumbers {
        guard case .number(let number, let isBigEndian) = type else { throw wrong("numbers") }
        let size = number.byteCount
        let gathered = try Bytes(count: places.count * size) { target in
            for (index, place) in places.enumerated() {
                guard let part = bytes.part(at: place, count: size) else {
                    throw FormatError(url, "\(what) lies outside the file")
                }
                UnsafeMutableRawBufferPointer(rebasing: target[index * size..<(index + 1) * size])
                    .copyMemory(from: part.buffer)
            }
            return target.count
        }
        let each = max(1, extents.reduce(1, *))
        return StoredNumbers(
            bytes: gathered, type: number, shape: [places.count / each] + extents, isBigEndian: isBigEndian,
            url: url, what: what)
    }
}
