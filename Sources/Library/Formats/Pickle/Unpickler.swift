import Foundation

/// What a pickle holds, as far as a checkpoint needs it.
///
/// Containers live in the unpickler's `nodes` and are named by their index: a hostile pickle can nest them without end
/// or into themselves, which neither copying nor freeing an index minds.
enum PickleValue {
    case none
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    /// `bytes` and `bytearray`.
    case bytes(Bytes)
    /// `str` of Python 2, which may be text or bytes.
    case oldText(Bytes)
    /// Integers beyond 64 bits, and what was passed over.
    case other
    /// An array of NumPy by its index in `arrays`.
    case array(Int)
    /// A type of NumPy by its index in `types`.
    case type(Int)
    /// A list, tuple or set: the node's values.
    case sequence(Int)
    /// A dictionary: the node's values are keys and values in turn.
    case dictionary(Int)
    case global(String)
    case storage(PyTorchStorage)
    case tensor(PyTorchTensor)
}

/// The type of a checkpoint's numbers.
enum PyTorchNumber {
    case read(NumberType)
    /// A type that is not read, in PyTorch's words.
    case unread(String, byteCount: Int)

    /// How many bytes one number takes.
    var byteCount: Int {
        switch self {
        case .read(let type): type.byteCount
        case .unread(_, let byteCount): byteCount
        }
    }
}

/// Numbers of a checkpoint that tensors share.
struct PyTorchStorage {
    let key: String
    let type: PyTorchNumber
    let count: Int
    /// Where a view of an older file begins in the storage.
    let offset: Int
}

/// A tensor of a checkpoint as a view of a storage.
struct PyTorchTensor {
    let storage: PyTorchStorage
    /// The type of its numbers, which a storage of plain bytes does not tell.
    let type: PyTorchNumber
    let offset: Int
    let shape: [Int]
    let strides: [Int]
}

extension PyTorchTensor {
    /// A tensor that is there, but whose numbers are not read; `words` say what it is.
    init(unread words: String, shape: [Int]) {
        let type = PyTorchNumber.unread(words, byteCount: 1)
        self.init(
            storage: PyTorchStorage(key: "", type: type, count: 0, offset: 0), type: type, offset: 0,
            shape: shape, strides: [])
    }
}

/// A pickle machine that makes tensors, arrays and containers and nothing else.
///
/// A pickle is a program that may call any function by name, which is how a checkpoint can take over a computer. This
/// machine knows the few names that PyTorch's tensors or NumPy's arrays need, and of a checkpoint passes over some that
/// stand beside them; any other ends the reading with an error that names it.
/// Source: CPython's `pickletools`, protocols 0 to 5, without the opcodes that only instances of classes need.
struct Unpickler {
    /// What a pickle is read for: of a checkpoint its tensors matter alone, of data everything.
    enum Purpose { case checkpoint, data }

    private let bytes: Bytes
    let url: URL
    private let purpose: Purpose
    /// Whether of data an object that is neither an array nor a container becomes the name of its type.
    private let namesObjects: Bool
    /// Where the next opcode is; after `load` the end of the pickle.
    private(set) var position: Int
    /// The values of all containers.
    private(set) var nodes: [[PickleValue]] = []
    /// The types of all storages that the pickle names, by their keys.
    private(set) var storageTypes: [String: PyTorchNumber] = [:]
    /// The arrays of NumPy and their types, where data is read.
    var arrays: [PickledArray] = []
    var types: [NumPyType] = []

    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    /// How many values containers have taken from other containers, which opcodes of a few bytes can do without end.
    private var copied = 0
    private static let copyLimit = 10_000_000

    init(
        _ bytes: Bytes, at position: Int = 0, _ url: URL, for purpose: Purpose = .checkpoint,
        namesObjects: Bool = false
    ) {
        self.purpose = purpose
        self.namesObjects = namesObjects
        self.bytes = bytes
        self.position = position
        self.url = url
    }

    /// Runs the program to its end and returns what it built.
    mutating func load() throws -> PickleValue {
        while true {
            let start = position
            let opcode = try take(UInt8.self)
            if opcode == UInt8(ascii: ".") { return try pop() }
            guard try pushed(opcode) || pushedAsLine(opcode) || built(opcode) else {
                let writer = purpose == .checkpoint ? "torch.save" : "data"
                throw FormatError(
                    url, "the opcode at byte \(start) of its pickle", expected: "one that \(writer) needs",
                    found: "0x\(String(opcode, radix: 16))")
            }
        }
    }

    /// Opcodes that push their own value.
    private mutating func pushed(_ opcode: UInt8) throws -> Bool {
        switch opcode {
        case UInt8(ascii: "N"): stack.append(.none)
        case 0x88: stack.append(.boolean(true))
        case 0x89: stack.append(.boolean(false))
        case UInt8(ascii: "J"): stack.append(.integer(Int(try take(Int32.self))))
        case UInt8(ascii: "K"): stack.append(.integer(Int(try take(UInt8.self))))
        case UInt8(ascii: "M"): stack.append(.integer(Int(try take(UInt16.self))))
        case 0x8a: stack.append(try long(Int(try take(UInt8.self))))
        case UInt8(ascii: "G"): stack.append(.number(Double(bitPattern: try take(UInt64.self).byteSwapped)))
        case 0x8b: stack.append(try long(Int(try take(Int32.self))))
        case UInt8(ascii: "X"): stack.append(.text(try text(Int(try take(UInt32.self)))))
        case 0x8d: stack.append(.text(try text(Int(clamping: try take(UInt64.self)))))
        case 0x8c: stack.append(.text(try text(Int(try take(UInt8.self)))))
        case UInt8(ascii: "U"): stack.append(try oldText(Int(try take(UInt8.self))))
        case UInt8(ascii: "T"): stack.append(try oldText(Int(try take(UInt32.self))))
        case UInt8(ascii: "C"): stack.append(.bytes(try part(Int(try take(UInt8.self)))))
        case UInt8(ascii: "B"): stack.append(.bytes(try part(Int(try take(UInt32.self)))))
        case 0x8e, 0x96: stack.append(.bytes(try part(Int(clamping: try take(UInt64.self)))))
        case UInt8(ascii: "]"), UInt8(ascii: ")"), 0x8f: stack.append(.sequence(node([])))
        case UInt8(ascii: "}"): stack.append(.dictionary(node([])))
        case UInt8(ascii: "("): marks.append(stack.count)
        case UInt8(ascii: "h"): stack.append(try remembered(Int(try take(UInt8.self))))
        case UInt8(ascii: "j"): stack.append(try remembered(Int(try take(UInt32.self))))
        case UInt8(ascii: "c"):
            let module = try line()
            try push(global: "\(module).\(try line())")
        default: return false
        }
        return true
    }

    /// Opcodes of protocol 0, whose arguments are lines of text.
    private mutating func pushedAsLine(_ opcode: UInt8) throws -> Bool {
        switch opcode {
        case UInt8(ascii: "I"):
            let line = try line()
            if line == "00" || line == "01" {
                stack.append(.boolean(line == "01"))
            } else {
                guard let integer = Int(line) else { throw malformed() }
                stack.append(.integer(integer))
            }
        case UInt8(ascii: "L"):
            let line = try line()
            stack.append(
                Int(line.hasSuffix("L") ? String(line.dropLast()) : line).map(PickleValue.integer) ?? .other)
        case UInt8(ascii: "F"):
            guard let number = Double(try line()) else { throw malformed() }
            stack.append(.number(number))
        case UInt8(ascii: "V"): stack.append(.text(try unescaped(try longLine())))
        case UInt8(ascii: "S"): stack.append(try quoted(try longLine()))
        case UInt8(ascii: "g"):
            guard let index = Int(try line()) else { throw malformed() }
            stack.append(try remembered(index))
        case UInt8(ascii: "p"):
            guard let index = Int(try line()) else { throw malformed() }
            memo[index] = try top()
        default: return false
        }
        return true
    }

    /// Opcodes that work on what is on the stack.
    private mutating func built(_ opcode: UInt8) throws -> Bool {
        switch opcode {
        case 0x80: _ = try take(UInt8.self)
        case 0x95: _ = try take(UInt64.self)
        case UInt8(ascii: "q"): memo[Int(try take(UInt8.self))] = try top()
        case UInt8(ascii: "r"): memo[Int(try take(UInt32.self))] = try top()
        case 0x94: memo[memo.count] = try top()
        case UInt8(ascii: "0"): _ = try pop()
        case UInt8(ascii: "1"): _ = try popToMark()
        case UInt8(ascii: "2"): stack.append(try top())
        case UInt8(ascii: "t"), UInt8(ascii: "l"), 0x91: stack.append(.sequence(node(try popToMark())))
        case UInt8(ascii: "d"): stack.append(.dictionary(node(try popToMark())))
        case 0x85, 0x86, 0x87:
            let values = try (0..<Int(opcode - 0x84)).map { _ in try pop() }
            stack.append(.sequence(node(values.reversed())))
        case UInt8(ascii: "a"): try extend([try pop()])
        case UInt8(ascii: "e"), UInt8(ascii: "u"), 0x90: try extend(try popToMark())
        case UInt8(ascii: "s"):
            let value = try pop()
            try extend([try pop(), value])
        case 0x93:
            guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
                throw malformed()
            }
            try push(global: "\(module).\(name)")
        case UInt8(ascii: "R"), 0x81:
            let arguments = try pop()
            stack.append(try call(try pop(), arguments))
        // The attributes of an object, such as a state dictionary's version numbers, which weights do not need.
        case UInt8(ascii: "b"):
            let (state, object) = (try pop(), try top())
            guard purpose == .checkpoint || build(object, state) || namesObjects else {
                throw FormatError(
                    url,
                    "its pickle sets the attributes of an object before byte \(position), and only arrays have some here"
                )
            }
        case UInt8(ascii: "Q"): stack.append(.storage(try storage(try pop())))
        default: return false
        }
        return true
    }

    /// The values of a list or tuple.
    func values(of value: PickleValue) -> [PickleValue]? {
        if case .sequence(let node) = value { nodes[node] } else { nil }
    }

    func integers(_ value: PickleValue) -> [Int]? {
        guard let values = values(of: value) else { return nil }
        let integers = values.compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
        return integers.count == values.count ? integers : nil
    }
}

extension Unpickler {
    private static let containers: Set<String> = [
        "collections.OrderedDict", "collections.defaultdict", "collections.Counter", "builtins.set",
        "__builtin__.set", "torch.Size",
    ]
    private static let rebuilders: Set<String> = [
        "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v3",
        "torch._utils._rebuild_qtensor", "torch._utils._rebuild_parameter",
        "torch._utils._rebuild_parameter_with_state", "torch._tensor._rebuild_from_type_v2",
        "torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_nested_tensor",
        "torch._utils._rebuild_meta_tensor_no_storage", "torch.serialization._get_layout",
    ]
    /// What training scripts save beside the weights: options, devices, types, numbers and arrays of NumPy. Nothing is
    /// made of it, and nothing is called for it.
    private static let passedOver: Set<String> = [
        "argparse.Namespace", "__builtin__.dict", "__builtin__.list", "__builtin__.int", "__builtin__.float",
        "builtins.dict", "builtins.list", "builtins.int", "builtins.float",
        "builtins.complex", "builtins.bytearray", "_codecs.encode", "numpy.dtype", "numpy.ndarray",
        "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
        "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct", "torch.device",
        "torch.Tensor",
        "torch.float16", "torch.bfloat16", "torch.float32", "torch.float64", "torch.int8", "torch.int16",
        "torch.int32", "torch.int64", "torch.uint8", "torch.bool", "torch.complex64", "torch.complex128",
        "torch.per_tensor_affine", "torch.per_channel_affine", "torch.per_channel_affine_float_qparams",
    ]
    private static let storages: [String: PyTorchNumber] = [
        "torch.FloatStorage": .read(.float32), "torch.DoubleStorage": .read(.float64),
        "torch.HalfStorage": .read(.float16), "torch.BFloat16Storage": .read(.bfloat16),
        "torch.LongStorage": .read(.int64), "torch.IntStorage": .read(.int32),
        "torch.ShortStorage": .read(.int16), "torch.CharStorage": .read(.int8),
        "torch.ByteStorage": .read(.uint8), "torch.BoolStorage": .read(.bool),
        "torch.ComplexFloatStorage": .unread("complex64", byteCount: 8),
        "torch.ComplexDoubleStorage": .unread("complex128", byteCount: 16),
        "torch.QInt8Storage": .unread("qint8", byteCount: 1),
        "torch.QUInt8Storage": .unread("quint8", byteCount: 1),
        "torch.QInt32Storage": .unread("qint32", byteCount: 4),
        "torch.QUInt4x2Storage": .unread("quint4x2", byteCount: 1),
        "torch.QUInt2x4Storage": .unread("quint2x4", byteCount: 1),
        // Plain bytes, whose tensors tell their types themselves.
        "torch.storage.UntypedStorage": .read(.uint8),
    ]
    /// The types of tensors over plain bytes.
    private static let elementTypes: [String: PyTorchNumber] = [
        "torch.uint16": .read(.uint16), "torch.uint32": .read(.uint32), "torch.uint64": .read(.uint64),
        "torch.float8_e4m3fn": .unread("float8_e4m3fn", byteCount: 1),
        "torch.float8_e4m3fnuz": .unread("float8_e4m3fnuz", byteCount: 1),
        "torch.float8_e5m2": .unread("float8_e5m2", byteCount: 1),
        "torch.float8_e5m2fnuz": .unread("float8_e5m2fnuz", byteCount: 1),
        "torch.float8_e8m0fnu": .unread("float8_e8m0fnu", byteCount: 1),
        "torch.float4_e2m1fn_x2": .unread("float4_e2m1fn_x2", byteCount: 1),
        "torch.complex32": .unread("complex32", byteCount: 4),
    ]

    private mutating func push(global name: String) throws {
        if purpose == .data {
            // NumPy 2 has renamed the module that holds these functions.
            let name =
                name.hasPrefix("numpy._core.") ? "numpy.core." + name.dropFirst("numpy._core.".count) : name
            guard namesObjects || Self.containers.contains(name) || Self.arrayMakers.contains(name) else {
                throw FormatError(
                    url,
                    "its pickle calls \"\(name)\", which makes neither an array nor a container; it was not called. If "
                        + "you trust the file, save its arrays with numpy.save in Python")
            }
            stack.append(.global(name))
            return
        }
        guard
            Self.containers.contains(name) || Self.rebuilders.contains(name)
                || Self.passedOver.contains(name) || Self.storages[name] != nil
                || Self.elementTypes[name] != nil
        else {
            throw FormatError(
                url,
                "its pickle calls \"\(name)\", which is neither a tensor nor a container; it was not called. If you trust "
                    + "the file, save its state dictionary alone with PyTorch, or as safetensors")
        }
        stack.append(.global(name))
    }

    private mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
        guard case .global(let name) = function, let values = values(of: arguments) else { throw malformed() }
        switch name {
        case "collections.OrderedDict":
            var pairs: [PickleValue] = []
            for pair in values.first.flatMap({ self.values(of: $0) }) ?? [] {
                guard let pair = self.values(of: pair), pair.count == 2 else { throw malformed() }
                pairs += pair
            }
            copied += pairs.count
            guard copied <= Self.copyLimit else {
                throw FormatError(url, "its pickle copies containers beyond what a checkpoint does")
            }
            return .dictionary(node(pairs))
        case "builtins.set", "__builtin__.set", "torch.Size": return values.first ?? .sequence(node([]))
        // Its first argument makes the values that are missing.
        case "collections.defaultdict": return .dictionary(node([]))
        case "collections.Counter": return values.first ?? .dictionary(node([]))
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
            guard let tensor = values.first, case .tensor = tensor else { throw malformed() }
            return tensor
        case "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor",
            "torch._utils._rebuild_tensor_v3", "torch._utils._rebuild_qtensor":
            return .tensor(try tensor(name, values))
        case "torch._tensor._rebuild_from_type_v2":
            // What makes the tensor, its class, the arguments, and attributes, which numbers do not need.
            guard values.count >= 3, case .global(let inner) = values[0], inner != name else {
                throw malformed()
            }
            return try call(values[0], values[2])
        case "torch.serialization._get_layout":
            guard case .text(let layout)? = values.first else { throw malformed() }
            return .text(layout)
        case "torch._utils._rebuild_sparse_tensor":
            guard values.count >= 2, case .text(let layout) = values[0],
                let parts = self.values(of: values[1])
            else { throw malformed() }
            // Its extents stand behind the tensors of which it is made.
            return .tensor(
                PyTorchTensor(
                    unread: "\(layout), which is sparse; save its to_dense()",
                    shape: parts.compactMap { integers($0) }.first ?? []))
        case "torch._utils._rebuild_nested_tensor":
            return .tensor(PyTorchTensor(unread: "nested; save the parts that its unbind() gives", shape: []))
        case "torch._utils._rebuild_meta_tensor_no_storage":
            return .tensor(
                PyTorchTensor(
                    unread: "on the device \"meta\", without numbers",
                    shape: values.count > 1 ? integers(values[1]) ?? [] : []))
        case _ where purpose == .data:
            if namesObjects, !Self.arrayMakers.contains(name) { return .global(name) }
            guard let made = try make(name, values) else {
                throw FormatError(
                    url,
                    "its pickle calls \"\(name)\" before byte \(position) with arguments that NumPy does not write"
                )
            }
            return made
        default:
            guard Self.passedOver.contains(name) else { throw malformed() }
            return .other
        }
    }

    /// The tensor that one of PyTorch's functions would make of a storage.
    private func tensor(_ function: String, _ values: [PickleValue]) throws -> PyTorchTensor {
        guard values.count >= 4, case .storage(let storage) = values[0],
            case .integer(let offset) = values[1],
            let shape = integers(values[2]), let strides = integers(values[3])
        else { throw malformed() }
        var type = storage.type
        var metadata = 6
        switch function {
        case "torch._utils._rebuild_tensor_v3":
            guard values.count > 6, case .global(let name) = values[6], let own = Self.elementTypes[name]
            else { throw malformed() }
            type = own
            metadata = 7
        case "torch._utils._rebuild_qtensor":
            // The numbers mean nothing without the scale, whatever storage they are in.
            guard case .unread = type else { throw malformed() }
        default: break
        }
        if values.count > metadata, isChangedView(values[metadata]) {
            return PyTorchTensor(
                unread: "the negative or the conjugate of what is stored; save it after resolve_neg() and "
                    + "resolve_conj()", shape: shape)
        }
        return PyTorchTensor(storage: storage, type: type, offset: offset, shape: shape, strides: strides)
    }

    /// Whether what PyTorch says of a tensor has a mark ("neg", "conj") that its numbers are not those of the storage.
    private func isChangedView(_ metadata: PickleValue) -> Bool {
        guard case .dictionary(let node) = metadata else { return false }
        let entries = nodes[node]
        return stride(from: 0, to: entries.count - 1, by: 2).contains { index in
            guard case .text(let name) = entries[index], case .boolean(true) = entries[index + 1] else {
                return false
            }
            return name == "neg" || name == "conj"
        }
    }

    /// A persistent identifier: `("storage", type, key, device, count)` and in older files a view of it.
    private mutating func storage(_ identifier: PickleValue) throws -> PyTorchStorage {
        guard let values = values(of: identifier), values.count >= 5, case .text("storage") = values[0],
            case .global(let name) = values[1], let type = Self.storages[name],
            case .text(let key) = values[2],
            case .integer(let count) = values[4]
        else { throw malformed() }
        storageTypes[key] = type
        guard values.count > 5, let view = self.values(of: values[5]) else {
            return PyTorchStorage(key: key, type: type, count: count, offset: 0)
        }
        guard view.count == 3, case .integer(let offset) = view[1], case .integer(let size) = view[2] else {
            throw malformed()
        }
        return PyTorchStorage(key: key, type: type, count: size, offset: offset)
    }
}

extension Unpickler {
    private func malformed() -> FormatError {
        FormatError(url, "its pickle is malformed before byte \(position) (the file may be cut short)")
    }

    private mutating func node(_ values: [PickleValue]) -> Int {
        nodes.append(values)
        return nodes.count - 1
    }

    private mutating func take<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        guard let value = bytes.number(at: position, as: type) else { throw malformed() }
        position += MemoryLayout<T>.size
        return value
    }

    private mutating func text(_ count: Int) throws -> String {
        guard let part = bytes.part(at: position, count: count) else { throw malformed() }
        position += count
        return String(decoding: part.data, as: UTF8.self)
    }

    private mutating func part(_ count: Int) throws -> Bytes {
        guard let part = bytes.part(at: position, count: count) else { throw malformed() }
        position += count
        return part
    }

    /// A `str` of Python 2: names and numbers of a checkpoint are text, an array's contents are bytes.
    private mutating func oldText(_ count: Int) throws -> PickleValue {
        purpose == .checkpoint ? .text(try text(count)) : .oldText(try part(count))
    }

    /// A line of any length.
    private mutating func longLine() throws -> ArraySlice<UInt8> {
        guard let end = bytes.buffer[position...].firstIndex(of: UInt8(ascii: "\n")) else {
            throw malformed()
        }
        defer { position = end + 1 }
        return Array(bytes.buffer[position..<end])[...]
    }

    /// Text in which `\uXXXX` and `\UXXXXXXXX` stand for characters, and other bytes are Latin-1.
    private func unescaped(_ line: ArraySlice<UInt8>) throws -> String {
        var scalars = String.UnicodeScalarView()
        var index = line.startIndex
        while index < line.endIndex {
            let next = index + 1 < line.endIndex ? line[index + 1] : 0
            let digits = next == UInt8(ascii: "u") ? 4 : next == UInt8(ascii: "U") ? 8 : 0
            guard line[index] == UInt8(ascii: "\\"), digits > 0 else {
                scalars.append(Unicode.Scalar(line[index]))
                index += 1
                continue
            }
            guard index + 2 + digits <= line.endIndex,
                let code = UInt32(
                    String(decoding: line[index + 2..<index + 2 + digits], as: UTF8.self), radix: 16)
            else { throw malformed() }
            scalars.append(Unicode.Scalar(code) ?? "\u{fffd}")
            index += 2 + digits
        }
        return String(scalars)
    }

    /// A `str` of Python 2 as its `repr`, whose escapes stand for bytes.
    private func quoted(_ line: ArraySlice<UInt8>) throws -> PickleValue {
        guard line.count >= 2, let quote = line.first, quote == line.last, quote == 0x27 || quote == 0x22
        else {
            throw malformed()
        }
        var result: [UInt8] = []
        let inner = Array(line.dropFirst().dropLast())
        var index = 0
        while index < inner.count {
            guard inner[index] == UInt8(ascii: "\\"), index + 1 < inner.count else {
                result.append(inner[index])
                index += 1
                continue
            }
            let code = inner[index + 1]
            index += 2
            switch code {
            case UInt8(ascii: "n"): result.append(10)
            case UInt8(ascii: "t"): result.append(9)
            case UInt8(ascii: "r"): result.append(13)
            case UInt8(ascii: "x"):
                guard index + 2 <= inner.count,
                    let byte = UInt8(String(decoding: inner[index..<index + 2], as: UTF8.self), radix: 16)
                else { throw malformed() }
                result.append(byte)
                index += 2
            default: result.append(code)
            }
        }
        return purpose == .checkpoint
            ? .text(String(decoding: result, as: UTF8.self)) : .oldText(Bytes(copying: result))
    }

    private mutating func line() throws -> String {
        guard let end = bytes.buffer[position...].prefix(1000).firstIndex(of: UInt8(ascii: "\n")) else {
            throw malformed()
        }
        defer { position = end + 1 }
        return String(decoding: bytes.buffer[position..<end], as: UTF8.self)
    }

    private mutating func long(_ count: Int) throws -> PickleValue {
        guard let part = bytes.part(at: position, count: count) else { throw malformed() }
        position += count
        guard count <= 8 else { return .other }
        var value: UInt64 = 0
        for (index, byte) in part.buffer.enumerated() { value |= UInt64(byte) << (8 * UInt64(index)) }
        // The highest bit that is there is the sign's.
        let unused = UInt64(64 - 8 * count)
        return .integer(
            count == 0 ? 0 : Int(truncatingIfNeeded: Int64(bitPattern: value << unused) >> Int64(unused)))
    }

    private func top() throws -> PickleValue {
        guard let value = stack.last, stack.count > (marks.last ?? 0) else { throw malformed() }
        return value
    }

    private mutating func pop() throws -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func popToMark() throws -> [PickleValue] {
        guard let mark = marks.popLast() else { throw malformed() }
        defer { stack.removeSubrange(mark...) }
        return Array(stack[mark...])
    }

    private func remembered(_ index: Int) throws -> PickleValue {
        guard let value = memo[index] else { throw malformed() }
        return value
    }

    private mutating func extend(_ values: [PickleValue]) throws {
        switch try top() {
        case .sequence(let node): nodes[node] += values
        case .dictionary(let node):
            guard values.count.isMultiple(of: 2) else { throw malformed() }
            nodes[node] += values
        default: throw malformed()
        }
    }
}
