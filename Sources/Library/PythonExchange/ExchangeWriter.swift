import Foundation

/// Gathers the parts of a value, and writes them into shared memory in one go: no array is copied on the way.
package struct ExchangeWriter {
    private var parts: [(offset: Int, bytes: UnsafeRawBufferPointer, owner: AnyObject)] = []
    private var size = 0

    package init() {}

    /// Takes bytes that `owner` keeps alive and nobody changes meanwhile; where they will lie.
    package mutating func add(_ bytes: UnsafeRawBufferPointer, of owner: AnyObject) -> Int {
        let offset = size
        parts.append((offset, bytes, owner))
        size = (offset + bytes.count).rounded(toMultipleOf: 64)
        return offset
    }

    /// Takes the elements of an array of plain numbers.
    package mutating func add<Number: BitwiseCopyable>(_ array: [Number]) -> Int {
        let owner = Kept(array)
        return owner.array.withUnsafeBytes { add($0, of: owner) }
    }

    /// Writes the value that `root` describes to the file at a path; throws `ExchangeError` or `CancellationError`.
    package func write(_ root: ExchangeNode, to path: String) throws {
        let description = try JSONEncoder().encode(root)
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { throw ExchangeError.system("the memory for a value cannot be opened") }
        defer { close(file) }
        let start = ExchangeFile.start(behind: description.count)
        guard ftruncate(file, off_t(start + size)) == 0 else {
            throw ExchangeError.system("there is no shared memory of \(start + size) bytes")
        }
        var head = ExchangeFile.magic
        withUnsafeBytes(of: UInt64(description.count).littleEndian) { head.append(contentsOf: $0) }
        head.append(description)
        try head.withUnsafeBytes { try Self.write($0, to: file, at: 0) }
        for part in parts {
            try withExtendedLifetime(part.owner) {
                try Self.write(part.bytes, to: file, at: start + part.offset)
            }
        }
    }

    /// So much is written before it is asked whether the user interrupted.
    private static let chunk = 32 << 20

    private static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32, at place: Int) throws {
        var done = 0
        while done < bytes.count {
            try Task.checkCancellation()
            let count = pwrite(
                file, bytes.baseAddress?.advanced(by: done), min(chunk, bytes.count - done),
                off_t(place + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ExchangeError.system("a value cannot be written to shared memory") }
            done += count
        }
    }

    /// An array whose elements stay where they are while this object lives.
    private final class Kept<Number: BitwiseCopyable> {
        // Swift gives no promise on where an array's elements lie once the closure has returned, but an array that
        // is stored in a constant is neither moved nor changed.
        let array: [Number]
        init(_ array: [Number]) { self.array = array }
    }
}

extension ExchangeError {
    /// An error of the system, with its words.
    static func system(_ what: String) -> ExchangeError {
        ExchangeError("\(what): \(String(cString: strerror(errno)))")
    }
}

extension Int {
    /// The next multiple of a number that is not below this one.
    func rounded(toMultipleOf unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
