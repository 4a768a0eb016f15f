/// A reader of LLVM's bitstream container: blocks of records of integers, each with an optional blob of bytes.
///
/// Source: the LLVM Bitstream File Format, https://llvm.org/docs/BitCodeFormat.html.
struct Bitstream {
    /// What is found next in a stream.
    enum Entry {
        case block(id: Int)
        case endOfBlock
        case record(Record)
        case endOfStream
    }

    /// A record: its code, its operands, and the bytes that follow them.
    struct Record {
        var code = 0
        var operands: [Int] = []
        var blob: ArraySlice<UInt8> = []
    }

    private enum Operand {
        case literal(Int)
        case fixed(Int)
        case variable(Int)
        case array, character, blob
    }

    private struct Block {
        let id: Int
        let abbreviationWidth: Int
        var abbreviations: [[Operand]]
    }

    private let bytes: [UInt8]
    private var position = 32  // In bits; the first four bytes are the magic number.
    private var blocks: [Block] = [Block(id: -1, abbreviationWidth: 2, abbreviations: [])]
    private var inherited: [Int: [[Operand]]] = [:]

    /// A stream that begins with these four bytes; nil for any other.
    init?(_ bytes: [UInt8], magic: String) {
        guard bytes.starts(with: magic.utf8) else { return nil }
        self.bytes = bytes
    }

    /// The next block, record or end. A stream that breaks off ends there.
    mutating func next() -> Entry {
        while position < bytes.count * 8, let block = blocks.last {
            switch read(block.abbreviationWidth) {
            case 0:
                align()
                blocks.removeLast()
                return .endOfBlock
            case 1:
                let id = readVariable(8)
                let width = readVariable(4)
                align()
                let words = read(32)
                if id == 0 {
                    readBlockInfo(width: width, end: position + 32 * words)
                } else {
                    blocks.append(Block(id: id, abbreviationWidth: width, abbreviations: inherited[id] ?? []))
                    return .block(id: id)
                }
            case 2:
                blocks[blocks.count - 1].abbreviations.append(readAbbreviation())
            case 3:
                return .record(readUnabbreviated())
            case let id:
                guard block.abbreviations.indices.contains(id - 4) else { return .endOfStream }
                return .record(readRecord(block.abbreviations[id - 4]))
            }
        }
        return .endOfStream
    }

    /// Block 0 says which abbreviations the blocks of another number begin with.
    private mutating func readBlockInfo(width: Int, end: Int) {
        var subject = -1
        while position < min(end, bytes.count * 8) {
            switch read(width) {
            case 2: inherited[subject, default: []].append(readAbbreviation())
            case 3:
                let record = readUnabbreviated()
                if record.code == 1, let id = record.operands.first { subject = id }
            default: position = end
            }
        }
        position = end
    }

    private mutating func readUnabbreviated() -> Record {
        var record = Record(code: readVariable(6))
        for _ in 0..<readVariable(6) where position < bytes.count * 8 {
            record.operands.append(readVariable(6))
        }
        return record
    }

    private mutating func readAbbreviation() -> [Operand] {
        let count = readVariable(5)
        var operands: [Operand] = []
        while operands.count < count, position < bytes.count * 8 {
            if read(1) == 1 {
                operands.append(.literal(readVariable(8)))
                continue
            }
            switch read(3) {
            case 1: operands.append(.fixed(readVariable(5)))
            case 2: operands.append(.variable(readVariable(5)))
            case 3: operands.append(.array)
            case 4: operands.append(.character)
            default: operands.append(.blob)
            }
        }
        return operands
    }

    private mutating func readRecord(_ abbreviation: [Operand]) -> Record {
        var values: [Int] = []
        var record = Record()
        for (index, operand) in abbreviation.enumerated() {
            switch operand {
            case .array:
                guard let element = abbreviation.last, index == abbreviation.count - 2 else { break }
                for _ in 0..<readVariable(6) where position < bytes.count * 8 {
                    values.append(readScalar(element))
                }
            case .blob:
                let count = readVariable(6)
                align()
                let start = min(position / 8, bytes.count)
                let end = min(start + count, bytes.count)
                record.blob = bytes[start..<end]
                position = end * 8
                align()
            default:
                // The element type of an array comes last and is not an operand itself.
                if index > 0, case .array = abbreviation[index - 1] { continue }
                values.append(readScalar(operand))
            }
        }
        record.code = values.first ?? 0
        record.operands = Array(values.dropFirst())
        return record
    }

    private mutating func readScalar(_ operand: Operand) -> Int {
        switch operand {
        case .literal(let value): value
        case .fixed(let width): read(width)
        case .variable(let width): width == 0 ? 0 : readVariable(width)
        case .character: read(6)
        case .array, .blob: 0
        }
    }

    private mutating func read(_ width: Int) -> Int {
        var value = 0
        for bit in 0..<width {
            let place = position + bit
            guard place < bytes.count * 8 else { break }
            if bytes[place >> 3] >> UInt8(place & 7) & 1 == 1, bit < Int.bitWidth - 1 { value |= 1 << bit }
        }
        position += width
        return value
    }

    private mutating func readVariable(_ width: Int) -> Int {
        let more = 1 << (width - 1)
        var value = 0
        var shift = 0
        while shift < Int.bitWidth {
            let chunk = read(width)
            value |= (chunk & (more - 1)) << shift
            if chunk & more == 0 { break }
            shift += width - 1
        }
        return value
    }

    private mutating func align() { position = (position + 31) & ~31 }
}
