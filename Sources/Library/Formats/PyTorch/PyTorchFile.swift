import Foundation
import Tensors

/// The tensors of a file that `torch.save` wrote (`.pt`, `.pth`, `.bin`), also DeepSpeed's, old and new.
///
/// Nested dictionaries and lists become names with points: the weights of a DeepSpeed checkpoint are `module.…`.
/// A key that is neither text nor a number, such as a scalar of NumPy, gives its position in the dictionary (`#0`).
/// Nothing in the file is executed; a file that wants more than tensors and containers is refused by what it calls.
///
/// ```swift
/// let checkpoint = try PyTorchFile.open("mp_rank_00_model_states.pt")
/// let weight = try checkpoint.tensor("module.learnable.imgencoder.blocks.0.attn.qkv.weight")
/// ```
///
/// Source: `torch.serialization` (the zip format since 1.6, and the one before it).
public struct PyTorchFile: Sendable {
    /// One tensor of a file.
    public struct Entry: Sendable {
        /// The type of its numbers.
        public let type: NumberType
        /// The extent of each dimension, the slowest first.
        public let shape: [Int]
        let strides: [Int]
        /// Where the tensor's first number lies in its storage.
        let start: Int
        let storage: PyTorchStorageBytes
        let isBigEndian: Bool

        /// Whether the numbers lie in row-major order without gaps.
        var isInOrder: Bool {
            zip(shape, zip(strides, rowMajorStrides(shape))).allSatisfy { $0 == 1 || $1.0 == $1.1 }
        }
    }

    /// Where the file is.
    public let url: URL
    /// The tensors whose numbers can be read, by name.
    public let entries: [String: Entry]
    /// Those whose numbers cannot: complex, quantized, of 8 or fewer bits with a fraction, sparse, nested, without
    /// numbers, or the conjugate or negative of what is stored.
    package let unread: [String: UnreadTensor]

    /// The names of all tensors in alphabetical order, also of those whose numbers cannot be read.
    public var names: [String] { (Array(entries.keys) + Array(unread.keys)).sorted() }

    /// Opens a file; a tensor is read when it is asked for.
    ///
    /// Throws `FormatError` if the file is malformed or cut short, a tensor lies outside its storage, or the pickle
    /// calls anything that is neither tensor nor container. A tensor of a kind that is not read (complex, quantized,
    /// float8, sparse) is refused when it is asked for.
    public static func open(_ file: some FileLocation) throws -> PyTorchFile {
        let file = try OpenFile(file.fileURL)
        let url = file.url
        guard let head = try file.bytes(upTo: 560) else { throw FormatError(url, "is empty") }
        if head.number(at: 0, as: UInt32.self) == 0x0403_4b50 { return try openZip(url) }
        if let start = legacyStart(head) { return try openLegacy(file, from: start) }
        throw FormatError(
            url,
            "is not a file of torch.save: it begins neither as a zip file nor as a pickle of PyTorch\(kindNote(head))"
        )
    }

    /// The tensor of that name in `Float` or `Double`.
    ///
    /// Throws `FormatError` if there is none, it cannot be read, or one of its numbers does not fit: an integer from
    /// 2^24 (2^53) on that would be rounded, or a `Double` that is too large for a `Float`.
    public func tensor<Element: Scalar>(_ name: String, as element: Element.Type = Float.self) throws
        -> Tensor<Element>
    {
        let (entry, bytes, span) = try read(name)
        let what = "tensor \"\(name)\""
        if entry.isInOrder || entry.shape.contains(0) {
            return try bytes.tensor(
                of: entry.type, shape: entry.shape, bigEndian: entry.isBigEndian, url, what)
        }
        let storage: Tensor<Element> = try bytes.tensor(
            of: entry.type, shape: [span], bigEndian: entry.isBigEndian, url, what)
        try requireMemory(entry.shape.reduce(16, *), for: what, url)
        return storage.gathered(shape: entry.shape, strides: entry.strides)
    }

    /// The tensor of that name as integers, in row-major order.
    ///
    /// Throws `FormatError` if there is none, it holds floating-point numbers, or one that `Int` cannot hold.
    public func integers(_ name: String) throws -> [Int] {
        let (entry, bytes, span) = try read(name)
        guard
            let integers = try bytes.integers(
                of: entry.type, count: span, bigEndian: entry.isBigEndian, url, "tensor \"\(name)\"")
        else {
            throw FormatError(
                url, "the type of tensor \"\(name)\"", expected: "integer", found: entry.type.rawValue)
        }
        return offsets(shape: entry.shape, strides: entry.strides).map { integers[$0] }
    }

    /// The bytes from a tensor's first number to its last, and how many numbers that are.
    func read(_ name: String) throws -> (entry: Entry, Bytes, span: Int) {
        let entry = try entry(name)
        let span = span(entry.shape, entry.strides) ?? 0
        let size = entry.type.byteCount
        return (entry, try entry.storage.bytes(at: entry.start * size, count: span * size), span)
    }

    private func entry(_ name: String) throws -> Entry {
        if let unread = unread[name] { throw unread.error(url, name) }
        guard let entry = entries[name] else {
            throw FormatError(url, "has no tensor \"\(name)\" (it has \(names.count) others)")
        }
        return entry
    }
}

extension PyTorchFile {
    /// How many elements a tensor may have that repeats fewer numbers.
    private static let expansionLimit = 1 << 20

    /// PyTorch's magic number, with whose pickle files before 1.6 begin, behind the header of that pickle.
    private static let legacyMagic: [UInt8] = [
        0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
    ]

    /// Where the pickle after that of the magic number begins; nil of a file that does not begin with it.
    ///
    /// The header is that of the protocol that `torch.save` was given, from version 4 on with the length of a frame.
    private static func legacyStart(_ head: Bytes) -> Int? {
        let isFramed = head.number(at: 2, as: UInt8.self) == 0x95
        let start = isFramed ? 11 : 2
        guard head.number(at: 0, as: UInt8.self) == 0x80,
            head.part(at: start, count: legacyMagic.count)?.buffer.elementsEqual(legacyMagic) == true
        else { return nil }
        return start + legacyMagic.count
    }

    private static func openZip(_ url: URL) throws -> PyTorchFile {
        let zip = try ZipArchive(url)
        guard let pickle = zip.names.first(where: { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }) else {
            throw FormatError(url, "has no data.pkl, so torch.save did not write it")
        }
        let folder = String(pickle.dropLast("data.pkl".count))
        guard !zip.names.contains(where: { $0.hasPrefix(folder + "code/") }) else {
            throw FormatError(
                url,
                "is a program of TorchScript (torch.jit.save), and no code of a file is run; load it in "
                    + "PyTorch and save its state_dict() with torch.save")
        }
        var isBigEndian = false
        if zip.names.contains(folder + "byteorder") {
            isBigEndian = try zip.member(folder + "byteorder").data == Data("big".utf8)
        }
        var machine = Unpickler(try zip.member(pickle), url)
        let root = try machine.load()
        var storages: [String: PyTorchStorageBytes] = [:]
        return try PyTorchFile(root, of: machine, url, isBigEndian: isBigEndian) { storage in
            if let known = storages[storage.key] { return known }
            let new = try PyTorchStorageBytes(member: "\(folder)data/\(storage.key)", of: zip)
            storages[storage.key] = new
            return new
        }
    }

    /// Five pickles (magic number, version, system, object, keys of storages), and then the storages.
    private static func openLegacy(_ file: OpenFile, from start: Int) throws -> PyTorchFile {
        // Where the pickles end is not known before they are read, and the storages after them are many times larger.
        let beginning = 4 << 20
        if file.count > beginning, let head = try file.bytes(upTo: beginning),
            let opened = try? openLegacy(file, head, from: start)
        {
            return opened
        }
        guard let all = try file.bytes(upTo: file.count) else { throw FormatError(file.url, "is empty") }
        return try openLegacy(file, all, from: start)
    }

    private static func openLegacy(_ file: OpenFile, _ head: Bytes, from start: Int) throws -> PyTorchFile {
        let url = file.url
        var position = start
        for _ in 0..<2 {
            var machine = Unpickler(head, at: position, url)
            _ = try machine.load()
            position = machine.position
        }
        var machine = Unpickler(head, at: position, url)
        let root = try machine.load()
        var keys = Unpickler(head, at: machine.position, url)
        let list = try keys.load()
        var storages: [String: PyTorchStorageBytes] = [:]
        position = keys.position
        for key in keys.values(of: list) ?? [] {
            guard case .text(let key) = key,
                let count = try file.bytes(at: position, count: 8)?.number(at: 0, as: Int64.self).map(
                    Int.init)
            else {
                throw FormatError(url, "its list of storages is malformed (the file may be cut short)")
            }
            // Without a tensor that uses it a storage's type is unknown, and so is where the next one begins.
            guard let type = machine.storageTypes[key],
                let size = byteCount(of: [count, type.byteCount], .uint8),
                let region = FileRegion(file, at: position + 8, count: size)
            else {
                throw FormatError(
                    url, "storage \"\(key)\" of \(count) numbers lies outside the file, or nothing uses it")
            }
            guard storages.updateValue(PyTorchStorageBytes(region), forKey: key) == nil else {
                throw FormatError(url, "has two storages of the key \"\(key)\"")
            }
            position += 8 + size
        }
        return try PyTorchFile(root, of: machine, url, isBigEndian: false) { storage in
            guard let bytes = storages[storage.key] else {
                throw FormatError(url, "has no storage \"\(storage.key)\", which a tensor uses")
            }
            return bytes
        }
    }

    private init(
        _ root: PickleValue, of machine: Unpickler, _ url: URL, isBigEndian: Bool,
        storage: (PyTorchStorage) throws -> PyTorchStorageBytes
    ) throws {
        var entries: [String: Entry] = [:]
        var unread: [String: UnreadTensor] = [:]
        for (name, tensor) in try Self.flattened(root, of: machine, url) {
            let type: NumberType
            switch tensor.type {
            case .read(let known): type = known
            case .unread(let word, _):
                unread[name] = UnreadTensor(type: word, shape: tensor.shape)
                continue
            }
            let storage = try storage(tensor.storage)
            guard tensor.shape.count == tensor.strides.count, tensor.strides.allSatisfy({ $0 >= 0 }),
                byteCount(of: tensor.shape, type) != nil, let span = span(tensor.shape, tensor.strides),
                let size = byteCount(of: [span], type),
                case (let start, let overflow) = tensor.offset.addingReportingOverflow(tensor.storage.offset),
                !overflow,
                start >= 0, let skipped = byteCount(of: [start], type), skipped <= storage.count,
                size <= storage.count - skipped
            else {
                throw FormatError(
                    url,
                    "tensor \"\(name)\" of shape \(tensor.shape), strides \(tensor.strides) and offset \(tensor.offset) lies "
                        + "outside its storage of \(storage.count / type.byteCount) numbers")
            }
            // An expanded tensor shows few numbers many times; a false one must not ask for the whole memory.
            let count = tensor.shape.reduce(1, *)
            guard count <= max(span, Self.expansionLimit) else {
                throw FormatError(
                    url, "tensor \"\(name)\" of shape \(tensor.shape) repeats only \(span) numbers")
            }
            entries[name] = Entry(
                type: type, shape: tensor.shape, strides: tensor.strides, start: start, storage: storage,
                isBigEndian: isBigEndian)
        }
        self.url = url
        self.entries = entries
        self.unread = unread
    }

    /// Every tensor below `root`, by the keys and positions that lead to it.
    private static func flattened(
        _ root: PickleValue, of machine: Unpickler, _ url: URL
    ) throws -> [String: PyTorchTensor] {
        // Containers may share parts or hold themselves, so the walk is bounded instead of trusted to end.
        let visitLimit = 1_000_000
        let depthLimit = 64
        let nameLimit = 4096
        var visits = 0
        var tensors: [String: PyTorchTensor] = [:]
        var pending: [(name: String, value: PickleValue, depth: Int)] = [("", root, 0)]
        while let (name, value, depth) = pending.popLast() {
            visits += 1
            guard visits <= visitLimit, depth <= depthLimit, name.utf8.count <= nameLimit else {
                throw FormatError(url, "its containers are nested beyond what a checkpoint has")
            }
            let prefix = name.isEmpty ? "" : name + "."
            switch value {
            case .tensor(let tensor):
                guard tensors.updateValue(tensor, forKey: name.isEmpty ? "tensor" : name) == nil else {
                    throw FormatError(url, "has two tensors of the name \"\(name)\"")
                }
            case .sequence(let node):
                for (index, value) in machine.nodes[node].enumerated() where value.mayHoldTensors {
                    pending.append(("\(prefix)\(index)", value, depth + 1))
                }
            case .dictionary(let node):
                let values = machine.nodes[node]
                for index in stride(from: 0, to: values.count - 1, by: 2)
                where values[index + 1].mayHoldTensors {
                    let key = Self.name(of: values[index], in: machine) ?? "#\(index / 2)"
                    pending.append((prefix + key, values[index + 1], depth + 1))
                }
            default: break
            }
        }
        return tensors
    }

    /// The part of a name that a dictionary's key gives, in Python's words; a tuple's parts are in brackets. Nil of an
    /// object, of which nothing is made.
    private static func name(of key: PickleValue, in machine: Unpickler) -> String? {
        guard let parts = machine.values(of: key) else { return key.simpleName }
        let names = parts.compactMap(\.simpleName)
        return names.count == parts.count ? "(" + names.joined(separator: ", ") + ")" : nil
    }
}

extension PickleValue {
    /// The name that a key without parts gives.
    fileprivate var simpleName: String? {
        switch self {
        case .text(let text): text
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .boolean(let boolean): boolean ? "True" : "False"
        case .none: "None"
        default: nil
        }
    }

    fileprivate var mayHoldTensors: Bool {
        switch self {
        case .tensor, .sequence, .dictionary: true
        default: false
        }
    }
}

/// The strides of a tensor whose numbers lie in order without gaps; the caller has checked that they do not overflow.
private func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for d in stride(from: shape.count - 2, through: 0, by: -1) { strides[d] = strides[d + 1] &* shape[d + 1] }
    return strides
}

/// How many numbers lie from the first to the last of a tensor, or nil if that overflows.
private func span(_ shape: [Int], _ strides: [Int]) -> Int? {
    guard !shape.contains(0) else { return 0 }
    var last = 0
    for (extent, stride) in zip(shape, strides) {
        let (step, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
        let (sum, carry) = last.addingReportingOverflow(step)
        guard !overflow, !carry else { return nil }
        last = sum
    }
    let (count, overflow) = last.addingReportingOverflow(1)
    return overflow ? nil : count
}

/// Where the elements of a tensor lie, in row-major order.
private func offsets(shape: [Int], strides: [Int]) -> [Int] {
    var offsets = shape.contains(0) ? [] : [0]
    for (extent, stride) in zip(shape, strides) {
        offsets = offsets.flatMap { base in (0..<extent).map { base + $0 * stride } }
    }
    return offsets
}

extension Tensor {
    fileprivate func gathered(shape: [Int], strides: [Int]) -> Tensor {
        let places = offsets(shape: shape, strides: strides)
        return Tensor(shape: shape) { target in
            withUnsafeBufferPointer { source in
                for (i, place) in places.enumerated() { target[i] = source[place] }
            }
        }
    }
}
