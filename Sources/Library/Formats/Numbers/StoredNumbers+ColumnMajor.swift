import Foundation
import Tensors

extension StoredNumbers {
    /// The numbers in row-major order, as `tensor()` gives them; those of a matrix with the first dimension fastest are
    /// converted and transposed in one pass, tile by tile, so that no second copy of them is made.
    func rowMajor<Element: Scalar>(as element: Element.Type = Element.self) throws -> Tensor<Element> {
        guard isFortran, shape.count == 2, shape[0] > 1, shape[1] > 1 else { return try tensor() }
        let (rows, columns, size) = (shape[0], shape[1], type.byteCount)
        try requireMemory(rows * columns * MemoryLayout<Element>.stride, for: what, url)
        try bytes.checkConversion(
            of: type, count: rows * columns, bigEndian: isBigEndian, to: element, url, what)
        let (tileRows, tileColumns) = (256, 32)
        return Tensor(shape: shape) { target in
            guard let to = target.baseAddress else { return }
            parallelFor((columns + tileColumns - 1) / tileColumns, grain: 1) { tiles in
                withUnsafeTemporaryAllocation(of: Element.self, capacity: tileRows * tileColumns) { scratch in
                    for tile in tiles {
                        let first = tile * tileColumns
                        let width = min(tileColumns, columns - first)
                        for top in stride(from: 0, to: rows, by: tileRows) {
                            let height = min(tileRows, rows - top)
                            for column in 0..<width {
                                let start = column * tileRows
                                bytes.decode(
                                    type, bigEndian: isBigEndian, at: ((first + column) * rows + top) * size,
                                    into: UnsafeMutableBufferPointer(
                                        rebasing: scratch[start..<start + height]))
                            }
                            for row in 0..<height {
                                let line = to + (top + row) * columns + first
                                for column in 0..<width { line[column] = scratch[column * tileRows + row] }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension Bytes {
    /// Converts `target.count` numbers that begin at a byte.
    func decode<Element: Scalar>(
        _ type: NumberType, bigEndian: Bool, at offset: Int, into target: UnsafeMutableBufferPointer<Element>
    ) {
        precondition(offset >= 0 && count - offset >= target.count * type.byteCount)
        Bytes(buffer: UnsafeRawBufferPointer(rebasing: buffer[offset...]), owner: owner)
            .decode(type, bigEndian: bigEndian, into: target)
    }

    /// A copy of an array's bytes.
    init(copying array: [UInt8]) {
        self = array.withUnsafeBytes { source in
            Bytes(count: source.count) { target in
                target.copyMemory(from: source)
                return source.count
            }
        }
    }
}
