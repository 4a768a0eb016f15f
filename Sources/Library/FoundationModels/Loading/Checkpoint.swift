import Formats
import Foundation
import Tensors

/// The tensors of a model, whatever kind of file they are in: safetensors, PyTorch's, NumPy's.
struct Checkpoint {
    /// The file, as errors name it.
    let path: String
    private let store: Store

    private enum Store {
        case safetensors(Safetensors)
        case pytorch(PyTorchFile)
        /// The file of each tensor of a model that is split over several of PyTorch's.
        case shards([String: PyTorchFile])
        case arrays([String: NumPyArray])
    }

    /// The endings of files that hold weights.
    static let endings = ["safetensors", "bin", "pt", "pth", "npz", "ckpt", "tar"]

    /// Whether a file's name ends as those of weights do (`.safetensors`, `.pth.tar`).
    static func isNamedAsWeights(_ file: URL) -> Bool {
        endings.contains(file.pathExtension.lowercased())
    }

    /// The names that a folder's weights may have, the first first.
    static let fileNames = [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
        "pytorch_model.bin.index.json",
        "open_clip_model.safetensors", "open_clip_pytorch_model.bin",
    ]

    /// Opens a folder's weights.
    init(folder: URL) throws { try self.init(file: Self.file(of: folder)) }

    /// The file of a folder's weights, or the index of several; of names that are not usual the only file of weights.
    static func file(of folder: URL) throws -> URL {
        let files = fileNames.map { folder.appending(path: $0) }
        if let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) }) { return file }
        guard let entries = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw FoundationModelError.file(path: folder.path, problem: "there is no such folder")
        }
        let others = entries.sorted().map { folder.appending(path: $0) }.filter(isNamedAsWeights)
        if others.count == 1 { return others[0] }
        throw FoundationModelError.file(
            path: folder.path,
            problem: "weights are expected in \(fileNames.joined(separator: ", ")); "
                + (others.isEmpty
                    ? "none is there"
                    : "several other files are there, of which one must be named: "
                        + others.map(\.lastPathComponent).joined(separator: ", ")))
    }

    /// Whether a folder has weights, all files of them.
    static func isComplete(_ folder: URL) -> Bool {
        guard let files = try? files(of: folder) else { return false }
        return files.allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
    }

    /// All files of a folder's weights, in alphabetical order if they are several.
    static func files(of folder: URL) throws -> [URL] {
        let file = try file(of: folder)
        guard file.pathExtension == "json" else { return [file] }
        let shards = try readJSON(file)["weight_map"]?.members?.compactMap { $0.value.text } ?? []
        // The index comes from elsewhere: it may not lead to files outside its own folder.
        if let wrong = shards.first(where: { $0.isEmpty || $0.contains("/") || $0.hasPrefix(".") }) {
            throw FoundationModelError.file(
                path: file.path, problem: "weight_map names \"\(wrong)\", which is not a file of its folder")
        }
        return Set(shards).sorted().map { folder.appending(path: $0) }
    }

    /// Opens one file, or the index of several.
    init(file: URL) throws {
        path = file.path
        switch try Self.format(of: file) {
        case "json" where file.lastPathComponent.hasSuffix(".bin.index.json"):
            var owners: [String: PyTorchFile] = [:]
            for shard in try Self.files(of: file.deletingLastPathComponent()) {
                let opened = try PyTorchFile.open(shard)
                for name in opened.names { owners[name] = opened }
            }
            store = .shards(owners)
        case "safetensors", "json": store = .safetensors(try Safetensors.open(file))
        case "npz":
            let archive = try NumPyArchive.open(file)
            store = .arrays(
                // The members `a` and `a.npy` have one name, which means the former, as to NumPy.
                try Dictionary(archive.names.map { ($0, try archive.array($0)) }) { first, _ in first })
        default: store = .pytorch(try PyTorchFile.open(file))
        }
    }

    /// The ending that tells how a file is read; of a name without one that tells it, by the file's first bytes.
    private static func format(of file: URL) throws -> String {
        let ending = file.pathExtension.lowercased()
        if ["json", "safetensors", "npz", "pt", "pth"].contains(ending) { return ending }
        guard let handle = try? FileHandle(forReadingFrom: file), let head = try? handle.read(upToCount: 9)
        else { return ending }
        // The length of the header, which is JSON.
        if head.count == 9, head[7] == 0, head[8] == UInt8(ascii: "{") { return "safetensors" }
        if head.starts(with: [0x89, 0x48, 0x44, 0x46]) {
            throw FoundationModelError.file(
                path: file.path,
                problem: "is an HDF5 file (Keras, TensorFlow); safetensors, PyTorch's files and npz are read")
        }
        return ending
    }

    /// How many numbers all tensors have together.
    var count: Int { names.reduce(0) { $0 + (entry($1)?.shape ?? []).reduce(1, *) } }

    /// What a safetensors file says about itself; nothing of other files.
    var metadata: [String: String] {
        if case .safetensors(let file) = store { file.metadata } else { [:] }
    }

    /// The names of all tensors in alphabetical order.
    var names: [String] {
        switch store {
        case .safetensors(let file): file.names
        case .pytorch(let file): file.names
        case .shards(let owners): owners.keys.sorted()
        case .arrays(let arrays): arrays.keys.sorted()
        }
    }

    /// What stands before a tensor's name: training scripts put `module.` or `state_dict.` before all names, sentence-transformers `0.auto_model.`.
    ///
    /// Of several models in a file the running average is taken, as timm takes it, or DINO's teacher. Nil if no
    /// tensor has the name; throws if it cannot be told which model is meant.
    func prefix(before name: String) throws -> String? {
        let prefixes = names.filter { $0 == name || $0.hasSuffix("." + name) }
            .map { String($0.dropLast(name.count)) }
        guard prefixes.count > 1 else { return prefixes.first }
        for mark in ["state_dict_ema.", "model_ema.", "teacher."] {
            let marked = prefixes.filter { $0.hasPrefix(mark) || $0.contains("." + mark) }
            if marked.count == 1 { return marked[0] }
        }
        throw FoundationModelError.file(
            path: path,
            problem: "has several models, under \(prefixes.map { "\"\($0)\"" }.joined(separator: ", ")); "
                + "save the one that is wanted in a file of its own")
    }

    /// What stands before the tensors of a part that is told by one of them, with the part's own name
    /// (`module.learnable.textencoder.`); nil if the checkpoint has no such part.
    ///
    /// Of several models in a file one is taken, or none, as `prefix(before:)` does.
    func root(of part: String, holding tensor: String) throws -> String? {
        try prefix(before: part + "." + tensor).map { "\($0)\(part)." }
    }

    /// The type and the shape of a tensor; nil if no such name exists or its numbers are of a type that is not read.
    private func entry(_ name: String) -> (type: NumberType, shape: [Int])? {
        switch store {
        case .safetensors(let file): file.entries[name].map { ($0.type, $0.shape) }
        case .pytorch(let file): file.entries[name].map { ($0.type, $0.shape) }
        case .shards(let owners): owners[name]?.entries[name].map { ($0.type, $0.shape) }
        case .arrays(let arrays): arrays[name].flatMap { array in array.type.map { ($0, array.shape) } }
        }
    }

    /// A tensor whose numbers are of a type that is not read; nil of any other.
    private func unread(_ name: String) -> UnreadTensor? {
        switch store {
        case .safetensors(let file): file.unread[name]
        case .pytorch(let file): file.unread[name]
        case .shards(let owners): owners[name]?.unread[name]
        case .arrays: nil
        }
    }

    /// A tensor's numbers in the 16 bits that the file has for each; nil if it has others.
    ///
    /// Throws if one of them is not finite.
    func halves(_ name: String) throws -> HalfNumbers? {
        let halves: HalfNumbers? =
            switch store {
            case .safetensors(let file): try file.halves(name)
            case .pytorch(let file): try file.halves(name)
            case .shards(let owners): try owners[name]?.halves(name)
            case .arrays: nil
            }
        if let halves {
            try Self.check(nonFinite: halves.countOfNonFinite(), of: halves.count)
        }
        return halves
    }

    /// The shape of a tensor; nil if no such name exists.
    func shape(of name: String) -> [Int]? { entry(name)?.shape ?? unread(name)?.shape }

    /// A tensor's numbers, read from the file.
    ///
    /// Throws if they are integers, which are weights only together with scales of some quantization, and if one
    /// of them is not finite, since every feature after it would be NaN.
    func tensor(_ name: String) throws -> Tensor<Float> {
        if let unread = unread(name), unread.isNoPlainTensor {
            throw FoundationModelError.input("it is \(unread.type)")
        }
        let type = entry(name)?.type
        guard let word = type?.rawValue ?? unread(name)?.type else {
            throw FoundationModelError.parameters(path: path, problems: ["\(name) is missing"])
        }
        guard let type, [.float16, .bfloat16, .float32, .float64].contains(type) else {
            throw FoundationModelError.input(
                "it holds \(word), as quantized weights do, which are not supported; float weights are"
            )
        }
        let tensor = try read(name)
        try Self.check(nonFinite: tensor.countOfNonFinite(), of: tensor.count)
        return tensor
    }

    private static func check(nonFinite wrong: Int, of count: Int) throws {
        guard wrong > 0 else { return }
        throw FoundationModelError.input(
            "\(wrong) of its \(count) numbers are NaN or infinite: the file is damaged, or its training diverged"
        )
    }

    private func read(_ name: String) throws -> Tensor<Float> {
        switch store {
        case .safetensors(let file): return try file.tensor(name)
        case .pytorch(let file): return try file.tensor(name)
        case .shards(let owners):
            if let owner = owners[name] { return try owner.tensor(name) }
        case .arrays(let arrays):
            if let array = arrays[name] { return try array.tensor() }
        }
        throw FoundationModelError.parameters(path: path, problems: ["\(name) is missing"])
    }
}

extension Tensor<Float> {
    /// How many numbers are NaN or infinite.
    fileprivate func countOfNonFinite() -> Int {
        let chunk = 1 << 16
        let chunks = (count + chunk - 1) / chunk
        var counts = Array(repeating: 0, count: chunks)
        withUnsafeBufferPointer { numbers in
            counts.withUnsafeMutableBufferPointer { counts in
                guard let numbers = numbers.baseAddress, let counts = counts.baseAddress else { return }
                parallelFor(chunks, grain: 4) { range in
                    for part in range {
                        let range = part * chunk..<Swift.min((part + 1) * chunk, count)
                        // The largest exponent alone says that all are finite, and the loop has no branch.
                        var largest: UInt32 = 0
                        for index in range {
                            largest = Swift.max(largest, numbers[index].bitPattern & 0x7fff_ffff)
                        }
                        if largest < 0x7f80_0000 { continue }
                        counts[part] = range.count { !numbers[$0].isFinite }
                    }
                }
            }
        }
        return counts.reduce(0, +)
    }
}
