/// An array of NumPy as a pickle builds it: made empty at first, and given its contents afterwards.
struct PickledArray {
    var type: NumPyType?
    var shape: [Int] = []
    var isFortran = false
    var bytes: Bytes?
    /// The container of an array of objects.
    var objects: Int?
}

extension Unpickler {
    /// The names of NumPy that make arrays, their types and their scalars; NumPy 2 has them in `numpy._core`.
    static let arrayMakers: Set<String> = [
        "numpy.core.multiarray._reconstruct", "numpy.core.multiarray.scalar",
        "numpy.core.numeric._frombuffer",
        "numpy.dtype", "numpy.ndarray", "numpy.matrix", "numpy.matrixlib.defmatrix.matrix", "numpy.recarray",
        "numpy.rec.recarray", "_codecs.encode",
    ]
    private static let arrayClasses: Set<String> = [
        "numpy.ndarray", "numpy.matrix", "numpy.matrixlib.defmatrix.matrix", "numpy.recarray",
        "numpy.rec.recarray",
    ]

    /// What a call of one of NumPy's makers gives; nil if the arguments are not what NumPy writes.
    mutating func make(_ name: String, _ arguments: [PickleValue]) throws -> PickleValue? {
        switch name {
        case "numpy.core.multiarray._reconstruct":
            guard case .global(let type)? = arguments.first, Self.arrayClasses.contains(type) else {
                return nil
            }
            arrays.append(PickledArray())
            return .array(arrays.count - 1)
        case "numpy.dtype":
            guard let code = arguments.first.flatMap(plainText), let type = NumPyType(code: code) else {
                return nil
            }
            types.append(type)
            return .type(types.count - 1)
        case "numpy.core.multiarray.scalar": return try scalar(arguments)
        case "numpy.core.numeric._frombuffer":
            guard arguments.count == 4, let bytes = rawBytes(arguments[0]),
                case .type(let type) = arguments[1],
                let shape = integers(arguments[2]), let order = plainText(arguments[3])
            else { return nil }
            arrays.append(
                PickledArray(type: types[type], shape: shape, isFortran: order == "F", bytes: bytes))
            return .array(arrays.count - 1)
        case "_codecs.encode":
            // With protocol 2, Python 3 writes bytes as text of Latin-1.
            guard let text = arguments.first.flatMap(plainText),
                text.unicodeScalars.allSatisfy({ $0.value < 256 })
            else { return nil }
            return .bytes(Bytes(copying: text.unicodeScalars.map { UInt8($0.value) }))
        default: return nil
        }
    }

    /// Gives an array or a type its contents; false if they are not what NumPy writes.
    mutating func build(_ object: PickleValue, _ state: PickleValue) -> Bool {
        switch object {
        case .array(let index):
            guard var values = values(of: state) else { return false }
            // A version stands before, in all but the oldest files.
            if values.count == 5 { values.removeFirst() }
            guard values.count == 4, let shape = integers(values[0]), shape.allSatisfy({ $0 >= 0 }),
                shape.count <= 64,
                case .type(let type) = values[1], let isFortran = truth(values[2])
            else { return false }
            arrays[index].type = types[type]
            arrays[index].shape = shape
            arrays[index].isFortran = isFortran
            if case .sequence(let node) = values[3] { arrays[index].objects = node }
            arrays[index].bytes = rawBytes(values[3])
            return true
        case .type(let index):
            guard let values = values(of: state), values.count >= 8 else { return false }
            return setType(index, values)
        default: return false
        }
    }

    /// The state of a type: version, order of bytes, small array, names, fields, size, alignment, flags.
    private mutating func setType(_ index: Int, _ values: [PickleValue]) -> Bool {
        if let order = plainText(values[1]), order == ">" || order == "<" {
            types[index] = types[index].with(bigEndian: order == ">")
        }
        if let small = self.values(of: values[2]), small.count == 2 {
            guard case .type(let base) = small[0],
                let shape = integers(small[1])
                    ?? { if case .integer(let one) = small[1] { [one] } else { nil } }(),
                NumPyType.shape(.list(shape.map(PythonValue.integer))) != nil,
                let array = NumPyType.smallArray(of: types[base], shape: shape)
            else { return false }
            types[index] = array
            return true
        }
        guard let names = self.values(of: values[3]) else { return true }
        guard case .dictionary(let node) = values[4], case .integer(let size) = values[5], size >= 0,
            size <= 1 << 30
        else { return false }
        let fields = nodes[node]
        var members: [NumPyType.Member] = []
        for name in names.compactMap(plainText) {
            let position = stride(from: 0, to: fields.count - 1, by: 2).first {
                plainText(fields[$0]) == name
            }
            guard let position, let field = self.values(of: fields[position + 1]), field.count >= 2,
                case .type(let type) = field[0], case .integer(let offset) = field[1], offset >= 0,
                offset <= size - types[type].byteCount
            else { return false }
            members.append(NumPyType.Member(name: name, offset: offset, type: types[type]))
        }
        types[index] = .record(members, byteCount: size)
        return members.count == names.count
    }

    private mutating func scalar(_ arguments: [PickleValue]) throws -> PickleValue? {
        guard arguments.count == 2, case .type(let index) = arguments[0], let bytes = rawBytes(arguments[1])
        else {
            return nil
        }
        let array = NumPyArray(
            element: types[index], shape: [], isFortran: false, bytes: bytes, url, "a number of the pickle")
        guard NumPyArray.byteCount([], types[index]) == bytes.count else { return nil }
        switch types[index] {
        case .number(.bool, _): return .boolean(try array.integers().first != 0)
        case .number(let type, _):
            return type.hasFractions
                ? .number(try array.tensor(as: Double.self).elements[0]) : .integer(try array.integers()[0])
        case .unicode, .bytes: return .text(try array.strings()[0])
        default:
            // A complex number, a date or a record is an array without dimensions.
            arrays.append(PickledArray(type: types[index], bytes: bytes))
            return .array(arrays.count - 1)
        }
    }

    private func rawBytes(_ value: PickleValue) -> Bytes? {
        switch value {
        case .bytes(let bytes), .oldText(let bytes): bytes
        default: nil
        }
    }

    private func plainText(_ value: PickleValue) -> String? {
        switch value {
        case .text(let text): text
        case .oldText(let bytes), .bytes(let bytes): String(data: bytes.data, encoding: .isoLatin1)
        default: nil
        }
    }

    private func truth(_ value: PickleValue) -> Bool? {
        switch value {
        case .boolean(let boolean): boolean
        case .integer(let integer): integer != 0
        default: nil
        }
    }
}
