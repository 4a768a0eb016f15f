import Foundation

/// Numbers written out, with spaces between them, as they come.
struct NumberText {
    private static let longest = 128
    private var word: [UInt8] = []
    private var isTooLong = false
    /// How many numbers there were.
    private(set) var count = 0
    /// How many lines had numbers, and how many the lines had, if all had the same.
    private(set) var lines = 0
    private(set) var lineWidth: Int?
    private var inLine = 0

    /// Reads the next part; hands each number's text to `take`.
    mutating func read(_ text: UnsafeBufferPointer<UInt8>, _ take: (Int, String) throws -> Void) throws {
        for letter in text {
            if letter > 0x20 {
                // What is longer is not a number, which it shall not become by being cut.
                if word.count < Self.longest { word.append(letter) } else { isTooLong = true }
                continue
            }
            try endWord(take)
            if letter == 0x0a { endLine() }
        }
    }

    /// Ends the last number and line.
    mutating func finish(_ take: (Int, String) throws -> Void) throws {
        try endWord(take)
        endLine()
    }

    private mutating func endWord(_ take: (Int, String) throws -> Void) throws {
        guard !word.isEmpty else { return }
        try take(count, String(decoding: word, as: UTF8.self) + (isTooLong ? "…" : ""))
        isTooLong = false
        word.removeAll(keepingCapacity: true)
        count += 1
        inLine += 1
    }

    private mutating func endLine() {
        guard inLine > 0 else { return }
        lineWidth = lines == 0 || lineWidth == inLine ? inLine : nil
        lines += 1
        inLine = 0
    }
}

extension NumberType {
    /// Stores a number that is written out at `target`, in this machine's order of bytes; false if it is none of the type.
    ///
    /// Single-precision numbers are rounded from double precision, as numpy does.
    func store(_ text: String, at target: UnsafeMutableRawPointer) -> Bool {
        func integer<T: FixedWidthInteger>(_: T.Type) -> Bool {
            guard let value = T(text) else { return false }
            target.storeBytes(of: value, as: T.self)
            return true
        }
        switch self {
        case .float32, .float64:
            guard let value = Double(text) else { return false }
            guard self == .float32 else {
                target.storeBytes(of: value, as: Double.self)
                return true
            }
            let single = Float(value)
            target.storeBytes(of: single, as: Float.self)
            return single.isFinite || !value.isFinite
        case .int8: return integer(Int8.self)
        case .int16: return integer(Int16.self)
        case .int32: return integer(Int32.self)
        case .int64: return integer(Int64.self)
        case .uint8: return integer(UInt8.self)
        case .uint16: return integer(UInt16.self)
        case .uint32: return integer(UInt32.self)
        case .uint64: return integer(UInt64.self)
        case .float16, .bfloat16, .bool: return false
        }
    }
}
